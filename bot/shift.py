"""Shifts: of several processes on one database, one is at work; when it goes, another takes over."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Coroutine

import structlog

from storage import leases
from storage.db import Database
from storage.errors import StorageError

RENEW_SECONDS = 5.0
LAPSE_SECONDS = 15.0
_LOOK_SECONDS = 1.0
_RELEASE_SECONDS = 2.0
_log = structlog.get_logger(__name__)


class Shift:
    """One process's claim to be the one at work. On SQLite there is nobody else, so it always is.

    Args:
        name: what the shift is for.
        renew, lapse: it says every so many seconds that it is still there, and is taken for gone after so
            many without.
        tell: hears a text key whenever it begins to work or to wait.
    """

    def __init__(
        self,
        db: Database,
        name: str,
        *,
        renew: float = RENEW_SECONDS,
        lapse: float = LAPSE_SECONDS,
        tell: Callable[[str], None] = lambda _: None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._db = db
        self._name = name
        self._renew = renew
        self._lapse = lapse
        self._tell = tell
        self._sleep = sleep
        self._holder = secrets.token_hex(8)
        self.working = False
        self.standing_by = False

    async def run(self, work: Callable[[], Coroutine[None, None, None]]) -> None:
        """Work whenever it is our turn, until cancelled or `work` ends by itself."""
        if self._db.kind == "sqlite":
            self.working = True
            await work()
            return
        try:
            while True:
                await self._begin()
                if await self._while_ours(work()):
                    return
                _log.warning("shift.lost")
        finally:
            self.working = False
            await self._give_up()

    async def _begin(self) -> None:
        """Wait until nobody else is at work."""
        while not await self._take():
            if not self.standing_by:
                self._tell("run.standing_by")
            self.standing_by = True
            await self._sleep(min(_LOOK_SECONDS, self._renew))
        if self.standing_by:
            self._tell("run.working")
        self.working, self.standing_by = True, False

    async def _while_ours(self, work: Coroutine[None, None, None]) -> bool:
        """Work until it is done (True) or somebody else has to (False)."""
        job, keeping = asyncio.create_task(work), asyncio.create_task(self._keep())
        try:
            await asyncio.wait({job, keeping}, return_when=asyncio.FIRST_COMPLETED)
            if job.done():
                await job
                return True
            return False
        finally:
            self.working = False
            for task in (job, keeping):
                task.cancel()
            await asyncio.wait({job, keeping})

    async def _keep(self) -> None:
        """Say again and again that we are there; return when it may be that others believe we are not."""
        loop = asyncio.get_running_loop()
        last = loop.time()
        while loop.time() - last < self._lapse - self._renew:
            await self._sleep(self._renew)
            held = await self._take()
            if held:
                last = loop.time()
            elif held is False:
                return

    async def _take(self) -> bool | None:
        """Whether it is ours now; None when the database did not say."""
        try:
            async with asyncio.timeout(self._renew):
                return await leases.take(self._db, self._name, self._holder, self._lapse)
        except (StorageError, TimeoutError) as error:
            _log.warning("shift.database_away", reason=getattr(error, "key", "slow"))
            return None

    async def _give_up(self) -> None:
        try:
            async with asyncio.timeout(_RELEASE_SECONDS):
                await leases.release(self._db, self._name, self._holder)
        except (StorageError, TimeoutError):
            _log.warning("shift.not_released")  # it lapses by itself
