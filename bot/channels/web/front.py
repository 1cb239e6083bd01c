"""The real desk: reception, and the rows the page is drawn from."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, asynccontextmanager
from pathlib import Path

from bot.changes import Changes
from bot.channels.web.desk import Chat, Entry, Lent
from bot.channels.web.shown import MOST
from bot.messages import File, Incoming, Outgoing
from bot.reception import Reception
from bot.tidings import Tiding, Tidings
from pipeline.studio import Studio
from storage import assets, history, projects
from storage.model import Address

# While these run somebody waits for the answer; a film has its own progress, and the rest happens aside.
_WAITED_FOR = {"bring_sound", "edit_project", "prepare_frame", "prepare_voice", "propose_scripts",
               "vary_film"}  # fmt: skip


class Front:
    """A `Desk` on top of reception: what is read comes straight from the rows."""

    def __init__(self, studio: Studio, reception: Reception, changes: Changes, tidings: Tidings) -> None:
        self._studio = studio
        self._reception = reception
        self._changes = changes
        self._tidings = tidings

    async def receive(self, incoming: Incoming) -> None:
        """Hand it on."""
        await self._reception.receive(incoming)

    async def keep(self, address: Address, source: Path, name: str) -> File:
        """Hand it on."""
        return await self._reception.keep(address, source, name)

    async def chat(self, address: Address) -> Chat:
        """The chat's newest entries, and whether an answer is on its way."""
        found = await history.look(self._studio.db, address, MOST)
        if found is None:
            return Chat()
        typing = found.waits or not found.recipes.isdisjoint(_WAITED_FOR)
        return Chat(lang=found.lang, entries=tuple(map(_entry, found.entries)), typing=typing)

    def changes(self, address: Address) -> AbstractContextManager[asyncio.Event]:
        """Lend the chat's event."""
        return self._changes.listening(address)

    async def tiding(self, making: str) -> Tiding:
        """How far a making is."""
        return await self._tidings.of(making)

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


def _entry(line: history.Entry) -> Entry:
    if line.theirs:
        return Entry(at=line.at, incoming=Incoming.model_validate_json(line.payload))
    return Entry(at=line.at, outgoing=Outgoing.model_validate_json(line.payload))
