"""Updates: what a messenger delivered, as it came, until something has been made of it.

new → done       taken in; only that it was here is kept, so that the same once more is nothing
 └──→ aside      it cannot be read; it waits for the operator, and the next one is served
"""

import json
from collections.abc import Iterable, Sequence
from typing import Literal

from sqlalchemy import RowMapping, text

from storage.db import Database
from storage.model import Noun


class Update(Noun):
    """One delivery.

    `id` is unique for ever in its channel, `place` what it is ordered by, `chat` the queue it waits in: the
    same as the id of the address it belongs to, as far as it is known. `bundle` names what it is one part of.
    """

    channel: str
    id: str
    place: int
    chat: str
    payload: str
    bundle: str = ""
    state: Literal["new", "done", "aside"] = "new"
    error: str | None = None
    at: float


async def keep(db: Database, updates: Iterable[Update]) -> tuple[Update, ...]:
    """Write deliveries down, all in one transaction, and return those that were not there before."""
    fresh = {(each.channel, each.id): each for each in updates}
    if not fresh:
        return ()
    async with db.writing() as conn:
        for channel in {channel for channel, _ in fresh}:
            ids = {f"id{n}": each.id for n, each in enumerate(fresh.values()) if each.channel == channel}
            marks = ", ".join(f":{name}" for name in ids)
            sql = f"SELECT id FROM updates WHERE channel = :channel AND id IN ({marks})"  # noqa: S608  marks only
            for known in (await conn.execute(text(sql), {"channel": channel, **ids})).scalars().all():
                del fresh[channel, known]
        if fresh:
            await conn.execute(
                text(
                    "INSERT INTO updates (channel, id, place, chat, bundle, payload, state, at) VALUES"
                    " (:channel, :id, :place, :chat, :bundle, :payload, 'new', :at)"
                    " ON CONFLICT (channel, id) DO NOTHING"
                ),
                [each.model_dump(exclude={"state", "error"}) for each in fresh.values()],
            )
    return tuple(fresh.values())


async def waiting(
    db: Database, channel: str, after: tuple[int, str] = (-1, ""), limit: int = 500
) -> tuple[Update, ...]:
    """Return what nothing was made of so far, in order, from behind a place and its id on."""
    rows = await db.read(
        "SELECT * FROM updates WHERE channel = :channel AND state = 'new'"
        " AND (place > :place OR (place = :place AND id > :id)) ORDER BY place, id LIMIT :limit",
        channel=channel,
        place=after[0],
        id=after[1],
        limit=limit,
    )
    return tuple(map(_noun, rows))


async def close(db: Database, done: Sequence[Update]) -> list[bool]:
    """Note that these were taken in; what was in them does not stay here."""
    if not done:
        return []
    async with db.writing() as conn:
        await conn.execute(
            text(
                "UPDATE updates SET state = 'done', payload = '', error = :error"
                " WHERE channel = :channel AND id = :id AND state = 'new'"
            ),
            [{"channel": each.channel, "id": each.id, "error": each.error} for each in done],
        )
    return [True] * len(done)


async def set_aside(db: Database, update: Update, error: str) -> bool:
    """Put one away with the class of its error; False when it was not waiting any more."""
    changed = await db.write(
        "UPDATE updates SET state = 'aside', error = :error"
        " WHERE channel = :channel AND id = :id AND state = 'new'",
        channel=update.channel,
        id=update.id,
        error=error,
    )
    return changed == 1


async def aside(db: Database, limit: int = 100) -> tuple[Update, ...]:
    """Return what was put away, the newest first."""
    rows = await db.read("SELECT * FROM updates WHERE state = 'aside' ORDER BY at DESC LIMIT :n", n=limit)
    return tuple(map(_noun, rows))


async def ended_so(db: Database, channel: str, chat: str, error: str) -> bool:
    """Say whether something from this chat was closed with this remark before."""
    rows = await db.read(
        "SELECT 1 FROM updates WHERE channel = :channel AND chat = :chat AND error = :error LIMIT 1",
        channel=channel,
        chat=chat,
        error=error,
    )
    return bool(rows)


async def bundle_taken(db: Database, update: Update) -> bool:
    """Say whether other parts of what this is a part of were taken in already."""
    rows = await db.read(
        "SELECT 1 FROM updates WHERE channel = :channel AND chat = :chat AND bundle = :bundle"
        " AND state = 'done' LIMIT 1",
        channel=update.channel,
        chat=update.chat,
        bundle=update.bundle,
    )
    return bool(rows)


async def prune(db: Database, channel: str, before: float) -> int:
    """Remove what was taken in before a time; a messenger delivers nothing again after so long."""
    return await db.write(
        "DELETE FROM updates WHERE channel = :channel AND at < :before AND state = 'done'",
        channel=channel,
        before=before,
    )


def raw(update: Update) -> dict[str, object]:
    """The delivery as the messenger's own JSON.

    Raises:
        ValueError, TypeError: it is no JSON object.
    """
    found = json.loads(update.payload)
    if not isinstance(found, dict):
        raise TypeError("not an object")
    return found


def _noun(row: RowMapping) -> Update:
    return Update.model_validate(dict(row))
