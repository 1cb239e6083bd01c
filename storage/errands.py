"""Errands: makings a chat asked for, until their notice lies in the chat's inbox."""

import json
from collections.abc import Iterable
from typing import Literal

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.db import Database
from storage.model import Address, Noun


class Errand(Noun):
    """`making` is the engine's idempotency key; `recipe` and `args` are what to start."""

    making: str
    address: Address
    recipe: str
    args: tuple[str | int, ...]
    state: Literal["new", "started", "ended"] = "new"


def _noun(row: RowMapping) -> Errand:
    return Errand(
        making=row["making"],
        address=Address(channel=row["channel"], id=row["person"]),
        recipe=row["recipe"],
        args=tuple(json.loads(row["args"])),
        state=row["state"],
    )


async def add_within(conn: AsyncConnection, errands: Iterable[Errand], now: float) -> None:
    """Write errands down, in the caller's transaction; one of the same making stays as it is."""
    rows = [
        {
            "making": errand.making,
            "channel": errand.address.channel,
            "person": errand.address.id,
            "recipe": errand.recipe,
            "args": json.dumps(errand.args, ensure_ascii=False),
            "now": now,
        }
        for errand in errands
    ]
    if rows:
        await conn.execute(
            text(
                "INSERT INTO errands (making, channel, person, recipe, args, state, changed) VALUES"
                " (:making, :channel, :person, :recipe, :args, 'new', :now) ON CONFLICT (making) DO NOTHING"
            ),
            rows,
        )


async def started(db: Database, making: str, now: float) -> bool:
    """new → started; False when the errand is gone."""
    changed = await db.write(
        "UPDATE errands SET state = 'started', changed = :now WHERE making = :making AND state <> 'ended'",
        making=making,
        now=now,
    )
    return changed == 1


async def end_within(conn: AsyncConnection, making: str, now: float) -> bool:
    """Say that it is over, in the caller's transaction; True for exactly one caller."""
    done = await conn.execute(
        text(
            "UPDATE errands SET state = 'ended', changed = :now WHERE making = :making AND state <> 'ended'"
        ),
        {"making": making, "now": now},
    )
    return done.rowcount == 1


async def unfinished(db: Database) -> tuple[Errand, ...]:
    """Return everybody's errands that have not ended, the oldest first."""
    rows = await db.read("SELECT * FROM errands WHERE state <> 'ended' ORDER BY changed, making")
    return tuple(map(_noun, rows))


async def running_since(db: Database, channel: str, since: float) -> tuple[Errand, ...]:
    """Return a channel's errands that have not ended and began after a time, the newest first."""
    rows = await db.read(
        "SELECT * FROM errands WHERE state <> 'ended' AND channel = :channel AND changed > :since"
        " ORDER BY changed DESC, making",
        channel=channel,
        since=since,
    )
    return tuple(map(_noun, rows))


async def underway(db: Database) -> tuple[int, int]:
    """Return of how many makings that have not ended a step has begun, and of how many none has."""
    (row,) = await db.read(
        "SELECT COUNT(*) AS everything, COUNT(CASE WHEN EXISTS (SELECT 1 FROM strides"
        " WHERE strides.making = errands.making AND strides.state <> 'waiting') THEN 1 END) AS begun"
        " FROM errands WHERE state <> 'ended'"
    )
    return row["begun"], row["everything"] - row["begun"]


async def get(db: Database, making: str) -> Errand | None:
    """Return the errand of a making, or None."""
    rows = await db.read("SELECT * FROM errands WHERE making = :making", making=making)
    return _noun(rows[0]) if rows else None


async def of(db: Database, address: Address) -> tuple[Errand, ...]:
    """Return a chat's errands, the oldest first."""
    rows = await db.read(
        "SELECT * FROM errands WHERE channel = :channel AND person = :person ORDER BY changed, making",
        channel=address.channel,
        person=address.id,
    )
    return tuple(map(_noun, rows))
