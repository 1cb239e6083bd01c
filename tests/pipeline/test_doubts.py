"""Orders whose answer was lost, and what failed ones cost; a vendor's bills are counted, not our rows."""

import asyncio
import dataclasses
from pathlib import Path

import pytest

from pipeline.ports.errors import Busy, Failed, NoAccess, Surprise, Trouble, Unsure
from pipeline.ports.facts import Paid
from pipeline.spend import spend
from pipeline.studio import Stride
from storage import takes
from tests.pipeline.till import Stage, make, planned, till

# doubt


async def test_a_lost_answer_is_looked_up(file: str, tmp_path: Path) -> None:
    """What was charged and is there is collected, not paid for again."""
    vendor = Stage()
    vendor.lose = {0}
    async with till(file, tmp_path) as made:
        take = await make(made, vendor)
    assert (take.state, len(vendor.bills), take.result) == ("done", 1, f"made with ticket of {take.key}")


async def test_an_order_the_vendor_never_had_is_sent_once_more(file: str, tmp_path: Path) -> None:
    """Once it cannot be on its way any more, an order that surely is not there cost nothing."""
    vendor = Stage()
    vendor.deaf = {0}
    async with till(file, tmp_path) as made:
        take = await make(made, vendor)
        states = [each.state for each in await takes.of(made.db, "p1")]
    assert (states, vendor.bills) == (["rejected", "done"], [take.key])


async def test_where_nobody_can_look_a_person_decides(file: str, tmp_path: Path) -> None:
    """In doubt nothing is sent again by itself; asked to pay again it is, and the doubt goes on counting."""
    vendor = Stage(find=False)
    vendor.lose = {0}
    async with till(file, tmp_path) as made:
        for _ in range(2):
            with pytest.raises(Unsure) as doubt:
                await make(made, vendor)
        assert doubt.value.key == "take.unsure"
        assert doubt.value.fields["money"] == "¥2.00"
        assert (len(vendor.bills), doubt.value.fields["step"]) == (1, "animate")
        await planned(made, "usual", **{doubt.value.fields["take"]: 1})
        take = await make(made, vendor)
        assert (take.state, len(vendor.bills)) == ("done", 2)
        assert sorted(each.state for each in await takes.of(made.db, "p1")) == ["done", "unsure"]
        assert await takes.spent_by(made.db, "p1:film:1") == {"CNY": 4.0}


async def test_the_free_way_leaves_a_doubt_alone(file: str, tmp_path: Path) -> None:
    """Who would rather not pay again gets what costs nothing, and no hosted vendor is asked."""
    vendor, free = Stage(find=False), Stage("builtin", free=True, price=0.0)
    vendor.lose = {0}
    async with till(file, tmp_path) as made:
        with pytest.raises(Unsure):
            await make(made, vendor, free)
        await planned(made, "free")
        take = await make(made, vendor, free)
        with pytest.raises(NoAccess):
            await make(made, vendor, wish="another")
    assert (take.vendor, len(vendor.asked)) == ("builtin", 1)


async def test_a_free_result_does_not_stand_in_for_a_paid_one(file: str, tmp_path: Path) -> None:
    """Who made a free film and then wants the paid one gets it; what replaced a paid one goes on serving."""
    vendor, free = Stage(), Stage("builtin", free=True, price=0.0)
    async with till(file, tmp_path) as made:
        await planned(made, "free")
        assert (await make(made, vendor, free)).vendor == "builtin"
        await planned(made, "usual")
        assert (await make(made, vendor, free)).vendor == "stage"
        await planned(made, "free")
        assert (await make(made, vendor, free)).vendor == "stage"  # paid for already
        await planned(made, "usual")
        shut = _Shut()
        for _ in range(2):
            assert (await make(made, shut, free, wish="other")).vendor == "builtin"
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
    async with till(file, tmp_path) as made:
        with pytest.raises(Unsure):
            await make(made, vendor)
        (doubt,) = await takes.doubtful(made.db)
        await takes.settle(made.db, doubt.key, made.clock(), charged=True)
        assert (await make(made, vendor)).state == "done"
        assert await takes.spent(made.db, 0.0) == {"CNY": 4.0}


async def test_a_failure_is_what_the_facts_say(file: str, tmp_path: Path) -> None:
    """A vendor that charges for failures is known to have; another is not."""
    for bills, cost in ((True, 2.0), (False, 0.0)):
        vendor = Stage(f"v{bills}", bills_failures=bills)

        async def send(one: Stage, key: str) -> Paid:
            return await one.submit(key)

        async def collect(_: Stage, __: str) -> Paid:
            raise Failed("vendor.failed")

        async with till(file, tmp_path) as made:
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

    async with till(file, tmp_path, project_budget=3.0, daily_budget=20.0) as made:
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

    async with till(file, tmp_path) as made:
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

    async with till(file, tmp_path, project_budget=3.0) as made:
        with pytest.raises(Failed):
            await spend(made, "p1", "animate", [vendor], "wish", send=send, collect=collect)
        assert [each.cost for each in await takes.of(made.db, "p1")] == [2.0, 2.0]
        assert (await make(made, Stage("next"))).cost == 2.0


# films
