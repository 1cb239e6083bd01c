"""A reception over real stores and the real engine, with a text vendor that a test can steer."""

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from bot.changes import Changes
from bot.messages import Incoming, Outgoing
from bot.reception import Reception
from bot.talk import Talk, Turn, fresh
from pipeline import recipes as recipes  # registers the makings
from pipeline.engine import Engine
from pipeline.studio import Studio
from storage import history
from storage.model import Address
from tests.bot import parrot
from tests.pipeline.house import Writer, studio

ANNA = Address(channel="test", id="anna")
BERT = Address(channel="test", id="bert")
_numbers = itertools.count(1)


class House:
    """What is running, and ways to speak to it."""

    def __init__(self, studio: Studio, engine: Engine, changes: Changes, reception: Reception) -> None:
        self.studio, self.engine, self.changes, self.reception = studio, engine, changes, reception

    async def say(self, text: str, who: Address = ANNA, identity: str = "") -> None:
        """Let somebody write something."""
        await self.reception.receive(incoming(text, who, identity))

    async def heard(self, who: Address = ANNA) -> list[str]:
        """What was said to somebody, in order."""
        entries = await history.said(self.studio.db, who)
        said = [Outgoing.model_validate_json(each.payload) for each in entries if not each.theirs]
        return [each.body or each.key for each in said]

    async def until_heard(self, wanted: list[str], who: Address = ANNA) -> list[str]:
        """Wait until exactly this was said, or give up with what was."""
        with self.changes.listening(who) as news, contextlib.suppress(TimeoutError):
            async with asyncio.timeout(15):
                while (heard := await self.heard(who)) != wanted:
                    news.clear()
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(news.wait(), 0.2)
                return heard
        return await self.heard(who)


def incoming(text: str, who: Address = ANNA, identity: str = "") -> Incoming:
    """One message."""
    return Incoming(id=identity or f"m{next(_numbers)}", address=who, at=1.0, kind="text", text=text)


@contextlib.asynccontextmanager
async def opened(
    folder: Path,
    *writers: Writer,
    turn: Callable[[Talk, Incoming], Turn] = parrot.turn,
    at_once: int = 64,
) -> AsyncIterator[House]:
    """Open everything, and close it again."""
    changes = Changes()
    async with studio(folder, *writers) as made:
        engine = await Engine.launch(
            f"sqlite:///{folder / 'engine.db'}", made, poll_seconds=0.02, patience=0.0
        )
        reception = Reception(made, engine, changes, turn=turn, fresh=fresh, at_once=at_once)
        try:
            await reception.open()
            yield House(made, engine, changes, reception)
        finally:
            await reception.close()
            await engine.close()
