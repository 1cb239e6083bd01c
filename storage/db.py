"""One open database: SQLite in a file, or PostgreSQL; the same statements on both."""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Self

from sqlalchemy import URL, Connection, RowMapping, event, make_url, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from storage.errors import StorageError
from storage.faults import explained
from storage.migrate import known, migrate

PATIENCE = 30.0
"""How long to wait for another writer, in seconds."""

_KEPT_OPEN = 12
_CROWD = 20

# FULL: a claimed take must survive a power cut, or it would be paid for twice.
# secure_delete: what a person had deleted is overwritten, not merely unlinked.
_SQLITE_SETTINGS = (
    f"PRAGMA busy_timeout = {PATIENCE * 1000:.0f}",
    "PRAGMA foreign_keys = ON",
    "PRAGMA synchronous = FULL",
    "PRAGMA secure_delete = ON",
)

_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "sqlite+aiosqlite": "sqlite+aiosqlite",
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
}


class Database:
    """Connections to one database, lent for reading or for writing.

    It belongs to the event loop it was opened in. `place` names it for people, without its password.
    """

    def __init__(self, engine: AsyncEngine, place: str) -> None:
        self.place = place
        self.kind = engine.dialect.name
        self._reader = engine
        self._writer = engine.execution_options(begin="BEGIN IMMEDIATE")
        self._outside = engine.execution_options(begin=None)
        self._turn = asyncio.Lock()

    @classmethod
    async def open(cls, url: str) -> Self:
        """Open the database at `url` and bring its tables up to date.

        Args:
            url: `sqlite+aiosqlite:////abs/file`, whose folder exists, or `postgresql://…`.

        Raises:
            StorageError: it cannot be opened, is not a database, or is newer than this code.
        """
        target = _parsed(url)
        place = _named(target)
        db = cls(_engine(target), place)
        try:
            await db._prepare()
        except BaseException:
            await db.close()
            raise
        return db

    async def close(self) -> None:
        """Give all connections back."""
        await self._reader.dispose()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """Lend a connection that sees one consistent state."""
        with explained(self.place):
            async with self._reader.connect() as conn:
                yield conn

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """Lend a connection in a transaction: kept when the block ends well, undone when it does not.

        Not to be nested: the inner one would wait for the outer.
        """
        with explained(self.place):
            if self.kind == "sqlite":
                # SQLite has one writer. Waiting here is fair and free; its own waiting is neither.
                async with self._my_turn(), self._writer.begin() as conn:
                    yield conn
            else:
                async with self._writer.begin() as conn:
                    yield conn

    async def read(self, sql: str, /, **params: object) -> Sequence[RowMapping]:
        """Return the rows of one SELECT."""
        async with self.reading() as conn:
            return (await conn.execute(text(sql), params)).mappings().all()

    async def write(self, sql: str, /, **params: object) -> int:
        """Run one statement in a transaction of its own and return how many rows it changed."""
        async with self.writing() as conn:
            return (await conn.execute(text(sql), params)).rowcount

    async def tidy(self) -> None:
        """Let what was deleted leave the disk: SQLite keeps old pages in its log for a while."""
        if self.kind == "sqlite":
            with explained(self.place):
                async with self._outside.connect() as conn:
                    await conn.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    @asynccontextmanager
    async def _my_turn(self) -> AsyncIterator[None]:
        try:
            await asyncio.wait_for(self._turn.acquire(), PATIENCE)
        except TimeoutError as error:
            raise StorageError("storage.busy", {"place": self.place}) from error
        try:
            yield
        finally:
            self._turn.release()

    async def _prepare(self) -> None:
        if self.kind == "sqlite":
            with explained(self.place):
                await asyncio.to_thread(_make_ready, self.place)
        async with self.writing() as conn:
            await migrate(conn, self.place, known())


def _make_ready(path: str) -> None:
    """Make the file a database with a log beside it, or find out here that it cannot be one.

    Here, because the asynchronous driver's thread outlives a failed opening and complains to a loop that may
    be gone by then.
    """
    with closing(sqlite3.connect(path, timeout=PATIENCE, isolation_level=None)) as conn:
        # SQLite does not wait politely for this one change; two first starts at once have to take turns.
        for patience in [0.05] * 100 + [0.0]:
            try:
                conn.execute("PRAGMA journal_mode = WAL")
            except sqlite3.OperationalError as error:
                if "locked" not in str(error) or not patience:
                    raise
                time.sleep(patience)
            else:
                return


def _parsed(url: str) -> URL:
    try:
        target = make_url(url)
    except ArgumentError as error:
        # The address may hold a password: it is not repeated.
        raise StorageError("storage.bad_url", {}) from error
    driver = _DRIVERS.get(target.drivername)
    if driver is None:
        raise StorageError("storage.unknown_kind", {"kind": target.drivername})
    return target.set(drivername=driver)


def _named(target: URL) -> str:
    if target.get_backend_name() != "sqlite":
        return target.set(drivername="postgresql").render_as_string(hide_password=True)
    path = target.database or ""
    if path in ("", ":memory:") or path.startswith("file:"):
        raise StorageError("storage.not_a_file", {"place": path})
    try:
        room, taken = Path(path).parent.is_dir(), Path(path).is_dir()
    except OSError as error:
        raise StorageError("storage.cannot_open", {"place": path}, str(error)) from error
    if not room:
        raise StorageError("storage.folder_missing", {"folder": str(Path(path).parent)})
    if taken:
        raise StorageError("storage.not_a_database", {"place": path})
    return path


def _engine(target: URL) -> AsyncEngine:
    if target.get_backend_name() == "sqlite":
        # Each connection is a thread: opening one more for every crowd costs more than keeping a few.
        engine = create_async_engine(target, pool_size=_KEPT_OPEN, max_overflow=_CROWD)
        event.listen(engine.sync_engine, "connect", _set_up_sqlite)
        event.listen(engine.sync_engine, "begin", _begin_sqlite)
        return engine
    options = " ".join(filter(None, (str(target.query.get("options", "")), "-csearch_path=app")))
    return create_async_engine(
        target.difference_update_query(["options"]),
        pool_pre_ping=True,
        connect_args={"options": options, "connect_timeout": 10},
    )


def _set_up_sqlite(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    # The driver must not begin transactions by itself: it would begin them too late and too weak.
    connection.isolation_level = None
    cursor = connection.cursor()
    for setting in _SQLITE_SETTINGS:
        cursor.execute(setting)
    cursor.close()


def _begin_sqlite(conn: Connection) -> None:
    begin = conn.get_execution_options().get("begin", "BEGIN")
    if begin:
        conn.exec_driver_sql(begin)
