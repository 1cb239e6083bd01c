"""The webhook: updates are posted, one at a time in every queue, and again until they are taken."""

import asyncio
import contextlib
import json
import random
from collections.abc import Callable
from http import HTTPStatus

from tests.fakes.telegram.core import Core
from tests.fakes.telegram.poster import Poster
from tests.fakes.telegram.updates import Waiting

_DAY = 24 * 3600.0
_LONGEST = 3600.0
_dice = random.Random(5)


def usual(attempt: int) -> float:
    """Seconds before the nth repetition: at once, then 2, 4, 8 … up to a minute or two."""
    return 0.0 if attempt <= 1 else min(2.0 ** (attempt - 1), _dice.uniform(60, 120))


class Hooks:
    """Posts to whatever address is set, and rests while none is."""

    def __init__(self, core: Core, backoff: Callable[[int], float] | None) -> None:
        self._core, self._backoff = core, backoff or usual
        self._busy: set[str] = set()

    async def run(self) -> None:
        """Deliver until cancelled."""
        poster = Poster()
        try:
            async with asyncio.TaskGroup() as group:
                while True:
                    for waiting in await self._core.news.until(self._due, _DAY):
                        self._busy.add(waiting.queue)
                        group.create_task(self._deliver(poster, waiting))
        finally:
            await poster.close()

    def _due(self) -> list[Waiting]:
        hook = self._core.webhook
        if not hook.url:
            return []
        room = hook.connections - len(self._busy)
        return self._core.updates.heads(self._busy, room)

    async def _deliver(self, poster: Poster, waiting: Waiting) -> None:
        url, attempt = self._core.webhook.url, 0
        try:
            while self._core.webhook.url == url and self._core.updates.alive(waiting):
                pause = await self._post(poster, waiting)
                if pause is None:
                    self._core.updates.done(waiting)
                    return
                attempt += 1
                await self._rest(url, max(pause, self._backoff(attempt)))
        finally:
            self._busy.discard(waiting.queue)
            self._core.news.tell()

    async def _post(self, poster: Poster, waiting: Waiting) -> float | None:
        """None when it was taken, else the seconds the other side asked to be left alone."""
        core, hook = self._core, self._core.webhook
        headers = {"content-type": "application/json"}
        if hook.secret:
            headers["x-telegram-bot-api-secret-token"] = hook.secret
        try:
            body = json.dumps(waiting.wire(), ensure_ascii=False).encode()
            answer = await poster.post(hook.url, body, headers)
        except (OSError, TimeoutError) as error:
            self._failed(f"Connection failed: {type(error).__name__}")
            return 0.0
        core.stats.calls["webhook"] += 1
        if 200 <= answer.status < 300:
            return None
        self._failed(f"Wrong response from the webhook: {answer.status} {HTTPStatus(answer.status).phrase}")
        asked = answer.headers.get("retry-after", "")
        return min(float(asked), _LONGEST) if asked.isdigit() else 0.0

    def _failed(self, words: str) -> None:
        core = self._core
        core.webhook.last_error = {"last_error_date": int(core.clock()), "last_error_message": words}
        core.stats.refused["webhook"] += 1
        core.news.tell()

    async def _rest(self, url: str, seconds: float) -> None:
        """Wait, but not for an address that is no longer set."""
        with contextlib.suppress(TimeoutError):
            await self._core.news.until(lambda: self._core.webhook.url != url, seconds)
