"""Telegram, for the operator: what lies aside, how the bot stands, and nothing of what people wrote."""

import asyncio
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.__main__ import app
from storage import updates
from storage.db import Database
from storage.updates import Update
from tests.fakes.telegram import running


def _run(*words: str) -> tuple[int, str]:
    ended = CliRunner().invoke(app, words, catch_exceptions=False)
    return ended.exit_code, ended.stdout


async def _put_aside() -> None:
    db = await Database.open("sqlite+aiosqlite:///data/pawlogue.db")
    row = Update(channel="telegram", id="42:7", place=7, chat="5", payload='{"text": "my secret"}', at=1.0)
    await updates.keep(db, [row])
    await updates.set_aside(db, row, "ValidationError")
    await db.close()


def test_what_lies_aside_is_listed_without_its_words(room: Path) -> None:
    """The operator sees which update it was and why; the person's words stay where they are."""
    (room / "data").mkdir()
    asyncio.run(_put_aside())
    code, out = _run("admin", "aside")
    assert code == 0
    assert "telegram:42:7" in out
    assert "ValidationError" in out
    assert "secret" not in out
    assert "admin aside" in _run("doctor")[1]


def test_nothing_aside_is_said_so(room: Path) -> None:
    """Without a database, and without such rows, the list is empty and that is fine."""
    assert _run("admin", "aside")[0] == 0


@pytest.mark.parametrize(
    ("token", "words"),
    [("424242:stand-in", "@pawlogue_bot, 1 updates waiting"), ("1:wrong", "does not know this")],
)
def test_the_doctor_asks_telegram_only_when_told_to(
    room: Path, monkeypatch: pytest.MonkeyPatch, token: str, words: str
) -> None:
    """`--live` is one question with a clear answer; else nothing is asked; the token is not shown."""
    with running() as fake:
        fake.person().says("x")
        monkeypatch.setenv("TELEGRAM_BOT_TOKEN", token)
        monkeypatch.setenv("TELEGRAM_BASE_URL", fake.url)
        quiet = _run("doctor")[1]
        assert "token set, updates are fetched" in quiet
        assert fake.stats.calls.total() == 0
        live = " ".join(_run("doctor", "--live")[1].split())
    assert words in live
    assert token not in quiet + live


def test_a_server_that_is_away_is_one_line(room: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The doctor does not wait for ever, and calls it broken."""
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "1:x")
    monkeypatch.setenv("TELEGRAM_BASE_URL", "http://127.0.0.1:9")
    assert "cannot be reached" in _run("doctor", "--live")[1]
