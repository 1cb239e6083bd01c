"""Lanes: each chat's updates one after the other, the parts of an album together, chats side by side."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable

from storage.updates import Update

SILENCE = 1.2
"""Seconds after which an album has no more parts: nothing else says so."""

_ALBUM = 10  # parts at most
_MOST = 1_000
_REMEMBERED = 10_000


class Lanes:
    """Hands what is added to `serve`, a whole album at once; what was added before is left out.

    `serve` has to see to every failure itself. `most` is how much is in hand before `room` makes one wait.
    """

    def __init__(
        self,
        serve: Callable[[list[Update]], Awaitable[None]],
        *,
        silence: float = SILENCE,
        most: int = _MOST,
    ) -> None:
        self._serve = serve
        self._silence = silence
        self._most = most
        self._waiting: dict[str, list[Update]] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._parts_came: dict[str, asyncio.Event] = {}
        self._known: dict[str, None] = {}
        self._in_hand = 0
        self._served = asyncio.Event()
        self._closed = False

    def add(self, rows: Iterable[Update]) -> None:
        """Put updates into their chats' lanes."""
        for row in rows:
            if row.id in self._known or self._closed:
                continue
            self._known[row.id] = None
            self._in_hand += 1
            lane = self._waiting.setdefault(row.chat, [])
            lane.append(row)
            lane.sort(key=lambda each: each.place)
            if row.chat not in self._tasks:
                self._tasks[row.chat] = asyncio.create_task(self._run(row.chat))
            elif row.bundle and row.chat in self._parts_came:
                self._parts_came[row.chat].set()
        while len(self._known) > _REMEMBERED + self._in_hand:
            del self._known[next(iter(self._known))]

    async def room(self) -> None:
        """Wait until there is room for more; what is not taken waits where it is safe as well."""
        while self._in_hand >= self._most:
            self._served.clear()
            await self._served.wait()

    async def close(self, seconds: float) -> None:
        """Let what is being served come to its end, for so long at most; the rest is for the next start."""
        self._closed = True
        self._waiting.clear()
        tasks = list(self._tasks.values())
        for chat in self._parts_came:  # nobody knows whether such an album is whole
            self._tasks[chat].cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=seconds)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, chat: str) -> None:
        try:
            while self._waiting.get(chat):
                rows = await self._next(chat)
                await self._serve(rows)
                self._in_hand -= len(rows)
                self._served.set()
        finally:
            self._waiting.pop(chat, None)
            del self._tasks[chat]

    async def _next(self, chat: str) -> list[Update]:
        """Take the next update out of a lane, or a whole album once its last part is there."""
        first = self._waiting[chat][0]
        if not first.bundle:
            return [self._waiting[chat].pop(0)]
        came = self._parts_came[chat] = asyncio.Event()
        try:
            while self._parts(chat, first.bundle) < _ALBUM:
                came.clear()
                await asyncio.wait_for(came.wait(), self._silence)
        except TimeoutError:
            pass  # silence: it is whole
        finally:
            del self._parts_came[chat]
        lane = self._waiting[chat]
        self._waiting[chat] = [each for each in lane if each.bundle != first.bundle]
        return [each for each in lane if each.bundle == first.bundle]

    def _parts(self, chat: str, bundle: str) -> int:
        return sum(each.bundle == bundle for each in self._waiting.get(chat, ()))
