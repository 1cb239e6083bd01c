"""The level of a sound over time in the band of speech, and its long-term spectrum; one reading for all.

Frames are 40 ms long, every 10 ms; frame i is centred on i * 10 ms.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.sound.samples import Samples, thinned

HOP = 0.010
_FRAME = 0.040
_BAND = (150.0, 4000.0)
_BLOCK = 4096  # frames read at once: the work space of a long sound stays small


@dataclass(frozen=True)
class Levels:
    """Decibels per frame: `speech` in 150 to 4 000 Hz, `whole` from 60 Hz up; -120 is silence.

    `flat` is how flat the spectrum is in 150 to 2 000 Hz: noise is about -3 dB, tones and voices under -9.
    `bands` has one row per frame and one column per third of an octave from 100 Hz upward (`BANDS`).
    """

    speech: NDArray[np.float32]
    whole: NDArray[np.float32]
    flat: NDArray[np.float32]
    bands: NDArray[np.float32]
    hertz: int

    def above(self, hertz: float) -> NDArray[np.float32]:
        """Return the level per frame of what lies above a frequency."""
        power = (10 ** (self.bands[:, hertz * 0.99 <= BANDS].astype(np.float64) / 10)).sum(axis=1)
        return np.asarray(10 * np.log10(np.maximum(power, 1e-12)), dtype=np.float32)

    @property
    def seconds(self) -> float:
        """Length of what was read."""
        return len(self.speech) * HOP


BANDS = 100.0 * 2 ** (np.arange(23) / 3)  # lower edges; the last band begins at 16 126 Hz


def read(samples: Samples, hertz: int) -> Levels:
    """Return the levels of a sound; its channels are mixed and its rate lowered to 16-32 kHz first."""
    sound, rate = thinned(samples, hertz)
    hop, size = rate * HOP, int(rate * _FRAME) // 2 * 2
    count = int(len(sound) / hop)
    centres = (np.arange(count) * hop).astype(int)
    padded = np.pad(sound, size // 2)
    window = np.hanning(size + 2)[1:-1].astype(np.float32)
    bins = np.fft.rfftfreq(size, 1 / rate)
    inside = (bins >= _BAND[0]) & (bins <= _BAND[1])
    tones = (bins >= _BAND[0]) & (bins <= 2000)
    third = np.searchsorted(BANDS, bins, side="right") - 1
    gather = (third[:, None] == np.arange(len(BANDS))).astype(np.float32)
    rows = []
    for start in range(0, count, _BLOCK):
        frames = padded[centres[start : start + _BLOCK, None] + np.arange(size)] * window
        power = np.abs(np.fft.rfft(frames, axis=1)).astype(np.float32) ** 2 / (
            size * float(window @ window) / 2
        )
        low = np.maximum(power[:, tones], 1e-12)
        flat = np.exp(np.log(low).mean(axis=1)) / low.mean(axis=1)
        rows.append(
            np.column_stack([power[:, inside].sum(1), power[:, bins >= 60].sum(1), flat, power @ gather])
        )
    table = np.concatenate(rows) if rows else np.zeros((0, 3 + len(BANDS)), np.float32)
    levels = 10 * np.log10(np.maximum(table, 1e-12)).astype(np.float32)
    return Levels(levels[:, 0], levels[:, 1], levels[:, 2], levels[:, 3:], rate)


def loud(levels: NDArray[np.float32]) -> float:
    """Return the level of the loud parts: the 90th percentile of the frames that are not far below the top.

    Frames more than 40 dB under the top are left out, or a short line in a long silence would count as quiet.
    """
    if not levels.size:
        return -120.0
    top = float(np.percentile(levels, 99.5)) if levels.size > 50 else float(levels.max())
    return float(np.percentile(levels[levels > top - 40], 90)) if top > -119 else -120.0


def floor(levels: NDArray[np.float32]) -> float:
    """Return the level between the words: the 10th percentile of what is not digital silence."""
    sounding = levels[levels > -90]
    return float(np.percentile(sounding, 10)) if sounding.size else -120.0


def smoothed(levels: NDArray[np.float32], frames: int = 5) -> NDArray[np.float32]:
    """Return the levels as a running median, so that a click or one dropped frame decides nothing."""
    if len(levels) < frames:
        return levels
    padded = np.pad(levels, frames // 2, mode="edge")
    view = np.lib.stride_tricks.sliding_window_view(padded, frames)
    return np.median(view, axis=1).astype(np.float32)
