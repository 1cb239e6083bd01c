"""Forgetting: everything of a person, or everything that has lain still for too long, is gone afterwards.

Gone are rows, strides and bytes. What stays is money without a person (`spendings`) and, until their vendors
have deleted them, the clones we owe (`voices.owed`). It can be run again after a crash and ends the same.
"""

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import moves, voices
from storage.blobs import Blobs
from storage.db import Database
from storage.model import Address, Noun
from storage.voices import OwedVoice


class Forgotten(Noun):
    """How many of each were removed, chats with all that was said, and the clones that still have to be
    deleted at their vendors."""

    chats: int = 0
    projects: int = 0
    assets: int = 0
    takes: int = 0
    voices: int = 0
    blobs: int = 0
    owed: tuple[OwedVoice, ...] = ()


# The makings of project `p` are called `p:…`; LIKE would take the underscores in an id for wildcards.
_REMOVALS = {
    "strides": "DELETE FROM strides WHERE making = :project"
    " OR substr(making, 1, length(:project) + 1) = :project || ':'",
    "stops": "DELETE FROM stops WHERE making = :project"
    " OR substr(making, 1, length(:project) + 1) = :project || ':'",
    "spendings": "INSERT INTO spendings (vendor, model, state, cost, currency, opened, changed)"
    " SELECT vendor, model, state, cost, currency, opened, changed FROM takes"
    " WHERE project = :project AND state NOT IN ('new', 'rejected')",
    "seats": "DELETE FROM seats WHERE take IN (SELECT key FROM takes WHERE project = :project)",
    "takes": "DELETE FROM takes WHERE project = :project",
    "films": "DELETE FROM films WHERE project = :project",
    "owed": "INSERT INTO owed_voices (id, vendor, params) SELECT id, vendor, params FROM voices"
    " WHERE project = :project AND kind = 'clone' ON CONFLICT (id) DO NOTHING",
    "voices": "DELETE FROM voices WHERE project = :project",
    "assets": "DELETE FROM assets WHERE project = :project",
    "projects": "DELETE FROM projects WHERE id = :project",
}

# A chat's rows hang on it, and it hangs on its project: in this order.
_OF_A_CHAT = ("inbox", "outbox", "errands", "chats")

# What hangs on nothing, filed under every id the address ever went by.
_AS_DELIVERED = (
    "DELETE FROM updates WHERE channel = :channel AND chat = :chat",
    "DELETE FROM blocked WHERE channel = :channel AND chat = :chat",
)

# What a live chat may still show or use: its project, and the projects whose files its talk names.
_IN_USE = (
    "EXISTS (SELECT 1 FROM chats WHERE chats.changed >= :before AND chats.channel = projects.channel"
    " AND chats.person = projects.person AND (chats.project = projects.id OR EXISTS"
    " (SELECT 1 FROM assets WHERE assets.project = projects.id AND chats.talk LIKE '%' || assets.id || '%')))"
)


async def forget(db: Database, blobs: Blobs, address: Address) -> Forgotten:
    """Remove everything of a person. Cancel their makings first.

    A making that runs on all the same cannot bring a row back: every row hangs on its project.

    Raises:
        StorageError: the database or the blobs are out of reach; nothing is forgotten halfway for good, the
            next call goes on.
    """
    rows = await db.read(
        "SELECT id FROM projects WHERE channel = :channel AND person = :person",
        channel=address.channel,
        person=address.id,
    )
    # Whoever writes again from here on begins a new chat with a new project, which is not among these.
    chats = await _forget_chats(db, [address])
    return await _forget_projects(db, blobs, [row["id"] for row in rows], chats)


async def prune(db: Database, blobs: Blobs, before: float) -> Forgotten:
    """Remove what has lain still since a time, of all people.

    Those are chats in which nothing was said since, what was said before it in the others, and projects that
    were made before it, have not been worked on since and are not what a live chat is about.
    """
    still = await db.read("SELECT channel, person FROM chats WHERE changed < :before", before=before)
    chats = await _forget_chats(db, [Address(channel=row["channel"], id=row["person"]) for row in still])
    for sql in (
        "DELETE FROM inbox WHERE at < :before AND state <> 'new'",
        "DELETE FROM outbox WHERE changed < :before",
        "DELETE FROM errands WHERE changed < :before AND state = 'ended'",
        "DELETE FROM updates WHERE at < :before",
        "DELETE FROM blocked WHERE at < :before",
    ):
        await db.write(sql, before=before)
    rows = await db.read(
        "SELECT id FROM projects WHERE created < :before AND NOT EXISTS"  # noqa: S608  our own words
        " (SELECT 1 FROM takes WHERE takes.project = projects.id AND takes.changed >= :before)"
        f" AND NOT {_IN_USE}",
        before=before,
    )
    return await _forget_projects(db, blobs, [row["id"] for row in rows], chats)


async def _forget_chats(db: Database, addresses: Sequence[Address]) -> int:
    gone = 0
    for address in addresses:
        names = await moves.names(db, address)
        async with db.writing() as conn:
            for name in names:
                for sql in _AS_DELIVERED:
                    await conn.execute(text(sql), {"channel": address.channel, "chat": name})
            for table in _OF_A_CHAT:
                sql = f"DELETE FROM {table} WHERE channel = :channel AND person = :person"  # noqa: S608
                gone_here = (await conn.execute(text(sql), address.columns)).rowcount
            gone += gone_here
    return gone


async def _forget_projects(db: Database, blobs: Blobs, projects: Sequence[str], chats: int) -> Forgotten:
    removed = dict.fromkeys(_REMOVALS, 0)
    bytes_gone = 0
    for project in projects:
        # Bytes go first: while the rows are there, a second try still knows what to remove. They go again
        # afterwards, for what came in between.
        keys = await _keys(db, project)
        bytes_gone += await _remove_blobs(blobs, project, keys)
        async with db.writing() as conn:
            late = await _own_keys(conn, project)
            for table, sql in _REMOVALS.items():
                removed[table] += (await conn.execute(text(sql), {"project": project})).rowcount
        bytes_gone += await _remove_blobs(blobs, project, late - keys)
    await db.tidy()
    return Forgotten(
        chats=chats,
        projects=removed["projects"],
        assets=removed["assets"],
        takes=removed["takes"],
        voices=removed["voices"],
        blobs=bytes_gone,
        owed=await voices.owed(db),
    )


async def _keys(db: Database, project: str) -> set[str]:
    async with db.reading() as conn:
        return await _own_keys(conn, project)


async def _own_keys(conn: AsyncConnection, project: str) -> set[str]:
    # A blob that somebody else's asset names as well stays.
    sql = (
        "SELECT key FROM assets WHERE project = :project AND NOT EXISTS"
        " (SELECT 1 FROM assets AS other WHERE other.key = assets.key AND other.project <> :project)"
    )
    return set((await conn.execute(text(sql), {"project": project})).scalars())


async def _remove_blobs(blobs: Blobs, project: str, keys: set[str]) -> int:
    under = await blobs.delete_all(project)
    elsewhere = [await blobs.delete(key) for key in sorted(keys) if not key.startswith(f"{project}/")]
    return under + sum(elsewhere)
