"""Outbox: what goes out, in order per chat, and how far each message came.

    pending → sending → sent       with the channel's receipt
                 ├→ pending        surely not sent, or repeating it does no harm
                 └→ doubtful       perhaps sent: not repeated

A channel whose page reads the outbox itself leaves its rows pending.
"""

from typing import Literal

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.db import Database
from storage.model import Address, Noun


class Outbound(Noun):
    """One message to send; `payload` is the bot's own JSON, `making` the one whose progress it shows."""

    id: str
    address: Address
    number: int = 0
    payload: str
    making: str = ""
    state: Literal["pending", "sending", "sent", "doubtful"] = "pending"
    receipt: str | None = None
    error: str | None = None


def _noun(row: RowMapping) -> Outbound:
    address = Address(channel=row["channel"], id=row["person"])
    fields = ("id", "number", "payload", "making", "state", "receipt", "error")
    return Outbound(address=address, **{name: row[name] for name in fields})


async def add_within(conn: AsyncConnection, letters: tuple[Outbound, ...], first: int, now: float) -> None:
    """Put messages into the box, numbered from `first`, in the caller's transaction."""
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
        for number, letter in enumerate(letters, first)
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


async def move(
    db: Database,
    letter: Outbound,
    state: Literal["pending", "sending", "sent", "doubtful"],
    now: float,
    *,
    receipt: str | None = None,
    error: str | None = None,
) -> bool:
    """Say how far it came, starting from the state it was read in; False when somebody else was quicker."""
    changed = await db.write(
        "UPDATE outbox SET state = :state, changed = :now, receipt = COALESCE(:receipt, receipt),"
        " error = COALESCE(:error, error)"
        " WHERE channel = :channel AND person = :person AND id = :id AND state = :was",
        state=state,
        now=now,
        receipt=receipt,
        error=error,
        channel=letter.address.channel,
        person=letter.address.id,
        id=letter.id,
        was=letter.state,
    )
    return changed == 1
