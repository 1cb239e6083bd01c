"""Errands: the makings chats asked for, started once and watched until their notice is in the inbox."""

import asyncio
from collections.abc import Callable

import structlog

from bot import metrics
from bot.messages import Incoming
from pipeline.engine import Engine
from pipeline.ports.errors import BadInput
from storage import chats
from storage import errands as rows
from storage.db import Database
from storage.errands import Errand
from storage.model import Address, Notice

FILMS = ("make_film", "redo_part")
_LONGEST_PAUSE = 30.0
_log = structlog.get_logger(__name__)


class Errands:
    """Sees to every errand that has not ended; `arrived` is told the chat whose inbox has a notice more."""

    def __init__(
        self,
        db: Database,
        engine: Engine,
        clock: Callable[[], float],
        arrived: Callable[[Address], None],
    ) -> None:
        self._db = db
        self._engine = engine
        self._clock = clock
        self._arrived = arrived
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def resume(self) -> None:
        """Go on with what an earlier process left unfinished; starting again is starting once."""
        for errand in await rows.unfinished(self._db):
            self.see_to(errand)

    def see_to(self, errand: Errand) -> None:
        """Start and watch one; one that is being watched already is left alone."""
        if errand.making in self._tasks:
            return
        task = asyncio.create_task(self._see_to(errand))
        self._tasks[errand.making] = task
        task.add_done_callback(lambda _: self._tasks.pop(errand.making, None))

    async def close(self) -> None:
        """Stop watching; the next process goes on."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _see_to(self, errand: Errand) -> None:
        pause = 0.5
        while True:
            try:
                await self._through(errand)
            except Exception as error:  # noqa: BLE001  the engine's own database may fail in its own words
                _log.error("errand.trouble", making=errand.making, kind=type(error).__name__)
                await asyncio.sleep(pause)
                pause = min(pause * 2, _LONGEST_PAUSE)
            else:
                return

    async def _through(self, errand: Errand) -> None:
        project = str(errand.args[0])
        try:
            await self._engine.start_named(errand.recipe, errand.making, *errand.args)
            await rows.started(self._db, errand.making, self._clock())
            notice = await self._engine.finished(errand.making)
        except BadInput as trouble:
            notice = Notice(kind="failed", key=trouble.key, fields=trouble.fields)
        came = Incoming(
            id=f"notice:{errand.making}",
            address=errand.address,
            at=self._clock(),
            kind="notice",
            making=errand.making,
            notice=notice,
        )
        letter = chats.Inbound(id=came.id, address=came.address, payload=came.model_dump_json(), at=came.at)
        if await chats.end_errand(self._db, errand.making, letter):
            if errand.recipe in FILMS:
                metrics.films.labels(notice.kind).inc()
            self._arrived(errand.address)
        else:  # the chat was forgotten meanwhile, so nothing of its makings stays either
            await self._engine.forget(project)
