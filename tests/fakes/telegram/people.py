"""People at their phones: what they send, press, edit, block; and the groups they are in."""

import re
from collections.abc import Sequence
from pathlib import Path

from tests.fakes.telegram.core import Core, Query
from tests.fakes.telegram.look import jpeg, look, opus
from tests.fakes.telegram.media import Upload, keep, wire
from tests.fakes.telegram.nouns import Button, Chat, Json, Media, Message, User

Source = Path | str | bytes
Claim = str | int | float | bool
Item = Source | tuple[str, Source]
"""A photo, or what kind it is and the file: `("video", path)`."""


class Press:
    """A press on an inline button, and what the bot answered to it."""

    def __init__(self, core: Core, query: Query) -> None:
        self._core, self._query = core, query

    @property
    def id(self) -> str:
        """The query's id."""
        return self._query.id

    @property
    def answer(self) -> Json | None:
        """`text`, `show_alert` … of the answer; None so far."""
        return self._query.answer

    async def answered(self, timeout: float = 10.0) -> Json:  # noqa: ASYNC109 - the hand's promise
        """Wait for the answer; an answer without words is `{"ok": True}`."""
        return await self._core.news.until(lambda: self._query.answer, timeout)


class Group:
    """A group with the bot in it; `chat` is where it is now."""

    def __init__(self, core: Core, chat: Chat) -> None:
        self._core, self.chat = core, chat

    @property
    def id(self) -> int:
        """Its id now."""
        return self.chat.id

    @property
    def messages(self) -> list[Message]:
        """What can be seen in it."""
        return self.chat.messages

    def adds(self, *people: "Person") -> None:
        """Somebody joins."""
        self.chat.members.update(person.id for person in people)

    def becomes_supergroup(self, new_id: int | None = None) -> Chat:
        """Move to a new id; what is sent to the old one is refused with `migrate_to_chat_id`."""
        core, old = self._core, self.chat
        new = Chat(new_id or -1_000_000_000_000 - core.fresh(), "supergroup", core.news, old.title)
        new.members, new.admin = set(old.members), old.admin
        nobody: Json = {
            "id": 1087968824,
            "is_bot": True,
            "first_name": "Group",
            "username": "GroupAnonymousBot",
        }
        with core.news.lock:
            core.chats[new.id] = new
            core.hear(old, nobody, {}, extra={"migrate_to_chat_id": new.id})
            old.moved_to, old.waiting_since = new.id, None
            core.hear(new, nobody, {}, extra={"migrate_from_chat_id": old.id})
            new.waiting_since = None
            self.chat = new
        return new

    def throws_out(self, by: "Person") -> None:
        """The bot is removed."""
        self.chat.barred = f"bot was kicked from the {self.chat.kind} chat"
        by.tells_membership(self.chat, "member", "kicked")

    def takes_back(self, by: "Person") -> None:
        """The bot is added again."""
        self.chat.barred = None
        by.tells_membership(self.chat, "kicked", "member")


class Person:
    """Somebody with Telegram; `chat` is their private chat with the bot."""

    def __init__(self, core: Core, user: User) -> None:
        self._core, self.user = core, user

    @property
    def id(self) -> int:
        """Their id, and that of their private chat."""
        return self.user.id

    @property
    def chat(self) -> Chat:
        """Their private chat with the bot."""
        return self.user.chat

    def starts(self, payload: str = "", *, in_: Group | None = None) -> Message:
        """Press start, perhaps by a deep link."""
        assert re.fullmatch(r"[A-Za-z0-9_-]{0,64}", payload), "no such deep link"
        return self.says(f"/start {payload}".strip(), in_=in_)

    def says(self, text: str, *, in_: Group | None = None, **extra: Claim) -> Message:
        """Say something; `@bot` and `/command` are found in it. In a group privacy mode holds."""
        return self._sends({"text": text, "entities": entities(text)}, in_, extra)

    def replies(self, message: Message, text: str, *, in_: Group | None = None) -> Message:
        """Answer one message."""
        return self._sends({"text": text, "entities": entities(text)}, in_, {}, reply_to=message)

    def sends_photo(
        self, source: Source, caption: str = "", *, in_: Group | None = None, **extra: Claim
    ) -> Message:
        """A photo as phones send it: a JPEG of at most 1280 pixels in several sizes."""
        return self.sends("photo", source, caption, in_=in_, **extra)

    def sends_voice(
        self, source: Source, caption: str = "", *, in_: Group | None = None, **told: Claim
    ) -> Message:
        """A voice note; what is not Opus in Ogg is made so. `duration` and `size` may be claimed otherwise."""
        return self.sends("voice", source, caption, in_=in_, **told)

    def sends_audio(
        self, source: Source, caption: str = "", *, in_: Group | None = None, **told: Claim
    ) -> Message:
        """A piece of music or a recording, with `title` and `performer`."""
        return self.sends("audio", source, caption, in_=in_, **told)

    def sends_video(
        self, source: Source, caption: str = "", *, in_: Group | None = None, **told: Claim
    ) -> Message:
        """A video."""
        return self.sends("video", source, caption, in_=in_, **told)

    def sends_video_note(self, source: Source, *, in_: Group | None = None, **told: Claim) -> Message:
        """A round video."""
        return self.sends("video_note", source, in_=in_, **told)

    def sends_document(
        self, source: Source, caption: str = "", *, in_: Group | None = None, **told: Claim
    ) -> Message:
        """A file; `name`, `mime` and `size` may be claimed, `size` without having the bytes."""
        return self.sends("document", source, caption, in_=in_, **told)

    def sends_animation(
        self, source: Source, caption: str = "", *, in_: Group | None = None, **told: Claim
    ) -> Message:
        """A GIF: such a message is an animation and, for old bots, a document too."""
        return self.sends("animation", source, caption, in_=in_, **told)

    def sends(self, kind: str, source: Source, caption: str = "", *, in_: Group | None = None, name: str | None = None,
              mime: str | None = None, reply_to: Message | None = None, forwarded: Json | None = None,
              album: str | None = None, **told: Claim) -> Message:  # fmt: skip
        """Send a file as this kind."""
        content = source if isinstance(source, bytes) else Path(source).read_bytes()
        name = name or (None if isinstance(source, bytes) or kind in _NAMELESS else Path(source).name)
        if kind == "photo":
            content = jpeg(content, 1280)
        elif kind == "voice" and look(content).form != "ogg":
            content = opus(content)
        media = keep(self._core.files, kind, Upload(content, name, mime, told), look(content))
        made: Json = {kind: wire(self._core.files, media)}
        if kind == "animation":
            made["document"] = made[kind]
        if caption:
            made |= {"caption": caption, "caption_entities": entities(caption)}
        extra = ({"media_group_id": album} if album else {}) | (forwarded or {})
        return self._sends(made, in_, extra, reply_to=reply_to, media=media)

    def sends_album(
        self, items: Sequence[Item], caption: str = "", *, in_: Group | None = None
    ) -> list[Message]:
        """Several at once: one update each, joined by an id; the caption is on the first."""
        album, made = str(self._core.fresh() * 1_000_003), []
        for number, item in enumerate(items):
            kind, source = item if isinstance(item, tuple) else ("photo", item)
            made.append(self.sends(kind, source, "" if number else caption, in_=in_, album=album))
        return made

    def sends_thing(self, kind: str, *, in_: Group | None = None) -> Message:
        """What no bot of ours understands: sticker, location, contact, dice, poll."""
        return self._sends({kind: _THINGS[kind]}, in_, {})

    def forwards(
        self, message: Message, *, in_: Group | None = None, from_: "Person | None" = None
    ) -> Message:
        """Forward a message, from somebody or from who wrote it."""
        origin: Json = {"type": "user", "date": int(message.at),
                        "sender_user": from_.user.wire() if from_ else message.sender}  # fmt: skip
        return self._sends(dict(message.content), in_, {"forward_origin": origin}, media=message.media)

    def edits(self, message: Message, text: str | None = None, *, photo: Source | None = None) -> Message:
        """Change an own message: its words or caption, or its photo."""
        core, content, media = self._core, dict(message.content), message.media
        if photo is not None:
            drawn = jpeg(photo if isinstance(photo, bytes) else Path(photo).read_bytes(), 1280)
            media = keep(core.files, "photo", Upload(drawn), look(drawn))
            content = {"photo": wire(core.files, media)} | ({"caption": message.text} if message.text else {})
        if text is not None:
            part = "text" if "text" in content else "caption"
            content |= {part: text, {"text": "entities"}.get(part, "caption_entities"): entities(text)}
        with core.news.lock:
            message.change(core.clock(), content, message.markup, media)
            if self._seen(message.chat, content, message.reply_to):
                core.updates.add("edited_message", message.wire(), f"chat:{message.chat.id}")
        core.news.tell()
        return message

    def presses(self, what: Message | str, words: str | None = None, *, in_: Group | None = None,
                old: bool = False) -> Press:  # fmt: skip
        """Press a button that is there: of this message, or by its words in the newest message that has it.

        With `old` the message is too old to be shown: the bot gets only its chat, id and date 0.
        """
        chat = in_.chat if in_ else what.chat if isinstance(what, Message) else self.chat
        message, button = _pick(chat, what, words)
        return self.presses_data(message, button.data or "", old=old)

    def presses_data(self, message: Message, data: str, *, old: bool = False) -> Press:
        """Press with any data, also of a button that is gone."""
        core, chat = self._core, message.chat
        with core.news.lock:
            query = Query(str(core.fresh() * 10_007), core.clock())
            core.queries[query.id] = query
            gone: Json = {"message_id": message.id, "chat": chat.wire(), "date": 0}
            body = {"id": query.id, "from": self.user.wire(), "chat_instance": str(chat.id * 31 % 10**12), "data": data,
                    "message": gone if old else message.wire()}  # fmt: skip
            chat.spoke, chat.waiting_since = len(chat.everything), core.clock()
            core.updates.add("callback_query", body, f"press:{self.id}")
        return Press(core, query)

    def reacts(self, message: Message, emoji: str) -> None:
        """React to a message; the bot hears of it only if it asked to."""
        old = [_emoji(message.reactions[self.id])] if self.id in message.reactions else []
        message.reactions[self.id] = emoji
        body = {"chat": message.chat.wire(), "message_id": message.id, "user": self.user.wire(),
                "date": int(self._core.clock()), "old_reaction": old, "new_reaction": [_emoji(emoji)]}  # fmt: skip
        self._core.updates.add("message_reaction", body, f"chat:{message.chat.id}")

    def deletes(self, message: Message) -> None:
        """Delete a message from the chat; a bot is not told."""
        message.deleted = True
        self._core.news.tell()

    def blocks(self) -> None:
        """Block the bot."""
        self.chat.barred = "bot was blocked by the user"
        self.tells_membership(self.chat, "member", "kicked")

    def unblocks(self) -> None:
        """Let the bot write again."""
        self.chat.barred = None
        self.tells_membership(self.chat, "kicked", "member")

    def vanishes(self) -> None:
        """Delete the account."""
        self.chat.barred = "user is deactivated"

    def forbids_voices(self, forbids: bool = True) -> None:
        """Take no voice notes from strangers."""
        self.chat.voices_forbidden = forbids

    def tells_membership(self, chat: Chat, old: str, new: str) -> None:
        """The bot learns what it is in a chat now."""
        me = self._core.me
        body = {"chat": chat.wire(), "from": self.user.wire(), "date": int(self._core.clock()),
                "old_chat_member": _member(me, old), "new_chat_member": _member(me, new)}  # fmt: skip
        self._core.updates.add("my_chat_member", body, f"chat:{chat.id}")

    def _sends(self, content: Json, in_: Group | None, extra: Json, *, media: Media | None = None,
               reply_to: Message | None = None) -> Message:  # fmt: skip
        chat = in_.chat if in_ else reply_to.chat if reply_to else self.chat
        if chat.kind != "private":
            chat.members.add(self.id)
        chat.opened = True
        content = {name: value for name, value in content.items() if value != []}
        seen = self._seen(chat, content, reply_to)
        return self._core.hear(
            chat, self.user.wire(), content, media=media, extra=extra, reply_to=reply_to, seen=seen
        )

    def _seen(self, chat: Chat, content: Json, reply_to: Message | None) -> bool:
        """Whether the bot gets it: in a group only commands, mentions of it and replies to it, unless it is admin."""
        if chat.barred is not None:
            return False
        if chat.kind == "private" or chat.admin or (reply_to is not None and reply_to.mine):
            return True
        text, me = str(content.get("text", content.get("caption", ""))), self._core.name.lower()
        if re.search(rf"@{re.escape(me)}\b", text.lower()):
            return True
        command = re.match(r"/[A-Za-z0-9_]+(@\w+)?", text)
        return command is not None and command.group(1) is None


def entities(text: str) -> list[Json]:
    """Commands, mentions and links in a person's words; offsets count UTF-16 units."""
    found = []
    for kind, shape in _ENTITIES.items():
        for match in re.finditer(shape, text):
            offset = len(text[: match.start()].encode("utf-16-le")) // 2
            length = len(match.group().encode("utf-16-le")) // 2
            found.append({"type": kind, "offset": offset, "length": length})
    return sorted(found, key=lambda entity: int(entity["offset"]))


_ENTITIES = {
    "bot_command": r"(?<![\w/])/[A-Za-z0-9_]{1,32}(?:@\w+)?",
    "mention": r"(?<![\w/@])@[A-Za-z]\w{3,31}",
    "url": r"https?://[^\s，。]+",
}
_NAMELESS = {"photo", "voice", "video_note"}
_STICKER: Json = {"file_id": "STAC1", "file_unique_id": "AQADsticker", "width": 512, "height": 512, "type": "regular",
                  "is_animated": False, "is_video": False, "emoji": "🐶"}  # fmt: skip
_THINGS: dict[str, Json] = {
    "sticker": _STICKER,
    "location": {"latitude": 31.2, "longitude": 121.5},
    "contact": {"phone_number": "+100", "first_name": "Somebody"},
    "dice": {"emoji": "🎲", "value": 4},
    "poll": {"id": "77", "question": "?", "options": [], "total_voter_count": 0, "is_closed": False,
             "is_anonymous": True, "type": "regular", "allows_multiple_answers": False},
}  # fmt: skip


def _emoji(emoji: str) -> Json:
    return {"type": "emoji", "emoji": emoji}


def _member(user: Json, status: str) -> Json:
    return {"user": user, "status": status} | ({"until_date": 0} if status == "kicked" else {})


def _pick(chat: Chat, what: Message | str, words: str | None) -> tuple[Message, Button]:
    """The button that is meant.

    Raises:
        LookupError: there is none; it tells which there are.
    """
    if isinstance(what, Message):
        fits = [(what, button) for button in what.buttons if words in (None, button.words)]
    else:
        fits = [
            (m, button) for m in reversed(chat.messages) for button in m.buttons if button.words == what
        ] or [(m, button) for m in reversed(chat.messages) for button in m.buttons if what in button.words]
    live = [(message, button) for message, button in fits if button.data is not None]
    if not live or (isinstance(what, Message) and what.deleted):
        there = [button.words for message in chat.messages for button in message.buttons]
        raise LookupError(f"no button {words or what!r} to press; there are {there}")
    return live[0]
