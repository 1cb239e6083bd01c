"""A running page in front of a stand-in for reception, and visitors who talk to it over the wire."""

import asyncio
import contextlib
import struct
import wave
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import httpx
import numpy as np
import pytest
from PIL import Image, ImageDraw

from bot.channels.web.guard import Rules
from bot.channels.web.server import Door
from bot.served import Health, Served, listen
from tests.bot.web.standin import StandIn

OURS = {"x-pawlogue": "1", "x-lang": "en"}


@dataclass
class Site:
    """A page that is being served: where, by what desk, and the folder uploads go through."""

    url: str
    desk: StandIn
    scratch: Path

    @contextlib.asynccontextmanager
    async def visitor(self, **headers: str) -> AsyncIterator[httpx.AsyncClient]:
        """Lend a browser that has opened the page."""
        async with httpx.AsyncClient(base_url=self.url, headers={**OURS, **headers}, timeout=20) as client:
            await client.get("/")
            yield client


@contextlib.asynccontextmanager
async def served(folder: Path, shown: dict[str, Path], **rules: str) -> AsyncIterator[Site]:
    """Serve a page on loopback while the block lasts."""
    scratch = folder / "scratch"
    kept = folder / "kept"
    scratch.mkdir()
    kept.mkdir()
    desk = StandIn(kept, shown)
    async with opened(Door(desk, Rules(**{"host": "127.0.0.1", **rules}), scratch)) as url:
        yield Site(url, desk, scratch)


@contextlib.asynccontextmanager
async def opened(door: Door) -> AsyncIterator[str]:
    """Open a door on the one server, and lend its address."""
    served = Served(_well, _nothing)
    listening = listen("127.0.0.1", 0)
    serving = asyncio.create_task(served.serve(listening))
    try:
        with served.showing(door.app()):
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
            await door.close()
    finally:
        serving.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await serving


async def _well() -> Health:
    return Health(ready=True, does="work")


@pytest.fixture
async def site(tmp_path: Path, shown: dict[str, Path]) -> AsyncIterator[Site]:
    """A page on loopback, without a token."""
    async with served(tmp_path, shown) as made:
        yield made


@pytest.fixture(scope="session")
def shown(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A picture, a voice, a film of two seconds and its cover, all drawn here."""
    folder = tmp_path_factory.mktemp("shown")
    pet = _pet(720, 720)
    pet.save(folder / "pet.png")
    cover = _pet(360, 640)
    cover.save(folder / "cover.png")
    with wave.open(str(folder / "voice.wav"), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(16000)
        sound.writeframes(b"".join(struct.pack("<h", n) for n in _tone()))
    _film(folder / "film.mp4", cover)
    return {"picture": folder / "pet.png", "voice": folder / "voice.wav",
            "film": folder / "film.mp4", "cover": folder / "cover.png"}  # fmt: skip


def _tone() -> Iterator[int]:
    for n in range(16000):
        yield int(6000 * np.sin(n / 16000 * 2 * np.pi * 330))


def _pet(width: int, height: int) -> Image.Image:
    picture = Image.new("RGB", (width, height), "#f3c79a")
    draw = ImageDraw.Draw(picture)
    x, y, r = width / 2, height / 2, min(width, height) * 0.32
    for side in (-1, 1):
        ear = [
            (x + side * r, y - r * 0.4),
            (x + side * r * 0.85, y - r * 1.5),
            (x + side * r * 0.2, y - r * 0.8),
        ]
        draw.polygon(ear, fill="#8a5a36")
    draw.ellipse((x - r, y - r, x + r, y + r), fill="#a9713f")
    for side in (-1, 1):
        ex = x + side * r * 0.42
        draw.ellipse((ex - r * 0.13, y - r * 0.3, ex + r * 0.13, y), fill="#23160d")
    draw.ellipse((x - r * 0.14, y + r * 0.15, x + r * 0.14, y + r * 0.35), fill="#23160d")
    draw.arc((x - r * 0.3, y + r * 0.2, x + r * 0.3, y + r * 0.65), 20, 160, fill="#23160d", width=6)
    return picture


def _film(path: Path, cover: Image.Image) -> None:
    with av.open(str(path), "w", options={"movflags": "faststart"}) as container:
        stream = container.add_stream("libx264", rate=12)
        stream.width, stream.height, stream.pix_fmt = cover.width, cover.height, "yuv420p"
        for n in range(24):
            frame = av.VideoFrame.from_ndarray(np.asarray(cover), format="rgb24")
            frame.pts, frame.time_base = n, Fraction(1, 12)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


async def _nothing() -> bytes:
    return b""
