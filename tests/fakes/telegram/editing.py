"""Everything that changes a message that is there."""

from collections.abc import Callable

from tests.fakes.telegram import attached, markup, words
from tests.fakes.telegram.args import Args
from tests.fakes.telegram.core import Core
from tests.fakes.telegram.nouns import Json, Media, Message
from tests.fakes.telegram.refusals import bad

_TWO_DAYS = 48 * 3600
_SAME = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)
_CAPTIONED = {"photo", "video", "animation", "audio", "voice", "document"}
_REACTIONS = set(
    "👍👎❤🔥🥰👏😁🤔🤯😱🤬😢🎉🤩🤮💩🙏👌🕊🤡🥱🥴😍🐳🌚🌭💯🤣⚡🍌🏆💔🤨😐🍓🍾💋🖕😈😴😭🤓👻👀🎃🙈😇😨🤝✍🤗🫡🎅🎄☃💅🤪🗿🆒💘🙉🦄😘💊🙊😎👾😡"
)


def edit_text(core: Core, args: Args) -> Json:
    """Other words; the keyboard goes unless it is told again."""
    message = _editable(core, args)
    if message.kind != "text":
        raise bad("there is no text in the message to edit")
    return _change(core, args, message, words.text(args), None)


def edit_caption(core: Core, args: Args) -> Json:
    """Another caption, or none."""
    message = _editable(core, args)
    if message.kind not in _CAPTIONED:
        raise bad("there is no caption in the message to edit")
    content = {name: value for name, value in message.content.items() if not name.startswith("caption")}
    content |= words.caption(args.words("caption"), args.words("parse_mode"), args.shape("caption_entities"))
    return _change(core, args, message, content, message.media)


def edit_markup(core: Core, args: Args) -> Json:
    """Another keyboard, or none."""
    message = _editable(core, args)
    return _change(core, args, message, message.content, message.media)


def edit_media(core: Core, args: Args) -> Json:
    """A file instead of what was there, words included."""
    message = _editable(core, args)
    item = args.shape("media")
    if not isinstance(item, dict):
        raise bad("can't parse media JSON object")
    content, media = attached.from_item(core, args, item)
    content |= words.caption(item.get("caption"), item.get("parse_mode"), item.get("caption_entities"))
    if message.album and {message.kind, str(item["type"])} - {"photo", "video"}:
        raise bad("can't change the type of an item of an album")
    return _change(core, args, message, content, media)


def delete_message(core: Core, args: Args) -> bool:
    """A message of the last two days disappears; in a group only the bot's own, unless it is admin."""
    chat = core.chat(args.words("chat_id"))
    message = chat.by_id.get(args.whole("message_id") or 0)
    if message is None or message.deleted:
        raise bad("message to delete not found")
    if core.clock() - message.at > _TWO_DAYS:
        raise bad("message can't be deleted for everyone")
    if not message.mine and chat.kind != "private" and not chat.admin:
        raise bad("message can't be deleted")
    message.deleted = True
    core.news.tell()
    return True


def set_reaction(core: Core, args: Args) -> bool:
    """One emoji on a message, or none."""
    chat = core.chat(args.words("chat_id"))
    message = chat.by_id.get(args.whole("message_id") or 0)
    if message is None or message.deleted:
        raise bad("message to react not found")
    asked = args.shape("reaction") or []
    if len(asked) > 1:
        raise bad("REACTIONS_TOO_MANY")
    emoji = str(asked[0].get("emoji", "")).replace("\ufe0f", "") if asked else None
    if emoji is not None and emoji not in _REACTIONS:
        raise bad("REACTION_INVALID")
    message.reactions.pop(core.me["id"], None)
    if emoji:
        message.reactions[core.me["id"]] = emoji
    core.news.tell()
    return True


def _editable(core: Core, args: Args) -> Message:
    chat = core.chat(args.words("chat_id"))
    message = chat.by_id.get(args.whole("message_id") or 0)
    if message is None or message.deleted:
        raise bad("message to edit not found")
    if not message.mine:
        raise bad("message can't be edited")
    return message


def _change(core: Core, args: Args, message: Message, content: Json, media: Media | None) -> Json:
    keyboard = markup.read(args, inline_only=True)
    with core.news.lock:
        core.pace(message.chat)
        new = media is not None and media is not message.media and media.uploaded
        same = not new and _seen(content, media) == _seen(message.content, message.media)
        if same and keyboard == message.markup:
            raise bad(_SAME)
        core.change(message, content, keyboard, media)
        return message.wire()


def _seen(content: Json, media: Media | None) -> object:
    """What a person would see of it; whatever is uploaded is a new file, even with the same bytes."""
    shown = {
        name: value
        for name, value in content.items()
        if name in {"text", "caption", "entities", "caption_entities"}
    }
    return shown, (media.kind, media.unique) if media else None


METHODS: dict[str, Callable[[Core, Args], object]] = {
    "editMessageText": edit_text,
    "editMessageCaption": edit_caption,
    "editMessageReplyMarkup": edit_markup,
    "editMessageMedia": edit_media,
    "deleteMessage": delete_message,
    "setMessageReaction": set_reaction,
}
