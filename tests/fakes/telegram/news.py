"""One lock around everything that is known, and a bell for whoever waits for it to change."""

import asyncio
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class News:
    """People act in the test's thread, the server in its own: both hold `lock` while they change things."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self._listening: set[Callable[[], None]] = set()

    def tell(self) -> None:
        """Something changed."""
        for wake in tuple(self._listening):
            wake()

    async def until(self, look: Callable[[], T | None], seconds: float) -> T:
        """Return the first thing `look` finds, looking again after every change.

        Raises:
            TimeoutError: nothing for that long.
        """
        loop, bell = asyncio.get_running_loop(), asyncio.Event()

        def wake() -> None:
            loop.call_soon_threadsafe(bell.set)

        self._listening.add(wake)
        try:
            async with asyncio.timeout(seconds):
                while True:
                    bell.clear()
                    with self.lock:
                        found = look()
                    if found:
                        return found
                    await bell.wait()
        finally:
            self._listening.discard(wake)
