"""A door onto a reception that says back what reaches it, in front of the stand-in for Telegram's server."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path

from bot import metrics
from bot.channels.telegram.door import Door, Wishes
from bot.channels.telegram.pace import Pace
from bot.messages import Incoming, Outgoing
from bot.run import together
from bot.served import Health, Served, listen
from bot.talk import Talk, Turn
from storage.model import Address
from tests.bot.house import House
from tests.bot.house import opened as house_opened
from tests.fakes.telegram import FakeTelegram

SILENCE = 0.25


def turn(talk: Talk, incoming: Incoming) -> Turn:
    """Say back what came, in one line; `boom` is a mistake of ours."""
    if incoming.text == "boom":
        raise ZeroDivisionError
    talk = talk.model_copy(update={"turn": talk.turn + 1})
    parts = [incoming.kind, *(file.sort for file in incoming.files), incoming.text or incoming.press]
    said = Outgoing(id=f"{talk.chat}:{talk.turn}:1", body=" ".join(filter(None, parts)))
    return Turn(talk=talk, says=(said,))


@dataclass
class Station:
    """What is running: the stand-in, the house, the door, and what the operator was told."""

    fake: FakeTelegram
    house: House
    door: Door
    url: str
    told: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    async def expect(self, wanted: list[str], who: str) -> None:
        """Wait until exactly this was said back to an address."""
        assert await self.house.until_heard(wanted, Address(channel="telegram", id=who)) == wanted

    async def states(self) -> list[tuple[str, str | None]]:
        """How the updates stand, in order."""
        rows = await self.house.studio.db.read("SELECT state, error FROM updates ORDER BY place")
        return [(row["state"], row["error"]) for row in rows]

    async def settled(self) -> list[tuple[str, str | None]]:
        """The same, once nothing waits any more."""
        await until(lambda: self._none_waits())
        return await self.states()

    async def _none_waits(self) -> bool:
        return not len(self.fake.updates) and all(state != "new" for state, _ in await self.states())


@contextlib.asynccontextmanager
async def opened(folder: Path, fake: FakeTelegram, **wishes: object) -> AsyncIterator[Station]:
    """Open everything in front of a stand-in; `webhook` is True for having updates brought."""
    listening = listen("127.0.0.1", 0)
    port = listening.getsockname()[1]
    if wishes.pop("webhook", False):
        wishes["webhook"] = f"http://127.0.0.1:{port}/telegram/here"
    chosen = Wishes.model_validate(
        {
            "token": fake.token,
            "base_url": fake.url,
            "trust_env": False,
            "silence": SILENCE,
            "wait_seconds": 2,
            **wishes,
        }
    )
    told: list[tuple[str, dict[str, str]]] = []
    async with house_opened(folder, turn=turn) as house:
        door = Door(
            chosen,
            house.studio.db,
            house.studio.scratch,
            Pace(),
            clock=house.studio.clock,
            tell=lambda key, fields: told.append((key, dict(fields))),
            sleep=_briefly,
        )
        served = Served(_well, lambda: metrics.page(house.studio.db))
        with contextlib.ExitStack() as doors:
            if hearing := door.hearing():
                doors.enter_context(served.opening(hearing))
            running = asyncio.create_task(
                together(served.serve(listening), door.introduce(), door.work(house.reception))
            )
            try:
                yield Station(fake, house, door, f"http://127.0.0.1:{port}", told)
            finally:
                running.cancel()
                await asyncio.gather(running, return_exceptions=True)
                await door.close()
                listening.close()


async def until(look: Callable[[], object], seconds: float = 15.0) -> None:
    """Wait until something is so; `look` may be a coroutine function."""
    async with asyncio.timeout(seconds):
        while True:
            found = look()
            if asyncio.iscoroutine(found):
                found = await found
            if found:
                return
            await asyncio.sleep(0.02)


async def _briefly(seconds: float) -> None:
    """A second's wait is a hundredth here."""
    await asyncio.sleep(seconds / 100)


async def _well() -> Health:
    return Health(ready=True, does="work")
