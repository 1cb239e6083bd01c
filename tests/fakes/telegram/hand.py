"""The test's hand: start the server, make people and groups, break things, read what was counted."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from pathlib import Path

from tests.fakes.telegram.core import Core, Stats
from tests.fakes.telegram.faults import Faults
from tests.fakes.telegram.limits import Limits
from tests.fakes.telegram.nouns import Chat, User
from tests.fakes.telegram.people import Group, Person, Press
from tests.fakes.telegram.server import Server
from tests.fakes.telegram.updates import Updates

__all__ = ["FakeTelegram", "Group", "Person", "Press", "running", "serving"]


class FakeTelegram:
    """A running server and everybody in front of it. Make one with `serving()` or `running()`."""

    def __init__(self, core: Core, url: str) -> None:
        self.core, self.url = core, url

    @property
    def token(self) -> str:
        """The only token that is let in."""
        return self.core.token

    @property
    def name(self) -> str:
        """The bot's user name, without the @."""
        return self.core.name

    @property
    def stats(self) -> Stats:
        """What was counted."""
        return self.core.stats

    @property
    def faults(self) -> Faults:
        """What is to go wrong on the bot's calls."""
        return self.core.faults

    @property
    def updates(self) -> Updates:
        """What waits for the bot; `again()`, `reverse()`, `poison()` break it."""
        return self.core.updates

    def person(self, id: int | None = None, *, lang: str | None = "zh-hans", name: str = "安") -> Person:  # noqa: A002 - Telegram's word
        """Somebody; the bot may write to them once they started or said something. The same id is the same person."""
        core = self.core
        number = id or core.fresh()
        with core.news.lock:
            if number not in core.users:
                chat = Chat(number, "private", core.news, name, opened=False)
                core.chats[number] = chat
                core.users[number] = User(number, name, lang, chat)
        return Person(core, core.users[number])

    def group(
        self, id: int | None = None, *, members: Sequence[Person] = (), title: str = "家", admin: bool = False
    ) -> Group:  # noqa: A002 - Telegram's word
        """A group the bot was just added to by its first member; as admin the bot sees everything that is said."""
        core = self.core
        chat = Chat(id or -core.fresh(), "group", core.news, title, admin=admin)
        with core.news.lock:
            core.chats[chat.id] = chat
        group = Group(core, chat)
        group.adds(*members)
        if members:
            members[0].tells_membership(chat, "left", "administrator" if admin else "member")
        return group

    def shut(self, chat: Chat, seconds: float) -> None:
        """Answer 429 to everything for this chat for that long."""
        self.core.gate.shut(chat.id, seconds)

    def unplug(self) -> None:
        """Every connection ends, new ones too, until `plug`."""
        self.core.unreachable = True
        self.core.news.tell()

    def plug(self) -> None:
        """Be there again."""
        self.core.unreachable = False


@contextlib.contextmanager
def running(
    *,
    port: int = 0,
    token: str = "424242:stand-in",
    name: str = "pawlogue_bot",
    limits: Limits | None = Limits(),  # noqa: B008 - frozen
    clock: Callable[[], float] = time.time,
    query_seconds: float = 15.0,
    poll_seconds: float = 50.0,
    backoff: Callable[[int], float] | None = None,
    folder: Path | None = None,
) -> Iterator[FakeTelegram]:
    """Serve on loopback, in a thread of its own, as long as the block lasts.

    Args:
        limits: None lifts all pacing.
        clock: seconds since 1970; for dates, pacing and what grows old. Polls wait by the real clock.
        poll_seconds: the longest a poll waits, whatever it asks for.
        backoff: seconds the webhook waits before its nth repetition.
        folder: local mode: `getFile` answers paths below it, `file://` is read, sizes are free.
    """
    core = Core(
        token=token, name=name, limits=limits, clock=clock, query_seconds=query_seconds, folder=folder
    )
    server = Server(core, port=port, poll_seconds=poll_seconds, backoff=backoff)
    server.start()
    try:
        yield FakeTelegram(core, server.url)
    finally:
        server.stop()


@contextlib.asynccontextmanager
async def serving(
    *,
    port: int = 0,
    token: str = "424242:stand-in",
    name: str = "pawlogue_bot",
    limits: Limits | None = Limits(),  # noqa: B008 - frozen
    clock: Callable[[], float] = time.time,
    query_seconds: float = 15.0,
    poll_seconds: float = 50.0,
    backoff: Callable[[int], float] | None = None,
    folder: Path | None = None,
) -> AsyncIterator[FakeTelegram]:
    """The same, to be used with `async with`; see `running`."""
    made = running(port=port, token=token, name=name, limits=limits, clock=clock, query_seconds=query_seconds,
                   poll_seconds=poll_seconds, backoff=backoff, folder=folder)  # fmt: skip
    fake = made.__enter__()
    try:
        yield fake
    finally:
        await asyncio.to_thread(made.__exit__, None, None, None)
