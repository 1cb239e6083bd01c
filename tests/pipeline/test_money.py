"""Money under way: budgets, seats, stops and races; a vendor's bills are counted, not our rows."""

import asyncio
import dataclasses
from pathlib import Path

import pytest

from pipeline.ports.errors import BadInput
from pipeline.ports.facts import Paid
from pipeline.settings import Settings
from pipeline.spend import spend
from pipeline.steps.admit import admit
from pipeline.steps.tell import tell
from pipeline.studio import Stride, Studio
from pipeline.turns import Cancelled
from storage import purse, stops, takes
from storage.forget import forget
from storage.model import Address
from tests.pipeline.till import Stage, make, till, true, until

# budgets


async def test_over_budget_nothing_is_sent(file: str, tmp_path: Path) -> None:
    """The making ends with one sentence, and goes on with the same take when there is money again."""
    vendor = Stage(price=1.0, currency="USD")
    async with till(file, tmp_path, daily_budget=10.0, rates={"USD": 7.0}) as made:
        await make(made, vendor, wish="first")
        with pytest.raises(BadInput) as over:
            await make(made, vendor, wish="second")
        assert (over.value.key, over.value.fields) == ("budget.day", {"spent": "¥7.00", "most": "¥10.00"})
        kept = (await takes.of(made.db, "p1"))[-1]
        assert (kept.state, kept.error, len(vendor.bills)) == ("new", "budget.day", 1)
        richer = dataclasses.replace(made, settings=Settings(daily_budget=15.0, rates={"USD": 7.0}))
        done = await make(richer, vendor, wish="second")
    assert (done.key, done.error, done.quote) == (kept.key, None, 1.0)


async def test_a_budget_holds_across_processes(url: str, tmp_path: Path) -> None:
    """Ten makings at once in two processes spend what is there for four, not a yuan more."""
    vendor = Stage()
    async with (
        till(url, tmp_path, daily_budget=9.0) as one,
        till(url, tmp_path, daily_budget=9.0) as other,
    ):
        works = [make((one, other)[n % 2], vendor, wish=f"w{n}") for n in range(10)]
        ended = await asyncio.gather(*works, return_exceptions=True)
    assert len(vendor.bills) == 4
    assert sum(isinstance(each, BadInput) and each.key == "budget.day" for each in ended) == 6


# seats


async def test_one_seat_serves_all_and_fairly(file: str, tmp_path: Path) -> None:
    """An account that takes one job at a time never gets two; whoever waits is told where in the line."""
    vendor = Stage(at_once=1)
    vendor.finish.clear()
    async with till(file, tmp_path, clock=asyncio.get_running_loop().time) as made:
        work = [asyncio.create_task(make(made, vendor, wish="a1"))]
        await until(lambda: true(vendor.bills))
        work.append(asyncio.create_task(make(made, vendor, wish="a2", project="p2", making="p2:film:1")))
        await until(lambda: purse.number(made.db, "p2:film:1", made.clock()))
        work.append(asyncio.create_task(make(made, vendor, wish="b1", project="q1", making="q1:film:1")))
        await until(lambda: purse.number(made.db, "q1:film:1", made.clock()))
        assert await purse.number(made.db, "q1:film:1", made.clock()) == 1  # anna has one under way
        assert await purse.number(made.db, "p2:film:1", made.clock()) == 2
        vendor.finish.set()
        done = await asyncio.gather(*work)
        assert await purse.number(made.db, "q1:film:1", made.clock()) is None
    assert ([each.state for each in done], vendor.most, len(vendor.bills)) == (["done"] * 3, 1, 3)


async def test_who_is_stopped_in_the_line_leaves_it(file: str, tmp_path: Path) -> None:
    """Cancelling works while one waits: nothing is sent, and nobody waits behind a ghost."""
    vendor = Stage(at_once=1)
    vendor.finish.clear()
    async with till(file, tmp_path, clock=asyncio.get_running_loop().time) as made:
        first = asyncio.create_task(make(made, vendor, wish="a1"))
        await until(lambda: true(vendor.bills))
        waits = asyncio.create_task(make(made, vendor, wish="a2", project="p2", making="p2:film:1"))
        await until(lambda: purse.number(made.db, "p2:film:1", made.clock()))
        async with made.db.writing() as conn:
            await stops.stop_within(conn, ["p2:film:1"], 1.0)
        made.bell.ring()
        with pytest.raises(Cancelled):
            await waits
        assert await purse.number(made.db, "p2:film:1", made.clock()) is None
        vendor.finish.set()
        await first
    assert len(vendor.bills) == 1


# stops


async def test_a_stop_reaches_the_vendor(file: str, tmp_path: Path) -> None:
    """A job that can be stopped is, and does not count as spent."""
    vendor = Stage()
    vendor.finish.clear()
    async with till(file, tmp_path) as made:
        work = asyncio.create_task(make(made, vendor))
        await until(lambda: true(vendor.at_once))
        async with made.db.writing() as conn:
            await stops.stop_within(conn, ["p1:film:1"], 1.0)
        made.bell.ring()
        with pytest.raises(Cancelled):
            await work
        (take,) = await takes.of(made.db, "p1")
        assert (take.state, take.error, take.cost) == ("failed", "making.cancelled", 0.0)
        assert await takes.spent_by(made.db, "p1:film:1") == {}
    assert vendor.stopped == [take.ticket]


# races


async def test_the_same_making_twice_at_once_pays_once(url: str, tmp_path: Path) -> None:
    """A double tap, a retry beside the first try, two processes: one order, one bill, one result for all."""
    vendor = Stage(in_flight=1_000_000.0)
    async with till(url, tmp_path) as one, till(url, tmp_path) as other:
        works = [make((one, other)[n % 2], vendor, making=f"p1:film:{n}") for n in range(6)]
        done = await asyncio.gather(*works)
        rows = await takes.of(one.db, "p1")
    assert (len(vendor.bills), len(rows), rows[0].state) == (1, 1, "done")
    assert {each.result for each in done} == {rows[0].result}


async def test_a_take_somebody_is_sending_is_not_doubted(file: str, tmp_path: Path) -> None:
    """A second making does not call the first one's order lost while it can still be on its way."""
    vendor = Stage(find=False, in_flight=1_000_000.0)
    async with till(file, tmp_path) as made:
        await _make_crashed(made, vendor)
        (take,) = await takes.of(made.db, "p1")
        second = asyncio.create_task(make(made, vendor, making="p1:film:2"))
        await asyncio.sleep(0.05)
        await takes.accepted(made.db, take.key, "late ticket", made.clock())
        made.bell.ring()
        assert (await second).result == "made with late ticket"


async def _make_crashed(studio: Studio, vendor: Stage) -> None:
    """Leave a take as a process leaves it that died while it was sending."""

    async def send(_: Stage, __: str) -> Paid:
        raise KeyError

    with pytest.raises(KeyError):
        await spend(studio, "p1", "animate", [vendor], "wish", send=send)


async def test_the_films_of_a_day_are_counted_and_a_failed_one_is_not(file: str, tmp_path: Path) -> None:
    """A person's limit is said as such; what failed gives its place back, and the end says what it cost."""
    vendor = Stage()
    async with till(file, tmp_path, daily_films=1) as made:

        def within(making: str) -> Studio:
            return dataclasses.replace(made, now=Stride(making, "admit"))

        await admit(within("p1:film:1"), "p1")
        with pytest.raises(BadInput) as full:
            await admit(within("p2:film:1"), "p2")
        assert (full.value.key, full.value.fields) == ("budget.films", {"most": "1"})
        await admit(within("q1:film:1"), "q1")
        await make(made, vendor)
        assert (await tell(within("p1:film:1"), "p1", "failed")).cost == "¥2.00"
        await admit(within("p2:film:2"), "p2")


# people who are forgotten


async def test_what_a_forgotten_person_spent_stays_in_the_days_budget(file: str, tmp_path: Path) -> None:
    """Forgetting removes takes, seats and films, and no yuan from the house's account."""
    vendor = Stage(at_once=1)
    async with till(file, tmp_path, daily_budget=3.0) as made:
        await make(made, vendor)
        await purse.admit(made.db, "p1:film:1", "p1", None, 1.0)
        await forget(made.db, made.blobs, Address(channel="web", id="anna"))
        assert await made.db.read("SELECT * FROM films") == []
        with pytest.raises(BadInput) as over:
            await make(made, vendor, project="q1", making="q1:film:1")
    assert (over.value.key, over.value.fields["spent"]) == ("budget.day", "¥2.00")
