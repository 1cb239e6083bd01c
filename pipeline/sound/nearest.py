"""The name somebody probably meant."""

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(name: str, known: Iterable[str]) -> str:
    """Return the known name most like `name`; the first of them when none is like it."""
    names = list(known)
    return next(iter([*get_close_matches(name.lower(), names, 1, 0.0), *names]), "")
