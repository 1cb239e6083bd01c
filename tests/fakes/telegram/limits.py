"""How much a bot may say: per chat, per group and minute, over all; sends and edits share it.

The true limits are soft and unpublished; these are a little kinder than the published advice, so whoever
keeps to the advice is never refused. A chat that is asked while it is shut stays shut longer.
"""

import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.fakes.telegram.refusals import flood

_MINUTE = 59.0
"""A second is left to the way there: what was sent a minute apart may arrive a little closer."""


@dataclass(frozen=True)
class Limits:
    """Messages a second in one chat with a burst, a minute in a group, a second in all."""

    chat_per_second: float = 1.0
    chat_burst: float = 5.0
    group_per_minute: int = 20
    overall_per_second: float = 30.0
    overall_burst: float = 36.0
    penalty_seconds: float = 3.0
    longest_seconds: float = 3600.0


@dataclass
class _Bucket:
    rate: float
    room: float
    full: float = field(init=False)
    at: float = 0.0

    def __post_init__(self) -> None:
        self.full = self.room

    def wait(self, now: float, cost: float) -> float:
        """Seconds until that much fits; an album larger than the bucket needs a full one."""
        self.room = min(self.full, self.room + max(0.0, now - self.at) * self.rate)
        self.at = now
        return max(0.0, (min(cost, self.full) - self.room) / self.rate - 1e-9)


@dataclass
class _Shut:
    until: float
    seconds: float


class Gate:
    """Lets a message pass or shuts the chat."""

    def __init__(self, limits: Limits | None, clock: Callable[[], float]) -> None:
        self.limits, self._clock = limits, clock
        self._chats: dict[int, _Bucket] = {}
        self._groups: dict[int, deque[float]] = {}
        self._shut: dict[int, _Shut] = {}
        self._all: _Bucket | None = None
        self.violations = 0

    def shut(self, chat: int, seconds: float) -> None:
        """Refuse this chat for that long, whatever it does."""
        self._shut[chat] = _Shut(self._clock() + seconds, seconds)

    def enter(self, chat: int, *, group: bool, cost: int = 1) -> None:
        """Count a message, or an edit of one.

        Raises:
            Refusal: 429 with the seconds to wait.
        """
        now = self._clock()
        if (closed := self._shut.get(chat)) and now < closed.until:
            longest = (self.limits or Limits()).longest_seconds
            raise self._refuse(chat, now, min(longest, closed.seconds * 2))
        if self.limits is None:
            return
        if (wait := self._wait(chat, now, group, cost)) > 0:
            raise self._refuse(chat, now, max(wait, self.limits.penalty_seconds))
        everything = self._all = self._all or _Bucket(
            self.limits.overall_per_second, self.limits.overall_burst
        )
        if (wait := everything.wait(now, cost)) > 0:
            self.violations += 1
            raise flood(math.ceil(wait))
        everything.room -= cost
        self._chats[chat].room -= cost
        if group:
            self._groups[chat].extend([now] * cost)

    def _wait(self, chat: int, now: float, group: bool, cost: int) -> float:
        assert self.limits is not None
        fresh = _Bucket(self.limits.chat_per_second, self.limits.chat_burst)
        wait = self._chats.setdefault(chat, fresh).wait(now, cost)
        if group:
            minute = self._groups.setdefault(chat, deque())
            while minute and minute[0] <= now - _MINUTE:
                minute.popleft()
            if over := len(minute) + cost - self.limits.group_per_minute:
                wait = max(wait, minute[min(over, len(minute)) - 1] + _MINUTE - now) if over > 0 else wait
        return wait

    def _refuse(self, chat: int, now: float, seconds: float) -> Exception:
        self.violations += 1
        whole = math.ceil(seconds)
        self._shut[chat] = _Shut(now + whole, whole)
        return flood(whole)
