"""The commands in this process, and rows made through storage."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from typer.testing import CliRunner

from bot.__main__ import app
from storage import projects, takes
from storage.db import Database
from storage.model import Address, Project
from tests.storage import nouns

MARK = "Mrs-Marker"
SECRET = "k3y-nobody-may-read"


class Ended(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str


def run(*words: str) -> Ended:
    """Run a command in this process."""
    ended = CliRunner().invoke(app, words, catch_exceptions=False)
    return Ended(ended.exit_code, ended.stdout, ended.stderr)


def rows(out: str, mark: str) -> list[str]:
    """The doctor's rows with this mark, without it."""
    return [line[2:].rstrip() for line in out.splitlines() if line.startswith(f"{mark} ")]


async def add_project(db: Database, name: str, whose: str, state: str = "open", created: float = 0.0) -> None:
    """Make somebody's project, of channel:id, in a state."""
    channel, _, person = whose.partition(":")
    await projects.create(
        db, Project(id=name, address=Address(channel=channel, id=person), created=created or time.time())
    )
    await projects.change_state(db, name, state)


async def add_take(db: Database, project: str, vendor: str, *, sent: float, unsure: bool = False) -> str:
    """Make a take that was sent, and perhaps cut off then; returns its key."""
    key = f"{project}:speak_pet:0123456789ab:{vendor}"
    fields = {"key": key, "project": project, "vendor": vendor, "model": "speech-2.8-hd", "cost": 0.25}
    await takes.open(db, nouns.take(**fields))  # type: ignore[arg-type]
    await takes.claim(db, key, sent)
    if unsure:
        await takes.unsure(db, key, "take.cut_off", sent)
    return key


def with_db(work: Callable[[Database], object], room: Path) -> object:
    """Do something on the rows of a folder."""

    async def run() -> object:
        db = await Database.open(f"sqlite+aiosqlite:///{room / 'data/pawlogue.db'}")
        try:
            return await work(db)  # type: ignore[misc]
        finally:
            await db.close()

    return asyncio.run(run())


def doubt(room: Path) -> str:
    """Leave a take that was perhaps charged; returns its key."""
    return str(with_db(lambda db: add_take(db, "prj_1", "minimax", sent=5.0, unsure=True), room))
