"""Sound to mouth: one opening per syllable, shut in every pause, for any voice, crying included."""

from collections.abc import Iterator, Sequence
from math import ceil

import numpy as np
from numpy.typing import NDArray

from pipeline.model import Span
from pipeline.puppet.plate import Floats

_HOP = 0.01  # seconds between two analyses
_WINDOW = 0.040
_RANGE = 26.0  # decibels from shut to wide open
_CONTRAST = 0.9  # of the difference to the local mean: shuts the mouth between syllables
_LOCAL = 0.22  # seconds of the local mean, about a syllable
_QUIET, _PAUSE = 0.16, 0.17  # level (0 to 1) and seconds from which quiet is a pause
_BEFORE, _AFTER = 0.32, 0.60  # seconds of silence in which a line is judged
_LEAD = 0.020  # seconds ahead of a frame's middle: muscles start before the sound


def openings(
    sound: NDArray[np.float32], hertz: int, frames: int, fps: int, spans: Sequence[Span]
) -> tuple[Floats, Floats]:
    """Return openness (0 to 1) and width (-1 round to 1 wide) of the mouth for each frame.

    `sound` is mono, laid out in film time; `spans` are the spoken lines. Each is judged by itself, so that a
    line moves the mouth in the same way wherever in the film it lies.
    """
    openness, wide = np.zeros(frames, np.float32), np.zeros(frames, np.float32)
    for first, said in _lines(sound, hertz, fps, spans):
        opened, widened = _spoken(said, hertz, fps)
        there = opened > 0
        _lay(openness, first, opened, there)
        _lay(wide, first, widened * np.minimum(1, 4 * opened), there)
    return openness, wide


def loudness(sound: NDArray[np.float32], hertz: int, frames: int, fps: int, spans: Sequence[Span]) -> Floats:
    """Return the slow loudness per frame, 0 to 1: what makes a head nod along with speech."""
    loud = np.zeros(frames, np.float32)
    for first, said in _lines(sound, hertz, fps, spans):
        power, _ = _bands(said, hertz, len(said) / hertz)
        level = _mean(_level(power), 0.30)
        at = (np.arange(round(len(said) / hertz * fps)) + 0.5) / fps
        values = np.interp(at, np.arange(len(level)) * _HOP, level).astype(np.float32)
        _lay(loud, first, values, values > 0)
    return loud


def _lines(
    sound: NDArray[np.float32], hertz: int, fps: int, spans: Sequence[Span]
) -> Iterator[tuple[int, NDArray[np.float32]]]:
    """Yield each line's sound alone, silence of whole frames around it, and the film's frame it begins at."""
    before, after = ceil(_BEFORE * fps), ceil(_AFTER * fps)
    for start, end in spans:
        first, count = round(start * fps), round(end * fps) - round(start * fps)
        said = np.zeros(round((before + count + after) / fps * hertz), np.float32)
        part = sound[round(first / fps * hertz) :][: round(count / fps * hertz)]
        at = round(before / fps * hertz)
        said[at : at + len(part)] = part
        yield first - before, said


def _lay(film: Floats, first: int, values: Floats, there: NDArray[np.bool_]) -> None:
    """Put a line's values where they belong in a film, as far as it goes."""
    low, high = max(0, -first), min(len(values), len(film) - first)
    here = film[first + low : first + high]
    here[there[low:high]] = values[low:high][there[low:high]]


def _spoken(said: NDArray[np.float32], hertz: int, fps: int) -> tuple[Floats, Floats]:
    """Return openness and width for one line alone."""
    power, bands = _bands(said, hertz, len(said) / hertz)
    level = np.zeros(len(power), np.float32)
    start, end = ceil(_BEFORE * fps) / fps, len(said) / hertz - ceil(_AFTER * fps) / fps
    near = slice(round((start - 0.15) / _HOP), round((end + 0.25) / _HOP))
    level[near] = _level(power[near])
    sharp = np.clip(level + _CONTRAST * (level - _mean(level, _LOCAL)), 0, 1.2)
    shape = sharp * _vowel(bands)
    high = float(np.percentile(shape[round(start / _HOP) : max(1, round(end / _HOP))], 92))
    shape = shape * (0.92 / high) if high > 0.05 else shape
    shape = _follow(np.clip(shape, 0, 1)) * _gate(level)
    at = (np.arange(round(len(said) / hertz * fps)) + 0.5) / fps + _LEAD
    here = np.arange(len(shape)) * _HOP
    openness = np.interp(at, here, shape).astype(np.float32)
    openness[openness < 0.035] = 0
    return openness, np.interp(at, here, _width(bands, level)).astype(np.float32)


def _bands(sound: NDArray[np.float32], hertz: int, seconds: float) -> tuple[Floats, Floats]:
    """Return power in the speech band per analysis, and in five bands (columns)."""
    size, count = round(_WINDOW * hertz), round(seconds / _HOP) + 8
    padded = np.zeros(round(count * _HOP * hertz) + 2 * size, np.float32)
    kept = sound[: len(padded) - size]
    padded[size // 2 : size // 2 + len(kept)] = kept
    window = np.hanning(size).astype(np.float32)
    hertz_of = np.fft.rfftfreq(size, 1 / hertz)
    edges = (150, 4000), (150, 500), (600, 1400), (500, 1300), (1900, 3500), (4000, 10000)
    masks = np.array([(hertz_of >= low) & (hertz_of < high) for low, high in edges], np.float32)
    out = np.zeros((count, len(edges)), np.float32)
    for block in range(0, count, 512):
        starts = np.round(np.arange(block, min(count, block + 512)) * _HOP * hertz).astype(int)
        pieces = padded[starts[:, None] + np.arange(size)] * window
        out[block : block + len(starts)] = (np.abs(np.fft.rfft(pieces, axis=1)) ** 2 / size) @ masks.T
    return out[:, 0], out[:, 1:]


def _level(power: Floats) -> Floats:
    """Return loudness over the line's own range, 0 to 1; noise under the speech counts as nothing."""
    if power.size == 0 or float(power.max()) < 1e-7:
        return np.zeros_like(power)
    decibels = 10 * np.log10(power + 1e-9)
    loud = float(np.percentile(decibels[decibels > decibels.max() - 40], 97))
    floor = float(np.percentile(decibels, 6))
    low = min(max(loud - _RANGE, floor + 4), loud - 13)
    return np.asarray(np.clip((decibels - low) / (loud - low), 0, 1), np.float32)


def _mean(values: Floats, seconds: float) -> Floats:
    count = max(1, round(seconds / _HOP) | 1)
    padded = np.pad(values, count // 2, mode="edge")
    return np.convolve(padded, np.ones(count) / count, "valid").astype(np.float32)


def _ratio(one: Floats, other: Floats) -> Floats:
    return np.asarray(10 * np.log10((one + 1e-7) / (other + 1e-7)), np.float32)


def _vowel(bands: Floats) -> Floats:
    """Return how open the vowel is (about 0.6 to 1.1), small for hissed consonants."""
    first, open_, _, _, hiss = bands.T
    vowel = 0.62 + 0.48 / (1 + np.exp(-(_ratio(open_, first) + 3) / 4))
    voiced = first + open_
    return np.asarray(vowel * (1 - 0.75 / (1 + np.exp(-(_ratio(hiss, voiced) - 1) / 2))), np.float32)


def _width(bands: Floats, level: Floats) -> Floats:
    """Return wide (1, as in ee) or round (-1, as in oo), about the voice's own middle."""
    ratio = _mean(_ratio(bands[:, 3], bands[:, 2]), 0.09)
    spoken = ratio[level > 0.35]
    middle = float(np.median(spoken)) if spoken.size else 0.0
    return np.asarray(np.tanh((ratio - middle) / 7), np.float32)


def _follow(values: Floats) -> Floats:
    """Return the values with a mouth's inertia: it opens quicker than it shuts."""
    attack, release = 1 - (1 - 0.72) ** (_HOP * 25), 1 - (1 - 0.62) ** (_HOP * 25)
    out, now = np.empty_like(values), 0.0
    for index, value in enumerate(values):
        now += (attack if value > now else release) * (float(value) - now)
        out[index] = now
    return out


def _gate(level: Floats) -> Floats:
    """Return 1 where there is speech and 0 in pauses, with short slopes into the pause."""
    quiet = level < _QUIET
    speech = np.ones(len(level), np.float32)
    edges = np.flatnonzero(np.diff(np.concatenate(([0], quiet.view(np.int8), [0]))))
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        if (end - start) * _HOP >= _PAUSE or start == 0 or end == len(level):
            slope = min(6, end - start)
            speech[start:end] = 0
            speech[start : start + slope] = np.linspace(1, 0, slope + 1)[1:]
    return speech
