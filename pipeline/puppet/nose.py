"""The nose's middle: a spot of the nose's size, darker or redder than the fur around it."""

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.puppet.levelled import Level
from storage.model import Point

Floats = NDArray[np.float32]

RADIUS = {"dog": 0.19, "cat": 0.11}
"""Half the nose's width in eye distances, by species."""

_GRAIN = 64
_REACH = 0.48
_LEAST_DOWN = 0.33


def refined(
    picture: NDArray[np.uint8], level: Level, species: str | None, between: Point
) -> tuple[Point, float]:
    """Return the nose's middle near the origin of the face's coordinates, in pixels, and its strength.

    Strength 0 is plain fur; ordinary noses have 1 to 3.

    Args:
        picture: RGB.
        level: the face's coordinates, the first guess at the nose as origin.
        species: for the nose's size.
        between: the middle between the eyes, in pixels; the nose is well below it.
    """
    border = 0.6
    whole = _REACH + border
    patch = level.patch(picture, -whole, -whole, whole, whole, _GRAIN)
    lab = cv2.cvtColor(patch, cv2.COLOR_RGB2LAB).astype(np.float32)
    radius = RADIUS.get(species or "", 0.15) * _GRAIN
    dark = _spots(-lab[..., 0], radius) / max(12.0, float(lab[..., 0].std()))
    red = _spots(lab[..., 1], radius) / max(5.0, 1.5 * float(lab[..., 1].std()))
    likely = 2.0 * np.maximum(dark, 0.8 * red)
    edge = round(border * _GRAIN)
    likely = likely[edge:-edge, edge:-edge]
    plain = likely.copy()
    steps = np.linspace(-_REACH, _REACH, likely.shape[0])
    likely = likely - 0.9 * (steps[:, None] ** 2 + steps[None, :] ** 2) / 0.36**2
    likely[steps < _LEAST_DOWN + level.inside(between)[1]] = -np.inf
    row, column = np.unravel_index(int(likely.argmax()), likely.shape)
    return level.outside((float(steps[column]), float(steps[row]))), float(plain[row, column])


def _spots(strength: Floats, radius: float) -> Floats:
    """Return how much a disc of that radius stands out from the ring around it."""
    inner = cv2.GaussianBlur(strength, (0, 0), radius * 0.6)
    outer = cv2.GaussianBlur(strength, (0, 0), radius * 1.7)
    return np.asarray(inner - outer, np.float32)
