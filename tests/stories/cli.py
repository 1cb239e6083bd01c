"""Whole films through the command line, as a person runs it, in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

_KEPT = {"PATH", "HOME", "PAWLOGUE_CACHE", "FILM_WIDTH"}
SHARED = Path(__file__).parents[2].parent / "shared"


def command(*words: object) -> list[str]:
    """The command line of a `pawlogue` call."""
    return [sys.executable, "-m", "bot", *map(str, words)]


def environment(folder: Path) -> dict[str, str]:
    """An environment in which nothing of the machine's own settings counts."""
    kept = {name: value for name, value in os.environ.items() if name in _KEPT}
    checkout = str(Path(__file__).parents[2])
    return {**kept, "PYTHONPATH": checkout, "LANG": "en_US.UTF-8", "TMPDIR": str(folder)}


def pawlogue(folder: Path, *words: object) -> subprocess.CompletedProcess[str]:
    """Run a command to its end in `folder`."""
    return subprocess.run(
        command(*words), cwd=folder, env=environment(folder), capture_output=True, text=True, timeout=400
    )
