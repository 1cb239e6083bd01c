"""Every method there is, by its name in small letters: the service does not mind how it is written."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.fakes.telegram import account, editing, sending
from tests.fakes.telegram.args import Args
from tests.fakes.telegram.core import Core

Run = Callable[[Core, Args], object]


@dataclass(frozen=True)
class Method:
    """A method and how it is written in the documentation."""

    name: str
    run: Run


def _listed(*tables: dict[str, Run]) -> dict[str, Method]:
    return {name.lower(): Method(name, run) for table in tables for name, run in table.items()}


METHODS = _listed(account.METHODS, sending.METHODS, editing.METHODS)
