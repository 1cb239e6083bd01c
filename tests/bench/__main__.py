"""Every benchmark, or the groups named on the command line: `python -m tests.bench chat`."""

import sys
from collections.abc import Callable

from tests.bench import chat, edit, film, page
from tests.bench.figures import Figure, keep, show

_GROUPS: dict[str, Callable[[], list[Figure]]] = {
    "film": film.measure,
    "edit": edit.measure,
    "chat": chat.measure,
    "page": page.measure,
}


def main(names: list[str]) -> None:
    """Measure, write down, print."""
    if unknown := set(names) - set(_GROUPS):
        sys.exit(f"bench: no group called {', '.join(sorted(unknown))}; there are {', '.join(_GROUPS)}")
    figures = [figure for name in names or _GROUPS for figure in _GROUPS[name]()]
    keep(figures, everything=not names)
    show(figures)


if __name__ == "__main__":
    main(sys.argv[1:])
