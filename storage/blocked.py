"""Blocked: chats that do not want to hear from us, until they say otherwise."""

from storage.db import Database


async def block(db: Database, channel: str, chat: str, now: float) -> None:
    """Remember that nothing can be sent there; again changes nothing."""
    await db.write(
        "INSERT INTO blocked (channel, chat, at) VALUES (:channel, :chat, :now)"
        " ON CONFLICT (channel, chat) DO NOTHING",
        channel=channel,
        chat=chat,
        now=now,
    )


async def unblock(db: Database, channel: str, chat: str) -> bool:
    """They are back; False when they had not been away."""
    sql = "DELETE FROM blocked WHERE channel = :channel AND chat = :chat"
    return await db.write(sql, channel=channel, chat=chat) == 1


async def is_blocked(db: Database, channel: str, chat: str) -> bool:
    """Say whether nothing can be sent there."""
    sql = "SELECT 1 FROM blocked WHERE channel = :channel AND chat = :chat"
    return bool(await db.read(sql, channel=channel, chat=chat))
