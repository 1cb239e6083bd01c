"""Text: three script options for a theme and an audience."""

from typing import Protocol

from pipeline.ports.facts import Facts
from storage.model import Lang, Noun, Script


class WriteAsk(Noun):
    """`theme` is a slug or words; `seen` holds the pet's lines of options shown before."""

    theme: str
    audience: str | None = None
    lang: Lang = "zh"
    seen: tuple[tuple[str, ...], ...] = ()
    count: int = 3


class Written(Noun):
    """Options, best first; `exact` is False when theme or audience are only near what was asked."""

    options: tuple[Script, ...]
    exact: bool = True


class Text(Protocol):
    """Writes."""

    facts: Facts

    async def write(self, ask: WriteAsk) -> Written:
        """Return clearly different scripts whose person's lines are verbatim."""
        ...
