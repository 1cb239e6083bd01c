"""Stops: makings that are to end before their next step.

They go by making, not by project: a new making of the same project may begin while the old one is still
finishing its last step.
"""

from collections.abc import Iterable

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.db import Database

_STOP = "INSERT INTO stops (making, at) VALUES (:making, :at) ON CONFLICT (making) DO NOTHING"

# The makings of project `p` are called `p:…`; LIKE would take the underscores in an id for wildcards.
_OF_PROJECT = "(making = :project OR substr(making, 1, length(:project) + 1) = :project || ':')"


async def stop_within(conn: AsyncConnection, makings: Iterable[str], now: float) -> None:
    """Stop makings, in the caller's transaction; again changes nothing."""
    rows = [{"making": making, "at": now} for making in makings]
    if rows:
        await conn.execute(text(_STOP), rows)


async def stop_all(db: Database, project: str, now: float) -> None:
    """Stop every making of a project that has been announced and is not through."""
    await db.write(
        "INSERT INTO stops (making, at) SELECT DISTINCT making, :now FROM strides"  # noqa: S608  our own words
        f" WHERE {_OF_PROJECT} AND state IN ('waiting', 'running') ON CONFLICT (making) DO NOTHING",
        project=project,
        now=now,
    )


async def lift(db: Database, project: str) -> None:
    """Let the project's makings go on again."""
    await db.write(f"DELETE FROM stops WHERE {_OF_PROJECT}", project=project)  # noqa: S608  our own words


async def stopped(db: Database, making: str, project: str) -> bool:
    """Say whether a making is to end: because it was stopped, or because its project is gone."""
    rows = await db.read(
        "SELECT 1 FROM projects WHERE id = :project"
        " AND NOT EXISTS (SELECT 1 FROM stops WHERE making = :making)",
        project=project,
        making=making,
    )
    return not rows
