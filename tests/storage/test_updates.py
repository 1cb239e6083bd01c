"""Updates: kept once, in order, until something was made of them; what is put away can be found again."""

import pytest

from storage import updates
from storage.db import Database
from storage.updates import Update


def _update(place: int, chat: str = "7", **more: str) -> Update:
    return Update(
        channel="telegram", id=f"1:{place}", place=place, chat=chat, payload='{"n": 1}', at=5.0, **more
    )


async def test_the_same_twice_is_one(db: Database) -> None:
    """A delivery that comes again, in the same batch or a later one, is nothing new."""
    first = await updates.keep(db, [_update(2), _update(1), _update(2)])
    again = await updates.keep(db, [_update(1), _update(3)])
    assert [each.place for each in first] == [2, 1]
    assert [each.place for each in again] == [3]
    assert [each.place for each in await updates.waiting(db, "telegram")] == [1, 2, 3]
    assert await updates.keep(db, []) == ()


async def test_what_waits_can_be_read_page_by_page(db: Database) -> None:
    """However much waits after a long absence, each is come by once, also those with the same place."""
    twins = [_update(3).model_copy(update={"id": f"{bot}:3"}) for bot in (1, 2)]
    await updates.keep(db, [*map(_update, range(3)), *twins, *map(_update, range(4, 6))])
    found, after = list[str](), (-1, "")
    while rows := await updates.waiting(db, "telegram", after, limit=2):
        found += [each.id for each in rows]
        after = rows[-1].place, rows[-1].id
    assert found == ["1:0", "1:1", "1:2", "1:3", "2:3", "1:4", "1:5"]


async def test_another_channel_may_use_the_same_id(db: Database) -> None:
    """Ids are unique in their channel only."""
    other = _update(1).model_copy(update={"channel": "feishu"})
    assert len(await updates.keep(db, [_update(1), other])) == 2
    assert [each.channel for each in await updates.waiting(db, "feishu")] == ["feishu"]


async def test_what_was_taken_in_leaves_only_its_id(db: Database) -> None:
    """What somebody wrote does not stay here, and its id still keeps it from coming twice."""
    one, two = await updates.keep(db, [_update(1), _update(2)])
    await updates.close(db, [one, two.model_copy(update={"error": "not_for_us"})])
    assert await updates.waiting(db, "telegram") == ()
    assert await updates.keep(db, [_update(1)]) == ()
    rows = await db.read("SELECT payload, state, error FROM updates ORDER BY place")
    assert [tuple(row.values()) for row in rows] == [("", "done", None), ("", "done", "not_for_us")]
    assert await updates.ended_so(db, "telegram", "7", "not_for_us")
    assert not await updates.ended_so(db, "telegram", "8", "not_for_us")


async def test_what_cannot_be_read_is_put_away(db: Database) -> None:
    """It is out of the way, once, with the class of its error, and is still whole."""
    (one,) = await updates.keep(db, [_update(1)])
    assert await updates.set_aside(db, one, "KeyError")
    assert not await updates.set_aside(db, one, "KeyError")
    await updates.close(db, [one])
    (found,) = await updates.aside(db)
    assert (found.state, found.error, updates.raw(found)) == ("aside", "KeyError", {"n": 1})


async def test_a_late_part_is_known_as_one(db: Database) -> None:
    """A part that comes when the others were taken in already is told from the first ones."""
    one, two = await updates.keep(db, [_update(1, bundle="b"), _update(2, bundle="b")])
    assert not await updates.bundle_taken(db, two)
    await updates.close(db, [one])
    assert await updates.bundle_taken(db, two)
    assert not await updates.bundle_taken(db, two.model_copy(update={"chat": "8"}))


async def test_old_ones_go_and_those_that_wait_stay(db: Database) -> None:
    """Ids need not be kept longer than a messenger delivers again."""
    one, _ = await updates.keep(db, [_update(1), _update(2)])
    await updates.close(db, [one])
    assert await updates.prune(db, "telegram", 5.0) == 0
    assert await updates.prune(db, "telegram", 6.0) == 1
    assert [each.place for each in await updates.waiting(db, "telegram")] == [2]


@pytest.mark.parametrize("payload", ["[1]", "not json"])
def test_what_is_no_object_is_said_so(payload: str) -> None:
    """A delivery of another shape is an error with a name, not a surprise further on."""
    with pytest.raises((ValueError, TypeError), match=r"object|Expecting"):
        updates.raw(_update(1).model_copy(update={"payload": payload}))
