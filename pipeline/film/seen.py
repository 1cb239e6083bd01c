"""Watching a film: is it black anywhere, does it stand still anywhere. One pass, a second of it in memory."""

from collections import deque
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from pipeline.film.planes import planes
from pipeline.film.sound import OPEN
from pipeline.model import Box, Span
from pipeline.ports.errors import BadInput

_BLACK = 24.0  # mean luma (black is 16, white 235) below which a picture counts as black
_BLACK_SECONDS = 0.3
_EVERY = 6  # pixels between the points that are looked at
_CHANGED = 4  # luma steps by which a moving point differs: more than what encoding leaves
_MOVING = 0.003  # share of points that must have changed for something to move


@dataclass(frozen=True)
class Seen:
    """What was seen: pictures counted, the first one's mean luma, stretches in seconds."""

    frames: int
    first_luma: float
    black: tuple[Span, ...]
    still: tuple[Span, ...]


def watch(path: Path, fps: float, pane: Box | None) -> Seen:
    """Return what a film shows.

    Args:
        pane: where the picture is, in its pixels; None watches the whole. A picture stands still when it is
            as it was one second, half a second and a third of a second before.

    Raises:
        BadInput: `film.not_a_film`.
    """
    memory: deque[NDArray[np.int16]] = deque(maxlen=round(fps) + 1)
    lumas: list[float] = []
    still: list[bool] = []
    try:
        with av.open(str(path), "r", container_options=OPEN) as source:
            stream = source.streams.video[0]
            stream.thread_type = "AUTO"
            for frame in source.decode(stream):
                memory.append(_points(frame, pane))
                lumas.append(float(memory[-1].mean()))
                still.append(len(memory) == memory.maxlen and _stands(memory, fps))
    except av.FFmpegError as error:
        raise BadInput("film.not_a_film", {"name": path.name}, str(error)) from error
    if not lumas:
        raise BadInput("film.not_a_film", {"name": path.name})
    black = _stretches([luma < _BLACK for luma in lumas], fps, _BLACK_SECONDS)
    stills = tuple((round(start - 1, 2), stop) for start, stop in _stretches(still, fps, 0.0))
    return Seen(len(lumas), lumas[0], black, stills)


def _points(frame: av.VideoFrame, pane: Box | None) -> NDArray[np.int16]:
    if frame.format.name != "yuv420p":
        frame = frame.reformat(format="yuv420p")
    luma = planes(frame)[0]
    if pane is not None:
        luma = luma[round(pane.y) : round(pane.y + pane.h), round(pane.x) : round(pane.x + pane.w)]
    return luma[::_EVERY, ::_EVERY].astype(np.int16)


def _stands(memory: deque[NDArray[np.int16]], fps: float) -> bool:
    now = memory[-1]
    for seconds in (0.36, 0.52, 1.0):
        before = memory[-1 - round(seconds * fps)]
        if float((np.abs(now - before) >= _CHANGED).mean()) > _MOVING:
            return False
    return True


def _stretches(flags: list[bool], fps: float, least: float) -> tuple[Span, ...]:
    """Return the runs of true flags that last `least` seconds, as spans in seconds."""
    found, start = [], None
    for number, flag in enumerate([*flags, False]):
        if flag and start is None:
            start = number
        elif not flag and start is not None:
            if (number - start) / fps >= least:
                found.append((round(start / fps, 2), round(number / fps, 2)))
            start = None
    return tuple(found)
