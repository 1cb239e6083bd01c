"""`getUpdates`: one poll waits at a time, what was confirmed is forgotten, a hang-up loses nothing."""

import asyncio
import time
from dataclasses import dataclass

from starlette.requests import Request

from tests.fakes.telegram.args import Args
from tests.fakes.telegram.core import Core
from tests.fakes.telegram.nouns import Json
from tests.fakes.telegram.refusals import Refusal

_SAME_SOON = 0.5
_SHORT = 3.0


@dataclass
class _Poll:
    ended: bool = False


class Gone(Exception):
    """The client hung up, or the server ends."""


class Polls:
    """The bot's polling."""

    def __init__(self, core: Core, longest: float) -> None:
        self._core, self._longest = core, longest
        self._waiting: _Poll | None = None
        self._offset: int | None = None
        self._started = -_SHORT

    async def get(self, args: Args, request: Request) -> list[Json]:
        """The next updates, waiting for them as long as was asked.

        Raises:
            Refusal: 409, a webhook is set or another poll has come.
            Gone: nobody is there to be answered.
        """
        core, offset = self._core, args.whole("offset") or 0
        self._check_webhook(
            "can't use getUpdates method while webhook is active; "
            "use deleteWebhook to delete the webhook first"
        )
        limit, seconds = self._temper(offset, args.whole("limit") or 100, args.whole("timeout") or 0)
        if self._waiting:
            self._waiting.ended = True
            core.news.tell()
        with core.news.lock:
            core.updates.allow(args.shape("allowed_updates"))
            if offset:
                core.updates.confirm(offset)
        return core.updates.batch(limit) or await self._wait(limit, seconds, request)

    def _temper(self, offset: int, limit: int, seconds: float) -> tuple[int, float]:
        """Who asks the same again at once gets one update, or waits a little."""
        now, same = time.monotonic(), offset == self._offset
        if same and now < self._started + _SAME_SOON:
            limit = 1
        if same and now < self._started + _SHORT:
            seconds = max(seconds, _SHORT)
        self._offset, self._started = offset, now
        return max(1, limit), min(max(0.0, seconds), self._longest)

    async def _wait(self, limit: int, seconds: float, request: Request) -> list[Json]:
        mine = self._waiting = _Poll()
        self._core.news.tell()
        waiting = asyncio.ensure_future(self._core.news.until(lambda: self._look(mine, limit), seconds))
        gone = asyncio.ensure_future(_hung_up(request))
        try:
            await asyncio.wait({waiting, gone}, return_when=asyncio.FIRST_COMPLETED)
            if not waiting.done():
                raise Gone
            return waiting.result()
        except TimeoutError:
            return []
        finally:
            for task in (waiting, gone):
                task.cancel()
            if self._waiting is mine:
                self._waiting = None

    def _look(self, mine: _Poll, limit: int) -> list[Json]:
        if mine.ended:
            words = "terminated by other getUpdates request; make sure that only one bot instance is running"
            raise Refusal(409, f"Conflict: {words}")
        if self._core.closing or self._core.unreachable:
            raise Gone
        self._check_webhook("terminated by setWebhook request")
        return self._core.updates.batch(limit)

    def _check_webhook(self, words: str) -> None:
        if self._core.webhook.url:
            raise Refusal(409, f"Conflict: {words}")


async def _hung_up(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
