"""Chats: where each conversation stands, what came in, and the one transaction that answers it.

What comes in is a row before anything is made of it, and an answer is written together with the talk it
leads to: a crash at any moment loses nothing and repeats nothing. Talks and messages are the bot's own JSON.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import RowMapping, bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import errands as errand_rows
from storage import inbox, outbox, projects, stops
from storage.db import Database
from storage.errands import Errand
from storage.errors import StorageError
from storage.inbox import Inbound as Inbound
from storage.listed import listed
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
            {**address.columns, "talk": talk, "project": project, "lang": lang, "now": now},
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
        return await _receive_within(conn, list(letters))


async def waiting(
    db: Database, addresses: Sequence[Address]
) -> list[tuple[Chat | None, tuple[Inbound, ...]]]:
    """Return some chats as they stand, each with what waits in it, the oldest first; one look at one state.

    A chat in which nothing waits is None.
    """
    chats, letters = dict[Address, Chat](), dict[Address, tuple[Inbound, ...]]()
    async with db.reading() as conn:
        for channel, people in _by_channel(addresses).items():
            found = await inbox.waiting_within(conn, channel, people)
            letters |= {rows[0].address: tuple(rows) for rows in found.values()}
            if found:
                query = text("SELECT * FROM chats WHERE channel = :channel AND person IN :people")
                query = query.bindparams(bindparam("people", expanding=True))
                rows = await conn.execute(query, {"channel": channel, "people": list(found)})
                chats |= {chat.address: chat for chat in map(_chat, rows.mappings().all())}
    return [(chats.get(address), letters.get(address, ())) for address in addresses]


async def oldest_new(db: Database, address: Address) -> Inbound | None:
    """Return what has waited longest in a chat, or None."""
    rows = await db.read(
        "SELECT * FROM inbox WHERE channel = :channel AND person = :person AND state = 'new'"
        " ORDER BY number LIMIT 1",
        **address.columns,
    )
    return inbox.noun(rows[0]) if rows else None


async def inbound(db: Database, address: Address, identity: str) -> Inbound | None:
    """Return what came in under an id, served or not, or None."""
    rows = await db.read(
        "SELECT * FROM inbox WHERE channel = :channel AND person = :person AND id = :id",
        **address.columns,
        id=identity,
    )
    return inbox.noun(rows[0]) if rows else None


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
        return await _answer_within(conn, list(served), now)


async def say(db: Database, letter: Outbound, now: float) -> bool:
    """Say something that is no answer; False when it was said before, or there is no such chat."""
    async with db.writing() as conn:
        said = await conn.execute(
            text("SELECT 1 FROM outbox WHERE channel = :channel AND person = :person AND id = :id"),
            {**letter.address.columns, "id": letter.id},
        )
        if said.first() is not None:
            return False
        first = (await _numbers_within(conn, {letter.address: 1}, now)).get(letter.address)
        if first is None:
            return False
        await outbox.add_within(conn, (letter,), first, now)
        return True


async def set_aside(
    db: Database, inbound: Inbound, error: str, says: tuple[Outbound, ...], now: float
) -> bool:
    """Put away what could not be served, with the class of its error, so that the next is; and say so."""
    async with db.writing() as conn:
        if not await inbox.close_within(conn, [inbound], "aside", error):
            return False
        await _say_within(conn, inbound.address, says, now)
        return True


async def end_errand(db: Database, making: str, notice: Inbound) -> bool:
    """Put a making's notice into its chat's inbox, once; False when that was done, or the chat is gone."""
    async with db.writing() as conn:
        if not await errand_rows.end_within(conn, making, notice.at):
            return False
        return bool((await _receive_within(conn, [notice]))[0])


async def _get_within(conn: AsyncConnection, address: Address) -> Chat | None:
    rows = await conn.execute(
        text("SELECT * FROM chats WHERE channel = :channel AND person = :person"), address.columns
    )
    row = rows.mappings().first()
    return None if row is None else _chat(row)


def _chat(row: RowMapping) -> Chat:
    fields = ("talk", "project", "lang", "last", "begun", "changed")
    address = Address(channel=row["channel"], id=row["person"])
    return Chat(address=address, **{name: row[name] for name in fields})


async def _receive_within(conn: AsyncConnection, letters: Sequence[Inbound]) -> list[bool | None]:
    now = max(letter.at for letter in letters) if letters else 0.0
    next_one = await _numbers_within(conn, Counter(letter.address for letter in letters), now)
    numbered = []
    for letter in letters:
        if letter.address in next_one:
            numbered.append(letter.model_copy(update={"number": next_one[letter.address]}))
            next_one[letter.address] += 1
    fresh, told = await inbox.add_within(conn, numbered), list[bool | None]()
    for letter in letters:
        told.append(letter.key in fresh if letter.address in next_one else None)
        fresh.discard(letter.key)  # the same twice at once is new once
    return told


async def _answer_within(
    conn: AsyncConnection, served: Sequence[tuple[Inbound, Answer]], now: float
) -> list[bool]:
    if len({inbound.address for inbound, _ in served}) < len(
        served
    ):  # two of one chat: one leads to the other
        return [(await _answer_within(conn, [one], now))[0] for one in served]
    await _in_turn(conn, [inbound.address for inbound, _ in served])
    closed = await inbox.close_within(conn, [inbound for inbound, _ in served], "done", None)
    replies = {inbound.address: reply for inbound, reply in served if inbound.key in closed}
    if not replies:
        return [False] * len(served)
    await projects.settle_all_within(
        conn, [(reply.project, address, reply.brief) for address, reply in replies.items()], now
    )
    last = await _change_within(conn, replies, now)
    says = [
        (letter, number)
        for address, reply in replies.items()
        for number, letter in enumerate(reply.says, last[address] - len(reply.says) + 1)
    ]
    await outbox.add_numbered_within(conn, says, now)
    for reply in replies.values():
        if reply.making:
            making = text("UPDATE projects SET state = 'making' WHERE id = :id")
            await conn.execute(making, {"id": reply.project})
        await errand_rows.add_within(conn, reply.errands, now)
        await stops.stop_within(conn, reply.cancel, now)
    return [inbound.key in closed for inbound, _ in served]


async def _change_within(
    conn: AsyncConnection, replies: Mapping[Address, Answer], now: float
) -> dict[Address, int]:
    """Bring chats to where their answers lead, and return the last number each has given then."""
    rows, values = listed(
        [(one.channel, one.id, r.talk, r.project, r.lang, len(r.says)) for one, r in replies.items()]
    )
    changed = await conn.execute(
        text(
            "UPDATE chats SET talk = led.column3, project = led.column4, lang = led.column5,"  # noqa: S608  marks only
            f" last = last + led.column6, changed = :now FROM ({rows}) AS led"
            " WHERE chats.channel = led.column1 AND chats.person = led.column2"
            " RETURNING chats.channel, chats.person, chats.last"
        ),
        {**values, "now": now},
    )
    return {Address(channel=channel, id=person): last for channel, person, last in changed.all()}


async def _say_within(
    conn: AsyncConnection, address: Address, says: tuple[Outbound, ...], now: float
) -> None:
    first = (await _numbers_within(conn, {address: len(says)}, now)).get(address)
    if first is not None:
        await outbox.add_within(conn, says, first, now)


async def _numbers_within(
    conn: AsyncConnection, wanted: Mapping[Address, int], now: float
) -> dict[Address, int]:
    """Take the next numbers of some chats, and with them their rows: two who write wait for each other here.

    Returns:
        The first one taken in each chat that is there.
    """
    if not wanted:
        return {}
    await _in_turn(conn, wanted)
    rows, values = listed([(address.channel, address.id, count) for address, count in wanted.items()])
    taken = await conn.execute(
        text(
            f"UPDATE chats SET last = last + more.column3, changed = :now FROM ({rows}) AS more"  # noqa: S608  marks only
            " WHERE chats.channel = more.column1 AND chats.person = more.column2"
            " RETURNING chats.channel, chats.person, chats.last"
        ),
        {**values, "now": now},
    )
    lasts = {Address(channel=channel, id=person): last for channel, person, last in taken.all()}
    return {address: last - wanted[address] + 1 for address, last in lasts.items()}


async def _in_turn(conn: AsyncConnection, addresses: Iterable[Address]) -> None:
    """Take the rows of chats in one order, so that two who change several never wait for each other.

    SQLite has one writer at a time anyway.
    """
    if conn.dialect.name == "sqlite":
        return
    for channel, people in _by_channel(addresses).items():
        query = text(
            "SELECT 1 FROM chats WHERE channel = :channel AND person IN :people ORDER BY person FOR UPDATE"
        ).bindparams(bindparam("people", expanding=True))
        await conn.execute(query, {"channel": channel, "people": people})


def _by_channel(addresses: Iterable[Address]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for address in sorted(set(addresses), key=lambda each: (each.channel, each.id)):
        found.setdefault(address.channel, []).append(address.id)
    return found
