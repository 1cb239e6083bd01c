"""Uploads: a file is sent once, and its name at the channel goes with it."""

from storage import assets, chats, projects, uploads
from storage.blobs import Blobs
from storage.db import Database
from storage.forget import forget
from storage.model import Address, Asset

ANNA = Address(channel="telegram", id="7")


async def _asset(db: Database, name: str) -> None:
    await assets.add(
        db,
        Asset(id=name, project="p", kind="film", media_type="video/mp4", key=f"p/{name}", bytes=1, sha256=""),
    )


async def test_a_file_keeps_the_name_it_got_last(db: Database) -> None:
    """Names are kept per channel and form; an unknown file has none, and noting one does no harm."""
    await chats.begin(db, ANNA, "talk", "p", "zh", 1.0)
    await _asset(db, "a")
    for name in ("one", "two"):
        await uploads.note(db, "telegram", "a", "video", name)
    await uploads.note(db, "telegram", "gone", "video", "x")
    assert await uploads.known(db, "telegram", "video", ["a", "gone"]) == {"a": "two"}
    assert await uploads.known(db, "telegram", "voice", ["a"]) == {}
    assert await uploads.known(db, "other", "video", ["a"]) == {}
    await uploads.drop(db, "telegram", "a")
    assert await uploads.known(db, "telegram", "video", ["a"]) == {}


async def test_forgetting_a_person_forgets_their_files_names(db: Database, blobs: Blobs) -> None:
    """Nothing points at a file that was deleted on demand."""
    await chats.begin(db, ANNA, "talk", "p", "zh", 1.0)
    await _asset(db, "a")
    await uploads.note(db, "telegram", "a", "video", "one")
    await forget(db, blobs, ANNA)
    assert await db.read("SELECT * FROM uploads") == []
    assert await projects.get(db, "p") is None
