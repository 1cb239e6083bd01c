"""What a voice says when it is tried."""

import tomllib
from functools import cache
from pathlib import Path

from storage.model import Lang, Noun


class Trial(Noun):
    """`preview` is said in a voice just learnt, `audition` by each preset."""

    preview: str
    audition: str


@cache
def trial(lang: Lang) -> Trial:
    """Return the lines of a language."""
    words = tomllib.loads(Path(__file__).with_name("trials.toml").read_text("utf-8"))
    return Trial.model_validate(words[lang])
