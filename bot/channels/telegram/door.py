"""Telegram's door: the half every process has, which hears, and the half of the one at work, which serves."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from pathlib import Path

import structlog
from starlette.routing import BaseRoute
from telegram import Bot
from telegram.error import TelegramError

from bot.channels.telegram import api, connect, menu
from bot.channels.telegram.arrivals import Arrivals
from bot.channels.telegram.connect import Say, Sleep
from bot.channels.telegram.fetch import Fetch
from bot.channels.telegram.hook import Hook
from bot.channels.telegram.intake import CHANNEL, Intake
from bot.channels.telegram.lanes import SILENCE, Lanes
from bot.channels.telegram.pace import Pace
from bot.channels.telegram.poll import WAIT_SECONDS, Poll
from bot.channels.telegram.pool import Pool
from bot.channels.telegram.read import Me
from bot.reception import Reception
from storage import updates
from storage.db import Database
from storage.errors import StorageError
from storage.model import Noun

_LOOK_SECONDS = 0.5
_TIDY_SECONDS = 3_600.0
_KEPT_SECONDS = 2 * 86_400.0  # Telegram delivers nothing again after one day
_STOP_SECONDS = 5.0
_log = structlog.get_logger(__name__)


class Wishes(Noun):
    """How the bot is set up; `webhook` is None where it fetches its updates, `invited` where all may come."""

    token: str
    base_url: str
    local: bool = False
    webhook: str | None = None
    secret: str | None = None
    invited: frozenset[str] | None = None
    trust_env: bool = True
    silence: float = SILENCE
    wait_seconds: int = WAIT_SECONDS


class Door:
    """One per process. `client` and `pace` are for whoever sends.

    Raises:
        BadInput: a setting is not what Telegram takes.
    """

    def __init__(
        self,
        wishes: Wishes,
        db: Database,
        scratch: Path,
        pace: Pace,
        *,
        clock: Callable[[], float],
        tell: Say,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._wishes = wishes
        self._db = db
        self.pace = pace
        self._clock = clock
        self._tell = tell
        self._sleep = sleep
        self._secret = connect.webhook_secret(wishes.secret, wishes.token)
        self._pool = Pool(trust_env=wishes.trust_env)
        self.client: Bot = api.bot(wishes.token, wishes.base_url, local=wishes.local, request=self._pool)
        self._fetch = Fetch(self.client, self._pool, scratch, local=wishes.local, sleep=sleep)
        self._arrivals: Arrivals | None = None
        self._me: Me | None = None
        self._known = asyncio.Event()
        self._lanes: Lanes | None = None
        self._poll: Poll | None = None
        self._trouble: str | None = None

    @property
    def trouble(self) -> str | None:
        """The text key of what is wrong with Telegram at this moment, or None."""
        return (self._poll.trouble if self._poll else None) or self._trouble

    async def introduce(self) -> None:
        """Find out who we are; the rest waits for it.

        Raises:
            NoAccess: the token is wrong.
        """
        self._trouble = "telegram.out_of_reach"
        self._me = await connect.who_we_are(self.client, self._tell, self._sleep)
        self._trouble = None
        self._arrivals = Arrivals(self.client, self._me, self._db, self._clock)
        self._tell("run.telegram", {"name": self._me.name})
        self._known.set()

    async def close(self) -> None:
        """Close the connections."""
        if self._arrivals:
            await self._arrivals.close()
        await self._pool.shutdown()

    def hearing(self) -> BaseRoute | None:
        """The webhook, which every process has; None where updates are fetched."""
        if self._wishes.webhook is None:
            return None
        _, path = connect.webhook_address(self._wishes.webhook)
        return Hook(path, self._secret, self._take).route()

    async def work(self, reception: Reception) -> None:
        """Serve what comes in, until cancelled; what is in hand then comes to its end.

        Raises:
            NoAccess: the token or the webhook is not taken.
        """
        await self._known.wait()
        async with self._serving(reception):
            if self._wishes.webhook is not None:
                await self._brought(self._wishes.webhook)
            else:
                await self._fetched()

    @contextlib.asynccontextmanager
    async def _serving(self, reception: Reception) -> AsyncIterator[None]:
        assert self._me is not None
        wishes = self._wishes
        intake = Intake(
            self.client, self._me, self._db, reception, self._fetch, self.pace,
            clock=self._clock, invited=wishes.invited, sleep=self._sleep,
        )  # fmt: skip
        self._lanes = Lanes(intake.serve, silence=wishes.silence)
        beside = [asyncio.create_task(self._tidy()), asyncio.create_task(self._offer())]
        try:
            await self._catch_up()
            yield
        finally:
            for task in beside:
                task.cancel()
            lanes, self._lanes = self._lanes, None
            await lanes.close(_STOP_SECONDS)
            await intake.close()
            await asyncio.gather(*beside, return_exceptions=True)

    async def _fetched(self) -> None:
        await connect.fetch_by_ourselves(self.client, self._tell, self._sleep)
        self._poll = Poll(
            self.client,
            self._take_slowly,
            self._tell,
            wait_seconds=self._wishes.wait_seconds,
            sleep=self._sleep,
        )
        try:
            await self._poll.run()
        finally:
            self._poll = None

    async def _brought(self, webhook: str) -> None:
        """Have them brought, and look for those that another process has written down."""
        address, _ = connect.webhook_address(webhook)
        await connect.have_brought(self.client, address, self._secret, self._tell, self._sleep)
        while True:
            await self._sleep(_LOOK_SECONDS if self._db.kind != "sqlite" else _TIDY_SECONDS)
            await self._look()

    async def _take(self, raws: Sequence[Mapping[str, object]]) -> None:
        if self._arrivals is None:  # not introduced yet: Telegram brings it again
            raise StorageError("storage.busy", {"place": CHANNEL})
        rows = await self._arrivals.take(raws)
        if self._lanes:
            self._lanes.add(rows)

    async def _take_slowly(self, raws: Sequence[Mapping[str, object]]) -> None:
        """Take a batch, and let the next one wait at Telegram while much is in hand."""
        await self._take(raws)
        if self._lanes:
            await self._lanes.room()

    async def _catch_up(self) -> None:
        """Go on with all that lies there from before, page by page, before anything new is taken."""
        after = (-1, "")
        while self._lanes and (rows := await updates.waiting(self._db, CHANNEL, after)):
            self._lanes.add(rows)
            after = rows[-1].place, rows[-1].id
            await self._lanes.room()

    async def _look(self) -> None:
        """Take over what another process has written down."""
        try:
            rows = await updates.waiting(self._db, CHANNEL)
        except StorageError as error:
            _log.error("telegram.cannot_look", reason=error.key)
            return
        if self._lanes:
            self._lanes.add(rows)

    async def _offer(self) -> None:
        """Set the menu; the bot works without."""
        try:
            await menu.offer(self.client)
        except TelegramError as error:
            _log.warning("telegram.no_menu", kind=type(error).__name__)

    async def _tidy(self) -> None:
        """Remove the ids nobody asks for again."""
        while True:
            with contextlib.suppress(StorageError):  # the next time
                await updates.prune(self._db, CHANNEL, self._clock() - _KEPT_SECONDS)
            await self._sleep(_TIDY_SECONDS)
