"""The test's hand: start the server, make people and groups, break things, read what was counted."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from pathlib import Path

from tests.fakes.telegram.core import Core, Stats
from tests.fakes.telegram.faults import Faults
from tests.fakes.telegram.groups import Group, open_group
from tests.fakes.telegram.limits import Limits
from tests.fakes.telegram.nouns import Chat
from tests.fakes.telegram.people import Person, known
from tests.fakes.telegram.pressing import Press
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
        """Somebody; the bot may write to them once they started or said something. One id is one person."""
        return known(self.core, id or self.core.fresh(), lang, name)

    def group(
        self,
        id: int | None = None,  # noqa: A002 - Telegram's word
        *,
        members: Sequence[Person] = (),
        title: str = "家",
        admin: bool = False,
    ) -> Group:
        """A group its first member just added the bot to; as admin the bot sees everything that is said."""
        return open_group(self.core, id, title, admin, list(members))

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
