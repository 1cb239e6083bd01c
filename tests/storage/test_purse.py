"""The purse: budgets, seats and turns hold however many claim at once, on both databases."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

from storage import projects, purse, stops, takes
from storage.db import Database
from storage.model import Address, Project
from storage.purse import Terms
from tests.storage import nouns

FREE = Terms(account="a")


async def _person(db: Database, name: str, *made: str) -> None:
    for project in made:
        await projects.create(db, Project(id=project, address=Address(channel="web", id=name)))


async def _open(db: Database, key: str, project: str = "prj_1", **more: object) -> str:
    await takes.open(db, nouns.take(key, project=project, account="a", **more))
    return key


async def _accept(db: Database, key: str, now: float = 2.0) -> None:
    await takes.accepted(db, key, "t", now)


async def test_a_budget_holds_when_twenty_claim_at_once(db: Database) -> None:
    """Protects the operator's money: what is claimed at the same moment counts for the next."""
    await _person(db, "anna", "prj_1")
    keys = [await _open(db, f"t{n}", cost=0.5, currency="USD") for n in range(20)]
    terms = Terms(account="a", day=10.0, rates={"CNY": 1.0, "USD": 4.0})
    said = await asyncio.gather(*(purse.claim(db, key, terms, 1.0) for key in keys))
    assert sorted(each.answer for each in said) == ["day"] * 15 + ["yes"] * 5
    assert {each.spent for each in said if each.answer == "day"} == {10.0}
    assert await takes.spent(db, 0.0) == {"USD": 2.5}


async def test_one_take_is_claimed_once(db: Database) -> None:
    """Protects against paying twice: of twenty who claim the same take, one may send."""
    await _person(db, "anna", "prj_1")
    await _open(db, "t")
    said = await asyncio.gather(*(purse.claim(db, "t", FREE, 1.0, "prj_1:film:1") for _ in range(20)))
    assert sorted(each.answer for each in said) == ["gone"] * 19 + ["yes"]
    take = await takes.get(db, "t")
    assert take is not None
    assert (take.state, take.claimed, take.making) == ("sending", 1.0, "prj_1:film:1")


async def test_a_project_is_not_charged_for_what_failed(db: Database) -> None:
    """Protects a person's budget from a vendor's failures; the house's budget knows them."""
    await _person(db, "anna", "prj_1")
    await _open(db, "bad", cost=6.0)
    await takes.claim(db, "bad", 1.0)
    await _accept(db, "bad")
    await takes.failed(db, "bad", "vendor.failed", 3.0, 6.0)
    rates = {"CNY": 1.0}
    await _open(db, "next", cost=6.0)
    house = await purse.claim(db, "next", Terms(account="a", day=10.0, project=10.0, rates=rates), 4.0)
    assert (house.answer, house.spent) == ("day", 6.0)
    assert (await purse.claim(db, "next", Terms(account="a", project=10.0, rates=rates), 4.0)).answer == "yes"
    await _open(db, "third", cost=6.0)
    third = await purse.claim(db, "third", Terms(account="a", project=10.0, rates=rates), 4.0)
    assert (third.answer, third.spent) == ("project", 6.0)


async def test_yesterdays_money_is_gone(db: Database) -> None:
    """Protects tomorrow: the day's budget looks back 24 hours, and no further."""
    await _person(db, "anna", "prj_1")
    await _open(db, "old", cost=9.0)
    await takes.claim(db, "old", 0.0)
    await _open(db, "new", cost=9.0)
    terms = Terms(account="a", day=10.0, rates={"CNY": 1.0})
    assert (await purse.claim(db, "new", terms, 86_000.0)).answer == "day"
    assert (await purse.claim(db, "new", terms, 86_401.0)).answer == "yes"


async def test_a_currency_without_a_rate_is_named(db: Database) -> None:
    """Protects a budget from money it cannot count."""
    await _person(db, "anna", "prj_1")
    await _open(db, "t", cost=1.0, currency="EUR")
    said = await purse.claim(db, "t", Terms(account="a", day=10.0, rates={"CNY": 1.0}), 1.0)
    assert (said.answer, said.currency) == ("rate", "EUR")


async def test_seats_are_given_in_turn_and_come_back_with_the_state(db: Database) -> None:
    """Protects an account's limit: fewest under way first, then who waited longest; a seat ends with its
    take, also where a process died with it."""
    await _person(db, "anna", "prj_1")
    await _person(db, "bert", "prj_2")
    one = Terms(account="a", at_once=1)
    for key, project in (("a1", "prj_1"), ("a2", "prj_1"), ("b1", "prj_2")):
        await _open(db, key, project, making=f"{key}:film:1")
    assert (await purse.claim(db, "a1", one, 1.0)).answer == "yes"
    assert (await purse.claim(db, "a2", one, 2.0, "m")).answer == "wait"
    assert (await purse.claim(db, "b1", one, 3.0, "m")).answer == "wait"
    assert await purse.place(db, "b1", one, 3.0) == (0, 0)  # anna has one under way
    assert await purse.number(db, "a2:film:1", 3.0) == 2
    assert await purse.number(db, "a1:film:1", 3.0) is None
    await _accept(db, "a1", 3.0)
    await takes.done(db, "a1", "{}", 1.0, 4.0)
    assert await purse.place(db, "b1", one, 4.0) == (1, 1)  # now who waited longest
    assert (await purse.claim(db, "b1", one, 4.0)).answer == "wait"
    assert (await purse.claim(db, "a2", one, 4.0)).answer == "yes"
    assert (await purse.claim(db, "b1", one, 5.0)).answer == "wait"
    assert (await purse.claim(db, "b1", one, 5_000.0)).answer == "yes"  # a2's process died, its job is over


async def test_a_stopped_job_gives_its_seat_back_soon(db: Database) -> None:
    """Protects an account of one seat: a job that could not be stopped at its vendor is through after a few
    minutes, and is not waited for by anybody."""
    await _person(db, "anna", "prj_1")
    one = Terms(account="a", at_once=1)
    for key in ("t1", "t2"):
        await _open(db, key)
    await purse.claim(db, "t1", one, 1.0, "prj_1:film:1")
    await _accept(db, "t1", 1.0)
    async with db.writing() as conn:
        await stops.stop_within(conn, ["prj_1:film:1"], 2.0)
    assert (await purse.claim(db, "t2", one, 500.0)).answer == "wait"
    assert (await purse.claim(db, "t2", one, 700.0)).answer == "yes"


async def test_who_stopped_waiting_holds_nobody_up(db: Database) -> None:
    """Protects the line from somebody whose process is gone."""
    await _person(db, "anna", "prj_1")
    one = Terms(account="a", at_once=1)
    for key in ("t1", "t2", "t3"):
        await _open(db, key)
    await purse.claim(db, "t1", one, 1.0)
    await purse.claim(db, "t2", one, 2.0)
    await _accept(db, "t1", 3.0)
    await takes.done(db, "t1", "{}", 0.0, 3.0)
    assert (await purse.claim(db, "t3", one, 10.0)).answer == "wait"
    assert (await purse.claim(db, "t3", one, 63.0)).answer == "yes"


async def test_a_pace_holds(db: Database) -> None:
    """Protects from a vendor's rate limit: so many claims in any sixty seconds."""
    await _person(db, "anna", "prj_1")
    paced = Terms(account="a", per_minute=3)
    keys = [await _open(db, f"t{n}") for n in range(4)]
    said = [await purse.claim(db, key, paced, float(n)) for n, key in enumerate(keys)]
    assert [each.answer for each in said] == ["yes", "yes", "yes", "wait"]
    assert (await purse.claim(db, "t3", paced, 60.5)).answer == "yes"


async def test_seats_hold_when_many_claim_at_once(db: Database) -> None:
    """Protects an account's limit from a race: never more than its seats, whoever asks when."""
    await _person(db, "anna", "prj_1")
    three = Terms(account="a", at_once=3)
    keys = [await _open(db, f"t{n:02}") for n in range(12)]
    left = set(keys)
    for now in range(1, 5):
        said = await asyncio.gather(*(purse.claim(db, key, three, float(now)) for key in sorted(left)))
        won = [key for key, each in zip(sorted(left), said, strict=True) if each.answer == "yes"]
        assert len(won) == 3
        left -= set(won)
        for key in won:
            await _accept(db, key, float(now))
            await takes.done(db, key, "{}", 0.0, float(now))
    assert left == set()


async def test_films_are_counted_per_person_and_day(db: Database) -> None:
    """Protects the limit per person: stopped and failed films do not count, a film redone counts once."""
    await _person(db, "anna", "p1", "p2", "p3", "p4")
    await _person(db, "bert", "q1")
    assert await purse.admit(db, "p1:film:a", "p1", 2, 1.0)
    assert await purse.admit(db, "p1:film:b", "p1", 2, 2.0)
    assert await purse.admit(db, "p2:film:a", "p2", 2, 3.0)
    assert not await purse.admit(db, "p3:film:a", "p3", 2, 4.0)
    assert await purse.admit(db, "q1:film:a", "q1", 2, 4.0)
    assert await purse.admit(db, "p1:film:c", "p1", 2, 5.0)
    async with db.writing() as conn:
        await stops.stop_within(conn, ["p2:film:a"], 6.0)
    assert await purse.admit(db, "p3:film:b", "p3", 2, 7.0)
    assert not await purse.admit(db, "p4:film:a", "p4", 2, 8.0)
    await purse.dismiss(db, "p3:film:b")
    assert await purse.admit(db, "p4:film:b", "p4", 2, 9.0)
    assert not await purse.admit(db, "q1:film:b", "q1", 0, 9.0)
    assert await purse.admit(db, "q1:film:c", "q1", None, 9.0)


async def test_the_last_film_of_the_day_goes_to_one(db: Database) -> None:
    """Protects the limit from two taps at once."""
    await _person(db, "anna", "p1", "p2", "p3")
    said = await asyncio.gather(*(purse.admit(db, f"{one}:film", one, 1, 1.0) for one in ("p1", "p2", "p3")))
    assert sorted(said) == [False, False, True]


CLAIM = """
import asyncio, sys
from storage import purse
from storage.db import Database
from storage.purse import Terms
async def main():
    db = await Database.open(sys.argv[1])
    terms = Terms(account="a", day=4.0, rates={"CNY": 1.0})
    sys.stdin.readline()
    said = await asyncio.gather(*(purse.claim(db, f"t{n}", terms, 1.0) for n in range(10)))
    await db.close()
    print(sum(each.answer == "yes" for each in said))
asyncio.run(main())
"""


async def test_processes_that_claim_at_once_share_the_budget_and_the_takes(url: str) -> None:
    """Protects money across processes: of ten takes at one yuan, four are claimed, each by one process."""
    db = await Database.open(url)
    await _person(db, "anna", "prj_1")
    for number in range(10):
        await _open(db, f"t{number}", cost=1.0)
    env = {"PYTHONPATH": str(Path(__file__).parents[2]), "PATH": os.environ["PATH"]}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    children = [
        await asyncio.create_subprocess_exec(sys.executable, "-c", CLAIM, url, env=env, **pipes)  # type: ignore[arg-type]  # both are pipes
        for _ in range(3)
    ]
    async with asyncio.timeout(60):
        told = await asyncio.gather(*(child.communicate(b"go\n") for child in children))
    assert sum(int(out) for out, _ in told) == 4
    assert await takes.spent(db, 0.0) == {"CNY": 4.0}
    await db.close()
