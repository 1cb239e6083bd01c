"""Everything that adds a message to a chat, and what shows while one is being made."""

from collections.abc import Callable

from tests.fakes.telegram import attached, markup, words
from tests.fakes.telegram.args import Args
from tests.fakes.telegram.core import Core
from tests.fakes.telegram.nouns import Chat, Json, Media, Message
from tests.fakes.telegram.refusals import bad

_ACTIONS = {
    "typing",
    "upload_photo",
    "record_video",
    "upload_video",
    "record_voice",
    "upload_voice",
    "upload_document",
    "choose_sticker",
    "find_location",
    "record_video_note",
    "upload_video_note",
}


def send_message(core: Core, args: Args) -> Json:
    """Words."""
    return _post(core, args, words.text(args), None)


def send_message_draft(core: Core, args: Args) -> bool:
    """Words that are still being written, for half a minute."""
    chat = core.chat(args.words("chat_id"))
    if chat.kind != "private" or not args.whole("draft_id"):
        raise bad("drafts need a private chat and a draft_id")
    core.pace(chat)
    chat.drafts.append(words.text(args)["text"] if args.words("text") else "")
    core.news.tell()
    return True


def _sender(kind: str) -> Callable[[Core, Args], object]:
    """A method that sends one file of this kind."""

    def send(core: Core, args: Args) -> Json:
        chat = core.chat(args.words("chat_id"))
        if kind in {"voice", "video_note"} and chat.voices_forbidden:
            raise bad("VOICE_MESSAGES_FORBIDDEN")
        content, media = attached.from_args(core, args, kind)
        content |= words.caption(
            args.words("caption"), args.words("parse_mode"), args.shape("caption_entities")
        )
        return _post(core, args, content, media)

    return send


def send_media_group(core: Core, args: Args) -> list[Json]:
    """Two to ten files in one album; it counts as many messages and takes no keyboard."""
    chat = core.chat(args.words("chat_id"))
    if args.shape("reply_markup"):
        raise bad("reply markup is not allowed in an album")
    found = []
    for item in attached.items(args):
        content, media = attached.from_item(core, args, item)
        more = words.caption(item.get("caption"), item.get("parse_mode"), item.get("caption_entities"))
        found.append((content | more, media))
    reply = _replied(chat, args)
    with core.news.lock:
        core.pace(chat, len(found))
        extra = {"media_group_id": str(core.fresh() * 1_000_003)}
        made = [
            core.post(chat, content, media=media, extra=extra, reply_to=reply) for content, media in found
        ]
        return [message.wire() for message in made]


def send_chat_action(core: Core, args: Args) -> bool:
    """What the bot is seen doing."""
    chat, action = core.chat(args.words("chat_id")), args.words("action") or ""
    if action not in _ACTIONS:
        raise bad("wrong parameter action in request")
    chat.actions.append((core.clock(), action))
    core.news.tell()
    return True


def _post(core: Core, args: Args, content: Json, media: Media | None) -> Json:
    keyboard = markup.read(args)
    with core.news.lock:
        chat = core.chat(args.words("chat_id"))
        reply = _replied(chat, args)
        core.pace(chat)
        return core.post(chat, content, media=media, markup=keyboard, reply_to=reply).wire()


def _replied(chat: Chat, args: Args) -> Message | None:
    asked = args.shape("reply_parameters") or {}
    number = asked.get("message_id") or args.whole("reply_to_message_id")
    if not number:
        return None
    found = chat.by_id.get(int(number))
    if found is not None and not found.deleted:
        return found
    if asked.get("allow_sending_without_reply") or args.yes("allow_sending_without_reply"):
        return None
    raise bad("message to be replied not found")


METHODS: dict[str, Callable[[Core, Args], object]] = {
    "sendMessage": send_message,
    "sendMessageDraft": send_message_draft,
    "sendPhoto": _sender("photo"),
    "sendVideo": _sender("video"),
    "sendAnimation": _sender("animation"),
    "sendAudio": _sender("audio"),
    "sendVoice": _sender("voice"),
    "sendVideoNote": _sender("video_note"),
    "sendDocument": _sender("document"),
    "sendMediaGroup": send_media_group,
    "sendChatAction": send_chat_action,
}
