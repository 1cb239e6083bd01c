"""Servers on loopback, an independent client for each, and small pictures, sounds and films to send."""

import contextlib
import io
import tempfile
from collections.abc import AsyncIterator, Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
import telegram
from PIL import Image
from telegram.request import HTTPXRequest

from tests.fakes.telegram import FakeTelegram, Person, running


@contextlib.asynccontextmanager
async def client(fake: FakeTelegram, *, token: str | None = None) -> AsyncIterator[telegram.Bot]:
    """The library's own bot, as anybody would set it up."""
    plain = {"trust_env": False, "verify": False}  # no proxies, and no certificates to be read for loopback
    calls, polls = (HTTPXRequest(read_timeout=5, httpx_kwargs=plain) for _ in range(2))
    bot = telegram.Bot(
        token or fake.token,
        base_url=f"{fake.url}/bot",
        base_file_url=f"{fake.url}/file/bot",
        request=calls,
        get_updates_request=polls,
    )
    await calls.initialize()
    await polls.initialize()
    try:
        yield bot
    finally:
        await calls.shutdown()
        await polls.shutdown()


@pytest.fixture(scope="session")
def telegram_shared() -> Iterator[FakeTelegram]:
    """One server for all tests that bring their own people and take no updates; its pacing is lifted."""
    with running(limits=None) as fake:
        yield fake


@pytest.fixture
def ann(telegram_shared: FakeTelegram) -> Person:
    """Somebody new who has pressed start."""
    person = telegram_shared.person()
    person.starts()
    return person


@pytest.fixture
async def bot(telegram_shared: FakeTelegram) -> AsyncIterator[telegram.Bot]:
    """The library's bot in front of the shared server."""
    async with client(telegram_shared) as made:
        yield made


@pytest.fixture(scope="session")
def photo() -> bytes:
    """A picture, 640 by 480."""
    return picture(640, 480)


@pytest.fixture(scope="session")
def film() -> bytes:
    """A second of film, 180 by 320, its index first."""
    return moving(180, 320)


@pytest.fixture(scope="session")
def voice() -> bytes:
    """A second of Opus in Ogg."""
    return sound("ogg", "libopus")


def picture(width: int, height: int, form: str = "JPEG", colour: str = "#a9713f") -> bytes:
    """A plain picture."""
    made = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(made, form)
    return made.getvalue()


def moving(width: int, height: int, *, faststart: bool = True) -> bytes:
    """A second of film in H.264."""
    options = {"movflags": "faststart"} if faststart else {}
    with tempfile.TemporaryDirectory() as folder:  # the index is moved in a file only
        path = Path(folder) / "film.mp4"
        _draw(path, width, height, options)
        return path.read_bytes()


def _draw(path: Path, width: int, height: int, options: dict[str, str]) -> None:
    with av.open(str(path), "w", options=options) as container:
        stream = container.add_stream("libx264", rate=12)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for n in range(12):
            frame = av.VideoFrame.from_ndarray(np.full((height, width, 3), 20 * n, np.uint8), format="rgb24")
            frame.pts, frame.time_base = n, Fraction(1, 12)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def sound(form: str, codec: str, *, seconds: float = 1.0) -> bytes:
    """A tone."""
    made = io.BytesIO()
    with av.open(made, "w", format=form) as container:
        stream = container.add_stream(codec, rate=48000)
        assert isinstance(stream, av.AudioStream)
        stream.layout = "mono"
        tone = (8000 * np.sin(np.arange(int(48000 * seconds)) / 20)).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(tone.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate, frame.pts = 48000, 0
        resampler = av.AudioResampler(stream.format, "mono", 48000, stream.frame_size or None)
        for part in (*resampler.resample(frame), *resampler.resample(None)):
            container.mux(stream.encode(part))
        container.mux(stream.encode(None))
    return made.getvalue()
