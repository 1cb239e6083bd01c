"""Bring a database's tables to the newest form this code knows, once, under a lock."""

from pathlib import Path
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.errors import StorageError

FOLDER = Path(__file__).parent / "migrations"

# Any number serves, as long as nobody else in the database uses it for something else.
_ADVISORY_LOCK = 7_295_649


class Migration(NamedTuple):
    """One numbered file; `number` is what its name starts with."""

    number: int
    name: str
    statements: tuple[str, ...]


def known(folder: Path = FOLDER) -> tuple[Migration, ...]:
    """Return the migrations in `folder`, in order."""
    return tuple(_read(path) for path in sorted(folder.glob("[0-9][0-9][0-9]_*.sql")))


def _read(path: Path) -> Migration:
    lines = (line.partition("--")[0] for line in path.read_text("utf-8").splitlines())
    statements = (part.strip() for part in "\n".join(lines).split(";"))
    return Migration(int(path.name[:3]), path.stem, tuple(part for part in statements if part))


async def migrate(conn: AsyncConnection, place: str, migrations: tuple[Migration, ...]) -> None:
    """Apply what is missing, inside the caller's writing transaction: all of it or nothing.

    SQLite's writing transaction is a lock already; PostgreSQL gets an advisory one, because two processes
    that create the same table at once trip over each other.

    Raises:
        StorageError: the database was made by a newer version (`storage.newer`).
    """
    if conn.dialect.name == "postgresql":
        await _lock_and_make_room(conn)
    await conn.exec_driver_sql(
        "CREATE TABLE IF NOT EXISTS migrations (number BIGINT PRIMARY KEY, name TEXT NOT NULL)"
    )
    found = (await conn.execute(text("SELECT COALESCE(MAX(number), 0) FROM migrations"))).scalar_one()
    newest = migrations[-1].number
    if found > newest:
        fields = {"place": place, "found": str(found), "known": str(newest)}
        raise StorageError("storage.newer", fields)
    for migration in migrations:
        if migration.number > found:
            await _apply(conn, migration)


async def _lock_and_make_room(conn: AsyncConnection) -> None:
    await conn.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _ADVISORY_LOCK})
    # IF NOT EXISTS alone asks for the right to create schemas even where the schema is there.
    there = (await conn.execute(text("SELECT to_regnamespace('app') IS NOT NULL"))).scalar_one()
    if not there:
        await conn.exec_driver_sql("CREATE SCHEMA app")


async def _apply(conn: AsyncConnection, migration: Migration) -> None:
    for statement in migration.statements:
        await conn.exec_driver_sql(statement)
    await conn.execute(
        text("INSERT INTO migrations (number, name) VALUES (:number, :name)"),
        {"number": migration.number, "name": migration.name},
    )
