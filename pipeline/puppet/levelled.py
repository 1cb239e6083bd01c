"""A face's own coordinates: origin at a point, x along the eyes, y down the face, unit the eye distance."""

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from storage.model import Point

Spot = NDArray[np.float64]


def apart(one: Point, other: Point) -> float:
    """Return the distance between two points."""
    return float(np.hypot(other[0] - one[0], other[1] - one[1]))


class Level(NamedTuple):
    """Where a face is and how it is turned: `origin` in pixels, `along` a unit vector, `unit` in pixels."""

    origin: Point
    along: Point
    unit: float

    @classmethod
    def by_eyes(cls, origin: Point, left: Point, right: Point) -> "Level":
        """Return coordinates about a point of the face whose eyes these are."""
        wide, high = right[0] - left[0], right[1] - left[1]
        unit = max(float(np.hypot(wide, high)), 1e-6)
        return cls(origin, (wide / unit, high / unit), unit)

    def inside(self, point: Point) -> Point:
        """Return a pixel's place in the face's coordinates."""
        x, y = (point[0] - self.origin[0]) / self.unit, (point[1] - self.origin[1]) / self.unit
        return x * self.along[0] + y * self.along[1], y * self.along[0] - x * self.along[1]

    def outside(self, point: Point) -> Point:
        """Return the pixel of a place in the face's coordinates; the inverse of `inside`."""
        x, y = point[0] * self.unit, point[1] * self.unit
        return (
            self.origin[0] + x * self.along[0] - y * self.along[1],
            self.origin[1] + x * self.along[1] + y * self.along[0],
        )

    def patch(
        self, picture: NDArray[np.uint8], left: float, top: float, right: float, bottom: float, grain: int
    ) -> NDArray[np.uint8]:
        """Return that rectangle of the face, upright, at `grain` pixels a unit."""
        wide, high = round((right - left) * grain), round((bottom - top) * grain)
        corners = [self.outside(place) for place in ((left, top), (right, top), (left, bottom))]
        matrix = cv2.getAffineTransform(
            np.array(corners, np.float32), np.array([(0, 0), (wide, 0), (0, high)], np.float32)
        )
        smaller = self.unit > 1.5 * grain
        source = cv2.GaussianBlur(picture, (0, 0), 0.4 * self.unit / grain) if smaller else picture
        return np.asarray(
            cv2.warpAffine(
                source, matrix, (wide, high), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
            ),
            np.uint8,
        )
