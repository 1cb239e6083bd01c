"""A model's words made fit to be shown and spoken, and what must not be among them."""

import re
import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from pipeline.themes.words import has_words, plain
from storage.model import Lang

_LINK = re.compile(
    r"(?:https?://|www\.)\S+|\b[\w-]+(?:\.[\w-]+)*\.(?:com|cn|net|org|io|me|app|xyz|top)\b(?:/\S*)?|@\w{3,}",
    re.IGNORECASE,
)
_ENGLISH_WORD = re.compile(r"[a-z']+")


def line(text: str, most: int) -> str:
    """Return one line of plain words: no markup, links, pictographs or control characters; cut at `most`
    characters. Empty where there is nothing to say."""
    words = " ".join(plain(_LINK.sub(" ", plain(text))).split())
    return words[:most].strip() if has_words(words) else ""


def tag(text: str, most: int) -> str:
    """Return a hashtag without its mark and without spaces."""
    return "".join(line(text.replace("#", " "), most).split())


def unwelcome(text: str, lang: Lang, wanted: str = "") -> tuple[str, ...]:
    """Return the words no film should hold; those a person asked for themself are theirs to use."""
    said, asked = text.casefold(), wanted.casefold()
    spoken = set(_ENGLISH_WORD.findall(said))
    found: Sequence[str] = [
        word
        for word in _words()[lang]
        if (word in said if lang == "zh" else word in spoken) and word not in asked
    ]
    return tuple(found)


@cache
def _words() -> dict[str, list[str]]:
    return tomllib.loads(Path(__file__).with_name("unwelcome.toml").read_text("utf-8"))
