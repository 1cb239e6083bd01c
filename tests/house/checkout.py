"""What the house tests look at: the checkout's own files, and its Python read as trees."""

import ast
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
ROOMS = ("bot", "pipeline", "storage", "tests")
_MADE = {"__pycache__", "out", "data", "build", "dist"}


@cache
def files() -> tuple[Path, ...]:
    """Every file that is ours: no hidden folder but `.ci`, nothing that set-up, tools or films left behind.

    Read from the disk rather than from git, which need not be on the machine.
    """
    return tuple(sorted(_walk()))


def _walk() -> Iterator[Path]:
    for folder, below, names in os.walk(CHECKOUT):
        below[:] = [name for name in below if name == ".ci" or not (name.startswith(".") or name in _MADE)]
        yield from (Path(folder) / name for name in names if not name.endswith((".pyc", ".DS_Store", ".git")))


def modules(*rooms: str) -> tuple[Path, ...]:
    """Every Python file of these rooms."""
    return tuple(
        file for file in files() if file.suffix == ".py" and file.relative_to(CHECKOUT).parts[0] in rooms
    )


@cache
def tree(file: Path) -> ast.Module:
    """The file's syntax tree."""
    return ast.parse(file.read_text(encoding="utf-8"), str(file))


def shown(file: Path) -> str:
    """The file's name in a failure's words."""
    return str(file.relative_to(CHECKOUT))
