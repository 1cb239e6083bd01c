"""Forgetting: everything of a person, or everything that has lain still for too long, is gone afterwards.

Gone are rows, strides and bytes. What stays is money without a person (`spendings`) and, until their vendors
have deleted them, the clones we owe (`voices.owed`). It can be run again after a crash and ends the same.
"""

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import voices
from storage.blobs import Blobs
from storage.db import Database
from storage.model import Address, Noun
from storage.voices import OwedVoice


class Forgotten(Noun):
    """How many of each were removed, and all clones that still have to be deleted at their vendors."""

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
    "spendings": "INSERT INTO spendings (vendor, model, state, cost, currency, opened, changed)"
    " SELECT vendor, model, state, cost, currency, opened, changed FROM takes"
    " WHERE project = :project AND state NOT IN ('new', 'rejected')",
    "takes": "DELETE FROM takes WHERE project = :project",
    "owed": "INSERT INTO owed_voices (id, vendor, params) SELECT id, vendor, params FROM voices"
    " WHERE project = :project AND kind = 'clone' ON CONFLICT (id) DO NOTHING",
    "voices": "DELETE FROM voices WHERE project = :project",
    "assets": "DELETE FROM assets WHERE project = :project",
    "projects": "DELETE FROM projects WHERE id = :project",
}


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
    return await _forget_projects(db, blobs, [row["id"] for row in rows])


async def prune(db: Database, blobs: Blobs, before: float) -> Forgotten:
    """Remove the projects of all people that were made before a time and have not been worked on since."""
    rows = await db.read(
        "SELECT id FROM projects WHERE created < :before AND NOT EXISTS"
        " (SELECT 1 FROM takes WHERE takes.project = projects.id AND takes.changed >= :before)",
        before=before,
    )
    return await _forget_projects(db, blobs, [row["id"] for row in rows])


async def _forget_projects(db: Database, blobs: Blobs, projects: Sequence[str]) -> Forgotten:
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
