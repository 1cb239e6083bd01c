"""What a database driver's complaint means, as one clear `StorageError`."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from storage.errors import StorageError

# SQLite names its result codes in its own words only (sqlite.org/rescode.html); the driver hands them on.
_SQLITE = (
    ("file is not a database", "storage.not_a_database"),
    ("database disk image is malformed", "storage.damaged"),
    ("database or disk is full", "storage.full"),
    ("readonly database", "storage.read_only"),
    ("unable to open database file", "storage.cannot_open"),
    ("database is locked", "storage.busy"),
    ("disk I/O error", "storage.disk_error"),
)

# PostgreSQL: SQLSTATE by its first letters (postgresql.org/docs/current/errcodes-appendix.html).
_POSTGRES = (
    ("53100", "storage.full"),
    ("25006", "storage.read_only"),
    ("42501", "storage.read_only"),
    ("28", "storage.no_access"),
    ("3D000", "storage.no_database"),
    ("53300", "storage.busy"),
    ("55P03", "storage.busy"),
    ("08", "storage.unreachable"),
    ("57P", "storage.unreachable"),
    ("58", "storage.disk_error"),
)


def _key(error: DBAPIError) -> str | None:
    state = getattr(error.orig, "sqlstate", None)
    words = str(error.orig)
    if isinstance(error, IntegrityError) and (state == "23503" or "FOREIGN KEY" in words):
        return "storage.gone"
    if state is not None:
        return next((key for prefix, key in _POSTGRES if state.startswith(prefix)), None)
    key = _sqlite_key(words)
    if key is not None:
        return key
    lost = isinstance(error, OperationalError | InterfaceError) and _from_postgres(error)
    return _refused(words) if lost else None


def _sqlite_key(words: str) -> str | None:
    return next((key for told, key in _SQLITE if told in words), None)


def _from_postgres(error: DBAPIError) -> bool:
    return type(error.orig).__module__.partition(".")[0] == "psycopg"


def _refused(words: str) -> str:
    # A failed connection attempt carries no SQLSTATE, only the server's sentence.
    if "password authentication failed" in words or "no password supplied" in words:
        return "storage.no_access"
    if 'database "' in words and "does not exist" in words:
        return "storage.no_database"
    return "storage.unreachable"


@contextmanager
def explained(place: str) -> Iterator[None]:
    """Turn what is known to go wrong with databases into a `StorageError` about `place`.

    Anything else (a wrong statement, a broken rule) is our own mistake and passes through as it is.
    """
    try:
        yield
    except PoolTimeout as error:
        raise StorageError("storage.busy", {"place": place}, str(error)) from error
    except (DBAPIError, sqlite3.Error) as error:
        words = str(error.orig if isinstance(error, DBAPIError) else error)
        key = _key(error) if isinstance(error, DBAPIError) else _sqlite_key(words)
        if key is None:
            raise
        raise StorageError(key, {"place": place}, words) from error
