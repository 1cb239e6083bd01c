"""Quiet beds of music made by arithmetic: broken chords going round, one bed per mood.

The same every time, so that a film made twice sounds the same.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.model import Mood, Timeline

_HERTZ = 24_000  # nothing of it sounds above; half the work
_HEARD = 9.0  # time constants after which a partial is gone, -78 dB
_ECHOES = ((0.031, 0.22, 0), (0.047, 0.20, 1), (0.21, 0.12, 1), (0.33, 0.09, 0))  # seconds, strength, side


@dataclass(frozen=True)
class _Score:
    """A bed: chords as MIDI keys, the order of a chord's notes (None: a rest), seconds per note; then how
    long a note rings, how soon it decays, how dull it is, how many seconds it begins over, and how many keys
    up."""

    chords: tuple[tuple[int, int, int, int], ...]
    pattern: tuple[int | None, ...]
    beat: float
    ring: float = 2.6
    decay: float = 1.1
    bright: float = 2.1
    attack: float = 0.014
    up: int = 12


_SCORES: dict[Mood, _Score] = {
    # Am7, Fmaj7, C, G on a felt piano
    "tender": _Score(
        ((57, 60, 64, 67), (53, 57, 60, 64), (48, 52, 55, 64), (55, 59, 62, 67)), (0, 2, 1, 3, 2, 1), 0.42
    ),
    # C, Am, F, G plucked, with a skip
    "merry": _Score(
        ((60, 64, 67, 72), (57, 60, 64, 69), (53, 57, 60, 65), (55, 59, 62, 67)),
        (0, None, 2, 1, None, 3, 2, 1), 0.19, 0.9, 4.5, 1.5, 0.003,
    ),
    # Am, Em, F, C: slow, dark, long
    "blue": _Score(
        ((57, 60, 64, 69), (52, 55, 59, 64), (53, 57, 60, 65), (48, 55, 60, 64)), (0, 1, 2, 3), 0.72,
        3.6, 0.8, 2.5, 0.03, 0,
    ),
    # Am, Am, Dm, E7 on tiptoe
    "sly": _Score(
        ((45, 52, 57, 60), (45, 52, 57, 64), (50, 53, 57, 62), (52, 56, 59, 62)),
        (0, None, 1, 2, None, None, 3, None), 0.24, 0.6, 7.0, 1.7, 0.004,
    ),
    # C, G, Am, F, broad
    "proud": _Score(
        ((48, 55, 60, 64), (43, 55, 59, 62), (45, 52, 60, 64), (53, 57, 60, 65)), (0, 1, 2, 3, 2, 1, 2, 3),
        0.30, 2.0, 1.4, 1.9, 0.008,
    ),
}  # fmt: skip
MOODS = tuple(_SCORES)
_SUITING: dict[str, Mood] = {
    "calm": "tender",
    "crying": "tender",
    "sad": "blue",
    "happy": "merry",
    "shocked": "merry",
    "sly": "sly",
    "proud": "proud",
}


def suiting(timeline: Timeline) -> Mood:
    """Return the bed for how the pet's lines are played: what most of them are, its last one where even."""
    played = [_SUITING[cue.direction.emotion] for cue in timeline.cues if cue.speaker != "person"]
    return max(reversed(played), key=played.count, default="tender")


def loop(mood: Mood = "tender", hertz: int = 48_000) -> NDArray[np.float32]:
    """Return a bed once round, (n, 2) at `hertz`, peak 0.5: what rings over the end is at the start."""
    once = _once(_SCORES[mood])
    places = np.arange(round(len(once) * hertz / _HERTZ)) * (_HERTZ / hertz)
    sides = [np.interp(places, np.arange(len(once)), once[:, side], period=len(once)) for side in (0, 1)]
    return np.stack(sides, axis=1).astype(np.float32)


def _once(score: _Score) -> NDArray[np.float32]:
    step = round(score.beat * _HERTZ)
    length = step * len(score.pattern) * len(score.chords)
    sound = np.zeros((length, 2), np.float32)
    tones = {key: _tone(score, key) for key in _keys(score)}
    for number, chord in enumerate(score.chords):
        at = number * len(score.pattern) * step
        for place, key, strength, side in _struck(score, chord):
            sides = np.array([np.cos(side * np.pi / 2), np.sin(side * np.pi / 2)], np.float32) * strength
            _ring(sound, (at + place * step) % length, tones[key][:, None] * sides)
    for delay, strength, ear in _ECHOES:
        sound[:, ear] += strength * np.roll(sound.mean(axis=1), round(delay * _HERTZ))
    return np.asarray(sound * (0.5 / np.abs(sound).max()), dtype=np.float32)


def _ring(sound: NDArray[np.float32], at: int, tone: NDArray[np.float32]) -> None:
    """Add a note to a loop at its place; what passes the end goes on at the start."""
    while len(tone):
        room = min(len(sound) - at, len(tone))
        sound[at : at + room] += tone[:room]
        tone, at = tone[room:], 0


def _keys(score: _Score) -> set[int]:
    return {key for chord in score.chords for _, key, _, _ in _struck(score, chord)}


def _struck(score: _Score, chord: tuple[int, int, int, int]) -> list[tuple[int, int, float, float]]:
    """Return the place, key, strength and side of every note in the chord, its bass first."""
    struck = [(0, chord[0] - 12, 0.8, 0.5)]
    for place, which in enumerate(score.pattern):
        if which is not None:
            strength = 1.0 if place == 0 else 0.62 + 0.08 * (place % 3)
            struck.append((place, chord[which] + score.up, strength, 0.35 + 0.1 * which))
    return struck


def _tone(score: _Score, key: int) -> NDArray[np.float32]:
    """Return one note: decaying partials, the upper ones weak and soon gone."""
    time = np.arange(round(score.ring * _HERTZ), dtype=np.float32) / np.float32(_HERTZ)
    pitch = 440 * 2 ** ((key - 69) / 12)
    tone = np.zeros(len(time), np.float32)
    for partial in range(1, 7):
        hertz = pitch * partial * np.sqrt(1 + 0.0004 * partial**2)  # strings are a little stiff
        if hertz < 4000:
            fall = np.float32(score.decay * (1 + 0.82 * partial))
            heard = time[: round(_HEARD / fall * _HERTZ)]
            wave = np.exp(heard * -fall) * np.sin(heard * np.float32(2 * np.pi * hertz))
            tone[: len(heard)] += np.float32(partial**-score.bright) * wave
    return np.asarray(tone * np.minimum(time / score.attack, 1) * np.minimum((score.ring - time) / 0.3, 1))
