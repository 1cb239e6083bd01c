"""Slowness in front of a fake: half of it before the work is done and charged, half before the answer."""

import asyncio
from collections.abc import Mapping

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Slow:
    """`seconds` that calls take, by the end of their path; others take none."""

    def __init__(self, app: ASGIApp, seconds: Mapping[str, float]) -> None:
        self._app, self._seconds = app, seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        half = next((each for end, each in self._seconds.items() if path.endswith(end)), 0.0) / 2
        waited = False

        async def later(message: Message) -> None:
            nonlocal waited
            if not waited:
                waited = True
                await asyncio.sleep(half)
            await send(message)

        await asyncio.sleep(half)
        await self._app(scope, receive, later)
