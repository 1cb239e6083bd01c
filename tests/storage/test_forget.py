"""Forgetting: afterwards a person is nowhere."""

from pathlib import Path

from storage import assets, projects, strides, takes, voices
from storage.blobs import Blobs
from storage.db import Database
from storage.forget import forget, prune
from storage.model import Address, Project
from tests.storage import nouns

MARK = "Mrs-Marker"


async def _live(db: Database, blobs: Blobs, project: Project, mark: str) -> None:
    """Leave a trace in every place a project can leave one."""
    name = project.id
    await projects.create(db, project)
    await assets.add(db, nouns.asset(f"{name}-photo", name, mark=mark))
    await blobs.put(f"{name}/{name}-photo.jpg", mark.encode())
    await blobs.put(f"{name}/work/loose.wav", mark.encode())
    await assets.add(db, nouns.asset(f"{name}-stray", name, key=f"stray/{name}"))
    await blobs.put(f"stray/{name}", mark.encode())
    await voices.keep(db, nouns.voice(f"{name}-voice", name, mark))
    await takes.open(db, nouns.take(f"{name}:speak:1", project=name, made_from=mark, cost=2.0))
    await takes.claim(db, f"{name}:speak:1", 10.0)
    await takes.accepted(db, f"{name}:speak:1", f"ticket {mark}", 11.0)
    await takes.done(db, f"{name}:speak:1", f'{{"words": "{mark}"}}', 1.5, 12.0)
    await takes.open(db, nouns.take(f"{name}:draw:1", project=name, made_from=mark))
    await strides.begin(db, f"{name}:film:1", "cut", 10.0)


async def _cells(db: Database) -> list[str]:
    """Return every value of every table."""
    catalogue = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table'",
        "postgresql": "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'app'",
    }
    tables = [row["name"] for row in await db.read(catalogue[db.kind])]
    assert {"projects", "assets", "takes", "voices", "strides", "spendings", "owed_voices"} <= set(tables)
    rows = [row for table in tables for row in await db.read(f"SELECT * FROM {table}")]
    return [str(value) for row in rows for value in row.values()]


def _files_with(mark: str, folder: Path) -> list[Path]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return [path for path in files if mark.encode() in path.read_bytes()]


async def test_forgetting_leaves_nothing(db: Database, blobs: Blobs, tmp_path: Path) -> None:
    """Protects the promise of /forget: no row, no byte; only nameless money, and clones to be deleted."""
    await _live(db, blobs, nouns.project("prj_1", MARK), MARK)
    await _live(db, blobs, nouns.project("prjx1", "neighbour"), "neighbour")
    gone = await forget(db, blobs, Address(channel="web", id=MARK))
    counts = (gone.projects, gone.assets, gone.takes, gone.voices, gone.blobs)
    assert counts == (1, 2, 2, 1, 3)
    cells = await _cells(db)
    assert not [cell for cell in cells if MARK in cell]
    assert [cell for cell in cells if "prj_1" in cell] == [voice.id for voice in gone.owed] == ["prj_1-voice"]
    assert not _files_with(MARK, tmp_path)
    for key in ("prj_1/prj_1-photo.jpg", "prj_1/work/loose.wav", "stray/prj_1"):
        assert not await blobs.exists(key)
    await voices.settled(db, "prj_1-voice")
    assert not [cell for cell in await _cells(db) if "prj_1" in cell]


async def test_forgetting_one_leaves_the_others(db: Database, blobs: Blobs) -> None:
    """Protects the neighbour, whose id looks alike to a wildcard, and what was spent in all."""
    await _live(db, blobs, nouns.project("prj_1", MARK), MARK)
    await _live(db, blobs, nouns.project("prjx1", "neighbour"), "neighbour")
    shared = nouns.asset("same", "prjx1", key="stray/prj_1")
    await assets.add(db, shared)
    await forget(db, blobs, Address(channel="web", id=MARK))
    assert len(await assets.of(db, "prjx1")) == 3
    assert len(await takes.of(db, "prjx1")) == 2
    assert len(await strides.of(db, "prjx1:film:1")) == 1
    assert await blobs.read("prjx1/work/loose.wav") == b"neighbour"
    assert await blobs.exists("stray/prj_1")
    assert await takes.spent(db, 0.0) == {"CNY": 3.0}
    assert await takes.spent(db, 0.0, "prj_1") == {}


async def test_forgetting_twice_is_fine(db: Database, blobs: Blobs) -> None:
    """Protects a second tap, and a second try after a crash: it finds nothing and says so."""
    address = Address(channel="web", id=MARK)
    await _live(db, blobs, nouns.project("prj_1", MARK), MARK)
    await forget(db, blobs, address)
    again = await forget(db, blobs, address)
    assert (again.projects, again.assets, again.takes, again.voices, again.blobs) == (0, 0, 0, 0, 0)
    assert [voice.id for voice in again.owed] == ["prj_1-voice"]
    assert await takes.spent(db, 0.0) == {"CNY": 1.5}


async def test_pruning_takes_what_lay_still(db: Database, blobs: Blobs) -> None:
    """Protects the promised days: old projects go, old ones still worked on and new ones stay."""
    await _live(db, blobs, nouns.project("old", "a", created=1.0), "a")
    await _live(db, blobs, nouns.project("busy", "b", created=1.0), "b")
    await takes.claim(db, "busy:draw:1", 150.0)
    await projects.create(db, nouns.project("new", "a", created=120.0))
    gone = await prune(db, blobs, 100.0)
    assert gone.projects == 1
    assert {project.id for project in await projects.recent(db, 9)} == {"busy", "new"}
    assert not await blobs.exists("old/work/loose.wav")
    assert await blobs.exists("busy/work/loose.wav")
