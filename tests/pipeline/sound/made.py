"""Sounds made by a formula, so that what should be heard in them is known."""

import numpy as np

from pipeline.sound.samples import Samples


def tone(seconds: float, hertz: int = 48_000, pitch: float = 997.0, level: float = 0.1) -> Samples:
    """A sine."""
    at = np.arange(round(seconds * hertz)) / hertz
    return (level * np.sin(2 * np.pi * pitch * at)).astype(np.float32)


def talk(syllables: int, pitch: float = 220.0, hertz: int = 24_000, seed: int = 1) -> Samples:
    """Something like speech: five voiced syllables a second, moving pitch, formants, a hiss before each."""
    chance = np.random.default_rng(seed)
    at = np.arange(int(hertz * 0.2)) / hertz
    shape = np.sin(np.pi * np.minimum(at / 0.19, 1.0)) ** 0.7
    spoken = []
    for _ in range(syllables):
        start, end = pitch * 2 ** (chance.uniform(-0.25, 0.25, 2))
        phase = 2 * np.pi * np.cumsum(start + (end - start) * at / 0.2) / hertz
        formants = chance.uniform(400, 900), chance.uniform(1200, 2400)
        voice = np.zeros_like(at)
        for n in range(1, int(min(5000, hertz * 0.45) / pitch)):
            near = sum(np.exp(-(((n * pitch - f) / 220) ** 2)) for f in formants)
            voice += (near + 0.05) * np.sin(n * phase)
        hiss = chance.normal(0, 0.5, len(at)) * np.exp(-at / 0.02)
        spoken.append(shape * voice + np.diff(hiss, prepend=0.0))
    line = np.concatenate(spoken)
    return np.asarray(0.3 * line / np.abs(line).max(), dtype=np.float32)


def silence(seconds: float, hertz: int = 24_000) -> Samples:
    """Digital silence."""
    return np.zeros(round(seconds * hertz), np.float32)


def noise(like: Samples, below_db: float, seed: int = 2) -> Samples:
    """White noise so many decibels under the power of what sounds in `like`."""
    sounding = like[np.abs(like) > 1e-3]
    level = float(np.sqrt((sounding**2).mean())) * 10 ** (-below_db / 20)
    return np.random.default_rng(seed).normal(0, level, like.shape).astype(np.float32)


def three(hertz: int = 24_000) -> tuple[Samples, list[tuple[float, float]]]:
    """Three lines of 2, 5 and 8 syllables with pauses of 0.8 and 0.6 s, and where they are."""
    lines = [talk(n, hertz=hertz, seed=n) for n in (2, 5, 8)]
    sound = np.concatenate(
        [
            silence(0.4, hertz),
            lines[0],
            silence(0.8, hertz),
            lines[1],
            silence(0.6, hertz),
            lines[2],
            silence(0.5, hertz),
        ]
    )
    return sound, [(0.4, 0.8), (1.6, 2.6), (3.2, 4.8)]
