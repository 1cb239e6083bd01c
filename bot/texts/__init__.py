"""Every sentence a person can read, in both languages: one TOML each, flat keys, fields in braces."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from storage.model import Lang

_HERE = Path(__file__).parent


def say(key: str, lang: Lang, fields: Mapping[str, object] | None = None) -> str:
    """Return the sentence for a key.

    Raises:
        KeyError: no such text, or a field of it is missing: both are mistakes of ours, found by tests.
    """
    return _texts(lang)[key].format_map(dict(fields or {}))


def known(key: str) -> bool:
    """Whether there is such a text."""
    return key in _texts("en")


def every(stem: str, lang: Lang) -> dict[str, str]:
    """All texts whose key begins with `stem`, for a page that says them itself."""
    return {key: sentence for key, sentence in _texts(lang).items() if key.startswith(stem)}


@cache
def _texts(lang: Lang) -> dict[str, str]:
    with (_HERE / f"{lang}.toml").open("rb") as file:
        return {key: str(value) for key, value in tomllib.load(file).items()}
