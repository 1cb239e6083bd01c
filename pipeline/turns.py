"""Turns: wait for a seat at a vendor's account, keep to the budgets, then claim.

Who waits looks now and then, less and less often, and at once when a seat is given back in this process. A
look reads a little; only whose turn it is tries to claim.
"""

import asyncio
import contextlib

from pipeline.money import written
from pipeline.ports.errors import BadInput, Trouble
from pipeline.ports.facts import Facts
from pipeline.studio import Studio
from storage import purse, stops
from storage.model import Take
from storage.purse import Terms, Verdict

_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 5.0
_LONGEST_ALONE = 15.0  # where nobody else gives seats back, the bell tells of every one
_BETWEEN_SIGNS = 20.0  # a sign of life is a write: rarer than looks


class Cancelled(Trouble):
    """The making was stopped while it waited: nothing of this step was sent."""


async def claim(studio: Studio, take: Take, facts: Facts) -> bool:
    """Claim a take when its turn has come; False where somebody else has it.

    Raises:
        BadInput: a budget does not allow it; nothing was sent.
        Cancelled: the making was stopped meanwhile.
    """
    terms = _terms(studio, facts)
    making = studio.now.making if studio.now else ""
    alone = studio.db.kind == "sqlite" and facts.per_minute is None
    longest = _LONGEST_ALONE if alone else _LONGEST_PAUSE
    pause, signed = _FIRST_PAUSE, float("-inf")
    try:
        while True:
            now = studio.clock()
            mine = (await purse.place(studio.db, take.key, terms, now)).served
            if mine or now - signed >= _BETWEEN_SIGNS:
                verdict, signed = await purse.claim(studio.db, take.key, terms, now, making), now
                if verdict.answer != "wait":
                    return _heard(studio, verdict)
            await stop_here(studio, take.project)
            await rest(studio, pause)
            pause = min(pause * 1.5, longest)
    except (BadInput, Cancelled):
        await purse.leave(studio.db, take.key)
        raise


async def stop_here(studio: Studio, project: str) -> None:
    """Raise Cancelled when the making was stopped or its project is gone."""
    if studio.now and await stops.stopped(studio.db, studio.now.making, project):
        raise Cancelled("making.cancelled")


def _heard(studio: Studio, verdict: Verdict) -> bool:
    if verdict.answer in {"yes", "gone"}:
        return verdict.answer == "yes"
    settings = studio.settings
    if verdict.answer == "rate":
        raise BadInput("budget.no_rate", {"currency": verdict.currency, "setting": "CURRENCY_RATES"})
    spent = written(verdict.spent, settings.currency)
    if verdict.answer == "day":
        raise BadInput(
            "budget.day", {"spent": spent, "most": written(settings.daily_budget or 0.0, settings.currency)}
        )
    raise BadInput(
        "budget.project", {"spent": spent, "most": written(settings.project_budget or 0.0, settings.currency)}
    )


def _terms(studio: Studio, facts: Facts) -> Terms:
    settings = studio.settings
    return Terms(
        account=account(facts),
        at_once=facts.at_once,
        per_minute=facts.per_minute,
        day=settings.daily_budget,
        project=settings.project_budget,
        rates=settings.worth,
    )


def account(facts: Facts) -> str:
    """Whose limits a vendor's takes share."""
    return facts.account or facts.vendor


async def rest(studio: Studio, seconds: float) -> None:
    """Wait until something ended or was stopped here, at most so long."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(studio.bell.next(), seconds)
