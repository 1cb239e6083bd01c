"""Leases: what only one process may do at a time, for as long as it keeps saying that it does.

By the database's clock, so that processes on several machines agree on the time.
"""

from storage.db import Database

_NOW = {
    "sqlite": "(julianday('now') - 2440587.5) * 86400.0",
    "postgresql": "EXTRACT(EPOCH FROM clock_timestamp())",
}


async def take(db: Database, name: str, holder: str, seconds: float, now: float | None = None) -> bool:
    """Take a lease or renew it; False while somebody else holds it.

    Args:
        holder: this process's own name, unique for ever.
        seconds: how long it is held from now on unless it is renewed.
        now: instead of the database's clock.
    """
    clock = _NOW[db.kind] if now is None else ":now"
    changed = await db.write(
        f"INSERT INTO leases (name, holder, until) VALUES (:name, :holder, {clock} + :seconds)"  # noqa: S608  our own words
        " ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until"
        f" WHERE leases.holder = excluded.holder OR leases.until < {clock}",
        name=name,
        holder=holder,
        seconds=seconds,
        **({} if now is None else {"now": now}),
    )
    return changed == 1


async def release(db: Database, name: str, holder: str) -> bool:
    """Give a lease up, so that the next one need not wait; False when it was not ours any more."""
    sql = "DELETE FROM leases WHERE name = :name AND holder = :holder"
    return await db.write(sql, name=name, holder=holder) == 1


async def holder(db: Database, name: str) -> str | None:
    """Return who took it last, whether or not it has lapsed since; None when nobody did."""
    rows = await db.read("SELECT holder FROM leases WHERE name = :name", name=name)
    return rows[0]["holder"] if rows else None
