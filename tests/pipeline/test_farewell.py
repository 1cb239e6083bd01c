"""Forgotten voices: gone at their vendors too, and owed until they are."""

from pathlib import Path

from pipeline.farewell import farewell
from pipeline.ports.errors import Busy, NoAccess
from pipeline.ports.facts import Facts
from storage import projects, voices
from storage.db import Database
from tests.storage import nouns


class Singer:
    """A voice vendor with learnt voices by their params."""

    def __init__(self, *known: str, name: str = "minimax") -> None:
        self.facts = Facts(vendor=name, model="speech")
        self.known = set(known)
        self.fails: list[Exception] = []

    async def forget_voice(self, params: str) -> None:
        """Delete a voice, or fail as told."""
        if self.fails:
            raise self.fails.pop(0)
        self.known.discard(params)


async def _owing(folder: Path, *voiced: tuple[str, str]) -> Database:
    db = await Database.open(f"sqlite+aiosqlite:///{folder}/rows.db")
    await projects.create(db, nouns.project())
    for vendor, params in voiced:
        fields = {"vendor": vendor, "params": {"params": params}}
        await voices.keep(db, nouns.voice(f"{vendor} {params}").model_copy(update=fields))
        await voices.forget(db, f"{vendor} {params}")
    return db


async def test_what_was_forgotten_is_deleted_and_asked_again_until_it_is(tmp_path: Path) -> None:
    """Protects a person's wish from a vendor that is busy just then, or whose key is not set now."""
    db = await _owing(tmp_path, ("minimax", "a"), ("minimax", "b"), ("elsewhere", "c"))
    singer = Singer("a", "b", "other")
    singer.fails = [Busy("vendor.busy"), NoAccess("vendor.key")]
    try:
        assert len(await farewell(db, [singer])) == 3
        left = await farewell(db, [singer])
        assert [each.vendor for each in left] == ["elsewhere"]
        assert await voices.owed(db) == left
    finally:
        await db.close()
    assert singer.known == {"other"}
