"""The ledger: who may send, where a take may go, and what counts as money."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, get_args

import pytest

from storage import projects, takes
from storage.db import Database
from storage.errors import StorageError, WrongState
from storage.model import TakeState
from tests.storage import nouns

KEY = "prj_1:speak:1"

Move = Callable[[Database, str], Awaitable[Any]]

MOVES: dict[str, Move] = {
    "claim": lambda db, key: takes.claim(db, key, 2.0),
    "reclaim": lambda db, key: takes.reclaim(db, key, 2.0),
    "release": lambda db, key: takes.release(db, key, 2.0),
    "accepted": lambda db, key: takes.accepted(db, key, "ticket", 2.0),
    "done": lambda db, key: takes.done(db, key, "{}", 0.5, 2.0),
    "failed": lambda db, key: takes.failed(db, key, "broken", 2.0),
    "rejected": lambda db, key: takes.rejected(db, key, "refused", 2.0),
    "unsure": lambda db, key: takes.unsure(db, key, "timeout", 2.0),
    "charged": lambda db, key: takes.settle(db, key, 2.0, charged=True),
    "uncharged": lambda db, key: takes.settle(db, key, 2.0, charged=False),
}

ALLOWED: dict[tuple[TakeState, str], TakeState] = {
    ("new", "claim"): "sending",
    ("sending", "reclaim"): "sending",
    ("sending", "release"): "new",
    ("sending", "accepted"): "accepted",
    ("sending", "rejected"): "rejected",
    ("sending", "unsure"): "unsure",
    ("accepted", "done"): "done",
    ("accepted", "failed"): "failed",
    ("unsure", "accepted"): "accepted",
    ("unsure", "rejected"): "rejected",
    ("unsure", "charged"): "failed",
    ("unsure", "uncharged"): "rejected",
}

# A move into the state a take is in already, telling nothing new, is harmless: steps run twice.
REPEATS: set[tuple[TakeState, str]] = {
    ("new", "release"),
    ("accepted", "accepted"),
    ("done", "done"),
    ("failed", "failed"),
    ("rejected", "rejected"),
    ("unsure", "unsure"),
}

WAYS: dict[TakeState, tuple[str, ...]] = {
    "new": (),
    "sending": ("claim",),
    "accepted": ("claim", "accepted"),
    "done": ("claim", "accepted", "done"),
    "failed": ("claim", "accepted", "failed"),
    "rejected": ("claim", "rejected"),
    "unsure": ("claim", "unsure"),
}


async def _opened(db: Database) -> None:
    await projects.create(db, nouns.project())
    await takes.open(db, nouns.take(KEY))


async def _state(db: Database, key: str = KEY) -> TakeState:
    take = await takes.get(db, key)
    assert take is not None
    return take.state


@pytest.mark.parametrize("source", get_args(TakeState))
async def test_every_move_from_every_state(db: Database, source: TakeState) -> None:
    """Protects money: a take goes where its state leads, and a forbidden move changes nothing."""
    await projects.create(db, nouns.project())
    for name, move in MOVES.items():
        key = f"prj_1:{source}:{name}"
        await takes.open(db, nouns.take(key))
        for step in WAYS[source]:
            await MOVES[step](db, key)
        before = await takes.get(db, key)
        target = ALLOWED.get((source, name))
        if name in ("claim", "reclaim"):
            assert await move(db, key) is (target is not None)
        elif target or (source, name) in REPEATS:
            await move(db, key)
        else:
            with pytest.raises(WrongState) as refused:
                await move(db, key)
            assert refused.value.fields["state"] == source
        after = await takes.get(db, key)
        assert after is not None
        assert after.state == (target or source), (source, name)
        if target is None:
            assert after == before


async def test_one_of_twenty_wins_the_claim(db: Database) -> None:
    """Protects against paying twice: of twenty who claim at once, one may send."""
    await _opened(db)
    won = await asyncio.gather(*(takes.claim(db, KEY, float(now)) for now in range(20)))
    assert sorted(won) == [False] * 19 + [True]
    assert await _state(db) == "sending"


async def test_one_of_twenty_opens_the_take(db: Database) -> None:
    """Protects an open take from being replaced: all who open it see the first."""
    await projects.create(db, nouns.project())
    offers = (nouns.take(made_from=str(number)) for number in range(20))
    seen = await asyncio.gather(*(takes.open(db, offer) for offer in offers))
    assert len({take.made_from for take in seen}) == 1
    await takes.claim(db, KEY, 2.0)
    assert (await takes.open(db, nouns.take())).state == "sending"


async def test_saying_something_else_is_refused(db: Database) -> None:
    """Protects a ticket and a result from being written over by a second answer."""
    await _opened(db)
    await takes.claim(db, KEY, 1.0)
    await takes.accepted(db, KEY, "first", 2.0)
    await takes.accepted(db, KEY, "first", 3.0)
    with pytest.raises(WrongState):
        await takes.accepted(db, KEY, "second", 3.0)
    await takes.done(db, KEY, '{"asset":"a"}', 0.5, 4.0)
    with pytest.raises(WrongState):
        await takes.done(db, KEY, '{"asset":"b"}', 0.5, 5.0)
    take = await takes.get(db, KEY)
    assert take is not None
    assert (take.ticket, take.result, take.cost, take.changed) == ("first", '{"asset":"a"}', 0.5, 4.0)


async def test_an_unknown_take_is_named(db: Database) -> None:
    """Protects against a silent no when a key is wrong."""
    with pytest.raises(StorageError) as refused:
        await takes.accepted(db, "prj_9:speak:1", "ticket", 1.0)
    assert refused.value.key == "storage.no_such"
    assert await takes.get(db, "prj_9:speak:1") is None
    with pytest.raises(StorageError) as refused:
        await takes.open(db, nouns.take(project="prj_9"))
    assert refused.value.key == "storage.gone"


async def test_what_is_still_good_is_found(db: Database) -> None:
    """Protects a redo from paying again for what was made from the same things."""
    await projects.create(db, nouns.project())
    for number, made_from in enumerate(["a", "a", "b"]):
        key = f"prj_1:speak:{number}"
        await takes.open(db, nouns.take(key, made_from=made_from))
        await takes.claim(db, key, 1.0)
        await takes.accepted(db, key, "t", 1.0)
        if made_from == "a":
            await takes.done(db, key, str(number), 0.0, 2.0 + number)
    good = await takes.good(db, "prj_1", "a")
    assert good is not None
    assert good.result == "1"
    assert await takes.good(db, "prj_1", "b") is None
    assert await takes.good(db, "prj_2", "a") is None
    assert [take.key[-1] for take in await takes.of(db, "prj_1")] == ["0", "1", "2"]


async def test_doubtful_takes_are_shown(db: Database) -> None:
    """Protects the operator's view of money that may have gone without anybody knowing."""
    await projects.create(db, nouns.project())
    for name, way in {"a": ("claim",), "b": ("claim", "unsure"), "c": ("claim", "accepted"), "d": ()}.items():
        await takes.open(db, nouns.take(name))
        for step in way:
            await MOVES[step](db, name)
    assert [take.key for take in await takes.doubtful(db)] == ["a", "b"]
    assert [take.key for take in await takes.doubtful(db, sent_before=2.0)] == ["b"]
    assert [take.key for take in await takes.doubtful(db, sent_before=2.1)] == ["a", "b"]


async def test_money_is_counted_by_currency(db: Database) -> None:
    """Protects budgets: estimates count from the claim on, refusals and mere intentions do not."""
    await projects.create(db, nouns.project())
    await projects.create(db, nouns.project("prj_2"))
    ways: dict[str, tuple[str, ...]] = {
        "intended": (),
        "sending": ("claim",),
        "unsure": ("claim", "unsure"),
        "done": ("claim", "accepted", "done"),
        "failed": ("claim", "accepted", "failed"),
        "rejected": ("claim", "rejected"),
    }
    for name, way in ways.items():
        await takes.open(db, nouns.take(name, cost=2.0))
        for step in way:
            await MOVES[step](db, name)
    await takes.open(db, nouns.take("dollars", project="prj_2", cost=0.25, currency="USD"))
    await takes.claim(db, "dollars", 9.0)
    assert await takes.spent(db, 0.0) == {"CNY": 4.5, "USD": 0.25}
    assert await takes.spent(db, 0.0, "prj_1") == {"CNY": 4.5}
    assert await takes.spent(db, 3.0) == {"USD": 0.25}
    assert await takes.spent(db, 10.0) == {}
