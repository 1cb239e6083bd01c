"""Chats: where each conversation stands, what came in, and the one transaction that answers it.

What comes in is a row before anything is made of it, and an answer is written together with the talk it
leads to: a crash at any moment loses nothing and repeats nothing. Talks and messages are the bot's own JSON.
"""

from collections.abc import Iterable
from typing import Literal

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import errands as errand_rows
from storage import outbox, projects, stops
from storage.db import Database
from storage.errands import Errand
from storage.errors import StorageError
from storage.model import Address, Brief, Lang, Noun
from storage.outbox import Outbound


class Chat(Noun):
    """One conversation; `last` is the highest number given to a message in either direction, `begun` tells
    it from an earlier one of the same person that was forgotten."""

    address: Address
    talk: str
    project: str
    lang: Lang
    last: int = 0
    begun: float = 0.0
    changed: float = 0.0


class Inbound(Noun):
    """Something that came in; `id` is the channel's own, `number` its place in the chat."""

    id: str
    address: Address
    number: int = 0
    payload: str
    state: Literal["new", "done", "aside"] = "new"
    error: str | None = None
    at: float


class Answer(Noun):
    """What one thing that came in leads to; everything of it is written, or nothing."""

    talk: str
    project: str
    lang: Lang
    brief: Brief
    making: bool = False
    says: tuple[Outbound, ...] = ()
    errands: tuple[Errand, ...] = ()
    cancel: tuple[str, ...] = ()


class Entry(Noun):
    """One line of a chat as it is shown; `theirs` came in, the others went out."""

    number: int
    theirs: bool
    id: str
    payload: str
    at: float


def _where(address: Address) -> dict[str, object]:
    return {"channel": address.channel, "person": address.id}


async def begin(db: Database, address: Address, talk: str, project: str, lang: Lang, now: float) -> Chat:
    """Remember a chat with its first project; one that is there already stays as it is.

    Returns:
        The chat as it stands.
    """
    async with db.writing() as conn:
        await projects.settle_within(conn, project, address, None, now)
        await conn.execute(
            text(
                "INSERT INTO chats (channel, person, talk, project, lang, last, begun, changed) VALUES"
                " (:channel, :person, :talk, :project, :lang, 0, :now, :now)"
                " ON CONFLICT (channel, person) DO NOTHING"
            ),
            {**_where(address), "talk": talk, "project": project, "lang": lang, "now": now},
        )
        found = await _get_within(conn, address)
        if found is not None and found.project != project:  # somebody was quicker: theirs stays
            await conn.execute(text("DELETE FROM projects WHERE id = :project"), {"project": project})
    if found is None:
        raise StorageError("storage.no_such", {"id": address.id})
    return found


async def get(db: Database, address: Address) -> Chat | None:
    """Return the chat, or None when nobody ever wrote from there."""
    async with db.reading() as conn:
        return await _get_within(conn, address)


async def receive(db: Database, letters: Iterable[Inbound]) -> list[bool | None]:
    """Put things that came in into the inbox, all in one transaction; the same twice is one.

    Returns:
        For each whether it was new; None where there is no such chat.
    """
    async with db.writing() as conn:
        return [await _receive_within(conn, letter) for letter in letters]


async def waiting(db: Database, address: Address) -> tuple[Chat | None, tuple[Inbound, ...]]:
    """Return the chat as it stands and what waits in it, the oldest first; one look at one state."""
    async with db.reading() as conn:
        rows = await conn.execute(
            text(
                "SELECT * FROM inbox WHERE channel = :channel AND person = :person AND state = 'new'"
                " ORDER BY number"
            ),
            _where(address),
        )
        found = tuple(map(_inbound, rows.mappings().all()))
        return (await _get_within(conn, address) if found else None), found


async def oldest_new(db: Database, address: Address) -> Inbound | None:
    """Return what has waited longest in a chat, or None."""
    rows = await db.read(
        "SELECT * FROM inbox WHERE channel = :channel AND person = :person AND state = 'new'"
        " ORDER BY number LIMIT 1",
        **_where(address),
    )
    return _inbound(rows[0]) if rows else None


async def inbound(db: Database, address: Address, identity: str) -> Inbound | None:
    """Return what came in under an id, served or not, or None."""
    rows = await db.read(
        "SELECT * FROM inbox WHERE channel = :channel AND person = :person AND id = :id",
        **_where(address),
        id=identity,
    )
    return _inbound(rows[0]) if rows else None


async def unserved(db: Database) -> tuple[Address, ...]:
    """Return the chats in which something waits."""
    rows = await db.read("SELECT DISTINCT channel, person FROM inbox WHERE state = 'new'")
    return tuple(Address(channel=row["channel"], id=row["person"]) for row in rows)


async def answer(db: Database, served: Iterable[tuple[Inbound, Answer]], now: float) -> list[bool]:
    """Write down what things that came in lead to, all in one transaction.

    Returns:
        For each whether it was still unserved; False changes nothing.

    Raises:
        StorageError: a project is somebody else's (`storage.no_such`).
    """
    async with db.writing() as conn:
        return [await _answer_within(conn, inbound, reply, now) for inbound, reply in served]


async def say(db: Database, letter: Outbound, now: float) -> bool:
    """Say something that is no answer; False when it was said before, or there is no such chat."""
    async with db.writing() as conn:
        said = await conn.execute(
            text("SELECT 1 FROM outbox WHERE channel = :channel AND person = :person AND id = :id"),
            {**_where(letter.address), "id": letter.id},
        )
        if said.first() is not None:
            return False
        first = await _numbers_within(conn, letter.address, 1, now)
        if first is None:
            return False
        await outbox.add_within(conn, (letter,), first, now)
        return True


async def set_aside(
    db: Database, inbound: Inbound, error: str, says: tuple[Outbound, ...], now: float
) -> bool:
    """Put away what could not be served, with the class of its error, so that the next is; and say so."""
    async with db.writing() as conn:
        if not await _close_within(conn, inbound, "aside", error):
            return False
        await _say_within(conn, inbound.address, says, now)
        return True


async def end_errand(db: Database, making: str, notice: Inbound) -> bool:
    """Put a making's notice into its chat's inbox, once; False when that was done, or the chat is gone."""
    async with db.writing() as conn:
        if not await errand_rows.end_within(conn, making, notice.at):
            return False
        return bool(await _receive_within(conn, notice))


async def history(db: Database, address: Address, after: int = 0, limit: int = 1_000) -> tuple[Entry, ...]:
    """Return what was said after a number, both ways, in order: the newest `limit` of it."""
    rows = await db.read(
        "SELECT * FROM (SELECT number, 1 AS theirs, id, payload, at FROM inbox"
        " WHERE channel = :channel AND person = :person AND number > :after"
        " UNION ALL SELECT number, 0 AS theirs, id, payload, changed AS at FROM outbox"
        " WHERE channel = :channel AND person = :person AND number > :after) AS said"
        " ORDER BY number DESC LIMIT :limit",
        **_where(address),
        after=after,
        limit=limit,
    )
    return tuple(Entry.model_validate({**row, "theirs": bool(row["theirs"])}) for row in reversed(rows))


async def _get_within(conn: AsyncConnection, address: Address) -> Chat | None:
    rows = await conn.execute(
        text("SELECT * FROM chats WHERE channel = :channel AND person = :person"), _where(address)
    )
    row = rows.mappings().first()
    if row is None:
        return None
    fields = ("talk", "project", "lang", "last", "begun", "changed")
    return Chat(address=address, **{name: row[name] for name in fields})


async def _receive_within(conn: AsyncConnection, letter: Inbound) -> bool | None:
    number = await _numbers_within(conn, letter.address, 1, letter.at)
    if number is None:
        return None
    added = await conn.execute(
        text(
            "INSERT INTO inbox (channel, person, id, number, payload, state, at) VALUES"
            " (:channel, :person, :id, :number, :payload, 'new', :at)"
            " ON CONFLICT (channel, person, id) DO NOTHING"
        ),
        {**_where(letter.address), "id": letter.id, "number": number, "payload": letter.payload}
        | {"at": letter.at},
    )
    return added.rowcount == 1


async def _answer_within(conn: AsyncConnection, inbound: Inbound, reply: Answer, now: float) -> bool:
    if not await _close_within(conn, inbound, "done", None):
        return False
    await projects.settle_within(conn, reply.project, inbound.address, reply.brief, now)
    if reply.making:
        making = text("UPDATE projects SET state = 'making' WHERE id = :id")
        await conn.execute(making, {"id": reply.project})
    await conn.execute(
        text(
            "UPDATE chats SET talk = :talk, project = :project, lang = :lang, last = last + :count,"
            " changed = :now WHERE channel = :channel AND person = :person"
        ),
        {**_where(inbound.address), "talk": reply.talk, "project": reply.project, "lang": reply.lang}
        | {"count": len(reply.says), "now": now},
    )
    if reply.says:
        first = await _last_within(conn, inbound.address) - len(reply.says) + 1
        await outbox.add_within(conn, reply.says, first, now)
    await errand_rows.add_within(conn, reply.errands, now)
    await stops.stop_within(conn, reply.cancel, now)
    return True


async def _say_within(
    conn: AsyncConnection, address: Address, says: tuple[Outbound, ...], now: float
) -> None:
    first = await _numbers_within(conn, address, len(says), now)
    if first is not None:
        await outbox.add_within(conn, says, first, now)


async def _numbers_within(conn: AsyncConnection, address: Address, count: int, now: float) -> int | None:
    """Take the next numbers of a chat, and with them its row: two who write wait for each other here."""
    taken = await conn.execute(
        text(
            "UPDATE chats SET last = last + :count, changed = :now"
            " WHERE channel = :channel AND person = :person"
        ),
        {**_where(address), "count": count, "now": now},
    )
    if not taken.rowcount:
        return None
    return await _last_within(conn, address) - count + 1


async def _last_within(conn: AsyncConnection, address: Address) -> int:
    last = await conn.execute(
        text("SELECT last FROM chats WHERE channel = :channel AND person = :person"), _where(address)
    )
    return int(last.scalar_one())


async def _close_within(
    conn: AsyncConnection, inbound: Inbound, state: Literal["done", "aside"], error: str | None
) -> bool:
    closed = await conn.execute(
        text(
            "UPDATE inbox SET state = :state, error = :error"
            " WHERE channel = :channel AND person = :person AND id = :id AND state = 'new'"
        ),
        {**_where(inbound.address), "id": inbound.id, "state": state, "error": error},
    )
    return closed.rowcount == 1


def _inbound(row: RowMapping) -> Inbound:
    address = Address(channel=row["channel"], id=row["person"])
    fields = ("id", "number", "payload", "state", "error", "at")
    return Inbound(address=address, **{name: row[name] for name in fields})
