"""The puppet: what a second of film costs beside encoding it, its memory, and how soon a still is there.

Every run is a process of its own, which draws as the bot does: two halves in two worker processes, whose
time, start included, and whose memory are counted.
"""

import asyncio
import contextlib
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from bot.app import weights
from bot.demo import TAPS
from pipeline import crafts, packaged
from pipeline.film import encode
from pipeline.film import sound as files
from pipeline.model import Cue, Framed, Timeline
from pipeline.ports.avatar import Job
from pipeline.vendors.builtin.avatar import Avatar
from pipeline.workshop import Workshop
from storage.model import Direction, Taps
from tests.bench.figures import Figure
from tests.bench.processes import cpu_seconds, pss_mb

_SHORT, _LONG = 8, 16
_LINE = 4.0  # seconds of a question and its answer
_FPS, _HERTZ = 25, 48_000
_GOALS = {720: 1.0, 1080: 2.2}
_LARGER = 3.2  # the sample is enlarged so, and made sharp and tall: the dearest kind of photo


@dataclass(frozen=True)
class _Cost:
    cpu: float
    wall: float
    peak_mb: float


def measure() -> list[Figure]:
    """Measure everything of the puppet."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _tall(folder)
        still = _run(folder, "still", 720, 1)
        figures = [
            Figure("puppet_still_s", still.wall, "s", 3),
            Figure("puppet_still_cpu_s", still.cpu, "CPU-s"),
        ]
        for width in _GOALS:
            figures += _drawn(folder, width)
    return figures


def _drawn(folder: Path, width: int) -> list[Figure]:
    _run(folder, "frame", width, 1)
    short, long = (_run(folder, "draw", width, seconds) for seconds in (_SHORT, _LONG))
    floor = _run(folder, "encode", width, _LONG)
    each = (long.cpu - short.cpu) / (_LONG - _SHORT)
    named = f"puppet_{width}"
    return [
        Figure(f"{named}_cpu_per_s", long.cpu / _LONG, "CPU-s per film s", _GOALS[width], floor.cpu / _LONG),
        Figure(f"{named}_growth", long.cpu / _LONG / (short.cpu / _SHORT), "x per film s", 1.05),
        Figure(f"{named}_start_s", short.cpu - each * _SHORT, "CPU-s before the first frame"),
        Figure(f"{named}_cores", long.cpu / long.wall, "cores at work", 2),
        Figure(f"{named}_peak_mb", long.peak_mb, "MB PSS", 600 if width == 720 else None),
    ]


def _run(folder: Path, what: str, width: int, seconds: int) -> _Cost:
    """Do one thing in a process of its own; its CPU time is that of its workers, start included."""
    words = [sys.executable, "-m", "tests.bench.puppet", str(folder), what, str(width), str(seconds)]
    run = subprocess.run(words, capture_output=True, text=True, check=False)
    if run.returncode:
        sys.exit(f"bench: drawing failed: {run.stderr.strip()[-400:]}")
    return _Cost(**json.loads(run.stdout))


def main(folder: Path, what: str, width: int, seconds: int) -> None:
    """Do one thing and print what it cost."""
    doing: dict[str, Callable[[], tuple[float, float]]] = {
        "frame": lambda: _frame(folder, width),
        "draw": lambda: asyncio.run(_draw(folder, width, seconds)),
        "encode": lambda: _encode(folder, width),
        "still": lambda: asyncio.run(_look(folder)),
    }
    begun = time.perf_counter()
    cpu, peak = doing[what]()
    cost = {"wall": time.perf_counter() - begun, "cpu": cpu, "peak_mb": peak}
    print(json.dumps(cost))  # noqa: T201  its answer


def _frame(folder: Path, width: int) -> tuple[float, float]:
    photo, high = folder / "photo.png", width * 16 // 9
    sight = crafts.sight.look(photo, _finder(), _taps())
    framed = crafts.sight.draw(photo, sight, weights()["saliency"], folder / f"{width}.png", width, high)
    (folder / f"{width}.json").write_text(framed.model_dump_json(), "utf-8")
    return time.process_time(), 0.0


async def _draw(folder: Path, width: int, seconds: int) -> tuple[float, float]:
    workshop = Workshop()
    try:
        framed = Framed.model_validate_json((folder / f"{width}.json").read_text("utf-8"))
        plan, spans = _plan(seconds)
        files.write(folder / "pet.wav", _babble(seconds), _HERTZ)
        frame, speech, out = (folder / name for name in (f"{width}.png", "pet.wav", f"{width}.mp4"))
        job = Job(frame=frame, framed=framed, speech=speech, spans=spans, timeline=plan)
        peak = 0.0

        def watch(_fraction: float) -> None:
            nonlocal peak
            peak = max(peak, sum(pss_mb(pid) for pid in workshop.pids("stage")))

        await Avatar(workshop).fetch("bench", job, out, watch)
        return sum(cpu_seconds(pid) for pid in workshop.pids("stage")), peak
    finally:
        await workshop.close()


def _encode(folder: Path, width: int) -> tuple[float, float]:
    """Only encode the same pictures again; what decoding them costs is measured before, and left out."""
    spent = []
    for out in (None, folder / "floor.mp4"):
        begun = time.process_time()
        with av.open(str(folder / f"{width}.mp4")) as source, contextlib.ExitStack() as stack:
            stream = source.streams.video[0]
            clip = stack.enter_context(encode.Clip(out, stream.width, stream.height, _FPS)) if out else None
            for frame in source.decode(stream):
                picture = np.asarray(frame.to_ndarray(format="rgb24"), np.uint8)
                if clip:
                    clip.add(picture)
        spent.append(time.process_time() - begun)
    return spent[1] - spent[0], 0.0


async def _look(folder: Path) -> tuple[float, float]:
    """From the photo's arrival to the picture with its marks, workers' start included."""
    workshop = Workshop()
    try:
        photo = folder / "photo.png"
        sight = await workshop.run("sight", crafts.sight.look, photo, _finder(), _taps())
        marked, grid = folder / "marked.jpg", folder / "grid.jpg"
        await workshop.run("sight", crafts.sight.show, photo, sight, None, marked, grid)
        return sum(cpu_seconds(pid) for pid in workshop.pids("sight")), 0.0
    finally:
        await workshop.close()


def _finder() -> Path | None:
    return weights()["pet-detector"]


def _plan(seconds: int) -> tuple[Timeline, tuple[tuple[float, float], ...]]:
    """A question and an answer every four seconds, cried and bitten: everything moves."""
    played = Direction(emotion="crying", action="bite", camera="push", prop="bun")
    cues, spans = [], []
    for n in range(round(seconds / _LINE)):
        at = n * _LINE
        cues.append(Cue(index=2 * n, speaker="person", text="?", start=at + 0.3, end=at + 1.4))
        answer = {"start": at + 2.0, "end": at + 3.6, "direction": played}
        cues.append(Cue(index=2 * n + 1, speaker="pet", text="!", **answer))
        spans.append((at + 2.0, at + 3.6))
    return Timeline(seconds=float(seconds), fps=_FPS, cues=tuple(cues)), tuple(spans)


def _babble(seconds: int) -> NDArray[np.float32]:
    """Four syllables a second, always."""
    time_ = np.arange(seconds * _HERTZ, dtype=np.float32) / _HERTZ
    tone = sum(np.sin(2 * np.pi * 300 * n * time_) / n for n in range(1, 12))
    return np.asarray(0.2 * tone * np.sin(4 * np.pi * time_) ** 2, np.float32)


def _tall(folder: Path) -> None:
    """Write a large, sharp, tall photo: the pane is as high and the resampling as dear as they can be."""
    sample = packaged.path("sample-photo")
    if sample is None:
        sys.exit("bench: run make setup first")
    with Image.open(sample) as image:
        small = np.asarray(image.convert("RGB"))
    tall = np.pad(small, ((200, 400), (0, 0), (0, 0)), mode="reflect")
    large = cv2.resize(tall, None, fx=_LARGER, fy=_LARGER, interpolation=cv2.INTER_CUBIC)
    grain = np.random.default_rng(1).normal(0, 3, large.shape[:2])[..., None]
    Image.fromarray(np.clip(large + grain, 0, 255).astype(np.uint8)).save(folder / "photo.png")


def _taps() -> Taps:
    assert TAPS.mouth is not None
    assert TAPS.eyes is not None
    mouth, left, right = ((x * _LARGER, (y + 200) * _LARGER) for x, y in (TAPS.mouth, *TAPS.eyes))
    return Taps(mouth=mouth, eyes=(left, right))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
