"""Inbox: what came in, in order per chat, and whether it was served; many rows in one statement."""

from collections.abc import Sequence
from typing import Literal

from sqlalchemy import RowMapping, bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.listed import listed
from storage.model import Address, Noun


class Inbound(Noun):
    """Something that came in; `id` is the channel's own, `number` its place in the chat."""

    id: str
    address: Address
    number: int = 0
    payload: str
    state: Literal["new", "done", "aside"] = "new"
    error: str | None = None
    at: float

    @property
    def key(self) -> tuple[str, str, str]:
        """What tells it from all others."""
        return self.address.channel, self.address.id, self.id


async def add_within(conn: AsyncConnection, letters: Sequence[Inbound]) -> set[tuple[str, str, str]]:
    """Put things into their chats' boxes, in the caller's transaction; the same twice is one.

    Returns:
        The keys of those that were new.
    """
    if not letters:
        return set()
    rows, values = listed([(*each.key, each.number, each.payload, "new", each.at) for each in letters])
    added = await conn.execute(
        text(
            f"INSERT INTO inbox (channel, person, id, number, payload, state, at) {rows}"
            " ON CONFLICT (channel, person, id) DO NOTHING RETURNING channel, person, id"
        ),
        values,
    )
    return {tuple(row) for row in added.all()}


async def close_within(
    conn: AsyncConnection, letters: Sequence[Inbound], state: Literal["done", "aside"], error: str | None
) -> set[tuple[str, str, str]]:
    """Say that things were served or put away, in the caller's transaction.

    Returns:
        The keys of those for which that was news.
    """
    if not letters:
        return set()
    rows, values = listed([each.key for each in letters])
    closed = await conn.execute(
        text(
            f"UPDATE inbox SET state = :state, error = :error FROM ({rows}) AS served"  # noqa: S608  marks only
            " WHERE inbox.channel = served.column1 AND inbox.person = served.column2"
            " AND inbox.id = served.column3 AND inbox.state = 'new'"
            " RETURNING inbox.channel, inbox.person, inbox.id"
        ),
        {**values, "state": state, "error": error},
    )
    return {tuple(row) for row in closed.all()}


async def waiting_within(
    conn: AsyncConnection, channel: str, people: Sequence[str]
) -> dict[str, list[Inbound]]:
    """Return what waits in some chats of a channel, by person, the oldest first."""
    query = text(
        "SELECT * FROM inbox WHERE channel = :channel AND person IN :people AND state = 'new'"
        " ORDER BY person, number"
    ).bindparams(bindparam("people", expanding=True))
    rows = await conn.execute(query, {"channel": channel, "people": list(people)})
    found: dict[str, list[Inbound]] = {}
    for row in rows.mappings().all():
        found.setdefault(row["person"], []).append(noun(row))
    return found


def noun(row: RowMapping) -> Inbound:
    """A row as what it says."""
    address = Address(channel=row["channel"], id=row["person"])
    fields = ("id", "number", "payload", "state", "error", "at")
    return Inbound(address=address, **{name: row[name] for name in fields})
