"""A fake performer on loopback and our vendor for it, built as the settings would; and a job for both."""

import contextlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import numpy as np
from PIL import Image
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from pipeline.crafts.stage import sent
from pipeline.film.timeline import plan
from pipeline.hire import Bench
from pipeline.hire.avatar import ROWS
from pipeline.model import Box, Framed, Layout, Pet
from pipeline.ports.avatar import Avatar, Job
from pipeline.ports.http import Http
from pipeline.settings import Account
from pipeline.workshop import Workshop
from storage.model import Line
from tests.fakes import clips, kling, omnihuman, seedance, veo
from tests.fakes.kling import Kling
from tests.fakes.omnihuman import OmniHuman
from tests.fakes.seedance import Seedance
from tests.fakes.serving import served
from tests.fakes.veo import Veo

Fake = OmniHuman | Kling | Seedance | Veo
WIDE, HIGH = 360, 640

KEYS = {
    "omnihuman": {"volc_access_key": omnihuman.ACCESS, "volc_secret_key": omnihuman.SECRET},
    "kling": {"kling_api_key": kling.KEY},
    "seedance": {"ark_api_key": seedance.KEY},
    "veo": {"kie_api_key": veo.KEY},
}


def account(fake: Fake, keys: dict[str, str] | None = None) -> Account:
    """Return the settings that lead to a fake."""
    written = dict(KEYS[_vendor(fake)] if keys is None else keys)
    if isinstance(fake, Veo):
        written["kie_upload_base_url"] = fake.address
    return Account(keys={name: SecretStr(word) for name, word in written.items()}, base_url=fake.address)


@contextlib.asynccontextmanager
async def hired(fake: Fake, model: str = "", keys: dict[str, str] | None = None) -> AsyncIterator[Avatar]:
    """Serve a fake and return our vendor for it."""
    with standing(fake):
        workshop = Workshop()
        async with Http.opened(trust_env=False) as http:
            row = next(row for row in ROWS if row.vendor == _vendor(fake))
            bench = Bench(http, workshop, {})
            yield row.build(account(fake, keys), model or row.models[0], bench)
        await workshop.close()


@contextlib.contextmanager
def standing(fake: Fake) -> Iterator[Fake]:
    """Serve a fake, which then knows its address."""
    with served(fake.app) as address:
        fake.address = address
        yield fake


@contextlib.contextmanager
def job(folder: Path, spoken: tuple[float, ...] = (1.0, 1.5)) -> Iterator[Job]:
    """Return a job with its files, which an outsider may fetch while the block lasts."""
    picture = np.full((HIGH, WIDE, 3), 180, np.uint8)
    picture[100:300] = (120, 90, 60)
    Image.fromarray(picture).save(folder / "frame.png")
    spans, seconds = sent(
        folder / "p.wav", clips.lines(folder / "p.wav", spoken), (0.3, 0.5), folder / "s.wav"
    )

    async def lend(request: Request) -> Response:
        return FileResponse(folder / request.path_params["name"])

    with served(Starlette(routes=[Route("/{name}", lend)])) as address:
        yield Job(
            frame=folder / "frame.png",
            framed=framed(),
            speech=folder / "s.wav",
            spans=spans,
            seconds=seconds,
            timeline=plan([(Line(speaker="pet", text="x"), seconds) for seconds in spoken]),
            prompt="小狗对着镜头说话",
            frame_url=f"{address}/frame.png",
            speech_url=f"{address}/s.wav",
        )


def framed(*others: Box) -> Framed:
    """Return a frame with a pet whose face is known, and others beside it."""
    pane = Box(x=0, y=0, w=WIDE, h=HIGH)
    pet = Pet(
        species="dog", box=Box(x=60, y=150, w=240, h=400), score=0.9, found=True,
        eyes=((140.0, 270.0), (220.0, 270.0)), eye_radius=14.0, nose=(180.0, 320.0), mouth=(180.0, 352.0),
        lip=((150.0, 348.0), (180.0, 352.0), (210.0, 348.0)), mouth_open=False, confidence=4.0,
    )  # fmt: skip
    band = Box(x=0, y=0, w=WIDE, h=80)
    return Framed(
        layout=Layout(kind="full", width=WIDE, height=HIGH, band=band, pane=pane), pet=pet, others=others
    )


def _vendor(fake: Fake) -> str:
    return {OmniHuman: "omnihuman", Kling: "kling", Seedance: "seedance", Veo: "veo"}[type(fake)]
