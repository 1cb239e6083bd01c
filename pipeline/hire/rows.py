"""What one row of a modality's table says."""

import dataclasses
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Generic, TypeVar

from pipeline.ports.http import Http
from pipeline.settings import Account
from pipeline.workshop import Workshop

V = TypeVar("V")


@dataclasses.dataclass(frozen=True)
class Bench:
    """What a vendor may be built from."""

    http: Http
    workshop: Workshop
    weights: Mapping[str, Path | None]


@dataclasses.dataclass(frozen=True)
class Row(Generic[V]):
    """One vendor in one modality.

    `vendor` is its name in `MAKE_…`; `models` are ids alive on the day the row's facts were read, the default
    first, and any other id may be named in the settings; `account` is the stem of the settings that hold its
    key, empty where none is needed; `keys` are the settings that must all be set (one group is enough).
    `uncalled`: joins without being named, when it has its key. `keyless` says which accounts need none.
    """

    vendor: str
    models: tuple[str, ...]
    build: Callable[[Account, str, Bench], V]
    account: str = ""
    keys: tuple[tuple[str, ...], ...] = ()
    uncalled: bool = True
    keyless: Callable[[Account], bool] | None = None

    def open_to(self, account: Account) -> bool:
        """Whether its keys are there."""
        if self.keyless is not None and self.keyless(account):
            return True
        return not self.keys or any(all(name in account.keys for name in group) for group in self.keys)
