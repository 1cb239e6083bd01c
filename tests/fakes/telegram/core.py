"""The server's mind: who there is, what was said, who may say what to whom. No HTTP, no method names."""

import itertools
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.fakes.telegram.faults import Faults
from tests.fakes.telegram.files import Files
from tests.fakes.telegram.limits import Gate, Limits
from tests.fakes.telegram.news import News
from tests.fakes.telegram.nouns import Chat, Json, Media, Message, User
from tests.fakes.telegram.refusals import bad, forbidden
from tests.fakes.telegram.updates import Updates


@dataclass
class Stats:
    """What was counted; `doubles` equal a message the chat already showed since its person last spoke.

    `unheard` are the calls that were carried out and answered badly or not at all: when, and in which chat;
    `too_soon` those that were refused for it, and `shut` are the chats that were, when, and for how long.
    """

    calls: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    sends: dict[int, list[float]] = field(default_factory=dict)
    edits: dict[int, list[float]] = field(default_factory=dict)
    doubles: list[tuple[Message, Message]] = field(default_factory=list)
    unheard: list[tuple[float, int | None]] = field(default_factory=list)
    too_soon: list[tuple[float, int | None, str]] = field(default_factory=list)
    shut: list[tuple[float, int, float]] = field(default_factory=list)
    replied: list[float] = field(default_factory=list)
    uploads: int = 0
    upload_bytes: int = 0
    downloads: int = 0
    connections: int = 0
    violations: int = 0


@dataclass
class Query:
    """A press that may be answered for a while."""

    id: str
    at: float
    answer: Json | None = None


@dataclass
class Webhook:
    """Where updates are sent."""

    url: str = ""
    secret: str | None = None
    connections: int = 40
    last_error: Json = field(default_factory=dict)


class Core:
    """Everything one bot's server knows.

    Args:
        clock: seconds since 1970, for dates, limits and what grows old.
        query_seconds: how long a press may be answered.
        folder: where files lie in local mode; without it the limits of the public service hold.
    """

    def __init__(
        self,
        *,
        token: str = "424242:stand-in",
        name: str = "pawlogue_bot",
        limits: Limits | None = None,
        clock: Callable[[], float] = time.time,
        query_seconds: float = 15.0,
        folder: Path | None = None,
    ) -> None:
        self.token, self.name, self.clock = token, name, clock
        self.query_seconds = query_seconds
        self.news = News()
        self.gate = Gate(limits, clock)
        self.faults, self.stats = Faults(), Stats()
        self.updates = Updates(self.news, clock)
        self.files = Files(clock, folder)
        self.webhook = Webhook()
        self.chats: dict[int, Chat] = {}
        self.users: dict[int, User] = {}
        self.queries: dict[str, Query] = {}
        self.settings: dict[tuple[str, ...], object] = {}
        self.unreachable = False
        self.closing = False
        self.logged_out = False
        self._numbers = itertools.count(1)
        self._names = itertools.count(7001)

    @property
    def me(self) -> Json:
        """The bot's account."""
        return {
            "id": int(self.token.partition(":")[0]),
            "is_bot": True,
            "first_name": "Pawlogue",
            "username": self.name,
        }

    def fresh(self) -> int:
        """A number nobody has."""
        return next(self._names)

    def chat(self, chat_id: int | str | None) -> Chat:
        """The chat the bot may write to.

        Raises:
            Refusal: unknown, moved, blocked, never opened.
        """
        if chat_id is None or chat_id == "":
            raise bad("chat_id is empty")
        found = self.chats.get(int(chat_id)) if str(chat_id).lstrip("-").isdigit() else None
        if found is None:
            raise bad("chat not found")
        if found.moved_to is not None:
            raise bad("group chat was upgraded to a supergroup chat", {"migrate_to_chat_id": found.moved_to})
        if found.barred is not None:
            raise forbidden(found.barred)
        if not found.opened:
            raise forbidden("bot can't initiate conversation with a user")
        return found

    def pace(self, chat: Chat, cost: int = 1) -> None:
        """Count a send or an edit.

        Raises:
            Refusal: 429.
        """
        try:
            self.gate.enter(chat.id, group=chat.kind != "private", cost=cost)
        finally:
            self.stats.violations = self.gate.violations

    def post(
        self,
        chat: Chat,
        content: Json,
        *,
        media: Media | None = None,
        markup: Json | None = None,
        extra: Json | None = None,
        reply_to: Message | None = None,
    ) -> Message:
        """Show a message of the bot; pacing is the caller's."""
        with self.news.lock:
            made = self._new(chat, self.me, content, media, extra or {}, reply_to)
            made.mine, made.markup = True, markup
            now = self.clock()
            self.stats.sends.setdefault(chat.id, []).append(now)
            if chat.waiting_since is not None:
                self.stats.replied.append(now - chat.waiting_since)
                chat.waiting_since = None
            self._notice_double(chat, made)
            self._show(chat, made)
        self.news.tell()
        return made

    def hear(
        self,
        chat: Chat,
        sender: Json,
        content: Json,
        *,
        media: Media | None = None,
        extra: Json | None = None,
        reply_to: Message | None = None,
        seen: bool = True,
    ) -> Message:
        """Show a person's message, and tell the bot unless it must not see it."""
        with self.news.lock:
            made = self._new(chat, sender, content, media, extra or {}, reply_to)
            self._show(chat, made)
            chat.spoke = len(chat.everything)
            if seen:
                chat.waiting_since = self.clock()
                self.updates.add("message", made.wire(), f"chat:{chat.id}")
        self.news.tell()
        return made

    def change(self, message: Message, content: Json, markup: Json | None, media: Media | None) -> None:
        """Edit a message of the bot."""
        with self.news.lock:
            now = self.clock()
            self.stats.edits.setdefault(message.chat.id, []).append(now)
            message.change(now, content, markup, media)
        self.news.tell()

    def _new(
        self,
        chat: Chat,
        sender: Json,
        content: Json,
        media: Media | None,
        extra: Json,
        reply_to: Message | None,
    ) -> Message:
        if chat.kind == "supergroup":
            chat.numbers += 1
            number = chat.numbers
        else:
            number = next(self._numbers)
        return Message(
            number, chat, sender, self.clock(), content, media=media, extra=extra, reply_to=reply_to
        )

    def _show(self, chat: Chat, message: Message) -> None:
        chat.everything.append(message)
        chat.by_id[message.id] = message

    def _notice_double(self, chat: Chat, made: Message) -> None:
        for earlier in chat.everything[chat.spoke :]:
            if not earlier.deleted and _print(earlier) == _print(made):
                self.stats.doubles.append((earlier, made))
                return


def _print(message: Message) -> tuple[str, str, str, str | None]:
    media = message.media.unique if message.media else None
    return message.kind, message.text, repr(message.markup), media
