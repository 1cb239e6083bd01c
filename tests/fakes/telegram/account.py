"""What a bot asks about itself and its chats: names, commands, webhook, files, answers to presses."""

import re
from collections.abc import Callable

from tests.fakes.telegram.args import Args
from tests.fakes.telegram.core import Core, Webhook
from tests.fakes.telegram.nouns import Json
from tests.fakes.telegram.refusals import bad

_HOOK = re.compile(r"https://[^/:\s]+(:(443|80|88|8443))?(/\S*)?|http://127\.0\.0\.1(:\d+)?(/\S*)?")
_COMMANDS = 100
_ANSWER = 200


def get_me(core: Core, args: Args) -> Json:
    """The bot's account."""
    seen: Json = {
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
    }
    return core.me | seen | {"can_connect_to_business": False, "has_main_web_app": False}


def set_webhook(core: Core, args: Args) -> bool:
    """From now on updates are posted; https, except to loopback."""
    url, secret = args.words("url") or "", args.words("secret_token")
    if url and not _HOOK.fullmatch(url):
        raise bad("bad webhook: An HTTPS URL must be provided for webhook")
    if secret and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret):
        raise bad("secret token contains unallowed characters")
    connections = args.whole("max_connections") or 40
    if not 1 <= connections <= 100:
        raise bad("bad webhook: max_connections must be between 1 and 100")
    with core.news.lock:
        core.updates.allow(args.shape("allowed_updates"))
        if args.yes("drop_pending_updates"):
            core.updates.drop()
        core.webhook = Webhook(url, secret, connections)
    core.news.tell()
    return True


def delete_webhook(core: Core, args: Args) -> bool:
    """Back to polling."""
    if args.yes("drop_pending_updates"):
        core.updates.drop()
    core.webhook = Webhook()
    core.news.tell()
    return True


def get_webhook_info(core: Core, args: Args) -> Json:
    """Where updates go, how many wait, what went wrong last."""
    hook = core.webhook
    made: Json = {"url": hook.url, "has_custom_certificate": False, "pending_update_count": len(core.updates)}
    if hook.url:
        made |= {"max_connections": hook.connections} | hook.last_error
    if core.updates.allowed is not None:
        made["allowed_updates"] = sorted(core.updates.allowed)
    return made


def log_out(core: Core, args: Args) -> bool:
    """The token is let in no more here."""
    core.logged_out = True
    return True


def close(core: Core, args: Args) -> bool:
    """Ready to be moved to another server."""
    if core.webhook.url:
        raise bad("the webhook must be deleted first")
    return True


def get_file(core: Core, args: Args) -> Json:
    """A path to download from, for an hour."""
    return core.files.lend(args.words("file_id") or "")


def get_chat(core: Core, args: Args) -> Json:
    """What there is to know of a chat."""
    chat = core.chat(args.words("chat_id"))
    kinds = {"emoji_status_custom_emoji_id": None, "accent_color_id": 0, "max_reaction_count": 11}
    gifts = dict.fromkeys(("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription"), True)
    made = chat.wire() | {name: value for name, value in kinds.items() if value is not None}
    made |= {"accepted_gift_types": gifts | {"gifts_from_channels": True}}
    return made | ({"has_restricted_voice_and_video_messages": True} if chat.voices_forbidden else {})


def get_chat_member(core: Core, args: Args) -> Json:
    """What somebody is in a chat."""
    chat, number = core.chat(args.words("chat_id")), args.whole("user_id")
    if number == core.me["id"]:
        return {"user": core.me, "status": "member"}
    if number is None or number not in core.users:
        raise bad("PARTICIPANT_ID_INVALID")
    there = number in chat.members or number == chat.id
    return {"user": core.users[number].wire(), "status": "member" if there else "left"}


def answer_callback_query(core: Core, args: Args) -> bool:
    """Take the hourglass off a button; soon, or it is too late."""
    query = core.queries.get(args.words("callback_query_id") or "")
    if query is None or core.clock() > query.at + core.query_seconds:
        raise bad("query is too old and response timeout expired or query ID is invalid")
    if len(args.words("text") or "") > _ANSWER:
        raise bad("MESSAGE_TOO_LONG")
    said = {name: args.words(name) for name in ("text", "url") if args.words(name)}
    query.answer = {"ok": True, **said} | ({"show_alert": True} if args.yes("show_alert") else {})
    core.news.tell()
    return True


def set_my_commands(core: Core, args: Args) -> bool:
    """The menu, for a scope and a language."""
    commands = args.shape("commands")
    if not isinstance(commands, list) or len(commands) > _COMMANDS:
        raise bad("can't parse commands JSON object")
    for command in commands:
        if not re.fullmatch(r"[a-z0-9_]{1,32}", str(command.get("command", ""))):
            raise bad("BOT_COMMAND_INVALID")
        if not 1 <= len(str(command.get("description", ""))) <= 256:
            raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
    core.settings[_menu(args)] = commands
    return True


def get_my_commands(core: Core, args: Args) -> object:
    """The menu of a scope and a language."""
    return core.settings.get(_menu(args), [])


def delete_my_commands(core: Core, args: Args) -> bool:
    """No menu for a scope and a language."""
    core.settings.pop(_menu(args), None)
    return True


def _menu(args: Args) -> tuple[str, ...]:
    scope = args.shape("scope") or {"type": "default"}
    return ("commands", str(scope.get("type")), str(scope.get("chat_id", "")), _language(args))


def _language(args: Args) -> str:
    code = args.words("language_code") or ""
    if code and not re.fullmatch(r"[a-z]{2}", code):
        raise bad("invalid language code specified")
    return code


def _setter(name: str, most: int) -> Callable[[Core, Args], object]:
    def keep(core: Core, args: Args) -> bool:
        words = args.words(name) or ""
        if len(words) > most:
            raise bad(f"{name.replace('_', ' ')} is too long")
        core.settings[(name, _language(args))] = words
        return True

    return keep


def _getter(name: str) -> Callable[[Core, Args], object]:
    def tell(core: Core, args: Args) -> Json:
        found = core.settings.get((name, _language(args)), core.settings.get((name, ""), ""))
        return {name: found}

    return tell


METHODS: dict[str, Callable[[Core, Args], object]] = {
    "getMe": get_me,
    "setWebhook": set_webhook,
    "deleteWebhook": delete_webhook,
    "getWebhookInfo": get_webhook_info,
    "logOut": log_out,
    "close": close,
    "getFile": get_file,
    "getChat": get_chat,
    "getChatMember": get_chat_member,
    "answerCallbackQuery": answer_callback_query,
    "setMyCommands": set_my_commands,
    "getMyCommands": get_my_commands,
    "deleteMyCommands": delete_my_commands,
    "setMyDescription": _setter("description", 512),
    "getMyDescription": _getter("description"),
    "setMyShortDescription": _setter("short_description", 120),
    "getMyShortDescription": _getter("short_description"),
    "setMyName": _setter("name", 64),
    "getMyName": _getter("name"),
}
