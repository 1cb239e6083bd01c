"""The head moves as one on a neck, the muzzle a little more, ears and chest by themselves; the camera too.

All of it is one smooth field over the plate, a quarter of its size, which is zero at the picture's edges,
and one final resampling together with the camera's push and drift.
"""

from dataclasses import dataclass
from math import cos, radians, sin, sqrt
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.model import Pet
from pipeline.puppet.movements import STEP, basis, slopes
from pipeline.puppet.plate import Axes, Bytes, Face, Floats, smooth
from storage.model import Point

_STEEP = 0.75  # steepest slope of the field: from 1 on the picture would fold
_LEAN = 0.6  # of a tilt the field cannot carry, the part the camera takes over by leaning
_NONE = np.empty(0, np.float32)  # there is no second map: both coordinates are in the first


@dataclass(frozen=True)
class Pose:
    """One frame's stance: lengths in eye distances, `tilt` in degrees, `scale`, `breathe`, `ears` about 0.

    `turn` and `bow` in radians: the nose goes to the right as seen, and down.
    """

    x: float = 0.0
    y: float = 0.0
    tilt: float = 0.0
    scale: float = 0.0
    breathe: float = 0.0
    ears: float = 0.0
    chew: float = 0.0
    bob: float = 0.0
    turn: float = 0.0
    bow: float = 0.0


@dataclass(frozen=True)
class View:
    """One frame's camera: `zoom` 1 shows the whole plate, `x`, `y` drift in parts of its width."""

    zoom: float = 1.0
    x: float = 0.0
    y: float = 0.0


class Head:
    """The field of one plate; with no face the whole pet's box bobs, with no pet the middle."""

    def __init__(self, size: Point, face: Face | None, pet: Pet | None, *, share: float = 1.0) -> None:
        """Take the plate's size and who is on it.

        `share` is its part of the steepest slope, where another head bends the same plate.
        """
        self._steep = np.float32(_STEEP * share)
        self._width, self._height = int(size[0]), int(size[1])
        self._axes = face.middle if face is not None else _body(size, pet)
        low = 0.6
        if face is not None and face.mouth is not None:
            low = self._axes.place(face.mouth.origin)[1]
        columns, rows = -(-self._width // STEP) + 1, -(-self._height // STEP) + 1
        x, y = np.meshgrid(*(np.arange(n, dtype=np.float32) * STEP for n in (columns, rows)))
        reach = max(0.05 * self._width, min(0.20 * self._width, 0.40 * self._axes.unit))
        deep = np.minimum(np.minimum(x, self._width - 1 - x), np.minimum(y, self._height - 1 - y))
        species = face.species if face is not None else "dog"
        nose, aside = (0.0, 0.35 * low), face.aside if face is not None else 0.0
        if face is not None and face.pet.nose is not None:
            nose = self._axes.place(face.pet.nose)
        moves = basis(x, y, self._axes, low, species, (*nose, aside))
        moves = np.asarray(moves * smooth(deep, 0.0, reach)[None, :, :, None], np.float32)
        self._basis, self._points = moves, np.dstack((x, y))
        self._slopes = slopes(moves)
        self._carried = min(1.0, 0.60 / max(1e-6, radians(5) * float(self._slopes[2].max())))
        # Close to the lower edge the push keeps the mouth in the picture rather than the face in its place.
        self._anchor = self._axes.origin[0] / self._width, self._axes.origin[1] / self._height
        if face is not None and face.mouth is not None:
            down = float(smooth(np.array([face.mouth.origin[1] / self._height]), 0.70, 0.90)[0])
            self._anchor = self._anchor[0], self._anchor[1] + (1 - self._anchor[1]) * down

    def field(self, pose: Pose) -> Floats:
        """Return how far each coarse point of the plate moves, pixels: rows, columns, (x, y).

        A pose that would fold the picture is made smaller as a whole.
        """
        # Not a matrix product: its threads would fight with those of the other process.
        return np.asarray(np.einsum("k,kyxc->yxc", self._amounts(pose), self._basis), np.float32)

    def _amounts(self, pose: Pose) -> Floats:
        amounts = np.array(
            (
                pose.x,
                pose.y,
                radians(pose.tilt) * self._carried,
                pose.scale,
                pose.breathe,
                pose.ears,
                pose.chew,
                abs(pose.chew),
                pose.bob,
                pose.turn,
                pose.bow,
            ),
            np.float32,
        )
        steep = float(np.einsum("k,kb->b", np.abs(amounts), self._slopes).max())
        amounts *= np.float32(min(1.0, float(self._steep) / max(steep, 1e-6)))
        return amounts

    def show(
        self, plate: Bytes, pose: Pose, view: View, beside: Floats | None = None, times: int = 1
    ) -> Bytes:
        """Return the plate with the head moved, seen through the camera: one resampling.

        `beside` is the field of another head on the plate; `times` how much larger the plate handed in is.
        """
        field = self.field(pose) if beside is None else self.field(pose) + beside
        places = self._places(self.camera(pose, view), field, times)
        edge = cv2.BORDER_REFLECT_101
        return np.asarray(cv2.remap(plate, places, _NONE, cv2.INTER_LINEAR, borderMode=edge), np.uint8)

    def _places(self, seen: NDArray[np.float64], field: Floats, times: int) -> Floats:
        """Return where each pixel of the picture comes from, in pixels of a plate so many times as large.

        The field is of the plate: here it is looked up at the middles of the picture's cells.
        """
        cells = -(-self._width // STEP) + 2, -(-self._height // STEP) + 2
        first, size = 1.5 - STEP, np.array((STEP, STEP, 1))
        near = np.column_stack((seen[:, :2], seen[:, :2].sum(1) * first + seen[:, 2]))
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        coarse = near * (1, 1, 1 / STEP)
        shift = cv2.warpAffine(field, coarse, cells, flags=flags, borderMode=cv2.BORDER_REPLICATE)
        a, b, corner = (near * size * times).T.astype(np.float32)
        x, y = (np.arange(count, dtype=np.float32) for count in cells)
        source = (y[:, None] * b + corner)[:, None] + x[:, None] * a
        source -= np.float32(times) * shift
        full = cv2.resize(source, None, fx=STEP, fy=STEP, interpolation=cv2.INTER_LINEAR)
        return np.asarray(full[STEP : STEP + self._height, STEP : STEP + self._width], np.float32)

    def camera(self, pose: Pose, view: View) -> NDArray[np.float64]:
        """Return the affine matrix from the picture to the plate; what it shows lies inside the plate."""
        w, h = self._width - 1.0, self._height - 1.0
        roll = radians(pose.tilt) * (1 - self._carried) * _LEAN
        c, s, wide = cos(roll), sin(roll), max(w / h, h / w)
        needed = c + wide * abs(s)
        zoom = max(needed, max(1.0, view.zoom) * (c + wide * (sqrt(s * s + 1e-4) - 1e-2)))
        half_x, half_y = (w * c + h * abs(s)) / (2 * zoom), (h * c + w * abs(s)) / (2 * zoom)
        at_x, at_y = (min(max(part, 0.0), 1.0) for part in self._anchor)
        x = at_x * w + (0.5 - at_x) * w / zoom + view.x * w
        y = at_y * h + (0.5 - at_y) * h / zoom + view.y * w
        x, y = min(max(x, half_x), w - half_x), min(max(y, half_y), h - half_y)
        c, s = c / zoom, s / zoom
        return np.array([[c, s, x - (c * w + s * h) / 2], [-s, c, y - (c * h - s * w) / 2]])

    def seen(self, points: list[Point], pose: Pose, view: View) -> list[Point]:
        """Return where points of the plate are on the picture."""
        amounts, camera = self._amounts(pose), self.camera(pose, view)
        back = np.linalg.inv(camera[:, :2])
        return [_through(back, self._moved(point, amounts) - camera[:, 2]) for point in points]

    def _moved(self, point: Point, amounts: Floats) -> NDArray[np.float64]:
        """Return where a point of the plate goes; the field says where each place takes its pixel from."""
        at = np.array(point)
        for _ in range(3):
            row = int(np.clip(np.rint(at[1] / STEP), 0, self._points.shape[0] - 1))
            column = int(np.clip(np.rint(at[0] / STEP), 0, self._points.shape[1] - 1))
            at = np.array(point) + np.einsum("k,kc->c", amounts, self._basis[:, row, column])
        return at


def fixed(point: Point, camera: NDArray[np.float64]) -> Point:
    """Return where a point that only the camera moves is on the picture."""
    return _through(np.linalg.inv(camera[:, :2]), np.array(point) - camera[:, 2])


def _through(back: NDArray[np.floating[Any]], point: NDArray[np.float64]) -> Point:
    x, y = back @ point
    return float(x), float(y)


def _body(size: Point, pet: Pet | None) -> Axes:
    """Return axes for a pet without a face: the middle of its box, or of the picture."""
    if pet is None:
        return Axes((size[0] / 2, size[1] / 2), 0.0, 0.22 * min(size))
    box = pet.box
    return Axes((box.x + box.w / 2, box.y + box.h / 2), 0.0, max(12.0, 0.28 * min(box.w, box.h)))
