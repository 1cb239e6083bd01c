"""What a script is poured into: the person's lines word for word, and how long each of the pet's may be."""

import math
from collections.abc import Sequence

from pipeline.ports.text import WriteAsk
from pipeline.themes import bank
from pipeline.themes.fit import syllables
from storage.model import Lang, Line, Noun, Script

_LONGER = 1.2
_FREE: dict[Lang, tuple[int, ...]] = {"zh": (5, 8, 12), "en": (5, 8, 12)}  # answers without a mould
_FREE_QUESTION = 14
_EXAMPLES = 4


class Mould(Noun):
    """`most` are syllables by line, 0 for lines that stay as they are. `open`: the questions are to be
    written too. `examples` are sets of the pet's lines that show the tone."""

    lines: tuple[Line, ...]
    most: tuple[int, ...]
    open: bool = False
    slug: str = ""
    name: str = ""
    tags: tuple[str, ...] = ()
    examples: tuple[tuple[str, ...], ...] = ()


def mould(ask: WriteAsk) -> Mould:
    """Return the mould for a wish: somebody's own dialogue, a theme of the bank, or an open one."""
    if ask.mould is not None:
        return _own(ask.mould)
    theme = bank.find(ask.theme)
    return _open(ask) if theme is None else _of(theme, ask)


def longest(script: Sequence[Line], lang: Lang) -> tuple[int, ...]:
    """Return how many syllables each line may have to be no longer than it is, give or take a fifth."""
    return tuple(
        0 if line.speaker == "person" else math.ceil(syllables(line.text, lang) * _LONGER) for line in script
    )


def _own(script: Script) -> Mould:
    examples = (bank.answers(script),)
    return Mould(
        lines=script.lines, most=longest(script.lines, script.lang), tags=script.tags, examples=examples
    )


def _of(theme: bank.Theme, ask: WriteAsk) -> Mould:
    told = bank.audience(theme, ask.audience).answers[ask.lang]
    general = bank.audience(theme, None).answers[ask.lang]
    lines: list[Line] = []
    most: list[int] = []
    for turn, question in enumerate(theme.person[ask.lang]):
        sizes = [syllables(answers.say[turn], ask.lang) for answers in general]
        lines += [Line(speaker="person", text=question), Line(speaker="pet", text=told[0].say[turn])]
        most += [0, math.ceil(max(sizes) * _LONGER)]
    return Mould(
        lines=tuple(lines),
        most=tuple(most),
        slug=theme.slug,
        name=theme.names[ask.lang],
        tags=theme.tags[ask.lang],
        examples=tuple(answers.say for answers in told[:_EXAMPLES]),
    )


def _open(ask: WriteAsk) -> Mould:
    lines: list[Line] = []
    most: list[int] = []
    for syllables_ in _FREE[ask.lang]:
        lines += [Line(speaker="person", text=""), Line(speaker="pet", text="")]
        most += [_FREE_QUESTION, syllables_]
    examples = bank.themes()[0]
    told = bank.audience(examples, ask.audience).answers[ask.lang]
    return Mould(
        lines=tuple(lines),
        most=tuple(most),
        open=True,
        examples=tuple(answers.say for answers in told[:_EXAMPLES]),
    )
