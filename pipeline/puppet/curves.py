"""Curves of time, one value per frame, laid on each other by name: what acting is made of.

A film is played in beats, a question and its answer each; what is left to chance begins anew with every beat,
so that a beat looks the same wherever in the film it lies.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from pipeline.model import Timeline
from pipeline.puppet.plate import Floats, smooth

APART = 100
"""Between the seeds of two pets on one picture."""

_SOFT = 0.5  # seconds before a beat's end in which the next one's chance takes over


@dataclass(frozen=True)
class Beat:
    """One beat of a film: its number, first frame, and how many there are."""

    number: int
    first: int
    frames: int
    fps: int

    @property
    def seconds(self) -> float:
        """Return how long it is."""
        return self.frames / self.fps

    @property
    def time(self) -> NDArray[np.float64]:
        """Return the middle of each of its frames, in seconds from its beginning."""
        return (np.arange(self.frames) + 0.5) / self.fps


def beats(timeline: Timeline) -> tuple[Beat, ...]:
    """Return the film's beats: each question of the person begins one, but for the first."""
    asked = [round(cue.start * timeline.fps) for cue in timeline.cues if cue.speaker == "person"]
    edges = [0, *(frame for frame in asked[1:] if 0 < frame < timeline.frames), timeline.frames]
    return tuple(
        Beat(number, first, stop - first, timeline.fps)
        for number, (first, stop) in enumerate(pairwise(edges))
        if stop > first
    )


@dataclass
class Stage:
    """The curves while they are being laid on each other; `time` is the middle of each frame.

    It is kept in double precision: a gesture reckoned from its line's start is the same at every place.
    """

    time: NDArray[np.float64]
    fps: int
    part: int = 0
    beats: tuple[Beat, ...] = ()
    curves: dict[str, Floats] = field(default_factory=dict)

    @classmethod
    def empty(cls, timeline: Timeline, part: int = 0) -> Self:
        """Return an empty stage for a film."""
        time = (np.arange(timeline.frames) + 0.5) / timeline.fps
        return cls(time, timeline.fps, part, beats(timeline))

    def add(self, name: str, values: NDArray[np.floating[Any]]) -> None:
        self.curves[name] = np.asarray(self.of(name) + np.asarray(values, np.float32), np.float32)

    def of(self, name: str) -> Floats:
        return self.curves.get(name, np.zeros(len(self.time), np.float32))

    def hold(self, start: float, end: float, rise: float = 0.3, fall: float = 0.35) -> Floats:
        """Return a curve that is 1 between two times, with soft slopes that begin at them."""
        return smooth(self.time, start, start + rise) * (1 - smooth(self.time, end, end + fall))

    def in_beats(self, make: Callable[[Beat], Floats]) -> Floats:
        """Return what is made for each beat, one after the other."""
        return np.concatenate([np.zeros(0, np.float32), *map(make, self.beats)])

    def life(self, seed: int, low: float = 0.4, high: float = 1.2) -> Floats:
        """Return band-limited noise of about unit size, from sines of fixed chance."""
        out = np.zeros(len(self.time), np.float32)
        for beat, after in zip(self.beats, [*self.beats[1:], None], strict=True):
            values = _waves([seed + APART * self.part, beat.number], beat.time, low, high)
            if after is not None:
                coming = _waves([seed + APART * self.part, after.number], beat.time - beat.seconds, low, high)
                values += smooth(beat.time, beat.seconds - _SOFT, beat.seconds) * (coming - values)
            out[beat.first : beat.first + beat.frames] = values
        return out


def _waves(seed: list[int], time: NDArray[np.float64], low: float, high: float) -> NDArray[np.float64]:
    chance = np.random.default_rng(seed)
    hertz, phase = chance.uniform(low, high, 6), chance.uniform(0, 2 * np.pi, 6)
    waves: NDArray[np.float64] = np.sin(2 * np.pi * hertz * time[:, None] + phase).sum(1) / np.sqrt(6)
    return waves
