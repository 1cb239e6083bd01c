"""How loud a sound is, and how to make it as loud as wanted: ITU-R BS.1770-4, measured and set.

Loudness adds up over the channels, so the same signal on two channels is 3 LU louder than on one.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from pipeline.sound.samples import Samples, channels, convolved, decibels

_SHORTEST = 0.4  # seconds of one gating block: less cannot be measured
_REPEATED = 3.0  # seconds a line is repeated to before metering, so that its edges do not decide
STEPS, _AHEAD = 2000, 10  # of a limiter's gain: so many a second; so many of them before a peak
_SURROUND = {5: (1.0, 1.0, 1.0, 1.41, 1.41), 6: (1.0, 1.0, 1.0, 0.0, 1.41, 1.41)}


def integrated(samples: Samples, hertz: int) -> float | None:
    """Return the gated loudness in LUFS over the sound's own channels.

    None where there is nothing to measure: under 0.4 s, or all of it below -70 LUFS.

    Source: ITU-R BS.1770-4, annex 1 (blocks of 400 ms every 100 ms, gates at -70 LUFS and -10 LU).
    """
    return None if len(samples) < _SHORTEST * hertz else gated(power(samples, hertz))


def power(samples: Samples, hertz: int) -> NDArray[np.float64]:
    """Return the K-weighted mean square of each whole 100 ms, over all channels as they are weighed.

    A part of a longer sound is measured rightly from 0.4 s after its beginning.
    """
    sound = channels(samples)
    weights = _SURROUND.get(sound.shape[1], (1.0,) * sound.shape[1])
    return np.asarray(sum(w * _power(sound[:, c], hertz) for c, w in enumerate(weights) if w))


def gated(power: NDArray[np.float64]) -> float | None:
    """Return the gated loudness in LUFS of what `power` measured; None where all of it is below -70 LUFS."""
    blocks = (power[:-3] + power[1:-2] + power[2:-1] + power[3:]) / 4
    heard = blocks[blocks > 10 ** ((-70 + 0.691) / 10)]
    if not heard.size:
        return None
    kept = heard[heard > heard.mean() * 0.1]
    return -0.691 + 10 * float(np.log10(kept.mean()))


def true_peak_db(samples: Samples, hertz: int) -> float | None:
    """Return the highest level between the samples too, in dBTP; None for silence.

    Four times oversampled as in ITU-R BS.1770-4, annex 2, with a longer kernel.
    """
    sound = channels(samples)
    peak = max((_between(sound[:, c]).max(initial=0) for c in range(sound.shape[1])), default=0.0)
    return decibels(float(peak)) if peak > 0 else None


def levelled(samples: Samples, hertz: int, lufs: float) -> Samples:
    """Return a line brought to `lufs`; silence comes back as it is.

    A short line is repeated before metering: the blocks at its edges would weigh too much otherwise.
    Peaks may pass 1.0: `limited` comes after the mix.
    """
    if not len(samples):
        return samples
    times = int(np.ceil(_REPEATED * hertz / len(samples)))
    repeated = np.concatenate([samples] * times) if times > 1 else samples
    now = integrated(repeated, hertz)
    if now is None:
        return samples
    return np.asarray(samples * np.float32(10 ** ((lufs - now) / 20)), dtype=np.float32)


def limited(samples: Samples, hertz: int, ceiling_db: float) -> Samples:
    """Return the sound with no true peak above `ceiling_db` (dBTP), all channels turned down together.

    The gain falls over the 5 ms before a peak and comes back over about 80 ms, so that nothing clicks;
    what stays under the ceiling is untouched, bit for bit.
    """
    result, aim = samples, 10 ** (ceiling_db / 20)
    for _ in range(4):  # a moving gain may lift a peak between samples by a hair: then once more
        peaks = reach(result)
        if peaks.max(initial=0) <= aim:
            return result
        gain = _gain(peaks, hertz, aim * 0.998)
        result = (channels(result) * gain[:, None]).astype(np.float32).reshape(samples.shape)
    return np.asarray(result * np.float32(aim / max(peaks.max() * 1.001, aim)), dtype=np.float32)


def reach(samples: Samples) -> Samples:
    """Return, per sample, how far any channel reaches at it or between it and the next."""
    sound = channels(samples)
    return np.asarray(np.max([_between(sound[:, c]) for c in range(sound.shape[1])], axis=0))


def turned_down(highest: Samples, aim: float) -> NDArray[np.float64]:
    """Return a smooth gain per step of 0.5 ms which brings the `highest` of every step down to `aim`.

    It falls over the 5 ms before a peak and comes back over about 80 ms.
    """
    wanted = np.minimum(1.0, aim / np.maximum(highest, 1e-9)).astype(np.float64)
    if wanted.min(initial=1.0) == 1.0:
        return wanted
    held = _lowest(wanted, _AHEAD + 1)
    back, gain = 1 - float(np.exp(-1 / (0.08 * STEPS))), 1.0
    for start in range(0, len(held), 1 << 14):
        for i, lowest in enumerate(held[start : start + (1 << 14)].tolist(), start):
            gain = min(lowest, gain + (1 - gain) * back)
            held[i] = gain
    window = np.hanning(2 * _AHEAD + 3)[1:-1]
    return np.convolve(np.pad(held, _AHEAD, mode="edge"), window / window.sum(), mode="valid")


def _gain(peaks: Samples, hertz: int, aim: float) -> Samples:
    """Return the gain of `turned_down` per sample."""
    step = max(1, hertz // STEPS)
    count = -(-len(peaks) // step)
    highest = np.zeros(count * step, np.float32)
    highest[: len(peaks)] = peaks
    smooth = turned_down(highest.reshape(count, step).max(axis=1), aim)
    at = (np.arange(len(peaks)) - (step - 1) / 2) / step
    return np.interp(at, np.arange(count), smooth).astype(np.float32)


def _lowest(values: NDArray[np.float64], reach: int) -> NDArray[np.float64]:
    """Return, for each place, the lowest value within `reach` places to either side."""
    padded = np.pad(values, reach, constant_values=1.0)
    return np.asarray(np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1).min(axis=1))


def _between(channel: Samples) -> Samples:
    """Return, per sample, the largest magnitude at it or in the three quarters after it."""
    peaks = np.abs(channel).astype(np.float32)
    for phase in _phases():
        for start in range(0, len(channel), 1 << 18):  # blocks: the work space stays small
            stop = min(start + (1 << 18), len(channel))
            reach = len(phase) // 2
            lead = max(0, start - reach)
            piece = channel[lead : stop + reach + 1]
            whole = np.convolve(piece, phase)[reach + start - lead : reach + start - lead + stop - start]
            peaks[start:stop] = np.maximum(peaks[start:stop], np.abs(whole))
    return peaks


@lru_cache(maxsize=1)
def _phases() -> tuple[Samples, ...]:
    """Return three kernels which read a sound 1/4, 2/4 and 3/4 of a sample later."""
    at = np.arange(-16, 17)
    window = np.kaiser(33 * 4 + 1, 7.0)
    found = []
    for quarter in (1, 2, 3):
        offset = at + quarter / 4
        kernel = np.sinc(offset) * np.interp(offset * 4 + 66, np.arange(133), window)
        found.append((kernel / kernel.sum()).astype(np.float32))
    return tuple(found)


def _power(channel: Samples, hertz: int) -> NDArray[np.float64]:
    """Return the mean square of each whole 100 ms after K-weighting."""
    kernel, sums, rest = _weighting(hertz), [], np.zeros(0, np.float32)
    hop, left = hertz // 10, len(channel)
    # A block and the kernel together fill one transform.
    for piece in convolved(channel, kernel, (1 << 17) - len(kernel) + 1):
        joined = np.concatenate([rest, piece[:left]])
        left -= min(left, len(piece))
        whole = len(joined) // hop
        sums.append((joined[: whole * hop].astype(np.float64) ** 2).reshape(whole, hop).mean(axis=1))
        rest = joined[whole * hop :]
    return np.concatenate(sums)


@lru_cache(maxsize=8)
def _weighting(hertz: int) -> NDArray[np.float64]:
    """Return the K-weighting as an impulse response of 0.4 s, long enough for -120 dB at its end.

    The two filters of the standard are given for 48 000 Hz; here they are made again for any rate from
    their analogue form: a shelf of 4 dB at 1 682 Hz (Q 0.707) and a high-pass at 38.1 Hz (Q 0.500).

    Source: B. De Man, "Evaluation of Implementations of the EBU R128 Loudness Measurement", AES 145 (2018).
    """
    size = 1 << int(np.ceil(np.log2(hertz)))
    z = np.exp(-2j * np.pi * np.arange(size // 2 + 1) / size)
    k, q, gain = np.tan(np.pi * 1681.974450955533 / hertz), 0.7071752369554196, 10 ** (3.999843853973347 / 20)
    bend = gain**0.4996667741545416
    shelf = (
        (gain + bend * k / q + k * k) + 2 * (k * k - gain) * z + (gain - bend * k / q + k * k) * z * z
    ) / ((1 + k / q + k * k) + 2 * (k * k - 1) * z + (1 - k / q + k * k) * z * z)
    k, q = np.tan(np.pi * 38.13547087602444 / hertz), 0.5003270373238773
    rumble = (1 - z) ** 2 / (
        1 + 2 * (k * k - 1) / (1 + k / q + k * k) * z + (1 - k / q + k * k) / (1 + k / q + k * k) * z * z
    )
    return np.asarray(np.fft.irfft(shelf * rumble, size)[: int(0.4 * hertz)])
