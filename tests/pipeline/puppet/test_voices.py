"""Sound to mouth on real voices: recordings of a person, and a cloned child's."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.film import sound as files
from pipeline.model import Span
from pipeline.puppet import lipsync

HERTZ, FPS = 16_000, 25
QUIET = 35.0  # decibels under the loudest: nobody speaks
FOLDER = Path(__file__).parents[3] / ".." / "shared" / "audio"
SPOKEN: dict[str, tuple[Span, ...]] = {
    "pet-three-lines-cloned.mp3": ((0.0, 0.82), (2.17, 3.52), (4.77, 7.02)),
    "person-1.mp3": ((0.0, 3.0),),
    "person-2.mp3": ((0.0, 2.0),),
    "person-3.mp3": ((0.0, 2.0),),
}
recordings = pytest.mark.parametrize("name", SPOKEN)


@cache
def opened(name: str) -> tuple[NDArray[np.float64], NDArray[np.float32]]:
    """Return a recording's syllables (an envelope at `HERTZ`) and the mouth's openness for each frame."""
    path = FOLDER / name
    if not path.exists():
        pytest.skip("the test recordings are not here")
    silence = np.zeros(HERTZ // 2, np.float32)
    sound = np.concatenate([silence, files.read(path, HERTZ).mean(axis=1), silence])
    spans = [(start + 0.5, end + 0.5) for start, end in SPOKEN[name]]
    openness, _ = lipsync.openings(sound, HERTZ, int(len(sound) / HERTZ * FPS), FPS, spans)
    return envelope(sound), openness


def envelope(sound: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return how loud the speech band is, smoothed to syllables; nothing in it is delayed."""
    hertz = np.fft.rfftfreq(len(sound), 1 / HERTZ)
    speech = np.fft.rfft(sound) * ((hertz > 300) & (hertz < 3000))
    loud = np.fft.rfft(np.abs(np.fft.irfft(speech, len(sound)))) * np.exp(-0.5 * (hertz / 8) ** 2)
    return np.sqrt(np.clip(np.fft.irfft(loud, len(sound)), 0, None))


def times(count: int) -> NDArray[np.float64]:
    """Return the middle of each frame."""
    return (np.arange(count) + 0.5) / FPS


def alike(name: str, late: float, within: tuple[Span, ...] | None = None) -> float:
    """Return how the opening correlates with the syllables moved by `late` seconds."""
    loud, openness = opened(name)
    at = times(len(openness))
    there = np.interp(at - late, np.arange(len(loud)) / HERTZ, loud)
    chosen = np.ones(len(at), bool)
    if within:
        chosen = np.any([(at > start + 0.5) & (at < end + 0.5) for start, end in within], axis=0)
    return float(np.corrcoef(openness[chosen], there[chosen])[0, 1])


@recordings
def test_the_mouth_follows_a_voice_without_lag(name: str) -> None:
    """Opening correlates with the syllables, also within the lines alone, and is best unshifted."""
    assert alike(name, 0.0) >= 0.8
    assert alike(name, 0.0, SPOKEN[name]) >= 0.7
    best = max(np.arange(-0.16, 0.17, 0.01), key=lambda late: alike(name, float(late)))
    assert abs(best) <= 0.04


@recordings
def test_the_mouth_is_shut_in_every_pause_of_a_voice(name: str) -> None:
    """From 120 ms into each pause of over 250 ms until just before it ends, in every single frame."""
    loud, openness = opened(name)
    at = times(len(openness))
    quiet = loud**2 < (loud**2).max() * 10 ** (-QUIET / 20)
    edges = np.flatnonzero(np.diff(np.concatenate(([0], quiet.astype(int), [0])))) / HERTZ
    pauses = [(start, end) for start, end in zip(edges[::2], edges[1::2], strict=True) if end - start > 0.25]
    assert len(pauses) >= 2
    for start, end in pauses:
        within = (at > start + 0.12) & (at < end - 0.02)
        assert openness[within].max(initial=0) == 0
