"""The stage: vendors' clips of the pet's speech become one performance, a picture for each of the film's."""

import math
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from pipeline.film import clips, encode
from pipeline.film.planes import blended
from pipeline.film.staging import DRAWN, Lines, Look, Spot, plan, swing
from pipeline.model import Timeline
from storage.model import Noun

Drawn = Callable[[int], NDArray[np.uint8]]
_HALF = 0.2  # of a picture: nearer to one than this is that one


class Part(Noun):
    """One vendor's clip: of each cue, by index, its first and last second in the clip's time, also of lines
    that the film has not; `follows`: its mouth moves with them."""

    clip: Path
    cues: tuple[tuple[int, float, float], ...]
    follows: bool = True


def stage(
    parts: Sequence[Part],
    timeline: Timeline,
    size: tuple[int, int],
    drawn: Drawn,
    out: Path,
    tell: Callable[[float], None] = lambda fraction: None,
) -> None:
    """Write the performance.

    Args:
        size: of the pane, in pixels, even.
        drawn: gives the film's picture of a number as the puppet would play it, of the pane's size; asked
            only where no clip has a pause in which the pet could listen.
        out: the performance; even clips lie beside it while this runs.

    Raises:
        Failed: `performance.unreadable`.
    """
    width, height = size
    with ExitStack() as stack:
        reels, lines = [], []
        for number, part in enumerate(parts):
            path = out.with_suffix(f".even-{number}.mp4")
            stack.callback(path.unlink, missing_ok=True)
            frames = clips.even(part.clip, path, width, height, timeline.fps)
            lines.append(Lines(frames=frames, cues=part.cues, follows=part.follows))
            reel = clips.Reel(path, timeline.fps)
            stack.callback(reel.close)
            reels.append(reel)
            tell(0.5 * (number + 1) / len(parts))
        shown = plan(timeline, lines)
        with encode.Clip(out, width, height, timeline.fps) as clip:
            for number, look in enumerate(shown):
                clip.put(_shown(look, reels, drawn))
                if number % 10 == 0:
                    tell(0.5 + 0.5 * number / len(shown))
    tell(1.0)


def swung(clip: Path, size: tuple[int, int], fps: int, seconds: float, out: Path) -> None:
    """Write a scene of a given length and size: the clip played to and fro at its own pace.

    Raises:
        Failed: `performance.unreadable`.
    """
    even = out.with_suffix(".even.mp4")
    try:
        frames = clips.even(clip, even, *size, fps)
        reel = clips.Reel(even, fps)
        with encode.Clip(out, *size, fps) as made:
            for n in range(math.ceil(seconds * fps)):
                picture = reel.picture(round(swing(n, frames - 1)))
                made.put(blended(picture, picture, 0.0))
        reel.close()
    finally:
        even.unlink(missing_ok=True)


def _shown(look: Look, reels: Sequence[clips.Reel], drawn: Drawn) -> av.VideoFrame:
    picture = _at(look.spot, reels, drawn)
    if look.other is None:
        return blended(picture, picture, 0.0)
    return blended(picture, _at(look.other, reels, drawn), look.share)


def _at(spot: Spot, reels: Sequence[clips.Reel], drawn: Drawn) -> av.VideoFrame:
    """The picture at a spot; between two pictures, both of them blended."""
    number, place = spot
    if number == DRAWN:
        return encode.yuv(drawn(round(place)))
    part, low = math.modf(place)
    if part < _HALF or part > 1 - _HALF:
        return reels[number].picture(round(place))
    return blended(reels[number].picture(int(low)), reels[number].picture(int(low) + 1), part)
