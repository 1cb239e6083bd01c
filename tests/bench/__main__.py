"""Every benchmark, or the groups named on the command line: `python -m tests.bench chat`."""

import argparse
from collections.abc import Callable
from functools import partial

from tests.bench import again, chat, edit, film, making, page, puppet, sight, soak, storm, telegram, vendors
from tests.bench.figures import Figure, keep, show

_GROUPS: dict[str, Callable[[], list[Figure]]] = {
    "film": film.measure,
    "again": again.measure,
    "edit": edit.measure,
    "puppet": puppet.measure,
    "sight": sight.measure,
    "chat": chat.measure,
    "telegram": telegram.measure,
    "soak": soak.measure,
    "page": page.measure,
    "vendors": vendors.measure,
    "making": making.measure,
    "storm": storm.measure,
}


def main() -> None:
    """Measure, write down, print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="group", help=", ".join(_GROUPS))
    parser.add_argument("--minutes", type=float, default=1.0, help="how long the soak takes")
    parser.add_argument("--seed", type=int, help="what goes wrong in it; each time something else without")
    asked = parser.parse_args()
    if unknown := set(asked.names) - set(_GROUPS):
        parser.error(f"no group called {', '.join(sorted(unknown))}; there are {', '.join(_GROUPS)}")
    groups = _GROUPS | {"soak": partial(soak.measure, asked.minutes, asked.seed)}
    figures = [figure for name in asked.names or groups for figure in groups[name]()]
    keep(figures, everything=not asked.names)
    show(figures)


if __name__ == "__main__":
    main()
