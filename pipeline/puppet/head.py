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
from pipeline.puppet.plate import Axes, Bytes, Face, Floats, smooth
from storage.model import Point

_STEP = 4  # pixels between the points of the field
_MUZZLE = 0.55  # how much more the muzzle shifts than the head: this is what reads as turning
_STEEP = 0.75  # steepest slope of the field: from 1 on the picture would fold
_LEAN = 0.6  # of a tilt the field cannot carry, the part the camera takes over by leaning
_SHARP = 1.0  # levels of difference between both ways of resampling that begin to be seen
_NONE = np.empty(0, np.float32)  # there is no second map: both coordinates are in the first
_EARS = {"cat": ((-0.72, -1.05), (0.72, -1.05)), "dog": ((-0.85, -1.0), (0.85, -1.0))}


@dataclass(frozen=True)
class Pose:
    """One frame's stance: lengths in eye distances, `tilt` in degrees, `scale`, `breathe`, `ears` about 0."""

    x: float = 0.0
    y: float = 0.0
    tilt: float = 0.0
    scale: float = 0.0
    breathe: float = 0.0
    ears: float = 0.0
    chew: float = 0.0
    bob: float = 0.0


@dataclass(frozen=True)
class View:
    """One frame's camera: `zoom` 1 shows the whole plate, `x`, `y` drift in parts of its width."""

    zoom: float = 1.0
    x: float = 0.0
    y: float = 0.0


class Head:
    """The field of one plate; with no face the whole pet's box bobs, with no pet the middle."""

    def __init__(
        self, size: Point, face: Face | None, pet: Pet | None, *, soft: bool = False, share: float = 1.0
    ) -> None:
        """Take the plate's size and who is on it; a `soft` plate may be resampled the cheap way.

        `share` is its part of the steepest slope, where another head bends the same plate.
        """
        self._steep = np.float32(_STEEP * share)
        self._width, self._height, self._soft = int(size[0]), int(size[1]), soft
        self._axes = face.middle if face is not None else _body(size, pet)
        low = 0.6
        if face is not None and face.mouth is not None:
            low = self._axes.place(face.mouth.origin)[1]
        columns, rows = -(-self._width // _STEP) + 1, -(-self._height // _STEP) + 1
        x, y = np.meshgrid(*(np.arange(n, dtype=np.float32) * _STEP for n in (columns, rows)))
        reach = max(0.05 * self._width, min(0.20 * self._width, 0.40 * self._axes.unit))
        deep = np.minimum(np.minimum(x, self._width - 1 - x), np.minimum(y, self._height - 1 - y))
        species = face.species if face is not None else "dog"
        basis = _basis(x, y, self._axes, low, species)
        basis = np.asarray(basis * smooth(deep, 0.0, reach)[None, :, :, None], np.float32)
        self._basis, self._points = basis, np.dstack((x, y))
        self._slopes = _slopes(basis)
        self._carried = min(1.0, 0.60 / max(1e-6, radians(5) * float(self._slopes[2])))
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
            ),
            np.float32,
        )
        steep = float(np.abs(amounts) @ self._slopes)
        amounts *= np.float32(min(1.0, float(self._steep) / max(steep, 1e-6)))
        return amounts

    def show(self, plate: Bytes, pose: Pose, view: View, beside: Floats | None = None) -> Bytes:
        """Return the plate with the head moved, seen through the camera: one resampling.

        `beside` is the field of another head on the plate.
        """
        flags, size = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, (self._width, self._height)
        seen, (rows, columns) = self.camera(pose, view), self._points.shape[:2]
        coarse = seen * np.array((1, 1, 1 / _STEP))
        field = self.field(pose) if beside is None else self.field(pose) + beside
        shift = cv2.warpAffine(field, coarse, (columns, rows), flags=flags, borderMode=cv2.BORDER_REPLICATE)
        x, y = (self._points[..., axis, None] for axis in (0, 1))
        across, down, corner = seen.T.astype(np.float32)
        source = np.asarray(x * across + y * down + corner - shift, np.float32)
        # A quarter is exact in the fixed point of the enlargement: no step shows between its cells.
        fine = np.array(((1 / _STEP, 0, 0), (0, 1 / _STEP, 0)))
        full = cv2.warpAffine(source, fine, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
        way = cv2.INTER_LINEAR if self._soft else cv2.INTER_CUBIC
        return np.asarray(cv2.remap(plate, full, _NONE, way, borderMode=cv2.BORDER_REFLECT_101), np.uint8)

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
            row = int(np.clip(np.rint(at[1] / _STEP), 0, self._points.shape[0] - 1))
            column = int(np.clip(np.rint(at[0] / _STEP), 0, self._points.shape[1] - 1))
            at = np.array(point) + np.einsum("k,kc->c", amounts, self._basis[:, row, column])
        return at


def soft(plate: Bytes) -> bool:
    """Return True when linear resampling by half a pixel, the worst case, costs no visible sharpness.

    So it is with photos that were enlarged to the plate; cubic resampling takes six times as long.
    """
    half = np.array(((1, 0, 0.5), (0, 1, 0.5)))
    linear, cubic = (
        cv2.warpAffine(plate, half, plate.shape[1::-1], flags=way | cv2.WARP_INVERSE_MAP)[8:-8, 8:-8]
        for way in (cv2.INTER_LINEAR, cv2.INTER_CUBIC)
    )
    return bool(cubic.size and float(cv2.absdiff(linear, cubic).mean()) < _SHARP)


def fixed(point: Point, camera: NDArray[np.float64]) -> Point:
    """Return where a point that only the camera moves is on the picture."""
    return _through(np.linalg.inv(camera[:, :2]), np.array(point) - camera[:, 2])


def _through(back: NDArray[np.floating[Any]], point: NDArray[np.float64]) -> Point:
    x, y = back @ point
    return float(x), float(y)


def _basis(x: Floats, y: Floats, axes: Axes, low: float, species: str) -> Floats:
    """Return the movements for one unit of each of the pose's figures: (9, rows, columns, 2), pixels.

    In the order x, y, tilt (radians), scale, breathe, ears, chew, size of the chew, bob; `low` is the mouth
    in the head's axes.
    """
    u, v = axes.local(x, y)
    head = np.exp(-((np.abs(u) / 1.75) ** 3) - (np.abs(v + 0.25) / 2.0) ** 3)
    muzzle = _spot(u, v, 0, low - 0.15, 0.75, 0.75)
    jaw = _spot(u, v, 0, low + 0.15, 0.55, 0.40)
    chest = _spot(u, v, 0, low + 1.7, 1.9, 0.95)
    pivot = axes.pixel(0, low + 1.1)
    away_x, away_y = (x - np.float32(pivot[0])) / axes.unit, (y - np.float32(pivot[1])) / axes.unit
    none = np.zeros_like(u)
    ears = [
        (side, _spot(u, v, a, b, 0.42, 0.5))
        for side, (a, b) in zip((-1, 1), _EARS.get(species, _EARS["dog"]), strict=True)
    ]
    pairs = (
        (head + _MUZZLE * muzzle, none),
        (none, head + 0.6 * _MUZZLE * muzzle),
        (-head * away_y, head * away_x),
        (head * away_x, head * away_y),
        (none, -0.020 * chest - 0.006 * head),
        (sum((0.020 * side * ear for side, ear in ears), none), sum((-0.060 * ear for _, ear in ears), none)),
        (0.020 * muzzle, none),
        (none, 0.035 * jaw),
        (none, -0.10 * head),
    )
    return np.asarray(np.stack([np.dstack(pair) for pair in pairs]) * axes.unit, np.float32)


def _spot(u: Floats, v: Floats, at_u: float, at_v: float, wide: float, tall: float) -> Floats:
    return np.asarray(np.exp(-(((u - at_u) / wide) ** 2) - ((v - at_v) / tall) ** 2), np.float32)


def _slopes(basis: Floats) -> Floats:
    """Return each movement's steepest slope, pixels per pixel: the bound that keeps poses free of folds."""
    down, across = np.gradient(basis, _STEP, axis=(1, 2))
    return np.asarray(np.sqrt((down**2 + across**2).sum(-1)).max((1, 2)), np.float32)


def _body(size: Point, pet: Pet | None) -> Axes:
    """Return axes for a pet without a face: the middle of its box, or of the picture."""
    if pet is None:
        return Axes((size[0] / 2, size[1] / 2), 0.0, 0.22 * min(size))
    box = pet.box
    return Axes((box.x + box.w / 2, box.y + box.h / 2), 0.0, max(12.0, 0.28 * min(box.w, box.h)))
