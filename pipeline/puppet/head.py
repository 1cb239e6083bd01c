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
_BLOCK = 8  # points of the field, each way, whose steepest slopes are known together
_MUZZLE = 0.55  # how much more the muzzle shifts than the head: it is nearer
_NOSE, _SKULL, _BEHIND = 0.36, 0.22, 0.16  # depths before the ears' line and of the ears, in eye distances
_STEEP = 0.75  # steepest slope of the field: from 1 on the picture would fold
_LEAN = 0.6  # of a tilt the field cannot carry, the part the camera takes over by leaning
_NONE = np.empty(0, np.float32)  # there is no second map: both coordinates are in the first
_EARS = {"cat": ((-0.72, -1.05), (0.72, -1.05)), "dog": ((-0.85, -1.0), (0.85, -1.0))}


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
        columns, rows = -(-self._width // _STEP) + 1, -(-self._height // _STEP) + 1
        x, y = np.meshgrid(*(np.arange(n, dtype=np.float32) * _STEP for n in (columns, rows)))
        reach = max(0.05 * self._width, min(0.20 * self._width, 0.40 * self._axes.unit))
        deep = np.minimum(np.minimum(x, self._width - 1 - x), np.minimum(y, self._height - 1 - y))
        species = face.species if face is not None else "dog"
        nose, aside = (0.0, 0.35 * low), face.aside if face is not None else 0.0
        if face is not None and face.pet.nose is not None:
            nose = self._axes.place(face.pet.nose)
        basis = _basis(x, y, self._axes, low, species, (*nose, aside))
        basis = np.asarray(basis * smooth(deep, 0.0, reach)[None, :, :, None], np.float32)
        self._basis, self._points = basis, np.dstack((x, y))
        self._slopes = _slopes(basis)
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
        seen = self.camera(pose, view)
        field = self.field(pose) if beside is None else self.field(pose) + beside
        # The field is of the plate: here it is seen at the middles of the picture's cells of `_STEP` pixels.
        cells = -(-self._width // _STEP) + 2, -(-self._height // _STEP) + 2
        first, size = 1.5 - _STEP, np.array((_STEP, _STEP, 1))
        near = np.column_stack((seen[:, :2], seen[:, :2].sum(1) * first + seen[:, 2]))
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        coarse = near * (1, 1, 1 / _STEP)
        shift = cv2.warpAffine(field, coarse, cells, flags=flags, borderMode=cv2.BORDER_REPLICATE)
        a, b, corner = (near * size * times).T.astype(np.float32)
        x, y = np.arange(cells[0], dtype=np.float32), np.arange(cells[1], dtype=np.float32)
        source = (y[:, None] * b + corner)[:, None] + x[:, None] * a
        source -= np.float32(times) * shift if times != 1 else shift
        full = cv2.resize(source, None, fx=_STEP, fy=_STEP, interpolation=cv2.INTER_LINEAR)
        part = full[_STEP : _STEP + self._height, _STEP : _STEP + self._width]
        return np.asarray(
            cv2.remap(plate, part, _NONE, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101), np.uint8
        )

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


def fixed(point: Point, camera: NDArray[np.float64]) -> Point:
    """Return where a point that only the camera moves is on the picture."""
    return _through(np.linalg.inv(camera[:, :2]), np.array(point) - camera[:, 2])


def _through(back: NDArray[np.floating[Any]], point: NDArray[np.float64]) -> Point:
    x, y = back @ point
    return float(x), float(y)


def _basis(
    x: Floats, y: Floats, axes: Axes, low: float, species: str, nose: tuple[float, float, float]
) -> Floats:
    """Return the movements for one unit of each of the pose's figures: (11, rows, columns, 2), pixels.

    In the order x, y, tilt (radians), scale, breathe, ears, chew, size of the chew, bob, turn, bow; `low` is
    the mouth in the head's axes, `nose` the place of the nose, and how far aside the face looks.
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
        *_turning(u, v, head, sum((ear for _, ear in ears), none), nose, axes.angle),
    )
    return np.asarray(np.stack([np.dstack(pair) for pair in pairs]) * axes.unit, np.float32)


def _turning(
    u: Floats, v: Floats, head: Floats, ears: Floats, nose: tuple[float, float, float], angle: float
) -> tuple[tuple[Floats, Floats], tuple[Floats, Floats]]:
    """Return the movements of a turn and of a bow: each place moves by how far it is before the ears' line.

    On a face that looks aside already the far half lies deeper, and the nose is not in the middle.
    """
    at_u, at_v, aside = nose
    near = _SKULL * _spot(u, v, 0.3 * at_u, 0.1, 1.05, 1.1) + _NOSE * _spot(u, v, at_u, at_v, 0.62, 0.55)
    depth = sqrt(1 - aside * aside) * near
    depth = depth - 0.30 * aside * u * head - _BEHIND * ears
    c, s = np.float32(cos(angle)), np.float32(sin(angle))
    return (c * depth, s * depth), (-s * depth, c * depth)


def _spot(u: Floats, v: Floats, at_u: float, at_v: float, wide: float, tall: float) -> Floats:
    return np.asarray(np.exp(-(((u - at_u) / wide) ** 2) - ((v - at_v) / tall) ** 2), np.float32)


def _slopes(basis: Floats) -> Floats:
    """Return each movement's steepest slope in each block of points, pixels per pixel: (movements, blocks).

    Added up they are the bound that keeps poses free of folds.
    """
    down, across = np.gradient(basis, _STEP, axis=(1, 2))
    slope = np.sqrt((down**2 + across**2).sum(-1))
    count, rows, columns = slope.shape
    padded = np.pad(slope, ((0, 0), (0, -rows % _BLOCK), (0, -columns % _BLOCK)))
    blocks = padded.reshape(count, padded.shape[1] // _BLOCK, _BLOCK, padded.shape[2] // _BLOCK, _BLOCK)
    return np.asarray(blocks.max((2, 4)).reshape(count, -1), np.float32)


def _body(size: Point, pet: Pet | None) -> Axes:
    """Return axes for a pet without a face: the middle of its box, or of the picture."""
    if pet is None:
        return Axes((size[0] / 2, size[1] / 2), 0.0, 0.22 * min(size))
    box = pet.box
    return Axes((box.x + box.w / 2, box.y + box.h / 2), 0.0, max(12.0, 0.28 * min(box.w, box.h)))
