"""What an update is: pure, from the messenger's JSON to one plain noun."""

import hashlib
import re
from collections.abc import Mapping
from typing import Literal

from bot.channels.telegram.wire import Document, Entity, Message, Press, Update
from storage.model import Lang, Noun

_LANGS: dict[str, Lang] = {"zh": "zh"}
_MEDIA = ("animation", "video_note", "voice", "audio", "video", "document")  # an animation is a document, too
_UNUSABLE = (
    *("checklist", "contact", "dice", "game", "location", "paid_media", "poll", "sticker", "story", "venue"),
)
_ANONYMOUS = 1_087_968_824  # who speaks for a group whose administrators do not show their names
_TO_A_BOT = re.compile(r"^(/\w+)@\w+")
_GAP = re.compile(" {2,}")
_GONE = ("left", "kicked")


class Me(Noun):
    """The bot itself, as Telegram knows it."""

    id: int
    name: str


class Sent(Noun):
    """A file as it was announced; `bytes` is 0 where that was not said."""

    file: str
    kind: str
    name: str = ""
    bytes: int = 0


class Seen(Noun):
    """One update, understood.

    `chat` is the chat's own id, `person` who acted in it; `addressed` whether it is meant for us at all.
    `message` is the number of the message it is or is on. `moved` are a group's old and new id.
    """

    kind: Literal["start", "said", "pressed", "unusable", "moved", "left", "returned", "nothing"]
    id: str = ""
    chat: str = ""
    person: str = ""
    group: bool = False
    addressed: bool = True
    lang: Lang | None = None
    message: int = 0
    edited: bool = False
    text: str = ""
    file: Sent | None = None
    album: str = ""
    press: str = ""
    query: str = ""
    moved: tuple[str, str] | None = None


def queue_of(raw: Mapping[str, object]) -> tuple[str, str]:
    """In which chat's queue an update waits, and which album it is a part of; empty where that is not to be
    seen. Never fails: an update nobody can read has to be kept as well."""
    for name in ("message", "edited_message"):
        message = raw.get(name)
        if isinstance(message, dict):
            album = message.get("media_group_id", "")
            return _queue(message, message.get("from")), album if name == "message" and isinstance(
                album, str
            ) else ""
    press = raw.get("callback_query")
    if isinstance(press, dict) and isinstance(message := press.get("message"), dict):
        return _queue(message, press.get("from")), ""
    member = raw.get("my_chat_member")
    return (_queue(member, None), "") if isinstance(member, dict) else ("", "")


def seen(raw: Mapping[str, object], me: Me) -> Seen:
    """Understand one update.

    Raises:
        ValidationError: it is not what an update looks like.
    """
    update = Update.model_validate(raw)
    if update.callback_query:
        return _press(update.callback_query)
    if update.my_chat_member:
        return _membership(update)
    message = update.message or update.edited_message
    if message is None or message.chat.type == "channel":
        return Seen(kind="nothing")
    return _moved(message) or _message(message, me, edited=update.message is None)


def addressed_id(chat: str, person: str, *, group: bool) -> str:
    """The id of an address: the chat, and in a group the person as well, who has a film of their own."""
    return f"{chat}:{person}" if group else chat


def _queue(message: Mapping[str, object], sender: object) -> str:
    chat = message.get("chat")
    if not isinstance(chat, dict) or not isinstance(chat.get("id"), int):
        return ""
    person = sender.get("id", "") if isinstance(sender, dict) else ""
    return addressed_id(str(chat["id"]), str(person), group=chat.get("type") != "private" and person != "")


def _press(press: Press) -> Seen:
    if press.message is None or not press.data:
        return Seen(kind="nothing", query=press.id)
    return Seen(
        kind="pressed",
        id=f"press:{press.id}",
        chat=str(press.message.chat.id),
        person=str(press.sender.id),
        group=press.message.chat.type != "private",
        lang=_lang(press.sender.language_code),
        message=press.message.message_id,
        press=press.data,
        query=press.id,
    )


def _membership(update: Update) -> Seen:
    assert update.my_chat_member is not None
    chat, member = update.my_chat_member.chat, update.my_chat_member.new_chat_member
    gone = member.status in _GONE or not member.is_member
    return Seen(kind="left" if gone else "returned", chat=str(chat.id), group=chat.type != "private")


def _moved(message: Message) -> Seen | None:
    here = str(message.chat.id)
    if message.migrate_to_chat_id is not None:
        return Seen(kind="moved", chat=here, group=True, moved=(here, str(message.migrate_to_chat_id)))
    if message.migrate_from_chat_id is not None:
        return Seen(kind="moved", chat=here, group=True, moved=(str(message.migrate_from_chat_id), here))
    return None


def _message(message: Message, me: Me, *, edited: bool) -> Seen:
    sender, group = message.sender, message.chat.type != "private"
    if sender is None or (sender.is_bot and sender.id != _ANONYMOUS):
        return Seen(kind="nothing")
    words, entities = message.text or message.caption, message.entities or message.caption_entities
    text, named = _without_us(words, entities, me)
    file = _file(message)
    unusable = any(getattr(message, name) is not None for name in _UNUSABLE)
    kind: Literal["start", "said", "unusable", "nothing"] = "said"
    if not text and file is None:  # our bare name, said in a group, is a greeting
        kind = "start" if named else "unusable" if unusable and not edited else "nothing"
    elif text.split()[:1] == ["/start"]:
        kind, text = "start", text.partition(" ")[2].strip()
    number = f"{message.chat.id}:{message.message_id}"
    return Seen(
        kind=kind,
        id=f"edit:{number}:{message.edit_date}:{_sum(text, file)}" if edited else f"message:{number}",
        chat=str(message.chat.id),
        person=str(sender.id),
        group=group,
        addressed=not group or named or _to_us(message, words, me),
        lang=_lang(sender.language_code),
        message=message.message_id,
        edited=edited,
        text=text,
        file=file,
        album=message.media_group_id,
    )


def _to_us(message: Message, words: str, me: Me) -> bool:
    """Whether a group's message that does not name us is for us: an answer, or a command for any bot."""
    replied = message.reply_to_message
    if replied and replied.sender and replied.sender.id == me.id:
        return True
    command = next(
        (each for each in message.entities if each.type == "bot_command" and each.offset == 0), None
    )
    if command is None:
        return False
    _, at, name = _piece(words, command).partition("@")
    return not at or name.casefold() == me.name.casefold()


def _without_us(words: str, entities: tuple[Entity, ...], me: Me) -> tuple[str, bool]:
    """The words without our name in them, and whether it was there."""
    ours = f"@{me.name}".casefold()
    named = [
        each
        for each in entities
        if (each.type == "mention" and _piece(words, each).casefold() == ours)
        or (each.type == "text_mention" and each.user is not None and each.user.id == me.id)
    ]
    units = words.encode("utf-16-le")
    for each in sorted(named, key=lambda entity: entity.offset, reverse=True):
        units = units[: 2 * each.offset] + units[2 * (each.offset + each.length) :]
    rest = units.decode("utf-16-le", "replace").strip()
    return _TO_A_BOT.sub(r"\1", _GAP.sub(" ", rest) if named else rest), bool(named)


def _piece(words: str, entity: Entity) -> str:
    units = words.encode("utf-16-le")[2 * entity.offset : 2 * (entity.offset + entity.length)]
    return units.decode("utf-16-le", "replace")


def _file(message: Message) -> Sent | None:
    if message.photo:
        return _sent(max(message.photo, key=lambda size: (size.width * size.height, size.file_size)), "photo")
    for kind in _MEDIA:
        document: Document | None = getattr(message, kind)
        if document is not None:
            return _sent(document, kind)
    return None


def _sum(text: str, file: Sent | None) -> str:
    """Tells apart two edits within one second."""
    return hashlib.blake2s(f"{text}\0{file and file.file}".encode(), digest_size=6).hexdigest()


def _sent(document: Document, kind: str) -> Sent:
    name = document.file_name or document.title
    return Sent(file=document.file_id, kind=kind, name=name[:120], bytes=document.file_size)


def _lang(code: str) -> Lang | None:
    return _LANGS.get(code.lower()[:2], "en") if code else None
