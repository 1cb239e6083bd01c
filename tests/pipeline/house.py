"""A studio with real stores in a folder, and vendors that a test can steer."""

import contextlib
import itertools
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path

from pipeline.catalogue import Catalogue
from pipeline.ports.errors import NoAccess
from pipeline.ports.facts import Facts, Paid
from pipeline.ports.text import Described, EditAsk, LookAsk, WriteAsk, Written
from pipeline.settings import Settings
from pipeline.studio import Studio
from storage import projects
from storage.blobs import Blobs
from storage.db import Database
from storage.model import Address, Brief, Line, Project, Script
from tests.pipeline.beside import Beside

PROJECT = "prj-1"
SCRIPT = Script(
    title=("Will you",), lines=(Line(speaker="person", text="Will you?"), Line(speaker="pet", text="Yes."))
)


class Writer:
    """A text vendor that counts its bills and fails as told, once per entry of `fails`."""

    def __init__(self, *fails: Exception, name: str = "paid", free: bool = False) -> None:
        self.facts = Facts(vendor=name, model="m", free=free, price=0.5, in_flight=0.0)
        self.fails = list(fails)
        self.bills = 0

    async def write(self, ask: WriteAsk) -> Written:
        """Answer, or fail as told."""
        if self.fails:
            raise self.fails.pop(0)
        self.bills += 1
        return Written(options=(SCRIPT,))

    async def ask(self, ask: WriteAsk | EditAsk | LookAsk, complaint: str = "") -> Paid:
        """Answer as `write` does, as a ticket."""
        assert isinstance(ask, WriteAsk)
        return Paid(value=(await self.write(ask)).model_dump_json())

    def written(self, ask: WriteAsk, raw: str) -> Written:
        """Read the ticket."""
        return Written.model_validate_json(raw)

    def edited(self, ask: EditAsk, raw: str) -> Script:
        """Not among what it can do."""
        raise NoAccess("text.not_here")

    def described(self, ask: LookAsk, raw: str) -> Described:
        """Not among what it can do."""
        raise NoAccess("text.not_here")


@contextlib.asynccontextmanager
async def studio(
    folder: Path,
    *writers: Writer,
    clock: Callable[[], float] | None = None,
    weights: Mapping[str, Path | None] | None = None,
) -> AsyncIterator[Studio]:
    """Open the stores and one project with a theme in its brief."""
    ticks = itertools.count(1_000)
    db = await Database.open(f"sqlite+aiosqlite:///{folder / 'rows.db'}")
    workshop = Beside()
    (folder / "scratch").mkdir(exist_ok=True)
    made = Studio(
        db=db,
        blobs=Blobs.open(str(folder / "blobs")),
        catalogue=Catalogue(text=writers, image=(), voice=(), avatar=()),
        workshop=workshop,
        settings=Settings(),
        clock=clock or (lambda: float(next(ticks))),
        weights=weights or {},
        scratch=folder / "scratch",
    )
    try:
        brief = Brief(theme="raise-mom")
        address = Address(channel="test", id="1")
        await projects.create(db, Project(id=PROJECT, address=address, brief=brief))
        yield made
    finally:
        await workshop.close()
        await db.close()
