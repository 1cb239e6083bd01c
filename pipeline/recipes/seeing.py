"""What is on a picture: our own eyes, and a model that sees where they are unsure."""

import asyncio
from typing import Any

from pipeline.engine import Outcome, step
from pipeline.parts import Seen
from pipeline.steps.describe import describe
from pipeline.steps.look import look
from pipeline.steps.point import point


async def seen_on(project: str, which: str = "") -> tuple[Outcome[Seen], dict[str, str]]:
    """What is on the picture; where our own eyes are unsure and a model is not, its marks are tried out.

    A model that could not be asked is no reason to stop; what it may have charged is told.
    """
    seen, known = await asyncio.gather(step(look, project, which), step(describe, project, which))
    if seen.value and seen.value.mouth == "none" and known.value and known.value.marks:
        return await step(point, project, seen.value.sight, known.value.described, which), {}
    return seen, doubt(known)


async def helped(project: str, seen: Outcome[Seen]) -> Outcome[Seen]:
    """The same, once everything but the film is decided: a model is only waited for where eyes are unsure."""
    if seen.value is None or seen.value.mouth != "none":
        return seen
    known = await step(describe, project, "")
    if known.value and known.value.marks:
        return await step(point, project, seen.value.sight, known.value.described, "")
    return seen


def doubt(outcome: Outcome[Any]) -> dict[str, str]:
    """An order that may have been charged, where nothing else depends on it: it is told, and nobody asked."""
    return named(outcome.fields) if outcome.notice.kind == "unsure" else {}


def named(doubt: dict[str, str]) -> dict[str, str]:
    return {f"doubt_{name}": doubt[name] for name in ("vendor", "money") if name in doubt}
