"""Shots: stretches of clips one after another, cross-faded, had as even pictures of one size.

A clip may come in any rate, size, turn, depth and colour, may end early, may be damaged at its end.
"""

import math
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import cycle, islice, repeat
from pathlib import Path

import av
from pydantic import Field

from pipeline.film.fitted import MIDDLE, Focus, fitted
from pipeline.film.planes import blended
from pipeline.film.sound import OPEN
from pipeline.ports.errors import BadInput, Surprise
from storage.model import Noun

_KEPT = 8  # pictures that are played to and fro when a clip ends too early
_ENOUGH = 0.5  # share of a shot that its clip must have


class Shot(Noun):
    """A stretch of a clip: from `start`, so many seconds, what it shares with its neighbours included."""

    path: Path
    start: float = Field(default=0.0, ge=0)
    seconds: float = Field(gt=0)


def frames(shots: Sequence[Shot], fps: int, fade: float) -> int:
    """Return how many pictures the shots make, each cross-fade counted once."""
    return sum(_count(shot, fps) for shot in shots) - round(fade * fps) * (len(shots) - 1)


def pictures(
    shots: Sequence[Shot], fps: int, size: tuple[int, int], fade: float, focus: Focus = MIDDLE
) -> Iterator[av.VideoFrame]:
    """Yield the shots' pictures, yuv420p of that size in BT.709, `fps` a second.

    A clip that ends early is played to and fro at its end, never held still.

    Args:
        fade: seconds over which one shot becomes the next; 0 cuts.
        focus: what is kept of pictures that hang over, as in `fitted`.

    Raises:
        BadInput: `film.not_a_film`; `film.shots_too_short`, a shot is all cross-fade.
        Surprise: `film.short_performance`, a clip has not even half of what is wanted of it.
    """
    over = round(fade * fps)
    if len(shots) > 1 and min(_count(shot, fps) for shot in shots) < 2 * over + 1:
        raise BadInput("film.shots_too_short", {"seconds": f"{fade:.1f}"})
    waiting: Iterator[av.VideoFrame] = iter(())
    for place, shot in enumerate(shots):
        coming = even(shot, fps, size, focus)
        faded = 0
        for faded, gone in enumerate(waiting, 1):
            yield blended(gone, next(coming), faded / (over + 1))
        alone = _count(shot, fps) - faded - (over if place + 1 < len(shots) else 0)
        for _ in range(alone):
            yield next(coming)
        waiting = coming


def even(shot: Shot, fps: int, size: tuple[int, int], focus: Focus = MIDDLE) -> Iterator[av.VideoFrame]:
    """Yield exactly one shot's pictures, each the one that shows at its moment."""
    wanted, number = _count(shot, fps), 0
    kept: deque[av.VideoFrame] = deque(maxlen=_KEPT)
    for frame in islice(evenly(shot.path, fps, size, shot.start, focus), wanted):
        if not kept or frame is not kept[-1]:
            kept.append(frame)
        yield frame
        number += 1
    if number < _ENOUGH * wanted:
        raise Surprise("film.short_performance", {"frames": str(number), "wanted": str(wanted)})
    there = list(kept)
    yield from islice(cycle([*there[-2::-1], *there[1:]] or there), wanted - number)


def evenly(
    path: Path, fps: int, size: tuple[int, int], start: float = 0.0, focus: Focus = MIDDLE
) -> Iterator[av.VideoFrame]:
    """Yield a clip's pictures from `start` to its end, `fps` a second, as in `pictures`.

    Raises:
        BadInput: `film.not_a_film`.
    """
    for picture, times in _timed(path, start, fps):
        if times:
            yield from repeat(fitted(picture.frame, *size, picture.aspect, focus), times)


@dataclass(frozen=True)
class Picture:
    """A decoded picture, its time in seconds, and how wide one of its pixels is for its height."""

    frame: av.VideoFrame
    at: float
    aspect: float


def decoded(path: Path, start: float = 0.0) -> Iterator[Picture]:
    """Yield a clip's pictures from `start` on; a damaged end is left away.

    Raises:
        BadInput: `film.not_a_film`, there is nothing that can be read.
    """
    try:
        source = av.open(str(path), "r", container_options=OPEN, metadata_errors="replace")
    except av.FFmpegError as error:
        raise BadInput("film.not_a_film", {"name": path.name}, str(error)) from error
    with source:
        if not source.streams.video:
            raise BadInput("film.not_a_film", {"name": path.name})
        stream = source.streams.video[0]
        # One thread: the encoder keeps the other cores busy, and threads that wait for each other cost.
        stream.thread_type, stream.codec_context.thread_count = "NONE", 1
        rate, number = float(stream.average_rate or 25), -1
        if start:
            source.seek(round(start * av.time_base))
        aspect = _sane(stream.sample_aspect_ratio)
        origin = float((stream.start_time or 0) * (stream.time_base or 0))
        for number, frame in enumerate(_whole(source, stream)):
            at = number / rate if frame.time is None else float(frame.time) - origin
            yield Picture(frame, at, aspect)
        if number < 0 and not start:
            raise BadInput("film.not_a_film", {"name": path.name})


def _whole(source: av.container.InputContainer, stream: av.VideoStream) -> Iterator[av.VideoFrame]:
    packets = source.demux(stream)
    while True:
        try:
            packet = next(packets)
        except (StopIteration, av.error.EOFError, av.error.InvalidDataError):
            return
        try:
            yield from packet.decode()
        except (av.error.InvalidDataError, av.error.EOFError):
            continue


def _sane(aspect: Fraction | None) -> float:
    return float(aspect) if aspect and 0.2 < aspect < 5 else 1.0


def _timed(path: Path, start: float, fps: int) -> Iterator[tuple[Picture, int]]:
    """Yield pictures with how many of the film's pictures each of them stands for."""
    shown: Picture | None = None
    number, step = 0, 1 / fps
    for picture in decoded(path, start):
        if shown is not None:
            times = max(0, math.ceil((picture.at - start) * fps - 0.5 - 1e-6) - number)
            yield shown, times
            number += times
            step = picture.at - shown.at
        shown = picture
    if shown is not None:
        yield shown, max(0, round((shown.at - start + step) * fps) - number)


def _count(shot: Shot, fps: int) -> int:
    return round(shot.seconds * fps)
