"""The edit: the standard job beside x264 alone on the same finished pictures, in the same run.

Three clips of 4 s at 720x1280 and 24 pictures a second, six lines, ducked music, captions, two cross-fades of
0.3 s, loudness: 11.4 s of film. Everything is made by script; each measurement is a process of its own.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline import packaged
from pipeline.film import bed, encode, sound
from pipeline.film.cut import CutJob
from pipeline.film.shots import Shot, frames
from pipeline.model import Box, Cue, Layout, Timeline, Track
from tests.bench import plain
from tests.bench.figures import Figure
from tests.pipeline.film.made import HERTZ, voice

_WIDE, _HIGH, _FPS, _CLIP, _FADE = 720, 1280, 24, 4.0, 0.3
_WORDS = ("长大后要不要养妈妈", "要", "没钱怎么办", "接外包搞钱", "要是工作也找不到呢", "去做自媒体带货养你")
_LENGTHS = (1.6, 0.6, 1.2, 1.4, 1.6, 1.8)
_RUNS = 3


def measure() -> list[Figure]:
    """Measure the standard job, then a film of a minute and one of five."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        clips = [_clip(folder / f"clip-{number}.mp4", number) for number in range(3)]
        jobs = {count: _job(folder, clips, count) for count in (3, 16, 81)}
        runs = [_once("cut", jobs[3]) for _ in range(_RUNS)]
        floors = [_once("floor", jobs[3]) for _ in range(_RUNS)]
        alike = _once("alike", jobs[3])
        minute, five = _once("cut", jobs[16]), _once("cut", jobs[81])
        scripted = _scripted(folder, jobs[3])
    cpu, floor = (statistics.median(run["cpu"] for run in each) for each in (runs, floors))
    wall = statistics.median(run["wall"] for run in runs)
    seconds = runs[0]["seconds"]
    bare = statistics.median(run["wall"] for run in floors) / seconds
    return [
        Figure("edit_cpu_ratio", cpu / floor, "x x264 alone", 1.45, 1.0),
        Figure("edit_wall_ratio", wall / seconds, "x film length", 0.40, bare),
        Figure("edit_ssim", alike["film"], "SSIM", alike["floor"], alike["floor"]),
        Figure("edit_peak_mb", max(run["peak_mb"] for run in runs), "MB", 250),
        Figure("edit_peak_mb_1min", minute["peak_mb"], "MB", 250),
        Figure("edit_peak_mb_5min", five["peak_mb"], "MB", 250),
        *_beside(scripted, floor),
    ]


def _scripted(folder: Path, job: Path) -> dict[str, float] | None:
    """The same job as a plain moviepy script; None where moviepy cannot be had."""
    there = plain.site(folder / "site")
    if there is None:
        sys.stderr.write(f"bench: {plain.WANTED} cannot be had here: nothing to lay beside the edit\n")
        return None
    whole = json.loads(job.read_text("utf-8"))
    sound.write(folder / "music.wav", bed.loop("tender", HERTZ), HERTZ)
    mine = folder / "plain.json"
    mine.write_text(json.dumps({**whole, "music": str(folder / "music.wav")}), "utf-8")
    told = subprocess.run(
        [sys.executable, plain.__file__, mine], env={**os.environ, "PYTHONPATH": str(there)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if told.returncode:
        sys.exit(f"bench: moviepy failed: {told.stderr.strip()[-400:]}")
    found: dict[str, float] = json.loads(told.stdout)
    return found


def _beside(scripted: dict[str, float] | None, floor: float) -> list[Figure]:
    if scripted is None:
        return []
    return [
        Figure("edit_moviepy_cpu_ratio", scripted["cpu"] / floor, "x x264 alone"),
        Figure("edit_moviepy_wall_ratio", scripted["wall"] / scripted["seconds"], "x film length"),
        Figure("edit_moviepy_peak_mb", scripted["peak_mb"], "MB, script or encoder"),
    ]


def _once(what: str, job: Path) -> dict[str, float]:
    """One measurement in a process of its own: CPU and wall seconds, peak memory."""
    told = subprocess.run(
        [sys.executable, "-m", "tests.bench.editing", what, job], capture_output=True, text=True, check=False
    )
    if told.returncode:
        sys.exit(f"bench: {what} failed: {told.stderr.strip()[-400:]}")
    found: dict[str, float] = json.loads(told.stdout)
    return found


def _clip(path: Path, number: int) -> Path:
    """A clip like a performer's: a soft ground, fur, a head that moves, a mouth, and the camera's noise."""
    chance = np.random.default_rng(number)
    rows, columns = np.mgrid[0:_HIGH, 0:_WIDE].astype(np.float32)
    ground = np.stack([120 + 60 * np.sin(columns / 300 + tint) + rows / 30 for tint in (0, 1, 2)], axis=2)
    fur = _fur(chance)
    grain = chance.normal(0, 1.5, (_HIGH + 64, _WIDE + 64, 1)).astype(np.float32)
    with encode.Clip(path, _WIDE, _HIGH, _FPS, crf=19, preset="veryfast") as clip:
        for n in range(round(_CLIP * _FPS)):
            x, y = 360 + 40 * np.sin(n / 11 + number), 720 + 25 * np.cos(n / 17)
            picture = ground.copy()
            inside = ((columns - x) / 230) ** 2 + ((rows - y) / 300) ** 2 < 1
            picture[inside] = np.roll(fur, (round(y), round(x)), (0, 1))[inside]
            mouth = ((columns - x) / 70) ** 2 + ((rows - y - 120) / (8 + 35 * abs(np.sin(n / 3)))) ** 2 < 1
            picture[mouth] = (70, 15, 25)
            down, across = chance.integers(0, 64, 2)
            picture += grain[down : down + _HIGH, across : across + _WIDE]
            clip.add(np.clip(picture, 0, 255).astype(np.uint8))
    return path


def _fur(chance: np.random.Generator) -> NDArray[np.float32]:
    strands = chance.normal(0, 1, (_HIGH, _WIDE)).astype(np.float32)
    for axis, reach in ((0, 9), (1, 2)):
        strands = np.asarray(sum(np.roll(strands, n, axis) for n in range(reach)) / reach**0.5, np.float32)
    return np.asarray(strands[..., None] * 16 + np.array([190, 145, 95], np.float32), np.float32)


def _job(folder: Path, clips: list[Path], count: int) -> Path:
    """A film of so many clips, its job as JSON; every 11.4 s the six lines are said."""
    shots = tuple(Shot(path=clips[n % 3], seconds=_CLIP) for n in range(count))
    seconds = frames(shots, _FPS, _FADE) / _FPS
    cues: list[Cue] = []
    at = 0.4
    while at + 2.0 < seconds:
        which = len(cues) % 6
        cues.append(
            Cue(
                index=len(cues),
                speaker="pet" if which % 2 else "person",
                text=_WORDS[which],
                start=at,
                end=at + _LENGTHS[which],
            )
        )
        at += _LENGTHS[which] + 0.5
    spoken = []
    for which in range(6):
        spoken.append(folder / f"line-{which}.wav")
        sound.write(spoken[-1], voice(_LENGTHS[which], 330.0 if which % 2 else 190.0), HERTZ)
    timeline = Timeline(seconds=seconds, fps=_FPS, cues=tuple(cues))
    mouths = tuple(Box(x=290, y=800, w=140, h=90) for _ in range(timeline.frames))
    whole = Box(x=0, y=0, w=_WIDE, h=_HIGH)
    job = CutJob(
        performance=shots,
        fade=_FADE,
        layout=Layout(kind="full", width=_WIDE, height=_HIGH, band=Box(x=0, y=0, w=_WIDE, h=230), pane=whole),
        timeline=timeline,
        track=Track(mouths=mouths, openness=tuple(0.5 for _ in mouths)),
        title=("程序员家的崽", "养妈全靠副业"),
        sounds={cue.index: spoken[cue.index % 6] for cue in cues},
        producer="bench",
        font_cute=packaged.path("font-cute"),
        font_sans=packaged.path("font-sans"),
        out=folder / f"film-{count}.mp4",
        cover=folder / f"film-{count}.jpg",
        max_bytes=1_000_000_000,
    )
    place = folder / f"job-{count}.json"
    place.write_text(job.model_dump_json(), "utf-8")
    return place
