"""A house with two people in it."""

import asyncio
import time
from pathlib import Path

import pytest

from storage import assets, voices
from storage.blobs import Blobs
from storage.db import Database
from tests.bot.care.ward import MARK, add_project, add_take
from tests.storage import nouns


@pytest.fixture
def house(room: Path) -> Path:
    """A data folder with two people's projects, files, takes and a cloned voice."""

    async def fill() -> None:
        data = room / "data"
        data.mkdir()
        db = await Database.open(f"sqlite+aiosqlite:///{data / 'pawlogue.db'}")
        blobs = Blobs.open(str(data / "blobs"))
        await add_project(db, "prj_1", f"telegram:{MARK}", "failed", time.time() - 60)
        await add_project(db, "prj_2", "web:other", "done")
        for name, mark in (("prj_1", MARK), ("prj_2", "other")):
            await assets.add(db, nouns.asset(f"{name}-photo", name, mark=mark))
            await blobs.put(f"{name}/{name}-photo.jpg", mark.encode())
        await voices.keep(db, nouns.voice("voice_1", "prj_1", MARK))
        await add_take(db, "prj_1", "builtin", sent=5.0)  # killed while it worked: costs nothing
        await add_take(db, "prj_2", "minimax", sent=time.time())  # just on its way
        await db.close()

    asyncio.run(fill())
    return room
