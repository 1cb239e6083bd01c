"""What a writer is worth: thirty fixed themes, each answer judged by the rules scripts are held to."""

import time
import tomllib
from collections.abc import Callable, Iterable
from pathlib import Path
from statistics import fmean, median

from pipeline.ports.errors import Failed, Refused, Surprise, Trouble
from pipeline.ports.text import WriteAsk, Writer, Written
from pipeline.themes import bank
from pipeline.writing import clean
from pipeline.writing.moulds import Mould, mould
from pipeline.writing.options import faults, likeness
from storage.model import Noun

_LIMITS = ("syllables", "characters")


class Mark(Noun):
    """One theme's result. `usable`: passed every check on the first answer; `near`: it is about the theme;
    the others are figures of 0 to 1 over the options that came, None where none did; `trouble` is the text
    key of what went wrong."""

    theme: str
    usable: bool = False
    near: bool = False
    verbatim: float | None = None
    short: float | None = None
    distinct: float | None = None
    clean: float | None = None
    seconds: float = 0.0
    cost: float = 0.0
    trouble: str = ""


class Score(Noun):
    """All themes together; `seconds` is the median, `cost` the sum in the vendor's currency."""

    writer: str
    currency: str
    themes: int
    usable: float
    near: float
    verbatim: float
    short: float
    distinct: float
    clean: float
    seconds: float
    cost: float
    troubles: tuple[str, ...] = ()


def themes(count: int | None = None) -> tuple[WriteAsk, ...]:
    """Return the fixed wishes, the first `count` of them."""
    written = tomllib.loads(Path(__file__).with_name("contest.toml").read_text("utf-8"))["themes"]
    return tuple(WriteAsk.model_validate(one) for one in written)[:count]


async def tried(writer: Writer, ask: WriteAsk, clock: Callable[[], float] = time.perf_counter) -> Mark:
    """Ask once and judge what came; nothing is asked twice here, and trouble is a result too.

    This spends outside any project: only an operator asks for it.
    """
    begun = clock()
    try:
        paid = await writer.ask(ask)
    except Trouble as trouble:
        return Mark(theme=ask.theme, seconds=clock() - begun, trouble=trouble.key)
    cost = writer.facts.price if paid.cost is None else paid.cost
    spent = {"theme": ask.theme, "seconds": clock() - begun, "cost": cost}
    try:
        written = writer.written(ask, paid.value)
    except (Failed, Refused, Surprise) as trouble:
        return Mark.model_validate({**spent, "trouble": trouble.key})
    return Mark.model_validate({**spent, **_judged(written, mould(ask), ask)})


def scored(writer: Writer, marks: Iterable[Mark]) -> Score:
    """Sum the marks up; themes without options count as nothing in each figure."""
    rows = tuple(marks)
    return Score(
        writer=writer.facts.name,
        currency=writer.facts.currency,
        themes=len(rows),
        usable=fmean(row.usable for row in rows),
        near=fmean(row.near for row in rows),
        verbatim=fmean(row.verbatim or 0.0 for row in rows),
        short=fmean(row.short or 0.0 for row in rows),
        distinct=fmean(row.distinct or 0.0 for row in rows),
        clean=fmean(row.clean or 0.0 for row in rows),
        seconds=median(row.seconds for row in rows),
        cost=sum(row.cost for row in rows),
        troubles=tuple(sorted({row.trouble for row in rows if row.trouble})),
    )


def _judged(written: Written, held: Mould, ask: WriteAsk) -> dict[str, object]:
    options = written.options
    asked = len(options) * sum(line.speaker == "person" for line in held.lines)
    answers = [bank.answers(one) for one in options]
    found = [
        faults(one, held, ask) if len(one.lines) == len(held.lines) else ["other lines"] for one in options
    ]
    ends = [likeness(a[-1], b[-1], ask.lang) for n, a in enumerate(answers) for b in answers[n + 1 :]]
    dirty = [bool(clean.unwelcome(" ".join(lines), ask.lang, ask.theme)) for lines in answers]
    return {
        "usable": not any(found),
        "near": written.exact,
        "verbatim": 1.0 if held.open else 1.0 - written.put_back / asked,
        "short": fmean(not any(word in fault for fault in one for word in _LIMITS) for one in found),
        "distinct": 1.0 - max(ends, default=0.0),
        "clean": 1.0 - fmean(dirty),
    }
