"""Uploads: what a channel calls a file that it has got already."""

from collections.abc import Sequence

from sqlalchemy import bindparam, text

from storage.db import Database
from storage.errors import StorageError


async def note(db: Database, channel: str, asset: str, form: str, name: str) -> None:
    """Remember a file's name; one that was forgotten meanwhile has none.

    Args:
        form: what it was sent as; the same file may be there as several.
    """
    try:
        await db.write(
            "INSERT INTO uploads (channel, asset, form, name) VALUES (:channel, :asset, :form, :name)"
            " ON CONFLICT (channel, asset, form) DO UPDATE SET name = excluded.name",
            channel=channel,
            asset=asset,
            form=form,
            name=name,
        )
    except StorageError as error:
        if error.key != "storage.gone":
            raise


async def known(db: Database, channel: str, form: str, assets: Sequence[str]) -> dict[str, str]:
    """Return the names of those files that have one, by asset."""
    query = text(
        "SELECT asset, name FROM uploads WHERE channel = :channel AND form = :form AND asset IN :assets"
    ).bindparams(bindparam("assets", expanding=True))
    async with db.reading() as conn:
        rows = await conn.execute(query, {"channel": channel, "form": form, "assets": list(assets)})
        return {row.asset: row.name for row in rows}


async def drop(db: Database, channel: str, asset: str) -> None:
    """Forget the names of a file that the channel does not know any more."""
    await db.write(
        "DELETE FROM uploads WHERE channel = :channel AND asset = :asset", channel=channel, asset=asset
    )
