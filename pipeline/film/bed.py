"""A quiet bed of felt piano, made by arithmetic: four chords, broken, going round.

The same every time, so that a film made twice sounds the same.
"""

import numpy as np
from numpy.typing import NDArray

_HERTZ = 24_000  # a felt piano has nothing above; half the work
_BEAT = 0.42  # seconds between two notes
_CHORDS = (
    (57, 60, 64, 67),
    (53, 57, 60, 64),
    (48, 52, 55, 64),
    (55, 59, 62, 67),
)  # Am7, Fmaj7, C, G as MIDI keys
_PATTERN = (0, 2, 1, 3, 2, 1)  # which note of the chord, one after the other
_ECHOES = ((0.031, 0.22, 0), (0.047, 0.20, 1), (0.21, 0.12, 1), (0.33, 0.09, 0))  # seconds, strength, side
_RING = 2.6  # seconds a note sounds


def bed(seconds: float, hertz: int = 48_000) -> NDArray[np.float32]:
    """Return stereo music, (n, 2) at `hertz` (a multiple of 24 000), fading in and out; peak about 0.5."""
    once = _loop()
    wanted = int(np.ceil(seconds * _HERTZ)) + 1
    music = np.tile(once, (wanted // len(once) + 1, 1))[:wanted]
    places = np.arange(round(seconds * hertz)) * (_HERTZ / hertz)
    sides = [np.interp(places, np.arange(wanted), music[:, side]) for side in (0, 1)]
    result = np.stack(sides, axis=1).astype(np.float32)
    return result * _fades(len(result), hertz)[:, None]


def _loop() -> NDArray[np.float32]:
    """Return once round the chords, (n, 2): what rings over the end comes back at the start."""
    step = round(_BEAT * _HERTZ)
    length = step * len(_PATTERN) * len(_CHORDS)
    sound = np.zeros((length, 2))
    tones: dict[int, NDArray[np.float64]] = {}
    for number, chord in enumerate(_CHORDS):
        at = number * len(_PATTERN) * step
        struck = [
            (0, chord[0] - 12, 0.8, 0.5)
        ]  # the place, key, strength and side of every note in the chord
        for place, which in enumerate(_PATTERN):
            strength = 1.0 if place == 0 else 0.62 + 0.08 * (place % 3)
            struck.append((place, chord[which] + 12, strength, 0.35 + 0.1 * which))
        for place, key, strength, side in struck:
            if key not in tones:
                tones[key] = _tone(key)
            tone = tones[key]
            places = (at + place * step + np.arange(len(tone))) % length
            sound[places, 0] += strength * np.cos(side * np.pi / 2) * tone
            sound[places, 1] += strength * np.sin(side * np.pi / 2) * tone
    for delay, strength, ear in _ECHOES:
        sound[:, ear] += strength * np.roll(sound.mean(axis=1), round(delay * _HERTZ))
    return np.asarray(sound * (0.5 / np.abs(sound).max()), dtype=np.float32)


def _tone(key: int) -> NDArray[np.float64]:
    """Return one note: decaying partials, the upper ones weak and soon gone."""
    time = np.arange(round(_RING * _HERTZ)) / _HERTZ
    pitch = 440 * 2 ** ((key - 69) / 12)
    tone = np.zeros(len(time))
    for partial in range(1, 7):
        hertz = pitch * partial * np.sqrt(1 + 0.0004 * partial**2)  # strings are a little stiff
        if hertz < 4000:
            tone += partial**-2.1 * np.exp(-time * (1.1 + 0.9 * partial)) * np.sin(2 * np.pi * hertz * time)
    return np.asarray(tone * np.minimum(time / 0.014, 1.0) * np.minimum((_RING - time) / 0.3, 1.0))


def _fades(length: int, hertz: int) -> NDArray[np.float32]:
    at = np.arange(length) / hertz
    left = length / hertz - at
    return (np.clip(at / 0.3, 0, 1) * np.clip(left / 1.2, 0, 1)).astype(np.float32)
