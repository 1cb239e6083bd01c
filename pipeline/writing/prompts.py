"""Prompts are files with a header; what people wrote goes in as data, apart from the instructions."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from storage.model import Lang

_FOLDER = Path(__file__).parents[1] / "prompts"


class Prompt(NamedTuple):
    """What the model shall do, and the sentence in front of the material."""

    system: str
    words: str


@cache
def read(name: str, lang: Lang) -> Prompt:
    """Return a prompt by the name of its file.

    Raises:
        ValueError: the file has no header, or lacks one of its two parts.
    """
    text = (_FOLDER / f"{name}.{lang}.md").read_text("utf-8")
    _, head, rest = text.split("---\n", 2)
    missing = [word for word in ("purpose:", "inputs:", "output:") if word not in head]
    system, found, words = rest.partition("# words\n")
    if missing or not found or "# system\n" not in system:
        raise ValueError(f"{name}.{lang}.md: {missing or 'two parts are needed'}")
    return Prompt(system.partition("# system\n")[2].strip(), words.strip())


def material(prompt: Prompt, data: Mapping[str, object]) -> str:
    """Return the user's side of a question: the sentence, then the data as JSON nobody can break out of."""
    written = json.dumps(data, ensure_ascii=False, indent=1).replace("<", "\\u003c").replace(">", "\\u003e")
    return f"{prompt.words}\n\n<data>\n{written}\n</data>"
