"""What a sound is in this room: float32 samples in -1..1, shape (n,) or (n, channels), and its `hertz`."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]


@dataclass(frozen=True)
class Spoken:
    """What a voice said: one channel."""

    samples: Samples
    hertz: int

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return len(self.samples) / self.hertz


def channels(samples: Samples) -> Samples:
    """Return the sound as (n, channels), without copying."""
    return samples[:, None] if samples.ndim == 1 else samples


def mono(samples: Samples) -> Samples:
    """Return one channel, shape (n,): the mean of all."""
    return samples if samples.ndim == 1 else samples.mean(axis=1, dtype=np.float32)


def decibels(ratio: float) -> float:
    """Return an amplitude ratio in decibels; silence is -200."""
    return 20 * float(np.log10(max(ratio, 1e-10)))


def convolved(samples: Samples, kernel: NDArray[np.float64], block: int = 1 << 17) -> Iterator[Samples]:
    """Yield one channel filtered by `kernel`, block after block, as long as the sound and kernel together.

    The work space is a block, however long the sound is.
    """
    size = 1 << (block + len(kernel) - 1).bit_length()
    response = np.fft.rfft(kernel, size)
    tail = np.zeros(len(kernel) - 1)
    for start in range(0, len(samples), block):
        piece = samples[start : start + block]
        whole = np.fft.irfft(np.fft.rfft(piece, size) * response, size)[: len(piece) + len(tail)]
        whole[: len(tail)] += tail
        tail = whole[len(piece) :].copy()
        yield whole[: len(piece)].astype(np.float32)
    yield tail.astype(np.float32)


def filtered(samples: Samples, kernel: NDArray[np.float64]) -> Samples:
    """Return one channel filtered by a symmetrical `kernel`, in place in time and of the same length."""
    whole = np.concatenate(list(convolved(samples, kernel)))
    delay = (len(kernel) - 1) // 2
    return whole[delay : delay + len(samples)]


@lru_cache(maxsize=8)
def lowpass(cut: float, hertz: int, taps: int = 255) -> NDArray[np.float64]:
    """Return a symmetrical low-pass kernel of `taps` (odd), -6 dB at `cut` hertz, gain 1 at rest."""
    at = np.arange(taps) - (taps - 1) / 2
    kernel = np.sinc(2 * cut / hertz * at) * np.kaiser(taps, 8.0)
    return np.asarray(kernel / kernel.sum(), dtype=np.float64)


def thinned(samples: Samples, hertz: int, least: int = 16000) -> tuple[Samples, int]:
    """Return one channel at a whole fraction of its rate, still at least `least` hertz, and that rate."""
    step = max(1, hertz // least)
    one = mono(samples)
    if step == 1:
        return one, hertz
    return filtered(one, lowpass(0.45 * hertz / step, hertz))[::step], hertz // step
