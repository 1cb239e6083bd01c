"""The doctor: every thing looked at by itself, nothing made, told in lines that fit."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.cells import cell_len

from tests.bot.care.ward import SECRET, doubt, rows, run

Thing = Callable[[str], Path]


def test_a_fresh_folder_is_well_and_stays_empty(room: Path, thing: Thing) -> None:
    """Protects the first look: everything there is told, nothing is made by looking."""
    thing("font-sans")
    ended = run("doctor", "--live")
    assert (ended.code, ended.err, list(room.iterdir())) == (0, "", [])
    assert rows(ended.out, "✗") == []
    assert sum("not yet made" in row for row in rows(ended.out, "·")) == 3
    told = "\n".join(rows(ended.out, "✓"))
    for word in ("dialogue", "image", "voice", "performance", "builtin", "font font-sans", "free disk"):
        assert word in told
    assert "nobody to ask" in ended.out


def test_a_filled_folder_is_well(house: Path, thing: Thing) -> None:
    """Protects honesty: neither a take just on its way nor a free one that was cut off is in doubt."""
    thing("font-sans")
    ended = run("doctor")
    assert (ended.code, ended.err) == (0, "")
    assert "doubtful takes" in "\n".join(rows(ended.out, "✓"))
    assert not (house / "data/engine.db").exists()


@pytest.mark.parametrize("lang", ["en_GB.UTF-8", "zh_CN.UTF-8"])
def test_every_line_fits_80_columns(room: Path, monkeypatch: pytest.MonkeyPatch, lang: str) -> None:
    """Protects readers of a plain terminal and of a log, in both languages, with everything wrong."""
    for name, value in {
        "LANG": lang, "PAWLOGUE_CACHE": str(room / "nowhere"), "DATABASE_URL": "mysql://x/y", "ARK_KEY": "1",
        "BLOBS_URL": "/dev/null/blobs", "DATA_DIR": "/dev/null/data", "TELEGRAM_CHAT_ID": "1",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    ended = run("doctor", "--live")
    assert ended.code == 1
    assert max(cell_len(line) for line in ended.out.splitlines()) <= 80
    if lang.startswith("zh"):
        names = {"settings", "database", "files", "free", "model", "font", "broken", "absent", "text"}
        assert names & set(ended.out.lower().split()) == set()


def test_a_take_in_doubt_is_told_with_the_way_to_it(house: Path) -> None:
    """Protects money: what was perhaps charged waits for a person, and the doctor says where to look."""
    doubt(house)
    ended = run("doctor")
    assert ended.code == 1
    (row,) = [row for row in rows(ended.out, "✗") if row.startswith("doubtful takes")]
    assert "1 may have been charged" in row
    assert "admin takes" in " ".join(ended.out.split())


def test_a_database_from_the_future(house: Path) -> None:
    """Protects a folder from a newer version: told as what it is, the other rows beside it."""
    with sqlite3.connect(house / "data/pawlogue.db") as conn:
        conn.execute("INSERT INTO migrations (number, name) VALUES (999, 'from the future')")
    conn.close()
    ended = run("doctor")
    assert ended.code == 1
    assert [row.split()[0] for row in rows(ended.out, "✗")][:1] == ["database"]
    assert "newer Pawlogue" in " ".join(ended.out.split())
    assert "files" in "\n".join(rows(ended.out, "✓"))
    ended = run("admin", "projects")
    assert (ended.code, ended.out, len(ended.err.splitlines())) == (1, "", 1)


def test_a_file_that_is_no_database(room: Path) -> None:
    """Protects people from a driver's traceback."""
    (room / "data").mkdir()
    (room / "data/pawlogue.db").write_bytes(b"\xff\xd8\xff" + bytes(range(256)) * 64)
    ended = run("doctor")
    assert ended.code == 1
    assert "is not a database" in " ".join(ended.out.split())


def test_a_database_out_of_reach_keeps_its_password(room: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects a password in an address, also one with an @ in it."""
    monkeypatch.setenv("DATABASE_URL", f"postgresql://me:p%40{SECRET}@127.0.0.1:1/films")
    ended = run("doctor")
    assert ended.code == 1
    assert "does not answer" in " ".join(ended.out.split())
    assert SECRET not in ended.out + ended.err


@pytest.mark.parametrize(
    ("name", "value", "what"),
    [
        ("BLOBS_URL", "{room}/taken", "files"),
        ("BLOBS_URL", "file://{room}/taken/blobs", "files"),
        ("BLOBS_URL", "ftp://host/films", "files"),
        ("DATA_DIR", "{room}/taken", "data folder"),
        ("DATABASE_URL", "sqlite+aiosqlite:///{room}/no/such/folder/a.db", "database"),
        ("DATABASE_URL", "sqlite+aiosqlite://", "database"),
        ("DATABASE_URL", "nonsense", "database"),
    ],
)
def test_a_place_that_cannot_be_used(
    room: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, what: str
) -> None:
    """Protects the first film: a place that would fail then is found out before, and not made by looking."""
    (room / "taken").touch()
    monkeypatch.setenv(name, value.format(room=room))
    ended = run("doctor")
    assert ended.code == 1
    assert [row for row in rows(ended.out, "✗") if row.startswith(what)]
    assert list(room.iterdir()) == [room / "taken"]


def test_absent_weights_with_a_fall_back_are_no_harm(room: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects the marks' honesty: without models films are plainer, without fonts there are none."""
    monkeypatch.setenv("PAWLOGUE_CACHE", str(room / "nowhere"))
    ended = run("doctor")
    broken = rows(ended.out, "✗")
    assert [row.split()[1] for row in broken if row.startswith("font")] == ["font-cute", "font-sans"]
    notes = [row.split()[1] for row in rows(ended.out, "·") if row.startswith("model")]
    assert notes[:2] == ["pet-detector", "saliency"]
    assert ended.code == 1
