"""Listening to a film: how loud it is, where it is silent, and whether the mouth moves with the sound."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.film.sidecar import Sidecar
from pipeline.model import Span
from pipeline.sound.loudness import integrated, true_peak_db

_QUIET = -57.0  # dB of full scale; room tone lies lower, music under words higher
_LONG = 2.5  # seconds of quiet that are noticed
_REACH = 10  # frames that sound and mouth are moved against each other
_RANGE = 26.0  # dB between a shut and an open mouth
_FEW, _MANY = 5, 30  # milliseconds: what belongs to a click itself, and what is around it
_SHARP, _LOUD = 9.0, 0.05  # times as sharp as what is around it, and how sharp at least; speech reaches 6


@dataclass(frozen=True)
class Heard:
    """What was heard: LUFS and dBTP of all channels (None: silence), long silences and clicks in seconds."""

    lufs: float | None
    true_peak_db: float | None
    silences: tuple[Span, ...]
    clicks: tuple[float, ...] = ()


@dataclass(frozen=True)
class Sync:
    """How well the mouth follows: correlation at its best, and there the mouth's delay in seconds."""

    correlation: float
    late: float


def listen(samples: NDArray[np.float32], hertz: int) -> Heard:
    """Return what is heard in samples (n, channels)."""
    levels = _levels(samples, hertz, 20)
    quiet = np.flatnonzero(np.diff(np.concatenate([[False], levels < _QUIET, [False]]).astype(np.int8)))
    spans = [(float(a) / 20, float(b) / 20) for a, b in quiet.reshape(-1, 2)]
    silences = tuple(span for span in spans if span[1] - span[0] > _LONG)
    return Heard(integrated(samples, hertz), true_peak_db(samples, hertz), silences, clicks(samples, hertz))


def clicks(samples: NDArray[np.float32], hertz: int) -> tuple[float, ...]:
    """Return the seconds at which a wave jumps: far sharper than all around, unlike the start of a sound.

    Sharpness is the fourth difference, the highest in each millisecond.
    """
    sharp, step = np.abs(np.diff(samples.mean(axis=1), 4)), hertz // 1000
    each = sharp[: len(sharp) // step * step].reshape(-1, step).max(axis=1)
    if len(each) < 2 * _MANY:
        return ()
    around = np.lib.stride_tricks.sliding_window_view(np.pad(each, _MANY, mode="edge"), 2 * _MANY + 1)
    others = np.concatenate([around[:, : _MANY - _FEW + 1], around[:, _MANY + _FEW :]], axis=1)
    # The fourth sharpest, so that a click does not hide the next one.
    usual = np.partition(others, -4, axis=1)[:, -4]
    found = np.flatnonzero((each > _LOUD) & (each > _SHARP * usual))
    apart = np.flatnonzero(np.diff(found, prepend=-_MANY) >= _MANY)
    return tuple(round(float(at) / 1000, 3) for at in found[apart])


def sync(samples: NDArray[np.float32], hertz: int, page: Sidecar) -> Sync | None:
    """Return how the mouth goes with the sound in the pet's lines; None where no mouth moves."""
    fps = page.timeline.fps
    levels = _levels(samples, hertz, fps)
    count = min(len(levels), len(page.openness))
    spoken = np.zeros(count, bool)
    for cue in page.timeline.cues:
        if cue.speaker != "person":
            spoken[max(0, round((cue.start - 0.2) * fps)) : round((cue.end + 0.2) * fps)] = True
    at = np.flatnonzero(spoken)
    at = at[(at >= _REACH) & (at < count - _REACH)]
    mouth = np.asarray(page.openness[:count], np.float64)[at]
    if len(at) < fps // 2 or mouth.std() < 0.01:
        return None
    loudest = np.percentile(levels[:count][spoken], 97)
    voice = np.clip((levels - loudest + _RANGE) / _RANGE, 0, 1)
    found = [(_alike(mouth, voice[at - lag]), lag) for lag in range(-_REACH, _REACH + 1)]
    best, lag = max(found)
    return Sync(best, lag / fps)


def _levels(samples: NDArray[np.float32], hertz: int, rate: int) -> NDArray[np.float64]:
    """Return the level in dB of full scale, `rate` times a second, over all channels."""
    edges = np.rint(np.arange(len(samples) * rate // hertz + 1) * hertz / rate).astype(int)
    power = np.concatenate([[0.0], np.cumsum(np.square(samples, dtype=np.float64).mean(axis=1))])
    mean = np.diff(power[edges]) / np.maximum(np.diff(edges), 1)
    return np.asarray(10 * np.log10(np.maximum(mean, 1e-12)))


def _alike(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    spread = float(one.std() * other.std())
    return 0.0 if spread < 1e-9 else float(((one - one.mean()) * (other - other.mean())).mean()) / spread
