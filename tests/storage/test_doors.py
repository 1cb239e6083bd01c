"""Leases, moves, blocked chats and receipts: what the doors of a messenger need to know."""

import asyncio

from storage import blocked, chats, leases, moves, outbox, receipts, updates
from storage.blobs import Blobs
from storage.chats import Answer, Inbound
from storage.db import Database
from storage.forget import forget, prune
from storage.model import Address, Brief
from storage.outbox import Outbound
from storage.updates import Update


async def test_one_holder_at_a_time(db: Database) -> None:
    """Of two who want it one has it, for as long as they renew it; afterwards the other may."""
    assert await leases.take(db, "bot", "a", 15, now=100.0)
    assert not await leases.take(db, "bot", "b", 15, now=110.0)
    assert await leases.take(db, "bot", "a", 15, now=110.0)
    assert not await leases.take(db, "bot", "b", 15, now=125.0)
    assert await leases.take(db, "bot", "b", 15, now=125.1)
    assert not await leases.take(db, "bot", "a", 15, now=126.0)
    assert await leases.holder(db, "bot") == "b"


async def test_giving_up_lets_the_next_one_in_at_once(db: Database) -> None:
    """A process that ends in order does not make the other one wait; nobody gives up what is not theirs."""
    assert await leases.holder(db, "bot") is None
    assert await leases.take(db, "bot", "a", 15)
    assert not await leases.release(db, "bot", "b")
    assert not await leases.take(db, "bot", "b", 15)
    assert await leases.release(db, "bot", "a")
    assert await leases.take(db, "bot", "b", 15)


async def test_of_many_at_once_one_wins(db: Database) -> None:
    """Several processes that start in the same moment do not all believe to be the one."""
    won = await asyncio.gather(*(leases.take(db, "bot", str(n), 15) for n in range(8)))
    assert sum(won) == 1


async def test_a_moved_group_is_followed_both_ways(db: Database) -> None:
    """Where to send, and what everything is filed under, also after two moves and a note that comes twice."""
    await moves.note(db, "telegram", "-1", "-100")
    await moves.note(db, "telegram", "-100", "-200")
    await moves.note(db, "telegram", "-1", "-100")
    await moves.note(db, "telegram", "-5", "-5")
    assert await moves.newest(db, "telegram", "-1") == "-200"
    assert await moves.first(db, "telegram", "-200") == "-1"
    assert await moves.newest(db, "telegram", "-5") == "-5"
    assert await moves.first(db, "feishu", "-200") == "-200"
    assert await moves.names(db, Address(channel="telegram", id="-1:7")) == ("-1:7", "-200:7")


async def test_a_ring_of_moves_has_an_end(db: Database) -> None:
    """A mistake in the rows costs an answer, never a process that looks for ever."""
    await moves.note(db, "telegram", "1", "2")
    await moves.note(db, "telegram", "2", "1")
    assert await moves.newest(db, "telegram", "1") in {"1", "2"}


async def test_who_blocked_us_is_known(db: Database) -> None:
    """Nothing is sent to them until they are back."""
    await blocked.block(db, "telegram", "7", 1.0)
    await blocked.block(db, "telegram", "7", 2.0)
    assert await blocked.is_blocked(db, "telegram", "7")
    assert not await blocked.is_blocked(db, "telegram", "8")
    assert await blocked.unblock(db, "telegram", "7")
    assert not await blocked.unblock(db, "telegram", "7")
    assert not await blocked.is_blocked(db, "telegram", "7")


async def _sent(db: Database, person: str, receipt: str) -> None:
    address = Address(channel="telegram", id=person)
    await chats.begin(db, address, "{}", f"p{person}", "zh", 1.0)
    await chats.receive(db, [Inbound(id="1", address=address, payload="{}", at=1.0)])
    ((_, (waiting,)),) = await chats.waiting(db, [address])
    says = (Outbound(id="out", address=address, payload="{}"),)
    answer = Answer(talk="{}", project=f"p{person}", lang="zh", brief=Brief(), says=says)
    await chats.answer(db, [(waiting, answer)], 1.0)
    letter = await outbox.first_unsent(db, address)
    assert letter is not None
    await outbox.move(db, letter, "sent", 1.0, receipt=receipt)


async def test_whose_message_it_is(db: Database) -> None:
    """In a group a button belongs to whom it was sent to, and no number is taken for another."""
    await _sent(db, "-1:7", "-1:5,-1:6")
    await _sent(db, "-1:8", "-1:15")
    await _sent(db, "-11:9", "-1:7")
    owners = [await receipts.owner(db, "telegram", "-1", f"-1:{n}") for n in (5, 6, 15, 7, 1)]
    assert [each and each.id for each in owners] == ["-1:7", "-1:7", "-1:8", None, None]


async def test_forgetting_reaches_what_was_delivered(db: Database, blobs: Blobs) -> None:
    """What a person sent is gone in every form it is in, also under the group's newer number."""
    await moves.note(db, "telegram", "-1", "-100")
    ids = ["7", "-1:7", "-100:7", "-1:8"]
    rows = [
        Update(channel="telegram", id=each, place=n, chat=each, payload="x", at=1.0)
        for n, each in enumerate(ids)
    ]
    await updates.keep(db, rows)
    await blocked.block(db, "telegram", "7", 1.0)
    await forget(db, blobs, Address(channel="telegram", id="-1:7"))
    assert [each.chat for each in await updates.waiting(db, "telegram")] == ["7", "-1:8"]
    await forget(db, blobs, Address(channel="telegram", id="7"))
    assert [each.chat for each in await updates.waiting(db, "telegram")] == ["-1:8"]
    assert not await blocked.is_blocked(db, "telegram", "7")


async def test_old_deliveries_are_pruned(db: Database, blobs: Blobs) -> None:
    """What lies aside is kept no longer than everything else."""
    (old, _) = await updates.keep(
        db, [Update(channel="telegram", id=str(n), place=n, chat="7", payload="x", at=n) for n in (1, 9)]
    )
    await updates.set_aside(db, old, "KeyError")
    await prune(db, blobs, 5.0)
    assert await updates.aside(db) == ()
    assert [each.place for each in await updates.waiting(db, "telegram")] == [9]
