"""A voice moved to another register: a child's, or that of a sample.

WORLD takes a line apart into pitch, spectral envelope and breath; each is moved, and the line is put together
again. It is the same person speaking in another colour, never a clone; words, tones and timing stay.
"""

import numpy as np
import pyworld
from numpy.typing import NDArray
from pydantic import Field

from pipeline.sound import cut, levels, pitch
from pipeline.sound.samples import Samples, mono
from storage.model import Noun

CHILD = 330.0  # hertz: the middle of a child's speech
_HIGHEST = 420.0  # hertz: above it words stop being understood
_LOWEST = 85.0
_SPREAD = (
    0.12,
    0.24,
)  # of the pitch, in natural logarithms: livelier sounds like yodelling, flatter like a robot
_STRETCH = (0.86, 1.36)  # how far the envelope may be stretched: a throat shorter than 1/1.36 is a cartoon
_EQUALISED, _AT_MOST = (
    0.8,
    9.0,
)  # share of the spectrum's difference that is made good, and its limit in decibels
_HEARABLE = -55.0  # decibels under the whole: a band weaker than that says nothing about a voice


class Portrait(Noun):
    """What a voice is like, measured on a sample; small enough to keep beside a voice as JSON.

    `f0` is the median pitch in hertz, `spread` its standard deviation in natural logarithms; `bands` the
    long-term spectrum in decibels under the whole, one value per third of an octave (`levels.BANDS`).
    """

    f0: float = Field(gt=0)
    spread: float
    bands: tuple[float, ...]


class Tuning(Noun):
    """How a preset's line is coloured: None leaves that to the register that is wanted.

    `f0` in hertz; `stretch` of the envelope, over 1 is a smaller throat; `spread` as in `Portrait`;
    `breath` 0 to 1 adds air; `tilt` in decibels per octave above 1 kHz, over 0 is brighter.
    """

    f0: float | None = None
    stretch: float | None = None
    spread: float | None = None
    breath: float = 0.0
    tilt: float = 0.0


def portrait(samples: Samples, hertz: int) -> Portrait | None:
    """Return what the voice in a sample is like, from the first half minute of its speech.

    None when under half a second of it is voiced: there is nothing to follow.
    """
    sound = speech(mono(samples), hertz, 30.0)
    f0 = pitch.track(sound, hertz) if len(sound) > hertz // 10 else np.zeros(0)
    voiced = f0[f0 > 0]
    if voiced.size * pitch.PERIOD < 500:
        return None
    return Portrait(
        f0=round(float(np.median(voiced)), 1), spread=round(_spread(voiced), 3), bands=_bands(sound, hertz)
    )


def childlike(
    samples: Samples, hertz: int, like: Portrait | None = None, how: Tuning | None = None
) -> Samples:
    """Return a synthetic line in a child's register, or in that of a sample, shape (n,), as long as it was.

    Args:
        samples: one line, up to a minute.
        like: whom it shall sound like: pitch (no higher than 420 Hz), liveliness and spectrum move there.
        how: a preset's own colouring; what it leaves open follows `like`, or is a child's.

    A line without a voiced sound comes back as it is.
    """
    how = how or Tuning()
    sound = mono(samples).astype(np.float64)
    f0 = pitch.track(mono(samples), hertz)
    voiced = f0[f0 > 0]
    if voiced.size < 6:
        return mono(samples)
    middle = float(np.median(voiced))
    wanted = min(max(how.f0 or (like.f0 if like else CHILD), _LOWEST), _HIGHEST)
    stretch = how.stretch or _stretch(middle, wanted)
    at = np.arange(len(f0)) * pitch.PERIOD / 1000
    envelope = pyworld.cheaptrick(sound, f0, at, hertz, f0_floor=71.0)
    breath = pyworld.d4c(sound, f0, at, hertz)
    envelope, breath = _stretched(envelope, stretch), np.clip(_stretched(breath, stretch), 0.0, 1.0)
    breath = breath + (1 - breath) * 0.25 * how.breath
    spread = how.spread or (like.spread if like else _spread(voiced))
    moved = _moved(f0, middle, wanted, spread)
    bins = np.linspace(0, hertz / 2, envelope.shape[1])
    envelope = envelope * _power(how.tilt * np.log2(np.maximum(bins, 1000) / 1000))
    made = _joined(moved, envelope, breath, hertz, sound)
    if like is not None:
        envelope = envelope * _power(_towards(like, made, hertz, bins))
        made = _joined(moved, envelope, breath, hertz, sound)
    return made


def lifted(samples: Samples, hertz: int) -> Samples:
    """Return a recorded line in a child's register, shape (n,); a child's own voice stays as it is."""
    f0 = pitch.track(mono(samples), hertz)
    voiced = f0[f0 > 0]
    if voiced.size < 6 or np.median(voiced) > 0.82 * CHILD:
        return mono(samples)
    return childlike(samples, hertz)


def speech(samples: Samples, hertz: int, seconds: float) -> Samples:
    """Return the words of a sound one after the other, without what lies between, at most so many seconds."""
    where = cut.sounding(levels.read(samples[: int(300 * hertz)], hertz).speech)
    words = [samples[round(start * hertz) : round(end * hertz)] for start, end in where]
    return np.concatenate(words)[: int(seconds * hertz)] if words else samples[:0]


def _stretch(middle: float, wanted: float) -> float:
    """Return how far the envelope follows the pitch: children's throats are shorter, but not by as much."""
    least, most = _STRETCH
    octaves = float(np.log2(wanted / middle))
    return min(max(1.0 + 0.26 * octaves, least), most)


def _moved(f0: NDArray[np.float64], middle: float, wanted: float, spread: float) -> NDArray[np.float64]:
    """Return the pitch around a new middle, its excursions scaled to the wanted spread and softly bounded."""
    voiced = f0 > 0
    away = np.log(f0[voiced] / middle)
    now = max(_spread(f0[voiced]), 0.05)
    least, most = _SPREAD
    scale = min(max(min(max(spread, least), most) / now, 0.65), 1.4)
    bound = 0.55  # 4/5 of an octave to either side
    moved = np.zeros_like(f0)
    moved[voiced] = wanted * np.exp(bound * np.tanh(away * scale / bound))
    return moved


def _stretched(table: NDArray[np.float64], stretch: float) -> NDArray[np.float64]:
    """Return every row stretched along the frequency axis; its last value fills what is missing."""
    count = table.shape[1]
    source = np.minimum(np.arange(count) / stretch, count - 1.0)
    left = np.minimum(source.astype(int), count - 2)
    share = source - left
    logs = np.log(np.maximum(table, 1e-16))
    return np.asarray(np.exp(logs[:, left] * (1 - share) + logs[:, left + 1] * share))


def _joined(
    f0: NDArray[np.float64],
    envelope: NDArray[np.float64],
    breath: NDArray[np.float64],
    hertz: int,
    before: NDArray[np.float64],
) -> Samples:
    """Return the line put together again, of the length and level it had, below full scale."""
    made = pyworld.synthesize(
        f0, np.ascontiguousarray(envelope), np.ascontiguousarray(breath), hertz, pitch.PERIOD
    )
    made = np.pad(made[: len(before)], (0, max(0, len(before) - len(made))))
    made *= np.sqrt((before**2).mean() / max((made**2).mean(), 1e-12))
    return np.asarray(made / max(1.0, float(np.abs(made).max()) / 0.98), dtype=np.float32)


def _towards(like: Portrait, made: Samples, hertz: int, bins: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return, per bin, the decibels that bring the line's spectrum most of the way to the sample's."""
    now = np.array(_bands(speech(made, hertz, 30.0), hertz))
    there = np.array(like.bands)
    known = (now > _HEARABLE) & (there > _HEARABLE)
    if known.sum() < 4:
        return np.zeros_like(bins)
    gap = np.where(known, there - now, 0.0)
    gap[~known] = np.interp(np.flatnonzero(~known), np.flatnonzero(known), gap[known])
    gap = np.convolve(np.pad(gap, 1, mode="edge"), [0.25, 0.5, 0.25], mode="valid")
    gain = np.clip(_EQUALISED * gap, -_AT_MOST, _AT_MOST)
    centres = np.log2(levels.BANDS) + 1 / 6
    return np.interp(np.log2(np.maximum(bins, 50)), centres, gain)


def _bands(sound: Samples, hertz: int) -> tuple[float, ...]:
    """Return the long-term spectrum in decibels under the whole."""
    power = (10 ** (levels.read(sound, hertz).bands.astype(np.float64) / 10)).mean(axis=0)
    return tuple(round(float(v), 1) for v in 10 * np.log10(np.maximum(power / power.sum(), 1e-12)))


def _spread(voiced: NDArray[np.float64]) -> float:
    """Return how lively a pitch is: half the width of its middle 68 %, in natural logarithms."""
    low, high = np.percentile(np.log(voiced), [16, 84])
    return float(high - low) / 2


def _power(decibels: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(10 ** (decibels / 10))
