"""A slow vendor that counts what it charged, and a studio with money in it."""

import asyncio
import dataclasses
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from pipeline.catalogue import Catalogue
from pipeline.ports.errors import Unsure
from pipeline.ports.facts import Facts, Paid
from pipeline.settings import Settings
from pipeline.spend import spend
from pipeline.studio import Stride, Studio
from pipeline.workshop import Workshop
from storage import projects
from storage.blobs import Blobs
from storage.db import Database
from storage.model import Address, Brief, Plan, Project, Take


class Stage:
    """A slow paid vendor: counts what it charged by key, can lose answers, be looked up and be stopped."""

    def __init__(self, name: str = "stage", *, find: bool = True, **facts: object) -> None:
        told = {"vendor": name, "model": "m", "price": 2.0, "in_flight": 0.0, **facts}
        self.facts = Facts.model_validate(told)
        self.bills: list[str] = []
        self.asked: list[str] = []
        self.stopped: list[str] = []
        self.lose: set[int] = set()
        self.deaf: set[int] = set()
        self.at_once = self.most = 0
        self.finish = asyncio.Event()
        self.finish.set()
        if find:
            self.find = self._find

    async def submit(self, key: str) -> Paid:
        """Charge, and answer unless this one's answer is to be lost."""
        number = len(self.asked)
        self.asked.append(key)
        if number in self.deaf:
            raise Unsure("http.no_answer")
        self.bills.append(key)
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        await asyncio.sleep(0)
        if number in self.lose:
            raise Unsure("http.no_answer")
        return Paid(value=f"ticket of {key}")

    async def fetch(self, ticket: str) -> Paid:
        """Wait until it is allowed to be finished."""
        try:
            await self.finish.wait()
        finally:
            self.at_once -= 1
        return Paid(value=f"made with {ticket}")

    async def cancel(self, ticket: str) -> bool:
        """Stop it."""
        self.stopped.append(ticket)
        return True

    async def _find(self, key: str) -> str | None:
        return f"ticket of {key}" if key in self.bills else None


async def make(
    studio: Studio, *vendors: Stage, project: str = "p1", wish: str = "wish", making: str = "p1:film:1"
) -> Take:
    """What a step does that wants something of the vendors: one take, seen through."""

    async def send(vendor: Stage, key: str) -> Paid:
        return await vendor.submit(key)

    async def collect(vendor: Stage, ticket: str) -> Paid:
        return await vendor.fetch(ticket)

    here = dataclasses.replace(studio, now=Stride(making, "animate"))
    return await spend(here, project, "animate", vendors, wish, send=send, collect=collect)


@asynccontextmanager
async def till(
    url: str, folder: Path, clock: Callable[[], float] | None = None, **settings: object
) -> AsyncIterator[Studio]:
    """A studio with two projects of one person and one of another, on a database of its own."""
    ticks = itertools.count(1_000)
    db = await Database.open(url)
    workshop = Workshop()
    try:
        for project, person in (("p1", "anna"), ("p2", "anna"), ("q1", "bert")):
            await projects.create(db, Project(id=project, address=Address(channel="web", id=person)))
        yield Studio(
            db=db,
            blobs=Blobs.open(str(folder / "blobs")),
            catalogue=Catalogue(text=(), image=(), voice=(), avatar=()),
            workshop=workshop,
            settings=Settings.model_validate(settings),
            clock=clock or (lambda: float(next(ticks))),
            weights={},
            scratch=folder,
        )
    finally:
        await workshop.close()
        await db.close()


async def until(ready: Callable[[], Awaitable[object]]) -> None:
    """Wait until something is true, or fail."""
    async with asyncio.timeout(10):
        for _ in itertools.count():
            if await ready():
                return
            await asyncio.sleep(0.01)


async def true(what: object) -> bool:
    """For `until`: whether something is."""
    return bool(what)


async def planned(studio: Studio, plan: Plan, **rounds: int) -> None:
    """Have the project's film made in another way."""
    await projects.change_brief(studio.db, "p1", Brief(plan=plan, rounds=rounds))
