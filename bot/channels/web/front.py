"""The real desk: reception, and the rows the page is drawn from."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, asynccontextmanager
from pathlib import Path

from bot.changes import Changes
from bot.channels.web.desk import Chat, Entry, Lent, Step, Strip
from bot.channels.web.shown import MOST
from bot.messages import File, Incoming, Outgoing
from bot.reception import Reception
from pipeline.engine import Engine
from pipeline.progress import progress
from pipeline.studio import Studio
from storage import assets, chats, errands, projects, strides
from storage.model import Address

# While these run somebody waits for the answer; a film has its own progress, and the rest happens aside.
_WAITED_FOR = {"prepare_frame", "prepare_voice", "propose_scripts"}


class Front:
    """A `Desk` on top of reception: what is read comes straight from the rows."""

    def __init__(self, studio: Studio, engine: Engine, reception: Reception, changes: Changes) -> None:
        self._studio = studio
        self._engine = engine
        self._reception = reception
        self._changes = changes
        self._usual: dict[str, dict[str, float]] = {}

    async def receive(self, incoming: Incoming) -> None:
        """Hand it on."""
        await self._reception.receive(incoming)

    async def keep(self, address: Address, source: Path, name: str) -> File:
        """Hand it on."""
        return await self._reception.keep(address, source, name)

    async def chat(self, address: Address) -> Chat:
        """The chat's newest entries, and whether an answer is on its way."""
        db = self._studio.db
        found = await chats.get(db, address)
        if found is None:
            return Chat()
        said = await chats.history(db, address, limit=MOST)
        waits = await chats.oldest_new(db, address) is not None
        asked = await errands.of(db, address)
        busy = any(each.state != "ended" and each.recipe in _WAITED_FOR for each in asked)
        return Chat(lang=found.lang, entries=tuple(map(_entry, said)), typing=waits or busy)

    def changes(self, address: Address) -> AbstractContextManager[asyncio.Event]:
        """Lend the chat's event."""
        return self._changes.listening(address)

    async def strip(self, making: str) -> Strip:
        """How far a making is, from its strides; an unknown one has ended."""
        db = self._studio.db
        errand = await errands.get(db, making)
        rows = await strides.of(db, making)
        ended = errand is None or errand.state == "ended"
        if ended:
            self._usual.pop(making, None)
        elif rows and making not in self._usual:
            self._usual[making] = await self._studio.usual_seconds(making)
        state = progress(rows, self._usual.get(making, {}), self._studio.clock())
        waiting = not ended and not state.running and not state.done
        return Strip(
            steps=tuple(Step(key=f"step.{row.step}", state=row.state, fraction=row.fraction) for row in rows),
            fraction=state.fraction,
            left=state.left,
            place=await self._engine.place(making) if waiting else None,
            ended=ended,
        )

    @asynccontextmanager
    async def lend(self, address: Address, asset: str) -> AsyncIterator[Lent | None]:
        """Lend a file whose project is this person's."""
        db = self._studio.db
        row = await assets.get(db, asset)
        project = await projects.get(db, row.project) if row else None
        if row is None or project is None or project.address != address:
            yield None
            return
        blobs = self._studio.blobs
        if not await blobs.exists(row.key):
            yield None
            return
        async with blobs.lend(row.key, self._studio.scratch) as path:
            yield Lent(path=path, media_type=row.media_type, sha256=row.sha256)


def _entry(said: chats.Entry) -> Entry:
    if said.theirs:
        return Entry(at=said.at, incoming=Incoming.model_validate_json(said.payload))
    return Entry(at=said.at, outgoing=Outgoing.model_validate_json(said.payload))
