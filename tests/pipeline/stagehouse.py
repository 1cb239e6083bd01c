"""A studio that hires performers as the settings would, and lends its files on a port of its own."""

import asyncio
import contextlib
import dataclasses
import itertools
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

import numpy as np
import uvicorn
from PIL import Image
from starlette.applications import Starlette

from bot.loans import lending
from pipeline import packaged
from pipeline.film.timeline import plan
from pipeline.hire import Bench, hire
from pipeline.parts import Speech
from pipeline.ports.http import Http
from pipeline.settings import Settings
from pipeline.studio import Studio
from storage import projects
from storage.blobs import Blobs
from storage.db import Database
from storage.model import Address, Brief, Direction, Line, Project, Script
from tests.fakes import clips
from tests.fakes.hired import HIGH, WIDE, Fake, account, framed, standing
from tests.pipeline.beside import Beside

PROJECT = "prj-1"
ACCOUNTS = {"OmniHuman": "volc_visual", "Kling": "kling", "Seedance": "ark", "Veo": "kie"}
SPOKEN = (1.0, 1.6)
SCRIPT = Script(
    title=("长大后要不要养妈妈",),
    lines=(
        Line(speaker="person", text="长大后要不要养妈妈？"),
        Line(speaker="pet", text="要", direction=Direction(note="抬头看镜头")),
        Line(speaker="person", text="没钱怎么办？"),
        Line(speaker="pet", text="我去捡破烂养你"),
    ),
)


@dataclasses.dataclass(frozen=True)
class Shelf:
    """What a film needs before it is performed, as assets."""

    frame: str
    framed: str
    pet: str
    person: str
    timeline: str
    script: str

    @property
    def played(self) -> tuple[str, str, str, str]:
        """What `animate` is handed."""
        return self.frame, self.framed, self.pet, self.timeline


@contextlib.asynccontextmanager
async def standing_studio(
    folder: Path,
    fakes: Sequence[Fake],
    order: Sequence[str],
    *,
    reachable: bool = True,
    clock: Callable[[], float] | None = None,
) -> AsyncIterator[Studio]:
    """Open the stores and one project, with these fakes behind the vendors named in `order`."""
    ticks = itertools.count(1_795_316_645)
    async with contextlib.AsyncExitStack() as stack:
        for fake in fakes:
            stack.enter_context(standing(fake))
        door = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        address = f"http://127.0.0.1:{door.getsockname()[1]}"
        db = await Database.open(f"sqlite+aiosqlite:///{folder / 'rows.db'}")
        stack.push_async_callback(db.close)
        workshop = Beside()
        stack.push_async_callback(workshop.close)
        http = await stack.enter_async_context(Http.opened(trust_env=False))
        settings = Settings(
            order={"avatar": tuple(order)},
            accounts={ACCOUNTS[type(fake).__name__]: account(fake) for fake in fakes},
            public_base_url=address if reachable else None,
            rates={"USD": 7.1},
            width=WIDE,
            height=HIGH,
        )
        names = ("saliency", "kokoro-model", "kokoro-vocab", "kokoro-voices", "font-cute", "font-sans")
        weights = {name: packaged.path(name) for name in names}
        (folder / "scratch").mkdir(exist_ok=True)
        studio = Studio(
            db=db,
            blobs=Blobs.open(str(folder / "blobs")),
            catalogue=hire(settings, Bench(http, workshop, weights)),
            workshop=workshop,
            settings=settings,
            clock=clock or (lambda: float(next(ticks))),
            weights=weights,
            scratch=folder / "scratch",
        )
        await projects.create(
            db, Project(id=PROJECT, address=Address(channel="test", id="1"), brief=Brief(script=SCRIPT))
        )
        await stack.enter_async_context(_lending(studio, door))
        yield studio


@contextlib.asynccontextmanager
async def _lending(studio: Studio, door: socket.socket) -> AsyncIterator[None]:
    """Serve what is lent, in this loop: the stores belong to it."""

    app = Starlette(routes=[lending(studio)])
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="off"))
    task = asyncio.ensure_future(server.serve(sockets=[door]))
    try:
        yield
    finally:
        server.should_exit = True
        await task


async def shelf(studio: Studio, folder: Path, face: Path | None = None) -> Shelf:
    """Keep a frame, two voices and their plan."""
    picture = np.full((HIGH, WIDE, 3), 180, np.uint8)
    rows, columns = np.mgrid[0:HIGH, 0:WIDE]
    picture[((columns - 180) / 110) ** 2 + ((rows - 330) / 170) ** 2 < 1] = (140, 105, 70)
    for eye in (140, 220):
        picture[(columns - eye) ** 2 + (rows - 270) ** 2 < 200] = (20, 15, 10)
    Image.fromarray(picture).save(folder / "frame.png")
    kept = await studio.keep(PROJECT, "frame", face or folder / "frame.png", "image/png")
    seconds = {"pet": SPOKEN, "person": (1.5, 1.2)}
    speeches = {}
    for role, spoken in seconds.items():
        spans = clips.lines(folder / f"{role}.wav", spoken)
        sound = await studio.keep(PROJECT, role, folder / f"{role}.wav", "audio/wav")
        speeches[role] = (await studio.keep_noun(PROJECT, "speech", Speech(sound=sound.id, spans=spans))).id
    lengths = (seconds["person"][0], SPOKEN[0], seconds["person"][1], SPOKEN[1])
    times = plan(list(zip(SCRIPT.lines, lengths, strict=True)))
    return Shelf(
        frame=kept.id,
        framed=(await studio.keep_noun(PROJECT, "framed", framed())).id,
        pet=speeches["pet"],
        person=speeches["person"],
        timeline=(await studio.keep_noun(PROJECT, "timeline", times)).id,
        script=(await studio.keep_noun(PROJECT, "script", SCRIPT)).id,
    )
