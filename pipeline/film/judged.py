"""Whether a vendor's clip is worth anything, and how late its sound is against the one we sent."""

from collections import deque
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.film import sound
from pipeline.film.clips import pictures
from pipeline.film.planes import planes
from pipeline.ports.errors import BadInput, Failed
from storage.model import Noun

_HERTZ = 8_000
_REACH = 0.8  # seconds either way
_WAVES, _LEVELS = 0.25, 0.55  # alikeness from which two sounds are the same: by the wave, by loudness alone
_QUIET = 0.003  # mean level (of 1) of a sound that is none
_BLACK, _MOSTLY = 24.0, 0.5  # mean luma; share of pictures
_EVERY, _CHANGED, _MOVING = 8, 4, 0.003  # as a film's own check: points, luma steps, share of points
_SHORTEST, _WHOLE = 0.5, 0.8  # seconds; share of what was asked for


class Judged(Noun):
    """A clip's worth: its seconds, how late its own sound is against ours (0 where that cannot be told), how
    alike both are, 0 to 1; None where it has no sound."""

    seconds: float
    late: float = 0.0
    alike: float | None = None


def judge(clip: Path, sent: Path | None, seconds: float) -> Judged:
    """Return what a clip is worth.

    Args:
        sent: the sound that it was to say; None where it was only to move.
        seconds: until when it was to speak; quiet after that may be missing.

    Raises:
        Failed: it cannot be decoded, is far too short, black, stands still, or is silent and should speak.
    """
    told = _watched(clip)
    if told < max(_SHORTEST, _WHOLE * seconds):
        raise Failed("performance.short", {"seconds": f"{told:.1f}", "wanted": f"{seconds:.1f}"})
    theirs = None if sent is None else _heard(clip)
    if sent is None or theirs is None:
        return Judged(seconds=told)
    if float(np.abs(theirs).mean()) < _QUIET:
        raise Failed("performance.silent")
    late, alike = lateness(sound.read(sent, _HERTZ, mono=True)[:, 0], theirs)
    return Judged(seconds=told, late=late, alike=alike)


def _watched(clip: Path) -> float:
    """Return how many seconds a clip shows something that lives."""
    before: deque[NDArray[np.int16]] = deque(maxlen=6)
    black = still = count = 0
    end = step = 0.0
    for at, frame in pictures(clip):
        small = frame if frame.format.name == "yuv420p" else frame.reformat(format="yuv420p")
        points = planes(small)[0][::_EVERY, ::_EVERY].astype(np.int16)
        black += float(points.mean()) < _BLACK
        if len(before) == before.maxlen and before[0].shape == points.shape:
            still += float((np.abs(points - before[0]) >= _CHANGED).mean()) <= _MOVING
        before.append(points)
        step, end = (at - end if count else 0.04), at
        count += 1
    if black > _MOSTLY * count:
        raise Failed("performance.black")
    if count > 12 and still > 0.9 * (count - 6):
        raise Failed("performance.frozen")
    return end + step


def _heard(clip: Path) -> NDArray[np.float32] | None:
    """Return a clip's own sound; None where it has none."""
    try:
        return sound.read(clip, _HERTZ, seconds=80, mono=True)[:, 0]
    except BadInput as none:
        if none.key != "sound.no_sound":
            raise Failed("performance.silent", {}, none.key) from none
        return None


def lateness(ours: NDArray[np.float32], theirs: NDArray[np.float32]) -> tuple[float, float]:
    """Return how many seconds later the second sound says what the first says, and how alike both are.

    By the waves where the vendor kept them; by loudness where it said the words anew. 0 seconds where neither
    tells.
    """
    late, alike = _shift(ours, theirs, _HERTZ)
    if alike >= _WAVES:
        return late, min(1.0, alike)
    late, alike = _shift(_loudness(ours), _loudness(theirs), 100)
    return (late, alike) if alike >= _LEVELS else (0.0, max(0.0, alike))


def _shift(one: NDArray[np.float32], other: NDArray[np.float32], rate: int) -> tuple[float, float]:
    """Return the second's delay in seconds where both are most alike, and their correlation there."""
    size = 1 << int(np.ceil(np.log2(len(one) + len(other))))
    product = np.fft.irfft(np.conj(np.fft.rfft(one, size)) * np.fft.rfft(other, size), size)
    reach = min(round(_REACH * rate), size // 2 - 1)
    around = np.concatenate([product[-reach:], product[: reach + 1]])
    loud = float(np.linalg.norm(one) * np.linalg.norm(other))
    best = int(np.argmax(around))
    return (best - reach) / rate, float(around[best]) / loud if loud > 1e-9 else 0.0


def _loudness(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the level 100 times a second about its own mean."""
    step = _HERTZ // 100
    blocks = samples[: len(samples) // step * step].reshape(-1, step)
    levels = np.sqrt(np.square(blocks).mean(axis=1) + 1e-9)
    return np.asarray(levels - levels.mean(), np.float32)


def follows(judged: Judged, *, strict: bool) -> bool:
    """Whether the mouth may be taken to follow our sound; `strict` where the vendor only repeats it about."""
    return judged.alike is None or not strict or judged.alike >= _WAVES
