"""An eye's exact middle and radius: the circle across which brightness jumps the most.

Source: the integro-differential search of J. Daugman, "High confidence visual recognition of persons by a
test of statistical independence" (1993), with medians in place of means and the upper arc left out, since
the lid covers it.
"""

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.puppet.levelled import Level
from storage.model import Point

_GRAIN = 120
_REACH = 0.40
_RADII = np.arange(0.06, 0.215, 0.008)
_ANGLES = np.deg2rad(np.arange(-25.0, 206.0, 11.0))
_SHIFTS = np.arange(-0.10, 0.101, 0.02)


class Iris(NamedTuple):
    """An eye's middle and radius in pixels."""

    middle: Point
    radius: float


class Pair(NamedTuple):
    """Both eyes' middles, and one radius for both, in pixels."""

    middles: tuple[Point, Point]
    radius: float


def pair(picture: NDArray[np.uint8], left: Point, right: Point, level: Level) -> Pair:
    """Return both eyes; the radius is nearer the larger: pupils are taken for irises."""
    one, other = (refined(picture, eye, level) for eye in (left, right))
    radius = 0.65 * max(one.radius, other.radius) + 0.35 * min(one.radius, other.radius)
    return Pair((one.middle, other.middle), radius)


def refined(picture: NDArray[np.uint8], eye: Point, level: Level) -> Iris:
    """Return the eye: its middle half-way between the guess and the best circle.

    Args:
        picture: RGB.
        eye: the guess, in the picture's pixels.
        level: the face's coordinates (direction and unit are used).
    """
    here = level._replace(origin=eye)
    patch = here.patch(picture, -_REACH, -_REACH, _REACH, _REACH, _GRAIN)
    grey = cv2.GaussianBlur(cv2.cvtColor(patch, cv2.COLOR_RGB2GRAY), (0, 0), 1.6).astype(np.float32)
    best, place, radius = -np.inf, (0.0, 0.0), 0.11
    for y in _SHIFTS:
        for x in _SHIFTS:
            rings = _rings(grey, float(x), float(y))
            jumps = np.convolve(np.diff(rings), (0.25, 0.5, 0.25), "same")
            jumps = jumps - 40 * ((_RADII[:-1] - 0.115) / 0.115) ** 2 * 0.15 - 60 * (x * x + y * y)
            ring = int(jumps.argmax())
            if jumps[ring] > best:
                best, place, radius = float(jumps[ring]), (float(x), float(y)), float(_RADII[ring] + 0.004)
    middle = here.outside((place[0] / 2, place[1] / 2))
    return Iris(middle, radius * level.unit)


def _rings(grey: NDArray[np.float32], x: float, y: float) -> NDArray[np.float32]:
    """Return the median brightness on every circle about a place, the upper arc left out."""
    across = (_REACH + x + np.outer(_RADII, np.cos(_ANGLES))) * _GRAIN
    down = (_REACH + y + np.outer(_RADII, np.sin(_ANGLES))) * _GRAIN
    on = cv2.remap(grey, across.astype(np.float32), down.astype(np.float32), cv2.INTER_LINEAR)
    return np.asarray(np.median(on, axis=1), np.float32)
