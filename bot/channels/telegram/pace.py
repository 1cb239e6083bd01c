"""Pace: how fast we may speak, in one place for the whole process.

Telegram counts sends and edits together, per chat and over all. A message waits for its turn; an edit of a
progress message that cannot go now is left out, because the next one says it all again. When Telegram says
how long to keep quiet, that chat is quiet for exactly so long; when a second chat hears it meanwhile, it is
our whole speed that is meant, and everything is.

Source: the limits of core.telegram.org/bots/faq (read 2026-11-22): about one message a second in a chat,
20 a minute in a group, 30 a second in all.
"""

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterator

from telegram.error import RetryAfter

from bot import metrics
from bot.channels.telegram.troubles import seconds_of

_MARGIN = 0.1  # seconds: what leaves in time may arrive closer together
_KEPT = 4_096  # chats remembered before those that are quiet are let go
REMEMBERED = 60.0  # seconds for which something that was sent counts
_RESERVE = 5  # of a group's minute is not spent on edits


class Window:
    """No more than `most` in any `seconds`."""

    def __init__(self, most: int, seconds: float) -> None:
        self._most, self._seconds = most, seconds + _MARGIN
        self._times: deque[float] = deque()

    def wait(self, now: float, reserve: int = 0) -> float:
        """Seconds until there is room for one more, `reserve` of them kept free."""
        while self._times and self._times[0] <= now - self._seconds:
            self._times.popleft()
        over = len(self._times) - (self._most - reserve)
        return 0.0 if over < 0 else max(0.0, self._times[over] + self._seconds - now)

    def take(self, now: float) -> None:
        """Count one."""
        self._times.append(now)

    def quiet(self, now: float) -> bool:
        """Whether nothing counts any more."""
        return self.wait(now) == 0.0 and not self._times


class Pace:
    """One per process, shared by everything that sends; chats are Telegram's numbers, negative for groups.

    `lifted` leaves out our own limits, for measuring; what Telegram asks for is obeyed all the same.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        lifted: bool = False,
    ) -> None:
        self._clock, self._sleep, self._lifted = clock, sleep, lifted
        self._all = Window(30, 1.0)
        self._chats: dict[int, tuple[Window, ...]] = {}
        self._shut: dict[int, float] = {}
        self._shut_all = 0.0

    async def turn(self, chat: int, count: int = 1) -> None:
        """Wait until `count` messages more may be sent to a chat; they count as sent at once."""
        for _ in range(count):
            while (seconds := self._wait(chat)) > 0:
                await self._sleep(seconds)
            self._take(chat)

    def recall(self, chat: int, seconds_ago: float) -> None:
        """Count a message that an earlier process sent; the oldest one first."""
        for window in self._windows(chat):
            window.take(self._clock() - seconds_ago)

    def free(self, chat: int) -> bool:
        """Count an edit if one may go to a chat this very moment and messages still find room; else False."""
        if self._wait(chat, _RESERVE if chat < 0 else 1) > 0:
            return False
        self._take(chat)
        return True

    def open(self, chat: int) -> bool:
        """Whether nobody told us to keep quiet in a chat."""
        return self._quiet(chat, self._clock()) <= 0

    def shut(self, chat: int, seconds: float) -> None:
        """Be quiet in a chat for so long, and everywhere when another chat was told the same meanwhile."""
        now = self._clock()
        self._shut = {one: until for one, until in self._shut.items() if until > now}
        if any(one != chat for one in self._shut):
            self._shut_all = max(self._shut_all, now + seconds)
        self._shut[chat] = max(self._shut.get(chat, 0.0), now + seconds)

    def _wait(self, chat: int, reserve: int = 0) -> float:
        now = self._clock()
        quiet = self._quiet(chat, now)
        if self._lifted:
            return quiet
        windows = self._windows(chat)
        rooms = [window.wait(now, reserve if window is windows[-1] else 0) for window in windows]
        return max(quiet, self._all.wait(now), *rooms)

    def _quiet(self, chat: int, now: float) -> float:
        return max(self._shut.get(chat, 0.0), self._shut_all) - now

    def _take(self, chat: int) -> None:
        if self._lifted:
            return
        now = self._clock()
        for window in (self._all, *self._windows(chat)):
            window.take(now)

    def _windows(self, chat: int) -> tuple[Window, ...]:
        found = self._chats.get(chat)
        if found is None:
            self._forget_quiet()
            found = (Window(3, 3.0), *((Window(20, REMEMBERED),) if chat < 0 else ()))
            self._chats[chat] = found
        return found

    def _forget_quiet(self) -> None:
        if len(self._chats) < _KEPT:
            return
        now = self._clock()
        self._chats = {
            chat: windows
            for chat, windows in self._chats.items()
            if not all(window.quiet(now) for window in windows)
        }


@contextlib.contextmanager
def hushed(pace: Pace, chat: int) -> Iterator[None]:
    """Around every call that names a chat, courtesies too: what Telegram asks for holds for all of them."""
    try:
        yield
    except RetryAfter as error:
        metrics.slowed.labels("telegram").inc()
        pace.shut(chat, seconds_of(error))
        raise
