"""Tidings: how far a making is, for whoever shows it; asked of the database at most twice a second each."""

import asyncio
from collections.abc import Callable

from pipeline.engine import Engine
from pipeline.progress import progress
from pipeline.studio import Studio
from storage import errands, purse, strides
from storage.model import Noun, Stride

_SECONDS = 0.5


class Tiding(Noun):
    """`left` in seconds where it is known, `place` in the queue (from 1) where it waits: for its turn among
    the films, or for a seat at a vendor's."""

    steps: tuple[Stride, ...] = ()
    fraction: float = 0.0
    left: float | None = None
    place: int | None = None
    ended: bool = True


class Tidings:
    """One per process: all who look at the same making share one look."""

    def __init__(self, studio: Studio, engine: Engine, timer: Callable[[], float] | None = None) -> None:
        self._studio = studio
        self._engine = engine
        self._timer = timer or asyncio.get_running_loop().time
        self._last: dict[str, tuple[float, asyncio.Task[Tiding]]] = {}
        self._usual: dict[str, dict[str, float]] = {}

    async def of(self, making: str) -> Tiding:
        """How far it is; one nobody knows has ended."""
        now = self._timer()
        told = self._last.get(making)
        if told is None or now - told[0] >= _SECONDS:
            for old in [name for name, (when, _) in self._last.items() if now - when >= _SECONDS]:
                del self._last[old]
            told = now, asyncio.ensure_future(self._look(making))
            self._last[making] = told
        return await asyncio.shield(told[1])

    async def _look(self, making: str) -> Tiding:
        db = self._studio.db
        errand = await errands.get(db, making)
        rows = await strides.of(db, making)
        ended = errand is None or errand.state == "ended"
        if ended:
            self._usual.pop(making, None)
        elif rows and making not in self._usual:
            self._usual[making] = await self._studio.usual_seconds(making)
        state = progress(rows, self._usual.get(making, {}), self._studio.clock())
        place = None
        if not ended:
            begun = state.running or state.done
            now = self._studio.clock()
            place = await (purse.number(db, making, now) if begun else self._engine.place(making))
        return Tiding(
            steps=rows,
            fraction=state.fraction,
            left=state.left,
            place=place,
            ended=ended,
        )
