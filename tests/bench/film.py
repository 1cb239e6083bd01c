"""The film: the demo as a newcomer runs it, and each craft alone beside what it cannot be cheaper than."""

import resource
import statistics
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import av
import numpy as np

from bot.app import weights
from pipeline import crafts, packaged
from pipeline.film import encode
from pipeline.film import sound as files
from pipeline.film import timeline as timing
from pipeline.model import Framed, Timeline
from pipeline.ports.avatar import Job
from pipeline.ports.voice import SpeakAsk, Spoken
from storage.model import Direction, Line, Taps
from tests.bench.figures import Figure
from tests.bench.processes import Run, watched

T = TypeVar("T")
_LINES = ("要", "接外包搞钱", "去做自媒体带货养你")
_ASKED = ("长大后要不要养妈妈", "没钱怎么办", "要是工作也找不到呢")


def measure() -> list[Figure]:
    """Measure everything of the film."""
    return [*_whole_film(), *_parts()]


def _whole_film() -> list[Figure]:
    """The demo as a newcomer runs it, once set up."""
    runs = [watched([sys.executable, "-m", "bot", "demo"]) for _ in range(3)]
    _must_work(runs)
    setup = [watched(["make", "--no-print-directory", "setup"]) for _ in range(3)]
    _must_work(setup)
    with tempfile.TemporaryDirectory() as folder:
        kept = _kept(Path(folder))
        _must_work([watched(kept)])
        again = [watched(kept) for _ in range(3)]
        _must_work(again)
    return [
        Figure("demo_wall_s", statistics.median(run.wall for run in runs), "s", 60),
        Figure("demo_cpu_s", statistics.median(run.cpu for run in runs), "CPU-s"),
        Figure("film_peak_mb", max(run.peak_mb for run in runs), "MB PSS", 1200),
        Figure("setup_warm_s", statistics.median(run.wall for run in setup), "s", 3),
        Figure("film_again_s", statistics.median(run.wall for run in again), "s", 3),
    ]


def _kept(folder: Path) -> list[str]:
    """A film whose work is kept: run again, it has nothing left to do but start, look up and copy."""
    photo = packaged.path("sample-photo")
    words = [
        "--photo",
        photo,
        "--theme",
        "raise-mom",
        "--data",
        folder / "data",
        "--out",
        folder / "film.mp4",
    ]
    return [sys.executable, "-m", "bot", "film", *map(str, words)]


def _parts() -> list[Figure]:
    """Each craft alone in this process, beside what it cannot be cheaper than."""
    found = weights()
    photo = packaged.path("sample-photo")
    if photo is None:
        sys.exit("bench: run make setup first")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        look_s, sight = _timed(lambda: crafts.sight.look(photo, found["pet-detector"], Taps()))
        if not sight.pets or not sight.pets[0].found:
            from bot.demo import TAPS

            sight = crafts.sight.look(photo, found["pet-detector"], TAPS)
        frame = folder / "frame.png"
        frame_s, framed = _timed(lambda: crafts.sight.draw(photo, sight, found["saliency"], frame, 720, 1280))
        speak_s, spoken = _speak(folder)
        plan = _plan(spoken)
        perform_s = _perform(folder, frame, framed, spoken, plan)
        cut_s = _cut(folder, framed, spoken, plan)
        floor_s = _encode_only(folder / "film.mp4", folder / "floor.mp4")
    return [
        Figure("look_cpu_s", look_s, "CPU-s", 2),
        Figure("frame_cpu_s", frame_s, "CPU-s", 3),
        Figure("speak_cpu_per_s", speak_s / spoken.seconds, "CPU-s per s of sound"),
        Figure(
            "puppet_cpu_per_s", perform_s / plan.seconds, "CPU-s per film s", None, floor_s / plan.seconds
        ),
        Figure("cut_cpu_ratio", cut_s / floor_s, "x encoding alone", None, 1.0),
    ]


def _speak(folder: Path) -> tuple[float, Spoken]:
    found = weights()
    kokoro = crafts.voice.Kokoro(
        model=found["kokoro-model"], vocab=found["kokoro-vocab"], voices=found["kokoro-voices"]
    )
    ask = SpeakAsk(lines=_LINES, role="pet")
    return _timed(lambda: crafts.voice.speak(ask, kokoro, folder / "pet.wav"))


def _plan(spoken: Spoken) -> Timeline:
    played = Direction(emotion="crying", action="bite", camera="push", prop="bun")
    lines = []
    for asked, said, (start, end) in zip(_ASKED, _LINES, spoken.spans, strict=True):
        lines.append((Line(speaker="person", text=asked), 1.6))
        lines.append((Line(speaker="pet", text=said, direction=played), end - start))
    return timing.plan(lines)


def _perform(folder: Path, frame: Path, framed: Framed, spoken: Spoken, plan: Timeline) -> float:
    job = Job(frame=frame, framed=framed, speech=folder / "pet.wav", spans=spoken.spans, timeline=plan)
    out = folder / "performance.mp4"
    pieces = crafts.drawn.outline(job)
    spent, track = _timed(lambda: crafts.drawn.perform(job, pieces, out, tell=lambda _: None))
    (folder / "track.json").write_text(track.model_dump_json(), "utf-8")
    return spent


def _encode_only(film: Path, out: Path) -> float:
    """The floor: the finished film's own pictures, decoded beforehand, only encoded again."""
    with av.open(str(film)) as source:
        pictures = [
            np.asarray(frame.to_ndarray(format="rgb24"), np.uint8) for frame in source.decode(video=0)
        ]

    def write() -> None:
        with encode.Clip(out, 720, 1280, 25, crf=20, preset="veryfast") as clip:
            for picture in pictures:
                clip.add(picture)

    return _timed(write)[0]


def _cut(folder: Path, framed: Framed, spoken: Spoken, plan: Timeline) -> float:
    from pipeline.model import Track

    found = weights()
    hertz = 48_000
    hum = (0.1 * np.sin(np.arange(int(1.6 * hertz)) * 0.03)).astype(np.float32)
    pause = np.zeros(hertz // 2, np.float32)
    files.write(folder / "person.wav", np.concatenate([hum, pause] * 3), hertz)
    spans = tuple((n * 2.1, n * 2.1 + 1.6) for n in range(3))
    work = crafts.edit.Finishing(
        performance=folder / "performance.mp4",
        framed=framed,
        track=Track.model_validate_json((folder / "track.json").read_text("utf-8")),
        timeline=plan,
        title=("程序员家的崽", "养妈全靠副业"),
        lang="zh",
        look="classic",
        pet_sound=folder / "pet.wav",
        pet_spans=spoken.spans,
        person_sound=folder / "person.wav",
        person_spans=spans,
        font_cute=found["font-cute"],
        font_sans=found["font-sans"],
        label="AI生成",
        producer="bench",
        produce_id="bench",
        max_bytes=9_500_000,
        folder=folder,
    )
    return _timed(lambda: crafts.edit.finish(work, tell=lambda _: None))[0]


def _timed(work: Callable[[], T]) -> tuple[float, T]:
    """CPU seconds of this process, and the result."""
    begun = _cpu()
    result = work()
    return _cpu() - begun, result


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _must_work(runs: list[Run]) -> None:
    for run in runs:
        if run.code:
            sys.exit(f"bench: a run failed: {run.err.strip()[-400:]}")
