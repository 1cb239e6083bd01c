"""Other people's clips: any rate, size, codec and turn become even pictures of the pane, had in any order."""

from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from pipeline.film import encode
from pipeline.film.planes import planes
from pipeline.film.sound import OPEN
from pipeline.ports.errors import Failed

_LONGEST = 75.0  # seconds that are looked at
_KEPT = 24  # pictures held ready: to and fro over a pause without decoding anew


def pictures(path: Path) -> Iterator[tuple[float, av.VideoFrame]]:
    """Yield a clip's pictures as they were coded, with their times in seconds.

    Raises:
        Failed: `performance.unreadable`, it cannot be decoded.
    """
    try:
        with av.open(str(path), "r", container_options=OPEN) as source:
            if not source.streams.video:
                raise Failed("performance.unreadable", {}, "no picture")
            stream = source.streams.video[0]
            stream.thread_type = "AUTO"
            rate = float(stream.average_rate or 25)
            for number, frame in enumerate(source.decode(stream)):
                at = number / rate if frame.time is None else max(0.0, float(frame.time))
                if at > _LONGEST:
                    return
                yield at, frame
    except av.FFmpegError as error:
        raise Failed("performance.unreadable", {}, str(error)) from error


def even(path: Path, out: Path, width: int, height: int, fps: int) -> int:
    """Write a clip anew: so many pictures a second, that size (what hangs over is cut off evenly), every
    picture a key picture; return their number.

    Raises:
        Failed: `performance.unreadable`.
    """
    number = 0
    with encode.Clip(out, width, height, fps, crf=10, preset="ultrafast", every=1) as clip:
        shown: av.VideoFrame | None = None
        for at, frame in pictures(path):
            fitted = covering(frame, width, height)
            while shown is not None and (number + 0.5) / fps <= at:
                clip.put(shown)
                number += 1
            shown = fitted
        if shown is None:
            raise Failed("performance.unreadable", {}, "no pictures")
        clip.put(shown)
    return number + 1


def covering(frame: av.VideoFrame, width: int, height: int) -> av.VideoFrame:
    """Return a picture upright and scaled to fill the size, its overhang cut off on both sides alike."""
    turns = round(frame.rotation / 90) % 4
    wide, high = (frame.height, frame.width) if turns % 2 else (frame.width, frame.height)
    scale = max(width / wide, height / high)
    across, down = max(width, round(wide * scale)), max(height, round(high * scale))
    size = (down, across) if turns % 2 else (across, down)
    rgb = frame.reformat(*size, "rgb24").to_ndarray()
    upright = np.rot90(rgb, turns)
    left, top = (across - width) // 2, (down - height) // 2
    return encode.yuv(np.ascontiguousarray(upright[top : top + height, left : left + width]))


class Reel:
    """An even clip whose pictures can be had in any order."""

    def __init__(self, path: Path, fps: int) -> None:
        self._source = av.open(str(path))
        self._stream = self._source.streams.video[0]
        self._fps = fps
        self._kept: OrderedDict[int, av.VideoFrame] = OrderedDict()
        self._next = -1
        self._coming: Iterator[av.VideoFrame] = iter(())

    def picture(self, number: int) -> av.VideoFrame:
        """Return one picture; it is shared, so whoever changes it copies it first."""
        if number in self._kept:
            self._kept.move_to_end(number)
            return self._kept[number]
        if number != self._next:
            base = self._stream.time_base or 1
            self._source.seek(round(number / self._fps / base), stream=self._stream)
            self._coming = self._source.decode(self._stream)
        frame = next(self._coming)
        self._next = number + 1
        self._kept[number] = frame
        if len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return frame

    def close(self) -> None:
        """Let go of the file."""
        self._source.close()


def blended(one: av.VideoFrame, other: av.VideoFrame, share: float) -> av.VideoFrame:
    """Return a picture between two of the same size: `share` (0 to 1) of the other."""
    made = encode.tagged(av.VideoFrame(one.width, one.height, "yuv420p"))
    part = round(share * 256)
    for place, first, second in zip(planes(made), planes(one), planes(other), strict=True):
        place[...] = _mixed(first, second, part)
    return made


def _mixed(one: NDArray[np.uint8], other: NDArray[np.uint8], part: int) -> NDArray[np.uint8]:
    summed = one * np.uint16(256 - part) + other * np.uint16(part) + np.uint16(128)
    return np.asarray(summed >> 8, np.uint8)
