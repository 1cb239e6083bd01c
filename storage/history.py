"""What was said in a chat, both ways, as it is shown: its newest lines, and what goes on in it."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.db import Database
from storage.model import Address, Lang, Noun


class Entry(Noun):
    """One line of a chat as it is shown; `theirs` came in, the others went out."""

    number: int
    theirs: bool
    id: str
    payload: str
    at: float


class Look(Noun):
    """A chat as it is shown: its newest lines, whether something waits for an answer, and the recipes of the
    makings that were asked for and have not ended."""

    lang: Lang
    entries: tuple[Entry, ...]
    waits: bool
    recipes: frozenset[str]


async def said(db: Database, address: Address, after: int = 0, limit: int = 1_000) -> tuple[Entry, ...]:
    """Return what was said after a number, both ways, in order: the newest `limit` of it."""
    async with db.reading() as conn:
        return await _history_within(conn, address, after, limit)


async def look(db: Database, address: Address, limit: int) -> Look | None:
    """Return all that a page shows of a chat, with one visit to the database; None where there is no chat."""
    async with db.reading() as conn:
        found = await conn.execute(
            text(
                "SELECT lang, EXISTS (SELECT 1 FROM inbox WHERE inbox.channel = :channel"
                " AND inbox.person = :person AND inbox.state = 'new') AS waits"
                " FROM chats WHERE channel = :channel AND person = :person"
            ),
            address.columns,
        )
        row = found.mappings().first()
        if row is None:
            return None
        asked = await conn.execute(
            text(
                "SELECT recipe FROM errands WHERE channel = :channel AND person = :person"
                " AND state <> 'ended'"
            ),
            address.columns,
        )
        recipes = frozenset(asked.scalars())
        entries = await _history_within(conn, address, 0, limit)
        return Look(lang=row["lang"], waits=bool(row["waits"]), recipes=recipes, entries=entries)


async def _history_within(
    conn: AsyncConnection, address: Address, after: int, limit: int
) -> tuple[Entry, ...]:
    said = await conn.execute(
        text(
            "SELECT * FROM (SELECT number, 1 AS theirs, id, payload, at FROM inbox"
            " WHERE channel = :channel AND person = :person AND number > :after"
            " UNION ALL SELECT number, 0 AS theirs, id, payload, changed AS at FROM outbox"
            " WHERE channel = :channel AND person = :person AND number > :after) AS said"
            " ORDER BY number DESC LIMIT :limit"
        ),
        {**address.columns, "after": after, "limit": limit},
    )
    rows = said.mappings().all()
    return tuple(Entry.model_validate({**row, "theirs": bool(row["theirs"])}) for row in reversed(rows))
