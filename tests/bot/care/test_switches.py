"""Opening again, stopping, forgetting, pruning; and the engine that none of them starts."""

import time
from pathlib import Path

import pytest

from storage import projects
from storage.model import Project
from tests.bot.care.ward import MARK, Ended, add_project, doubt, run, with_db


def test_retry_and_cancel_change_the_state(house: Path) -> None:
    """Protects the two switches, and a finished film from both."""
    assert run("admin", "retry", "prj_1") == Ended(0, "Project prj_1: open.\n", "")
    assert run("admin", "cancel", "prj_1") == Ended(0, "Project prj_1: cancelled.\n", "")
    found = with_db(lambda db: projects.get(db, "prj_1"), house)
    assert isinstance(found, Project)
    assert found.state == "cancelled"
    for word in ("retry", "cancel"):
        assert run("admin", word, "prj_2").code == 1
        assert run("admin", word, "nobody").err == "There is no project nobody.\n"


def test_forgetting_removes_rows_and_files_and_tells_what_is_owed(house: Path) -> None:
    """Protects a person's wish: nowhere in the folder afterwards, and the clone at its vendor is told."""
    ended = run("admin", "forget", f"telegram:{MARK}")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.splitlines() == [
        "Projects removed: 1, files removed: 1.",
        "Cloned voices that still have to be deleted at minimax: 1.",
    ]
    files = [path for path in (house / "data").rglob("*") if path.is_file()]
    assert [path for path in files if MARK.encode() in path.read_bytes()] == []
    assert (house / "data/blobs/prj_2/prj_2-photo.jpg").read_bytes() == b"other"
    assert run("admin", "forget", f"telegram:{MARK}").out.startswith("Projects removed: 0, files removed: 0.")


@pytest.mark.parametrize("address", ["telegram", "telegram:", ":1"])
def test_forgetting_wants_an_address(house: Path, address: str) -> None:
    """Protects against forgetting nobody and saying that it was done."""
    ended = run("admin", "forget", address)
    assert (ended.code, ended.out, len(ended.err.splitlines())) == (1, "", 1)


def test_pruning_follows_the_kept_days(house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects KEEP_DAYS: what is older goes, what is younger stays."""
    old = time.time() - 3 * 86_400
    with_db(lambda db: add_project(db, "prj_old", "web:x", "done", old), house)
    monkeypatch.setenv("KEEP_DAYS", "4")
    assert run("admin", "prune").out.startswith("Projects removed: 0,")
    monkeypatch.setenv("KEEP_DAYS", "2")
    assert run("admin", "prune").out.startswith("Projects removed: 1,")
    assert "prj_old" not in run("admin", "projects").out


def test_the_engine_is_never_started(house: Path) -> None:
    """Protects what is in flight: a second start of the engine would run it again."""
    doubt(house)
    for words in ("doctor --live", "admin takes", "admin retry prj_1", "admin cancel prj_1", "admin prune"):
        run(*words.split())
    left = {path.name for path in (house / "data").iterdir()}
    assert left - {"pawlogue.db-wal", "pawlogue.db-shm"} == {"pawlogue.db", "blobs"}
