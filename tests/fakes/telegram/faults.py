"""What can go wrong between a bot and the server, on demand or by a seeded chance."""

import random
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal, get_args

Kind = Literal[
    "drop_before",
    "drop_after",
    "slow_before",
    "slow_after",
    "flood",
    "error",
    "error_after",
    "proxy",
    "garbage",
    "conflict",
]
"""drop_before: the connection ends, nothing happened · drop_after: it happened, the answer is lost ·
slow_before, slow_after: `seconds` before or after it happens · flood: 429 for `seconds` ·
error: 500, nothing happened · error_after: 500 although it happened · proxy: 502 with HTML ·
garbage: it happened, 200, no JSON · conflict: 409."""

AFTER = frozenset({"drop_after", "slow_after", "error_after", "garbage"})
"""With these the call is carried out."""


@dataclass
class Fault:
    """One trouble; `skip` calls pass first, then it meets `times` calls."""

    method: str
    kind: Kind
    skip: int
    times: int
    seconds: float


@dataclass(frozen=True)
class _Chance:
    odds: float
    kinds: tuple[Kind, ...]
    methods: frozenset[str]
    seconds: float


class Faults:
    """Troubles that wait for their call."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []
        self._chance: _Chance | None = None
        self._dice = random.Random(0)
        self.met: Counter[str] = Counter()
        """How often each kind happened."""

    def next(self, method: str, kind: Kind, *, nth: int = 1, times: int = 1, seconds: float = 1.0) -> None:
        """Meet the nth coming call of a method (`*` is any but getUpdates), and `times` in a row."""
        if kind not in get_args(Kind):
            raise ValueError(kind)
        self._waiting.append(Fault(method, kind, nth - 1, times, seconds))

    def sometimes(
        self,
        odds: float,
        *,
        seed: int = 1,
        kinds: Collection[Kind] = ("drop_before", "drop_after", "error", "proxy"),
        methods: Collection[str] = (),
        seconds: float = 0.1,
    ) -> None:
        """Meet calls by chance; the same seed meets the same calls. Without methods: all but getUpdates."""
        self._dice = random.Random(seed)
        self._chance = _Chance(odds, tuple(kinds), frozenset(methods), seconds)

    def clear(self) -> None:
        """Nothing goes wrong from now on."""
        self._waiting.clear()
        self._chance = None

    def draw(self, method: str) -> Fault | None:
        """The trouble this call meets."""
        found = self._due(method) or self._chosen(method)
        if found:
            self.met[found.kind] += 1
        return found

    def _due(self, method: str) -> Fault | None:
        due: Fault | None = None
        for fault in tuple(self._waiting):
            if fault.method != method and (fault.method != "*" or method == "getUpdates"):
                continue
            if fault.skip:
                fault.skip -= 1
            elif due is None:
                due = fault
                fault.times -= 1
                if not fault.times:
                    self._waiting.remove(fault)
        return due

    def _chosen(self, method: str) -> Fault | None:
        chance = self._chance
        if chance is None or (method not in chance.methods if chance.methods else method == "getUpdates"):
            return None
        if self._dice.random() >= chance.odds:
            return None
        return Fault(method, self._dice.choice(chance.kinds), 0, 1, chance.seconds)
