"""Figures: what is measured, printed as a table and kept in `out/bench.json`."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

_FILE = Path("out") / "bench.json"


@dataclass(frozen=True)
class Figure:
    """One measurement; names stay the same for ever.

    A goal is a figure to reach, a reference another way of doing the same on this machine in this run.
    """

    name: str
    value: float
    unit: str
    goal: float | None = None
    reference: float | None = None


def keep(figures: Iterable[Figure], *, everything: bool) -> None:
    """Write them down; unless it is everything, what was measured earlier stays beside them."""
    _FILE.parent.mkdir(exist_ok=True)
    before = [] if everything or not _FILE.exists() else json.loads(_FILE.read_text("utf-8"))
    page = {each["name"]: each for each in before}
    page |= {each.name: {**asdict(each), "value": round(each.value, 5)} for each in figures}
    _FILE.write_text(json.dumps(list(page.values()), indent=1) + "\n", "utf-8")


def show(figures: Iterable[Figure]) -> None:
    """Print them."""
    table = Table("name", "value", "unit", "goal", "reference")
    for each in figures:
        goal, reference = (f"{x:g}" if x is not None else "" for x in (each.goal, each.reference))
        table.add_row(each.name, f"{each.value:.2f}", each.unit, goal, reference)
    Console().print(table)
