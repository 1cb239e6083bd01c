"""People at their phones: what they say, send, press, edit, block."""

import re
from collections.abc import Sequence
from typing import Unpack

from tests.fakes.telegram import sent
from tests.fakes.telegram.core import Core, Query
from tests.fakes.telegram.groups import Group, seen_by_bot, tell_membership
from tests.fakes.telegram.nouns import Chat, Json, Media, Message, User
from tests.fakes.telegram.pressing import Press, pick
from tests.fakes.telegram.sent import Claims, Source, said

Item = Source | tuple[str, Source]
"""A photo, or what kind it is and the file: `("video", path)`."""


class Person:
    """Somebody with Telegram; `chat` is their own with the bot, and what they send may go `in_` a group."""

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

    def says(self, text: str, *, in_: Group | None = None) -> Message:
        """Say something; `@bot` and `/command` are found in it. In a group privacy mode holds."""
        return self._shows(said(text), in_)

    def replies(self, message: Message, text: str, *, in_: Group | None = None) -> Message:
        """Answer one message."""
        return self._shows(said(text), in_, reply_to=message)

    def sends_photo(
        self, source: Source, caption: str = "", *, in_: Group | None = None, **claims: Unpack[Claims]
    ) -> Message:
        """A photo as phones send it: a JPEG of at most 1280 pixels, in several sizes."""
        return self.sends("photo", source, caption, in_=in_, **claims)

    def sends_voice(
        self, source: Source, caption: str = "", *, in_: Group | None = None, **claims: Unpack[Claims]
    ) -> Message:
        """A voice note; what is not Opus in Ogg is made so."""
        return self.sends("voice", source, caption, in_=in_, **claims)

    def sends_audio(
        self, source: Source, caption: str = "", *, in_: Group | None = None, **claims: Unpack[Claims]
    ) -> Message:
        """A piece of music or a recording."""
        return self.sends("audio", source, caption, in_=in_, **claims)

    def sends_video(
        self, source: Source, caption: str = "", *, in_: Group | None = None, **claims: Unpack[Claims]
    ) -> Message:
        """A video."""
        return self.sends("video", source, caption, in_=in_, **claims)

    def sends_video_note(
        self, source: Source, *, in_: Group | None = None, **claims: Unpack[Claims]
    ) -> Message:
        """A round video."""
        return self.sends("video_note", source, in_=in_, **claims)

    def sends_document(
        self, source: Source, caption: str = "", *, in_: Group | None = None, **claims: Unpack[Claims]
    ) -> Message:
        """A file, whatever it is."""
        return self.sends("document", source, caption, in_=in_, **claims)

    def sends_animation(
        self, source: Source, caption: str = "", *, in_: Group | None = None, **claims: Unpack[Claims]
    ) -> Message:
        """A GIF."""
        return self.sends("animation", source, caption, in_=in_, **claims)

    def sends(
        self,
        kind: str,
        source: Source,
        caption: str = "",
        *,
        in_: Group | None = None,
        album: str | None = None,
        reply_to: Message | None = None,
        **claims: Unpack[Claims],
    ) -> Message:
        """Send a file as this kind."""
        content, media = sent.file(self._core.files, kind, source, caption, claims)
        extra: Json = {"media_group_id": album} if album else {}
        return self._shows(content, in_, extra, reply_to=reply_to, media=media)

    def sends_album(
        self, items: Sequence[Item], caption: str = "", *, in_: Group | None = None
    ) -> list[Message]:
        """Several at once: one update each, joined by an id; the caption is on the first."""
        album, made = self.album(), []
        for number, item in enumerate(items):
            kind, source = item if isinstance(item, tuple) else ("photo", item)
            made.append(self.sends(kind, source, "" if number else caption, in_=in_, album=album))
        return made

    def album(self) -> str:
        """An id to join messages by, for items that come apart: `sends("photo", path, album=…)`."""
        return str(self._core.fresh() * 1_000_003)

    def sends_thing(self, kind: str, *, in_: Group | None = None) -> Message:
        """What no bot of ours understands: sticker, location, contact, dice, poll."""
        return self._shows(sent.thing(kind), in_)

    def forwards(self, message: Message, *, in_: Group | None = None) -> Message:
        """Forward a message of whoever wrote it."""
        origin = {"type": "user", "date": int(message.at), "sender_user": message.sender}
        return self._shows(dict(message.content), in_, {"forward_origin": origin}, media=message.media)

    def edits(self, message: Message, text: str | None = None, *, photo: Source | None = None) -> Message:
        """Change an own message: its words or caption, or its photo."""
        core, content, media = self._core, dict(message.content), message.media
        if photo is not None:
            content, media = sent.file(core.files, "photo", photo, message.text, {})
        if text is not None:
            part = "text" if "text" in content else "caption"
            content = {name: value for name, value in content.items() if "entities" not in name}
            content |= said(text, part)
        with core.news.lock:
            message.change(core.clock(), content, message.markup, media)
            if seen_by_bot(core, message.chat, content, message.reply_to):
                core.updates.add("edited_message", message.wire(), f"chat:{message.chat.id}")
        core.news.tell()
        return message

    def presses(
        self, what: Message | str, words: str | None = None, *, in_: Group | None = None, old: bool = False
    ) -> Press:
        """Press a button that is there: of this message, or by its words in the newest message that has it.

        With `old` the message is too old to be shown: the bot gets only its chat, id and date 0.
        """
        chat = in_.chat if in_ else what.chat if isinstance(what, Message) else self.chat
        message, button = pick(chat, what, words)
        return self.presses_data(message, button.data or "", old=old)

    def presses_data(self, message: Message, data: str, *, old: bool = False) -> Press:
        """Press with any data, also of a button that is gone."""
        core, chat = self._core, message.chat
        with core.news.lock:
            query = Query(str(core.fresh() * 10_007), core.clock())
            core.queries[query.id] = query
            gone: Json = {"message_id": message.id, "chat": chat.wire(), "date": 0}
            body = {
                "id": query.id,
                "from": self.user.wire(),
                "chat_instance": str(abs(chat.id) * 31 % 10**12),
                "data": data,
                "message": gone if old else message.wire(),
            }
            chat.spoke, chat.waiting_since = len(chat.everything), core.clock()
            core.updates.add("callback_query", body, f"press:{self.id}")
        return Press(core, query)

    def reacts(self, message: Message, emoji: str) -> None:
        """React to a message; the bot hears of it only if it asked to."""
        old = [_emoji(message.reactions[self.id])] if self.id in message.reactions else []
        message.reactions[self.id] = emoji
        body = {
            "chat": message.chat.wire(),
            "message_id": message.id,
            "user": self.user.wire(),
            "date": int(self._core.clock()),
            "old_reaction": old,
            "new_reaction": [_emoji(emoji)],
        }
        self._core.updates.add("message_reaction", body, f"chat:{message.chat.id}")

    def deletes(self, message: Message) -> None:
        """Delete a message from the chat; a bot is not told."""
        message.deleted = True
        self._core.news.tell()

    def blocks(self) -> None:
        """Block the bot."""
        self.chat.barred = "bot was blocked by the user"
        tell_membership(self._core, self.chat, self, "member", "kicked")

    def unblocks(self) -> None:
        """Let the bot write again."""
        self.chat.barred = None
        tell_membership(self._core, self.chat, self, "kicked", "member")

    def vanishes(self) -> None:
        """Delete the account."""
        self.chat.barred = "user is deactivated"

    def forbids_voices(self, forbids: bool = True) -> None:
        """Take no voice notes from strangers."""
        self.chat.voices_forbidden = forbids

    def _shows(
        self,
        content: Json,
        in_: Group | None,
        extra: Json | None = None,
        *,
        media: Media | None = None,
        reply_to: Message | None = None,
    ) -> Message:
        core = self._core
        chat = in_.chat if in_ else reply_to.chat if reply_to else self.chat
        chat.opened = True
        if chat.kind != "private":
            chat.members.add(self.id)
        seen = seen_by_bot(core, chat, content, reply_to)
        sender = self.user.wire()
        return core.hear(chat, sender, content, media=media, extra=extra, reply_to=reply_to, seen=seen)


def known(core: Core, number: int, lang: str | None, name: str) -> Person:
    """The person with this id, made when there is none."""
    with core.news.lock:
        if number not in core.users:
            chat = Chat(number, "private", core.news, name, opened=False)
            core.chats[number] = chat
            core.users[number] = User(number, name, lang, chat)
        return Person(core, core.users[number])


def _emoji(emoji: str) -> Json:
    return {"type": "emoji", "emoji": emoji}
