"""Moves: groups that go by another number now. Everything of theirs stays filed under the first one."""

from storage.db import Database
from storage.model import Address


async def note(db: Database, channel: str, old: str, new: str) -> None:
    """Remember that a chat goes by another id from now on; again changes nothing."""
    if old == new:
        return
    await db.write(
        "INSERT INTO moves (channel, old, new) VALUES (:channel, :old, :new)"
        " ON CONFLICT (channel, old) DO UPDATE SET new = excluded.new",
        channel=channel,
        old=old,
        new=new,
    )


async def newest(db: Database, channel: str, chat: str) -> str:
    """The id a chat goes by now: where to send."""
    return await _followed(
        db, channel, chat, "SELECT new FROM moves WHERE channel = :channel AND old = :chat"
    )


async def first(db: Database, channel: str, chat: str) -> str:
    """The id a chat went by when it was first seen: what it is filed under."""
    return await _followed(
        db, channel, chat, "SELECT old FROM moves WHERE channel = :channel AND new = :chat"
    )


async def names(db: Database, address: Address) -> tuple[str, ...]:
    """Every id an address ever went by, its own first: `chat` or `chat:person`."""
    chat, colon, person = address.id.partition(":")
    newer = await newest(db, address.channel, chat)
    return tuple(dict.fromkeys(f"{each}{colon}{person}" for each in (chat, newer)))


async def _followed(db: Database, channel: str, chat: str, sql: str) -> str:
    seen = {chat}
    while rows := await db.read(sql, channel=channel, chat=chat):
        chat = next(iter(rows[0].values()))
        if chat in seen:  # only a mistake could lead round in a ring
            break
        seen.add(chat)
    return chat
