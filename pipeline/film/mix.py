"""The film's sound: lines at their places and levels, room tone, ducked music, loudness of the whole.

It is had in blocks and made twice, once to be measured and once to be used, so that its length costs nothing.
"""

from collections.abc import Callable, Iterator
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.film import bed, sound
from pipeline.film.timeline import placed
from pipeline.model import Mood, Timeline
from pipeline.ports.errors import BadInput
from pipeline.sound.loudness import (
    STEPS,
    gated,
    integrated,
    levelled,
    power,
    reach,
    turned_down,
)

Samples = NDArray[np.float32]
Line = Callable[[int], Samples]

HERTZ = 48_000
WHOLE = -15.0  # LUFS of the finished stereo file
_CEILING = 10 ** (-1.9 / 20)  # -1.9 dBTP before AAC, which lifts peaks by up to about 0.7 dB
_PERSON, _PET, _BED = -16.1, -15.5, -30.0  # LUFS as heard on two channels
_ROOM, _ROOM_LOOP = -62.0, 7 * HERTZ  # dB of full scale, mean; samples after which the air comes round
_BOTH_SIDES = 3.01  # LU: one signal on two channels adds up
_NEAR, _ROUNDS = 0.05, 8  # LU; two or three rounds are usual, short peaky lines take more
_DUCK, _ATTACK, _RELEASE = 0.5, 0.15, 0.35  # gain under words; seconds down, seconds up
_RISE, _FALL = 0.3, 1.2  # seconds over which music comes and goes
_BLOCK = 4 * HERTZ  # samples that are worked on at a time: whole steps, whole tenths of a second
_LEAD, _AFTER = HERTZ * 2 // 5, 64  # samples before and after a block that its measures depend on
_SEAM = HERTZ // 2  # samples over which a file of music that is too short begins anew


class Mix:
    """A film's sound, stereo at 48 000 Hz: -15 LUFS integrated, true peak under -1 dB after AAC."""

    def __init__(self, timeline: Timeline, line: Line, music: Samples | None, lower: float = 0.0) -> None:
        """Prepare the sound.

        Args:
            line: gives a cue's mono samples by its index, as often as asked.
            music: (n, 2), goes round for as long as the film lasts; None for no music.
            lower: dB by which peaks stay further below what is usual.
        """
        self._ceiling = _CEILING * 10 ** (-lower / 20)
        self.length = round(timeline.seconds * HERTZ)
        self._timeline, self._line = timeline, line
        self._music = None if music is None else levelled(music, HERTZ, _BED)
        self._room = _room()
        self._spoken = lru_cache(maxsize=8)(self._levelled)
        self._places = [self._place(cue.index) for cue in timeline.cues]

    def blocks(self, size: int) -> Iterator[Samples]:
        """Yield the finished sound in blocks of `size`, the last one shorter."""
        rest = np.zeros((0, 2), np.float32)
        for first, stop in self._parts():
            rest = np.concatenate([rest, self._raw(first, stop) * self._down(first, stop)[:, None]])
            whole = len(rest) // size * size
            for start in range(0, whole, size):
                yield rest[start : start + size]
            rest = rest[whole:]
        if len(rest):
            yield rest

    def line(self, index: int) -> Samples:
        """Return one line alone, (n,), as loud as it is in the finished sound."""
        begin, end = self._places[index]
        return self._spoken(index) * self._down(begin, end)

    def score(self) -> Samples | None:
        """Return the music alone, (n, 2), as it plays under the film; None where there is none."""
        if self._music is None:
            return None
        parts = [self._played(at) * self._down(at[0], at[-1] + 1)[:, None] for at in self._moments()]
        return np.concatenate(parts)

    def _parts(self) -> Iterator[tuple[int, int]]:
        for first in range(0, self.length, _BLOCK):
            yield first, min(first + _BLOCK, self.length)

    def _moments(self) -> Iterator[NDArray[np.int_]]:
        return (np.arange(first, stop) for first, stop in self._parts())

    def _down(self, first: int, stop: int) -> Samples:
        """Return what every sample of a part is multiplied with: the gain of the whole, and the limiter."""
        gain, curve = self._solved
        step = HERTZ // STEPS
        low = max(0, first // step - 1)
        near = curve[low : stop // step + 2]
        at = (np.arange(low, low + len(near)) + 0.5) * step
        return (np.interp(np.arange(first, stop), at, near) * gain).astype(np.float32)

    @cached_property
    def _solved(self) -> tuple[float, NDArray[np.float64]]:
        """Return the gain that makes the whole as loud as wanted and the limiter's curve at that gain.

        Found on the measures alone: again and again, because a limiter takes loudness away.
        """
        loud, highest = self._measured()
        tenth = STEPS // 10
        gain, curve = 1.0, np.ones(len(highest))
        for _ in range(_ROUNDS):
            curve = turned_down(highest * np.float32(gain), self._ceiling)
            kept = np.square(curve[: len(loud) * tenth].reshape(-1, tenth)).mean(axis=1)
            now = gated(loud * kept * gain**2)
            if now is None or abs(WHOLE - now) < _NEAR:
                break
            gain *= 10 ** ((WHOLE - now) / 20)
        return gain, turned_down(highest * np.float32(gain), self._ceiling)

    def _measured(self) -> tuple[NDArray[np.float64], Samples]:
        """Return the sound's power per 100 ms and how far it reaches per 0.5 ms, both over both channels."""
        louds, highs, step = [], [], HERTZ // STEPS
        for first, stop in self._parts():
            lead, after = min(first, _LEAD), min(self.length - stop, _AFTER)
            block = self._raw(first - lead, stop + after)
            louds.append(power(block[: len(block) - after], HERTZ)[lead * 10 // HERTZ :])
            near = block[max(0, lead - _AFTER) :]
            reaches = reach(near)[min(lead, _AFTER) :][: stop - first]
            missing = -len(reaches) % step
            highs.append(np.pad(reaches, (0, missing)).reshape(-1, step).max(axis=1))
        return np.concatenate(louds), np.concatenate(highs)

    def _raw(self, first: int, stop: int) -> Samples:
        """Return a part of the sound before its loudness is set."""
        both = self._room[np.arange(first, stop) % len(self._room)]
        voices = np.zeros(stop - first, np.float32)
        for cue, (begin, end) in zip(self._timeline.cues, self._places, strict=True):
            if begin < stop and end > first:
                low, high = max(begin, first), min(end, stop)
                voices[low - first : high - first] += self._spoken(cue.index)[low - begin : high - begin]
        both += voices[:, None]
        if self._music is not None:
            both += self._played(np.arange(first, stop))
        return both

    def _played(self, at: NDArray[np.int_]) -> Samples:
        """Return the ducked music at some samples of the film."""
        assert self._music is not None
        return self._music[at % len(self._music)] * self._ducking(at)[:, None]

    def _place(self, index: int) -> tuple[int, int]:
        begin = round(self._timeline.cues[index].start * HERTZ)
        return begin, begin + len(self._spoken(index))

    def _levelled(self, index: int) -> Samples:
        """Return a line as loud as its speaker should be, cut where the next one begins."""
        cue = self._timeline.cues[index]
        aim = (_PERSON if cue.speaker == "person" else _PET) - _BOTH_SIDES
        loud = levelled(_edged(self._line(cue.index)), HERTZ, aim)
        return placed(self._timeline, index, loud, HERTZ, self.length)

    def _ducking(self, at: NDArray[np.int_]) -> Samples:
        """Return the music's gain per sample: down before words, up after them, in and out at the ends."""
        coarse = np.arange(at[0], at[-1] + HERTZ // 100 + 1, HERTZ // 100)
        seconds, held = coarse / HERTZ, np.zeros(len(coarse))
        for cue in self._timeline.cues:
            rising, falling = 1 - (cue.start - seconds) / _ATTACK, 1 - (seconds - cue.end) / _RELEASE
            held = np.maximum(held, np.clip(np.minimum(rising, falling), 0, 1))
        ends = np.clip(seconds / _RISE, 0, 1) * np.clip((self._timeline.seconds - seconds) / _FALL, 0, 1)
        return np.interp(at, coarse, (1 - (1 - _DUCK) * held) * ends).astype(np.float32)


def music(mood: Mood | None, file: Path | None, seconds: float) -> Samples | None:
    """Return what plays under a film: the file if there is one, else the mood's bed, else nothing.

    Raises:
        BadInput: as `sound.read`; `sound.silence`, the file is silent.
    """
    if file is None:
        return None if mood is None else bed.loop(mood, HERTZ)
    given = sound.read(file, HERTZ, seconds=seconds + 1)
    both = given if given.shape[1] == 2 else np.repeat(given, 2, axis=1)
    if integrated(both, HERTZ) is None:
        raise sound.silent(file)
    seam = min(_SEAM, len(both) // 4)
    if len(both) >= seconds * HERTZ:
        return both
    ramp = np.linspace(0, 1, seam, dtype=np.float32)[:, None]
    both[:seam] = both[:seam] * ramp + both[len(both) - seam :] * (1 - ramp)
    return both[: len(both) - seam]


def plays(file: Path, seconds: float) -> bool:
    """Whether a file can be a film's music: it can be read, and something is heard in it."""
    try:
        return music(None, file, seconds) is not None
    except BadInput:
        return False


def _edged(line: Samples) -> Samples:
    """Fade 5 ms in and 15 ms out, so that a cut in the middle of a wave does not click."""
    result = line.astype(np.float32, copy=True)
    rise, fall = min(HERTZ // 200, len(result)), min(HERTZ * 3 // 200, len(result))
    result[:rise] *= np.linspace(0, 1, rise, dtype=np.float32)
    result[len(result) - fall :] *= np.linspace(1, 0, fall, dtype=np.float32)
    return result


def _room() -> Samples:
    """Return quiet stereo air, darker than white noise, without a seam when it comes round."""
    chance = np.random.default_rng(20)
    white = chance.standard_normal((_ROOM_LOOP, 2), dtype=np.float32)
    summed = np.cumsum(np.concatenate([white[-64:], white]), axis=0, dtype=np.float64)
    # The sum of 64 neighbours has eight times the spread of one.
    return ((summed[64:] - summed[:-64]) * (10 ** (_ROOM / 20) / 8)).astype(np.float32)
