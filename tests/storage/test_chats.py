"""Chats: what came in is a row, an answer is written whole or not at all, and numbers count up."""

import asyncio

import pytest

from storage import chats, errands, history, outbox, projects, stops, strides
from storage.blobs import Blobs
from storage.chats import Answer, Inbound
from storage.db import Database
from storage.errands import Errand
from storage.errors import StorageError
from storage.forget import forget, prune
from storage.model import Address, Brief
from storage.outbox import Outbound

ANNA = Address(channel="web", id="anna")
BERT = Address(channel="web", id="bert")


def letter(identity: str, who: Address = ANNA, at: float = 5.0) -> Inbound:
    """Something that came in."""
    return Inbound(id=identity, address=who, payload=f"payload {identity}", at=at)


def said(identity: str, who: Address = ANNA, making: str = "") -> Outbound:
    """Something to say."""
    return Outbound(id=identity, address=who, payload=f"payload {identity}", making=making)


def answer(project: str = "p-anna", **more: object) -> Answer:
    """An answer that leads to another talk."""
    fields = {"talk": "later", "project": project, "lang": "en", "brief": Brief(theme="t")}
    return Answer.model_validate({**fields, **more})


async def _begun(db: Database, who: Address = ANNA, now: float = 1.0) -> None:
    await chats.begin(db, who, "talk", f"p-{who.id}", "zh", now)


async def test_a_chat_begins_once(db: Database) -> None:
    """Two first messages at once make one chat with one project."""
    begun = await asyncio.gather(*(chats.begin(db, ANNA, f"t{n}", f"p{n}", "zh", 1.0) for n in range(4)))
    assert len({each.project for each in begun}) == 1
    assert [each.id for each in await projects.belonging_to(db, ANNA)] == [begun[0].project]
    assert await chats.get(db, BERT) is None


async def test_what_came_in_waits_in_order_once(db: Database) -> None:
    """The same id twice is once; numbers count up; nobody's chat takes nothing in."""
    await _begun(db)
    assert await chats.receive(db, [letter("b"), letter("a"), letter("b")]) == [True, True, False]
    assert await chats.receive(db, [letter("a"), letter("x", BERT)]) == [False, None]
    first = await chats.oldest_new(db, ANNA)
    assert first is not None
    assert (first.id, first.state) == ("b", "new")
    assert await chats.unserved(db) == (ANNA,)


async def test_many_who_write_at_once_get_numbers_of_their_own(db: Database) -> None:
    """Two processes on one database never give the same number."""
    await _begun(db)
    await asyncio.gather(*(chats.receive(db, [letter(f"m{n}")]) for n in range(12)))
    numbers = [entry.number for entry in await history.said(db, ANNA)]
    assert len(set(numbers)) == 12
    assert numbers == sorted(numbers)


async def test_an_answer_is_whole(db: Database) -> None:
    """Talk, brief, messages, errands and stops are written together, once."""
    await _begun(db)
    await chats.receive(db, [letter("1")])
    inbound = await chats.oldest_new(db, ANNA)
    assert inbound is not None
    errand = Errand(making="p-anna:film:1", address=ANNA, recipe="make_film", args=("p-anna", 2))
    full = answer(says=(said("a"), said("b")), errands=(errand,), cancel=("p-anna:film:0",), making=True)
    assert await chats.answer(db, [(inbound, full)], 9.0) == [True]
    assert await chats.answer(db, [(inbound, full)], 9.0) == [False]
    chat = await chats.get(db, ANNA)
    project = await projects.get(db, "p-anna")
    assert chat is not None
    assert project is not None
    assert (chat.talk, chat.lang, project.brief.theme, project.state) == ("later", "en", "t", "making")
    assert [(e.theirs, e.id) for e in await history.said(db, ANNA)] == [
        (True, "1"),
        (False, "a"),
        (False, "b"),
    ]
    assert [e.id for e in await history.said(db, ANNA, after=2)] == ["b"]
    assert await errands.unfinished(db) == (errand,)
    assert await stops.stopped(db, "p-anna:film:0", "p-anna")
    assert not await stops.stopped(db, "p-anna:film:1", "p-anna")


async def test_a_strangers_project_stops_the_whole_answer(db: Database) -> None:
    """An answer that would write into somebody else's project leaves nothing behind."""
    await _begun(db)
    await _begun(db, BERT)
    await chats.receive(db, [letter("1")])
    inbound = await chats.oldest_new(db, ANNA)
    assert inbound is not None
    with pytest.raises(StorageError):
        await chats.answer(db, [(inbound, answer("p-bert", says=(said("a"),)))], 9.0)
    again = await chats.oldest_new(db, ANNA)
    assert again is not None
    assert again.id == "1"
    assert [e.id for e in await history.said(db, ANNA)] == ["1"]


async def test_what_cannot_be_served_is_set_aside(db: Database) -> None:
    """It stays, with the class of its error, and the next one is the oldest."""
    await _begun(db)
    await chats.receive(db, [letter("1"), letter("2")])
    inbound = await chats.oldest_new(db, ANNA)
    assert inbound is not None
    assert await chats.set_aside(db, inbound, "KeyError", (said("sorry"),), 9.0)
    assert not await chats.set_aside(db, inbound, "KeyError", (said("sorry2"),), 9.0)
    following = await chats.oldest_new(db, ANNA)
    assert following is not None
    assert following.id == "2"
    rows = await db.read("SELECT state, error FROM inbox WHERE id = '1'")
    assert tuple(rows[0].values()) == ("aside", "KeyError")


async def test_an_errand_ends_once(db: Database) -> None:
    """However often a notice comes, it is one row; and none for a chat that is gone."""
    await _begun(db)
    await chats.receive(db, [letter("1")])
    inbound = await chats.oldest_new(db, ANNA)
    assert inbound is not None
    errand = Errand(making="m", address=ANNA, recipe="make_film", args=("p-anna",))
    await chats.answer(db, [(inbound, answer(errands=(errand,)))], 9.0)
    assert await errands.started(db, "m", 9.0)
    notices = await asyncio.gather(*(chats.end_errand(db, "m", letter("notice:m")) for _ in range(3)))
    assert sorted(notices) == [False, False, True]
    assert not await errands.started(db, "m", 9.0)
    assert await errands.unfinished(db) == ()
    assert not await chats.end_errand(db, "unknown", letter("notice:unknown"))


async def test_a_message_goes_out_once(db: Database) -> None:
    """Of two who would send it, one may; its receipt stays."""
    await _begun(db)
    await chats.receive(db, [letter("1")])
    inbound = await chats.oldest_new(db, ANNA)
    assert inbound is not None
    await chats.answer(db, [(inbound, answer(says=(said("a"), said("b"))))], 9.0)
    first = await outbox.first_unsent(db, ANNA)
    assert first is not None
    claims = await asyncio.gather(*(outbox.move(db, first, "sending", 9.0) for _ in range(3)))
    assert sorted(claims) == [False, False, True]
    assert await outbox.chats_waiting(db, "web") == (ANNA,)
    sending = first.model_copy(update={"state": "sending"})
    assert await outbox.move(db, sending, "sent", 9.0, receipt="77")
    sent = await outbox.get(db, ANNA, "a")
    assert sent is not None
    assert (sent.state, sent.receipt) == ("sent", "77")
    following = await outbox.first_unsent(db, ANNA)
    assert following is not None
    assert following.id == "b"


async def test_stopping_a_project_stops_what_is_under_way(db: Database) -> None:
    """`admin cancel` stops the announced makings of this project only, and `retry` lets them go on."""
    await _begun(db)
    for making in ("p-anna:film:1", "p-annax:film:1"):
        await strides.plan(db, making, {"cut": 1.0})
    await strides.end(db, "p-anna:film:0", "cut", "done", 1.0)
    await stops.stop_all(db, "p-anna", 2.0)
    assert await stops.stopped(db, "p-anna:film:1", "p-anna")
    assert [row["making"] for row in await db.read("SELECT making FROM stops")] == ["p-anna:film:1"]
    await stops.lift(db, "p-anna")
    assert not await stops.stopped(db, "p-anna:film:1", "p-anna")
    assert await stops.stopped(db, "gone:film:1", "gone")


async def _lively(db: Database, who: Address, now: float) -> None:
    await _begun(db, who, now)
    await chats.receive(db, [letter("1", who, now)])
    inbound = await chats.oldest_new(db, who)
    assert inbound is not None
    errand = Errand(making=f"p-{who.id}:m", address=who, recipe="make_film", args=("p",))
    full = answer(f"p-{who.id}", says=(said("a", who),), errands=(errand,), cancel=(f"p-{who.id}:n",))
    await chats.answer(db, [(inbound, full)], now)
    await chats.end_errand(db, errand.making, letter("notice", who, now))


_TABLES = ("chats", "inbox", "outbox", "errands", "projects", "stops")


async def _count(db: Database) -> dict[str, int]:
    return {table: len(await db.read(f"SELECT * FROM {table}")) for table in _TABLES}


async def test_forgetting_takes_the_chat_along(db: Database, blobs: Blobs) -> None:
    """No row of the person is left, and all of the neighbour's are."""
    await _lively(db, BERT, 1.0)
    alone = await _count(db)
    await _lively(db, ANNA, 1.0)
    gone = await forget(db, blobs, ANNA)
    assert (gone.chats, gone.projects) == (1, 1)
    assert await _count(db) == alone


async def test_pruning_takes_still_chats_and_old_words(db: Database, blobs: Blobs) -> None:
    """A still chat goes whole; a live one keeps its project and loses what was said long ago."""
    await _lively(db, ANNA, 1.0)
    await _lively(db, BERT, 1.0)
    await chats.receive(db, [letter("new", BERT, 100.0)])
    gone = await prune(db, blobs, 50.0)
    assert (gone.chats, gone.projects) == (1, 1)
    assert await chats.get(db, ANNA) is None
    assert await projects.get(db, "p-bert") is not None
    assert [entry.id for entry in await history.said(db, BERT)] == ["notice", "new"]  # both still unserved
