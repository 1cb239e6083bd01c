"""Outbox: what goes out, in order per chat, and how far each message came.

    pending → sending → sent       with the channel's receipt
       │         ├→ pending        surely not sent
       │         └→ doubtful       perhaps sent: not repeated
       └→ sent, doubtful           where repeating does no harm nobody has to know that it was on its way

A message that is sent in several parts holds the receipts of those that went already. A channel whose page
reads the outbox itself leaves its rows pending.
"""

from collections.abc import Sequence
from typing import Literal

from sqlalchemy import RowMapping, bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.db import Database
from storage.model import Address, Lang, Noun

State = Literal["pending", "sending", "sent", "doubtful"]


class Outbound(Noun):
    """One message to send; `payload` is the bot's own JSON, `making` the one whose progress it shows."""

    id: str
    address: Address
    number: int = 0
    payload: str
    making: str = ""
    state: State = "pending"
    receipt: str | None = None
    error: str | None = None
    changed: float = 0.0


class Waiting(Noun):
    """What waits in one chat, the oldest first, and the language it is said in."""

    letters: tuple[Outbound, ...] = ()
    lang: Lang = "zh"


class Move(Noun):
    """How far a message came, starting from the state it was read in."""

    letter: Outbound
    state: State
    receipt: str | None = None
    error: str | None = None


def _noun(row: RowMapping) -> Outbound:
    address = Address(channel=row["channel"], id=row["person"])
    fields = ("id", "number", "payload", "making", "state", "receipt", "error", "changed")
    return Outbound(address=address, **{name: row[name] for name in fields})


async def add_within(conn: AsyncConnection, letters: tuple[Outbound, ...], first: int, now: float) -> None:
    """Put messages into the box, numbered from `first`, in the caller's transaction."""
    await add_numbered_within(conn, [(each, number) for number, each in enumerate(letters, first)], now)


async def add_numbered_within(
    conn: AsyncConnection, letters: Sequence[tuple[Outbound, int]], now: float
) -> None:
    """Put messages with their numbers into the box, in the caller's transaction."""
    rows = [
        {
            "channel": letter.address.channel,
            "person": letter.address.id,
            "id": letter.id,
            "number": number,
            "payload": letter.payload,
            "making": letter.making,
            "now": now,
        }
        for letter, number in letters
    ]
    if rows:
        await conn.execute(
            text(
                "INSERT INTO outbox (channel, person, id, number, payload, making, state, changed) VALUES"
                " (:channel, :person, :id, :number, :payload, :making, 'pending', :now)"
            ),
            rows,
        )


async def get(db: Database, address: Address, message: str) -> Outbound | None:
    """Return the message of that id, or None."""
    rows = await db.read(
        "SELECT * FROM outbox WHERE channel = :channel AND person = :person AND id = :id",
        channel=address.channel,
        person=address.id,
        id=message,
    )
    return _noun(rows[0]) if rows else None


async def first_unsent(db: Database, address: Address) -> Outbound | None:
    """Return the oldest message of a chat that is pending or on its way, or None."""
    rows = await db.read(
        "SELECT * FROM outbox WHERE channel = :channel AND person = :person"
        " AND state IN ('pending', 'sending') ORDER BY number LIMIT 1",
        channel=address.channel,
        person=address.id,
    )
    return _noun(rows[0]) if rows else None


async def chats_waiting(db: Database, channel: str) -> tuple[Address, ...]:
    """Return the chats of a channel that have something to send."""
    rows = await db.read(
        "SELECT DISTINCT person FROM outbox WHERE channel = :channel AND state IN ('pending', 'sending')",
        channel=channel,
    )
    return tuple(Address(channel=channel, id=row["person"]) for row in rows)


async def showing_progress(db: Database, channel: str) -> tuple[Outbound, ...]:
    """Return the channel's sent messages that show a making which has not ended."""
    rows = await db.read(
        "SELECT outbox.* FROM errands JOIN outbox ON outbox.channel = errands.channel"
        " AND outbox.person = errands.person AND outbox.making = errands.making"
        " WHERE errands.state <> 'ended' AND errands.channel = :channel AND outbox.state = 'sent'",
        channel=channel,
    )
    return tuple(map(_noun, rows))


async def waiting(db: Database, addresses: Sequence[Address]) -> list[Waiting]:
    """Return what is pending or on its way in some chats of one channel; one look for all of them."""
    people = {address.id: address for address in addresses}
    query = text(
        "SELECT outbox.*, chats.lang FROM outbox JOIN chats ON chats.channel = outbox.channel"
        " AND chats.person = outbox.person WHERE outbox.channel = :channel AND outbox.person IN :people"
        " AND outbox.state IN ('pending', 'sending') ORDER BY outbox.person, outbox.number"
    ).bindparams(bindparam("people", expanding=True))
    async with db.reading() as conn:
        found = await conn.execute(query, {"channel": addresses[0].channel, "people": list(people)})
        rows = found.mappings().all()
    letters: dict[str, list[Outbound]] = {}
    langs: dict[str, Lang] = {}
    for row in rows:
        letters.setdefault(row["person"], []).append(_noun(row))
        langs[row["person"]] = row["lang"]
    return [
        Waiting(letters=tuple(letters.get(each.id, ())), lang=langs.get(each.id, "zh")) for each in addresses
    ]


async def move_all(db: Database, moves: Sequence[Move], now: float) -> list[bool]:
    """Say how far messages came, all in one transaction.

    Returns:
        For each whether it was; False when somebody else was quicker, or it was forgotten.
    """
    params: dict[str, object] = {"now": now}
    table = []
    for at, each in enumerate(moves):
        letter = each.letter
        whose = (letter.address.channel, letter.address.id, letter.id)
        cells = (*whose, letter.state, each.state, each.receipt or "", each.error or "")
        params |= {f"c{at}_{number}": cell for number, cell in enumerate(cells)}
        table.append(f"({', '.join(f':c{at}_{number}' for number in range(len(cells)))})")
    # Both databases call the columns of a list of values column1, column2, …
    sql = (
        "UPDATE outbox SET state = moves.column5, changed = :now,"  # noqa: S608  names of parameters only
        " receipt = COALESCE(NULLIF(moves.column6, ''), receipt),"
        " error = COALESCE(NULLIF(moves.column7, ''), error)"
        f" FROM (VALUES {', '.join(table)}) AS moves WHERE outbox.channel = moves.column1"
        " AND outbox.person = moves.column2 AND outbox.id = moves.column3 AND outbox.state = moves.column4"
        " RETURNING outbox.channel, outbox.person, outbox.id"
    )
    async with db.writing() as conn:
        moved = {tuple(row) for row in (await conn.execute(text(sql), params)).all()}
    return [(e.letter.address.channel, e.letter.address.id, e.letter.id) in moved for e in moves]


async def move(
    db: Database,
    letter: Outbound,
    state: State,
    now: float,
    *,
    receipt: str | None = None,
    error: str | None = None,
) -> bool:
    """Say how far one came; False when somebody else was quicker."""
    (moved,) = await move_all(db, [Move(letter=letter, state=state, receipt=receipt, error=error)], now)
    return moved


async def hold(db: Database, address: Address, message: str, receipt: str) -> None:
    """Note the receipts of the parts of a message that went already; its state stays."""
    await db.write(
        "UPDATE outbox SET receipt = :receipt WHERE channel = :channel AND person = :person AND id = :id",
        receipt=receipt,
        channel=address.channel,
        person=address.id,
        id=message,
    )


async def doubtful(db: Database, limit: int = 200) -> tuple[Outbound, ...]:
    """Return the messages of which nobody knows whether they arrived, or that could not: the newest first."""
    rows = await db.read(
        "SELECT * FROM outbox WHERE state = 'doubtful' ORDER BY changed DESC LIMIT :limit", limit=limit
    )
    return tuple(map(_noun, rows))


async def lately(db: Database, channel: str, since: float) -> tuple[tuple[str, float], ...]:
    """Return the receipts of what was sent since a time, and when each was, the oldest first."""
    rows = await db.read(
        "SELECT receipt, MAX(changed) AS at FROM outbox WHERE channel = :channel AND changed >= :since"
        " AND state = 'sent' AND receipt IS NOT NULL GROUP BY receipt ORDER BY at",
        channel=channel,
        since=since,
    )
    return tuple((row["receipt"], float(row["at"])) for row in rows)
