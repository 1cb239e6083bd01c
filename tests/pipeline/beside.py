"""The workshop's jobs in a thread of this process: libraries and models are loaded once for all tests of it.

For tests of what is made. What a process of its own is for (a worker that dies, takes too much memory or
holds on to a model) is doubted by `test_workshop`, and by every story that starts the program.
"""

import asyncio
import functools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from pipeline.workshop import Room, Workshop

T = TypeVar("T")


class Beside(Workshop):
    """A workshop without processes; one job after another, as in the rooms that have one worker."""

    def __init__(self) -> None:
        super().__init__()
        self._thread = ThreadPoolExecutor(1, "workshop-beside")

    async def run(
        self, room: Room, work: Callable[..., T], *args: object, tell: Callable[[float], None] | None = None
    ) -> T:
        """Do the work beside the loop."""
        loop = asyncio.get_running_loop()
        if tell is not None:
            told = tell
            work = functools.partial(work, tell=lambda done: loop.call_soon_threadsafe(told, done))
        return await loop.run_in_executor(self._thread, work, *args)

    async def close(self) -> None:
        """End the thread, after the job it is at."""
        await asyncio.to_thread(self._thread.shutdown, cancel_futures=True)
        await super().close()
