"""Assets: the rows of kept files; their bytes are blobs."""

from storage.db import Database
from storage.model import Asset


async def add(db: Database, asset: Asset) -> None:
    """Remember a file; adding it again changes nothing.

    Raises:
        StorageError: its project is gone (`storage.gone`).
    """
    await db.write(
        "INSERT INTO assets (id, project, kind, media_type, key, bytes, sha256) "
        "VALUES (:id, :project, :kind, :media_type, :key, :bytes, :sha256) ON CONFLICT (id) DO NOTHING",
        **asset.model_dump(),
    )


async def get(db: Database, asset: str) -> Asset | None:
    """Return the asset, or None when there is none of that id."""
    rows = await db.read("SELECT * FROM assets WHERE id = :id", id=asset)
    return Asset.model_validate(dict(rows[0])) if rows else None


async def of(db: Database, project: str) -> tuple[Asset, ...]:
    """Return a project's assets, by id."""
    rows = await db.read("SELECT * FROM assets WHERE project = :project ORDER BY id", project=project)
    return tuple(Asset.model_validate(dict(row)) for row in rows)
