"""Curves of time, one value per frame, laid on each other by name: what acting is made of."""

from dataclasses import dataclass, field

import numpy as np

from pipeline.puppet.plate import Floats, smooth

APART = 100
"""Between the seeds of two pets on one picture."""


@dataclass
class Stage:
    """The curves while they are being laid on each other; `time` is the middle of each frame."""

    time: Floats
    fps: int
    part: int = 0
    curves: dict[str, Floats] = field(default_factory=dict)

    def add(self, name: str, values: Floats) -> None:
        self.curves[name] = np.asarray(self.of(name) + values, np.float32)

    def of(self, name: str) -> Floats:
        return self.curves.get(name, np.zeros_like(self.time))

    def hold(self, start: float, end: float, rise: float = 0.3, fall: float = 0.35) -> Floats:
        """Return a curve that is 1 between two times, with soft slopes that begin at them."""
        return smooth(self.time, start, start + rise) * (1 - smooth(self.time, end, end + fall))

    def life(self, seed: int, low: float = 0.4, high: float = 1.2) -> Floats:
        """Return band-limited noise of about unit size, from sines of fixed chance."""
        chance = np.random.default_rng(seed + APART * self.part)
        hertz, phase = chance.uniform(low, high, 6), chance.uniform(0, 2 * np.pi, 6)
        waves = np.sin(2 * np.pi * hertz * self.time[:, None] + phase)
        return np.asarray(waves.sum(1) / np.sqrt(6), np.float32)
