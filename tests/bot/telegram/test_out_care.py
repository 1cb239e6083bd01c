"""For the operator: which messages are in doubt, and why, without a word of them."""

import asyncio
from pathlib import Path

from typer.testing import CliRunner

from bot.__main__ import app
from storage import chats, outbox
from storage.db import Database
from storage.model import Address
from storage.outbox import Outbound


async def _doubt(errors: list[str]) -> None:
    db = await Database.open("sqlite+aiosqlite:///data/pawlogue.db")
    anna = Address(channel="telegram", id="7")
    await chats.begin(db, anna, "{}", "p", "en", 1.0)
    letters = tuple(Outbound(id=f"c:{n}:1", address=anna, payload="a secret") for n in range(len(errors)))
    async with db.writing() as conn:
        await outbox.add_within(conn, letters, 1, 1.0)
    for letter, error in zip(letters, errors, strict=True):
        await outbox.move(db, letter, "doubtful", 2.0, error=error)
    await db.close()


def test_messages_in_doubt_are_listed(room: Path) -> None:
    """The operator reads to whom, which and why: a sentence, or the class of a mistake of ours."""
    (room / "data").mkdir()
    asyncio.run(_doubt(["telegram.no_answer", "ZeroDivisionError"]))
    ended = CliRunner().invoke(app, ["admin", "doubtful"], catch_exceptions=False)
    shown = " ".join(ended.stdout.split())
    assert ended.exit_code == 0
    assert "telegram:7" in shown
    assert "c:0:1" in shown
    assert "no answer" in shown
    assert "ZeroDivisionError" in shown
    assert "secret" not in shown


def test_without_messages_in_doubt_there_is_nothing(room: Path) -> None:
    """An empty house is fine."""
    assert CliRunner().invoke(app, ["admin", "doubtful"], catch_exceptions=False).exit_code == 0
    assert not (room / "data" / "pawlogue.db").exists()
