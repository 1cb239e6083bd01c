"""Voices people may use, and the clones that still have to be deleted at their vendor."""

import json

from sqlalchemy import RowMapping, text

from storage.db import Database
from storage.model import Noun, Voice


class OwedVoice(Noun):
    """A clone that is gone here and still lives at its vendor; `params` say how the vendor knows it."""

    id: str
    vendor: str
    params: dict[str, float | str]


def _noun(row: RowMapping) -> Voice:
    return Voice.model_validate({**row, "params": json.loads(row["params"])})


async def keep(db: Database, voice: Voice) -> None:
    """Remember a voice; one of the same id is replaced.

    Raises:
        StorageError: its project is gone (`storage.gone`).
    """
    await db.write(
        "INSERT INTO voices (id, project, kind, name, vendor, sample, params)"
        " VALUES (:id, :project, :kind, :name, :vendor, :sample, :params)"
        " ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, name = excluded.name,"
        " vendor = excluded.vendor, sample = excluded.sample, params = excluded.params",
        **{**voice.model_dump(), "params": json.dumps(voice.params, ensure_ascii=False)},
    )


async def get(db: Database, voice: str) -> Voice | None:
    """Return the voice, or None when there is none of that id."""
    rows = await db.read("SELECT * FROM voices WHERE id = :id", id=voice)
    return _noun(rows[0]) if rows else None


async def of(db: Database, project: str) -> tuple[Voice, ...]:
    """Return a project's voices, by id."""
    rows = await db.read("SELECT * FROM voices WHERE project = :project ORDER BY id", project=project)
    return tuple(map(_noun, rows))


async def note(db: Database, voice: Voice, **facts: float | str) -> None:
    """Write down more about a voice, beside what is known of it.

    Raises:
        StorageError: its project is gone (`storage.gone`).
    """
    await keep(db, voice.model_copy(update={"params": {**voice.params, **facts}}))


async def forget(db: Database, voice: str) -> None:
    """Remove a voice; a clone is owed until `settled` says that its vendor has deleted it too."""
    async with db.writing() as conn:
        await conn.execute(
            text(
                "INSERT INTO owed_voices (id, vendor, params) SELECT id, vendor, params FROM voices"
                " WHERE id = :id AND kind = 'clone' ON CONFLICT (id) DO NOTHING"
            ),
            {"id": voice},
        )
        await conn.execute(text("DELETE FROM voices WHERE id = :id"), {"id": voice})


async def owed(db: Database) -> tuple[OwedVoice, ...]:
    """Return the clones that still have to be deleted at their vendors."""
    rows = await db.read("SELECT * FROM owed_voices ORDER BY vendor, id")
    return tuple(OwedVoice.model_validate({**row, "params": json.loads(row["params"])}) for row in rows)


async def settled(db: Database, voice: str) -> None:
    """Say that the vendor has deleted this clone: now nothing of it is left."""
    await db.write("DELETE FROM owed_voices WHERE id = :id", id=voice)
