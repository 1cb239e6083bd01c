"""What of a film that was made is still good for the next one, by what changed in the brief; pure."""

from collections.abc import Iterator, Sequence

from storage.model import Brief, Line

BOUGHT = "bought"
"""Among what is still good: the voice made from the sample has said its first lines, which pay for it."""
PLAYED = "played"
"""Among what is still good: the picture, and whoever plays on it; a line said before was played before."""

_MADE_FROM = {
    "draw": ("photo", "taps", "frame", "width"),
    "clone": ("sample",),
    "speak_pet": ("voice", "sample", "pet_lines", "own_voice"),
    "speak_person": ("person_voice", "person_lines"),
    "animate": ("own_voice",),
}


def line(number: int) -> str:
    """How a line, counted from 1, is called among what is still good."""
    return f"line {number}"


def still_good(brief: Brief, made: Brief | None) -> frozenset[str]:
    """Return the steps that need not be done again, and of those that must be the lines that need not."""
    if made is None or (made.plan == "free") != (brief.plan == "free"):
        return frozenset()
    good = {step for step, parts in _MADE_FROM.items() if _same(brief, made, step, parts)}
    if brief.sample is not None and brief.sample == made.sample:
        good.add(BOUGHT)
    before = [called for _, called in _said(made)]
    for step in {"speak_pet", "speak_person"} & good:
        theirs = [(number, called) for number, called in _said(brief) if _role(called[0]) == step]
        there = {number for number, called in theirs if called in before}
        if made.plan == brief.plan:  # another voice or performer has said none of them
            good |= {line(number) for number in there}
        if len(there) < len(theirs):
            good.discard(step)
    if {"draw", "animate"} <= good:
        good.add(PLAYED)
    heard = {"speak_pet"} if brief.own_voice else {"speak_pet", "speak_person"}
    if not {"draw", *heard} <= good or brief.script != made.script:
        good.discard("animate")
    return frozenset(good)


def _same(brief: Brief, made: Brief, step: str, parts: Sequence[str]) -> bool:
    rounds = brief.rounds.get(step, 0) == made.rounds.get(step, 0)
    return rounds and all(getattr(brief, part) == getattr(made, part) for part in parts)


def _said(brief: Brief) -> Iterator[tuple[int, tuple[Line, int]]]:
    """Each line's number, and what tells it from others: itself, and how often it was wanted anew."""
    for number, said in enumerate(brief.script.lines if brief.script else (), 1):
        yield number, (said, brief.rounds.get(line(number), 0))


def _role(said: Line) -> str:
    return "speak_person" if said.speaker == "person" else "speak_pet"
