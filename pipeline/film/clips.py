"""Vendors' clips made even, whatever they are made of, as `shots` takes any; each picture at will."""

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

import av

from pipeline.film import encode
from pipeline.film.shots import decoded, evenly
from pipeline.ports.errors import BadInput, Failed

_LONGEST = 75.0  # seconds that are looked at
_KEPT = 24  # pictures held ready: to and fro over a pause without decoding anew


def pictures(path: Path) -> Iterator[tuple[float, av.VideoFrame]]:
    """Yield a clip's pictures as they were coded, with their times in seconds; a damaged end is left away.

    Raises:
        Failed: `performance.unreadable`, it cannot be decoded.
    """
    with _paid():
        for picture in decoded(path):
            if picture.at > _LONGEST:
                return
            yield max(0.0, picture.at), picture.frame


def even(path: Path, out: Path, width: int, height: int, fps: int) -> int:
    """Write a clip anew: so many pictures a second, that size (what hangs over is cut off evenly), every
    picture a key picture; return their number.

    Raises:
        Failed: `performance.unreadable`.
    """
    number = 0
    with _paid(), encode.Clip(out, width, height, fps, every=1) as clip:
        for frame in islice(evenly(path, fps, (width, height)), round(_LONGEST * fps)):
            clip.put(frame)
            number += 1
        if not number:
            raise Failed("performance.unreadable", {}, "no pictures")
    return number


@contextmanager
def _paid() -> Iterator[None]:
    """Tell of a clip that cannot be read as of a vendor's failure, not of somebody's bad file."""
    try:
        yield
    except (BadInput, av.FFmpegError) as error:
        raise Failed("performance.unreadable", {}, str(error)) from error


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
