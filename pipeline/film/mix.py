"""The film's sound: lines at their places and levels, room tone, a ducked bed, loudness of the whole."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from pipeline.film.bed import bed as music
from pipeline.film.timeline import lay
from pipeline.model import Timeline
from pipeline.sound.loudness import integrated, levelled, limited

HERTZ = 48_000
WHOLE = -15.0  # LUFS of the finished stereo file
_CEILING = -1.9  # dBTP before AAC, which lifts peaks by up to about 0.7 dB
_PERSON, _PET, _BED = -16.1, -15.5, -30.0  # LUFS as heard on two channels
_ROOM = -62.0  # dB of full scale, mean
_BOTH_SIDES = 3.01  # LU: one signal on two channels adds up
_NEAR, _ROUNDS = 0.1, 8  # LU; two or three rounds are usual, short peaky lines take more
_DUCK, _ATTACK, _RELEASE = 0.5, 0.15, 0.35  # gain under words; seconds down, seconds up


def mix(timeline: Timeline, sounds: Mapping[int, NDArray[np.float32]], *, bed: bool) -> NDArray[np.float32]:
    """Return the film's sound, (n, 2) at 48 000 Hz: -15 LUFS integrated, true peak under -1 dB after AAC.

    Args:
        sounds: per cue index, the line's mono samples at 48 000 Hz.
        bed: with music under it, held back where somebody speaks.
    """
    length = round(timeline.seconds * HERTZ)
    voices = np.zeros(length, np.float32)
    for cue in timeline.cues:
        aim = (_PERSON if cue.speaker == "person" else _PET) - _BOTH_SIDES
        lay(voices, timeline, cue.index, levelled(_edged(sounds[cue.index]), HERTZ, aim), HERTZ)
    both = np.repeat(voices[:, None], 2, axis=1)
    both += _room(length)
    if bed:
        both += levelled(music(timeline.seconds, HERTZ), HERTZ, _BED) * _ducking(timeline, length)[:, None]
    return _finished(both)


def _finished(both: NDArray[np.float32]) -> NDArray[np.float32]:
    """Bring the whole to its loudness and under the ceiling; again, because a limiter takes loudness away."""
    for _ in range(_ROUNDS):
        now = integrated(both, HERTZ)
        if now is None or abs(WHOLE - now) < _NEAR:
            return both
        both = limited(both * np.float32(10 ** ((WHOLE - now) / 20)), HERTZ, _CEILING)
    return both


def _edged(sound: NDArray[np.float32]) -> NDArray[np.float32]:
    """Fade 5 ms in and 15 ms out, so that a cut in the middle of a wave does not click."""
    result = sound.astype(np.float32, copy=True)
    rise, fall = min(HERTZ // 200, len(result)), min(HERTZ * 3 // 200, len(result))
    result[:rise] *= np.linspace(0, 1, rise, dtype=np.float32)
    result[len(result) - fall :] *= np.linspace(1, 0, fall, dtype=np.float32)
    return result


def _room(length: int) -> NDArray[np.float32]:
    """Return quiet stereo air, (length, 2), darker than white noise; the same for every film."""
    chance = np.random.default_rng(20)
    white = chance.standard_normal((length + 64, 2), dtype=np.float32)
    summed = np.cumsum(white, axis=0, dtype=np.float64)
    # The sum of 64 neighbours has eight times the spread of one.
    return ((summed[64:] - summed[:-64]) * (10 ** (_ROOM / 20) / 8)).astype(np.float32)


def _ducking(timeline: Timeline, length: int) -> NDArray[np.float32]:
    """Return the bed's gain per sample: down before words, up again after them."""
    coarse = HERTZ // 100
    at = np.arange(length // coarse + 2) / 100
    held = np.zeros(len(at))
    for cue in timeline.cues:
        rising = 1 - (cue.start - at) / _ATTACK
        falling = 1 - (at - cue.end) / _RELEASE
        held = np.maximum(held, np.clip(np.minimum(rising, falling), 0, 1))
    gain = 1 - (1 - _DUCK) * held
    return np.interp(np.arange(length), np.arange(len(at)) * coarse, gain).astype(np.float32)
