"""Receipts: whose message it is that somebody did something on, in a chat of several people."""

from storage.db import Database
from storage.model import Address


async def owner(db: Database, channel: str, chat: str, receipt: str) -> Address | None:
    """Return to whom of a chat the message of this receipt was sent; None when that is not known.

    Args:
        chat: the part that the addresses of all its people begin with.
        receipt: as the channel gave it; a message that went out in several pieces has theirs, with commas.
    """
    rows = await db.read(
        "SELECT person FROM outbox WHERE channel = :channel AND substr(person, 1, length(:begins)) = :begins"
        " AND ',' || receipt || ',' LIKE '%,' || :receipt || ',%' ORDER BY number DESC LIMIT 1",
        channel=channel,
        begins=f"{chat}:",
        receipt=receipt,
    )
    return Address(channel=channel, id=rows[0]["person"]) if rows else None
