"""Where the lines are in a recording of several, and the recording cut into them at the pauses."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from pipeline.model import Span
from pipeline.ports.errors import BadInput
from pipeline.sound import levels
from pipeline.sound.samples import Samples, channels

_OPENS, _HOLDS = 22.0, 30.0  # decibels under the loud parts where a word begins, and where it has ended
_HISS = 20.0  # decibels under the strongest hiss
_PAUSE = 0.30  # seconds: a shorter gap is inside a line, when nobody said how many lines there are
_BREATH = 0.12  # seconds: a shorter gap never ends a line
_CLICK = 0.06  # seconds: anything shorter is not a word
_BEFORE, _AFTER = 0.06, 0.08  # seconds kept around a line
_IN, _OUT = 0.012, 0.036  # seconds of fade


def spans(
    samples: Samples, hertz: int, lines: int | None = None, syllables: Sequence[int] | None = None
) -> tuple[Span, ...]:
    """Return where each line sounds, in seconds, in order.

    Args:
        samples: (n,) or (n, channels), any rate.
        lines: how many there must be; the recording is then cut at its longest gaps. None: at every
            gap over 0.30 s.
        syllables: of each line, where the words are known: it settles which gaps, when several are about
            equally long.

    Raises:
        BadInput: `sound.silence` when nothing sounds; `sound.lines_unclear` (expected, found) when the wanted
            count does not come out.
    """
    words = stretches(samples, hertz)
    if not words:
        raise BadInput("sound.silence")
    if lines is None:
        return tuple(joined(words, _PAUSE))
    if lines == 1:  # whoever says one line may pause in it
        return ((words[0][0], words[-1][1]),)
    parts = joined(words, _BREATH)
    found = len(joined(words, _PAUSE))
    if len(parts) < lines or lines < 1:
        raise _unclear(lines, found)
    gaps = np.array([after[0] - before[1] for before, after in pairwise(parts)])
    if syllables is not None and len(syllables) == lines and len(parts) > lines:
        return by_length(parts, syllables)
    order = np.argsort(-gaps, kind="stable")
    chosen, left = order[: lines - 1], gaps[order[lines - 1 :]]
    if left.size and left[0] >= _PAUSE and left[0] > 0.8 * gaps[chosen[-1]]:
        raise _unclear(lines, found)
    return tuple(_closed(parts, sorted(int(i) for i in chosen)))


def stretches(samples: Samples, hertz: int) -> list[Span]:
    """Return every stretch in which somebody speaks, in seconds, however short the gaps between."""
    read = levels.read(samples, hertz)
    whole = len(samples) / hertz
    return [(start, min(end, whole)) for start, end in _with_hiss(sounding(read.speech), read)]


def pieces(samples: Samples, hertz: int, where: Sequence[Span]) -> tuple[Samples, ...]:
    """Return each line by itself: 60 ms before and 80 ms after are kept (never past the middle of a gap).

    It is faded in over 12 ms and out over 36 ms, both in what is kept around it, so nothing clicks.
    """
    return tuple(
        faded(samples[round(first * hertz) : round(last * hertz)], hertz)
        for first, last in roomy(where, len(samples) / hertz)
    )


def roomy(where: Sequence[Span], seconds: float) -> tuple[Span, ...]:
    """Return each line's span with what is kept around it: 60 ms before and 80 ms after, never past the
    middle of a gap or an end of the sound, which has so many seconds."""
    edges = [0.0, *((a[1] + b[0]) / 2 for a, b in pairwise(where)), seconds]
    return tuple(
        (max(start - _BEFORE, left, 0.0), min(end + _AFTER, right))
        for (start, end), left, right in zip(where, edges, edges[1:], strict=False)
    )


def trimmed(samples: Samples, hertz: int) -> Samples:
    """Return a spoken line without the silence around it, 60 ms kept at either end."""
    block = max(1, hertz // 200)
    count = len(samples) // block
    level = np.sqrt((samples[: count * block].reshape(count, block) ** 2).mean(axis=1))
    loud = np.flatnonzero(level > max(float(level.max()) * 10 ** (-40 / 20), 1e-4))
    first = max(0, int(loud[0]) * block - round(_BEFORE * hertz))
    return samples[first : (int(loud[-1]) + 1) * block + round(_BEFORE * hertz)]


def faded(samples: Samples, hertz: int) -> Samples:
    """Return a copy that begins and ends at zero: 12 ms in, 36 ms out, as raised cosines."""
    sound = channels(samples).astype(np.float32, copy=True)
    for seconds, end in ((_IN, False), (_OUT, True)):
        count = min(round(seconds * hertz), len(sound) // 2)
        ramp = (0.5 - 0.5 * np.cos(np.pi * np.arange(count) / max(count, 1))).astype(np.float32)[:, None]
        part = slice(len(sound) - count, None) if end else slice(0, count)
        sound[part] *= ramp[::-1] if end else ramp
    return sound.reshape(samples.shape)


def sounding(speech: NDArray[np.float32]) -> list[Span]:
    """Return the stretches, in seconds, where something speaks, from levels in the band of speech.

    A stretch opens 22 dB under the loud parts and holds to 30 dB under them; above a noisy floor both
    thresholds keep their distance from the floor instead.
    """
    level = levels.smoothed(speech)
    top = levels.loud(level)
    if top < -70:
        return []
    base = float(np.percentile(level, 10))
    distance = top - base
    noisy = 6 < distance < _HOLDS  # less: words without a pause, so there is no floor to see
    opens = max(top - _OPENS, base + min(0.5 * distance, 8.0)) if noisy else top - _OPENS
    holds = max(top - _HOLDS, base + min(0.25 * distance, 4.0)) if noisy else top - _HOLDS
    held = np.concatenate([[0], (level > holds).astype(np.int8), [0]])
    begins, ends = np.flatnonzero(np.diff(held) == 1), np.flatnonzero(np.diff(held) == -1)
    return [
        (begin * levels.HOP, end * levels.HOP)
        for begin, end in zip(begins.tolist(), ends.tolist(), strict=True)
        if level[begin:end].max() > opens and (end - begin) * levels.HOP >= _CLICK
    ]


def _with_hiss(words: Sequence[Span], read: levels.Levels) -> list[Span]:
    """Return the stretches with the s, sh or q at their edges, which lies above the band of speech.

    An edge moves outward by 0.2 s at most, while the sound above 4 kHz is strong; a breath is weaker.
    """
    high = levels.smoothed(read.above(4000.0))
    if not words or levels.loud(high) < -70:
        return list(words)
    strong = high > max(levels.loud(high) - _HISS, float(np.percentile(high, 10)) + 10)
    most = round(0.2 / levels.HOP)
    found = []
    for start, end in words:
        first, last = round(start / levels.HOP), round(end / levels.HOP)
        while first > max(0, round(start / levels.HOP) - most) and strong[first - 1]:
            first -= 1
        while last < min(len(strong), round(end / levels.HOP) + most) and strong[last]:
            last += 1
        found.append((first * levels.HOP, last * levels.HOP))
    return joined(found, levels.HOP)


def joined(words: Sequence[Span], gap: float) -> list[Span]:
    """Return the stretches with every gap shorter than `gap` seconds closed."""
    found = list(words[:1])
    for start, end in words[1:]:
        if start - found[-1][1] < gap - 1e-6:
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return found


def _closed(parts: Sequence[Span], cuts: Sequence[int]) -> list[Span]:
    """Return the parts joined except at the gaps numbered in `cuts`."""
    starts, ends = [0, *(c + 1 for c in cuts)], [*cuts, len(parts) - 1]
    return [(parts[a][0], parts[b][1]) for a, b in zip(starts, ends, strict=True)]


def by_length(
    parts: Sequence[Span], syllables: Sequence[int], *, even: float = 1.0, longest: float = 1.0
) -> tuple[Span, ...]:
    """Return the parts joined into lines so that lengths fit the syllables and long gaps are cut.

    The cost of a line is how far its length is from its share of the whole, in logarithms; the reward of a
    cut is its gap. Every way to cut is considered, one line after another.

    Args:
        even: how much evenly somebody speaks, against how long the gaps are; machines speak more evenly.
        longest: seconds from which on a longer gap is no better.
    """
    spoken = sum(end - start for start, end in parts)
    share = [spoken * max(count, 1) / sum(max(c, 1) for c in syllables) for count in syllables]
    best: dict[int, tuple[float, tuple[int, ...]]] = {-1: (0.0, ())}
    for wanted in share:
        reached: dict[int, tuple[float, tuple[int, ...]]] = {}
        for last, (cost, cuts) in best.items():
            for end in range(last + 1, len(parts)):
                length = sum(b - a for a, b in parts[last + 1 : end + 1])
                gap = parts[end + 1][0] - parts[end][1] if end + 1 < len(parts) else 0.0
                price = cost + even * abs(float(np.log(length / wanted))) - 2.0 * min(gap, longest)
                if end not in reached or price < reached[end][0]:
                    reached[end] = (price, (*cuts, end))
        best = reached
    return tuple(_closed(parts, best[len(parts) - 1][1][:-1]))


def _unclear(expected: int, found: int) -> BadInput:
    return BadInput("sound.lines_unclear", {"expected": str(expected), "found": str(found)})
