"""Strides: how far each step of a making is, for whoever asks, and how long such steps usually take."""

from collections.abc import Mapping
from statistics import median
from typing import Literal

from sqlalchemy import text

from storage.db import Database
from storage.model import Stride

_COLUMNS = "making, step, state, fraction, weight, vendor, model, started, ended"

_INSERT = (
    "INSERT INTO strides (making, step, place, state, fraction, weight, vendor, model)"
    " VALUES (:making, :step, :place, 'waiting', 0, :weight, '', '') ON CONFLICT (making, step) DO NOTHING"
)

_UNPLANNED = 1_000_000
"""The place of a step nobody planned: after all the planned ones."""


async def plan(db: Database, making: str, weights: Mapping[str, float]) -> None:
    """Note the steps that will run, in their order, as waiting; those already noted stay as they are.

    Args:
        weights: each step's rough length in seconds.
    """
    rows = [
        {"making": making, "step": step, "place": place, "weight": weight}
        for place, (step, weight) in enumerate(weights.items())
    ]
    if rows:
        async with db.writing() as conn:
            await conn.execute(text(_INSERT), rows)


async def wait_again(db: Database) -> None:
    """Say that nothing runs: what ran when the last process ended will be begun again."""
    waits = "state = 'waiting', fraction = 0, started = NULL"
    await db.write(f"UPDATE strides SET {waits} WHERE state = 'running'")  # noqa: S608  no words from outside


async def begin(db: Database, making: str, step: str, now: float) -> None:
    """Say that the step runs from `now` on, planned or not; a step that runs again starts from nothing."""
    await db.write(_INSERT, making=making, step=step, place=_UNPLANNED, weight=1.0)
    await db.write(
        "UPDATE strides SET state = 'running', fraction = 0, vendor = '', model = '',"
        " started = :now, ended = NULL WHERE making = :making AND step = :step",
        making=making,
        step=step,
        now=now,
    )


async def stand_in(db: Database, making: str, step: str, planned: str) -> None:
    """Let a step take the place of a planned one that will not run; again changes nothing."""
    place = "(SELECT place FROM strides WHERE making = :making AND step = :planned AND state = 'waiting')"
    async with db.writing() as conn:
        for statement in (
            f"UPDATE strides SET place = COALESCE({place}, place) WHERE making = :making AND step = :step",  # noqa: S608  no words from outside
            "DELETE FROM strides WHERE making = :making AND step = :planned AND state = 'waiting'",
        ):
            await conn.execute(text(statement), {"making": making, "step": step, "planned": planned})


async def advance(db: Database, making: str, step: str, fraction: float) -> None:
    """Say how much of a running step is done, 0 to 1; it never goes back, and nothing moves after the end."""
    await db.write(
        "UPDATE strides SET fraction = :fraction"
        " WHERE making = :making AND step = :step AND state = 'running' AND fraction < :fraction",
        making=making,
        step=step,
        fraction=min(1.0, max(0.0, fraction)),
    )


async def end(
    db: Database,
    making: str,
    step: str,
    state: Literal["done", "failed"],
    now: float,
    vendor: str = "",
    model: str = "",
) -> None:
    """Say how and when the step ended and who did it; a done one is whole. Again changes nothing."""
    await db.write(
        "UPDATE strides SET state = :state, ended = :now, vendor = :vendor, model = :model,"
        " fraction = CASE WHEN :state = 'done' THEN 1.0 ELSE fraction END"
        " WHERE making = :making AND step = :step AND state IN ('waiting', 'running')",
        making=making,
        step=step,
        state=state,
        now=now,
        vendor=vendor,
        model=model,
    )


async def of(db: Database, making: str) -> tuple[Stride, ...]:
    """Return a making's strides: in the planned order, then the unplanned as they began."""
    rows = await db.read(
        f"SELECT {_COLUMNS} FROM strides WHERE making = :making ORDER BY place, started, step",  # noqa: S608
        making=making,
    )
    return tuple(Stride.model_validate(dict(row)) for row in rows)


async def typical(db: Database, step: str, vendor: str, model: str) -> float | None:
    """Return the median length in seconds of the last 20 such steps that were done; None without any."""
    rows = await db.read(
        "SELECT ended - started AS seconds FROM strides WHERE step = :step AND vendor = :vendor"
        " AND model = :model AND state = 'done' AND started IS NOT NULL ORDER BY ended DESC LIMIT 20",
        step=step,
        vendor=vendor,
        model=model,
    )
    return median(row["seconds"] for row in rows) if rows else None
