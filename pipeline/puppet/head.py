"""The head moves as one on a neck, the muzzle a little more, ears and chest by themselves; the camera too.

All of it is one smooth field over the plate, a quarter of its size, which is zero at the picture's edges,
and one final resampling together with the camera's push and drift.
"""

from dataclasses import dataclass
from math import cos, radians, sin

import cv2
import numpy as np

from pipeline.model import Pet
from pipeline.puppet.plate import Axes, Bytes, Face, Floats, smooth
from storage.model import Point

_STEP = 4  # pixels between the points of the field
_MUZZLE = 0.55  # how much more the muzzle shifts than the head: this is what reads as turning
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
    """The weights of one plate; with no face the whole pet's box bobs, with no pet the middle."""

    def __init__(self, size: Point, face: Face | None, pet: Pet | None) -> None:
        self._width, self._height = int(size[0]), int(size[1])
        columns, rows = (-(-self._width // _STEP) + 1), (-(-self._height // _STEP) + 1)
        self._x, self._y = np.meshgrid(
            np.arange(columns, dtype=np.float32) * _STEP, np.arange(rows, dtype=np.float32) * _STEP
        )
        self._still = self._inside(0.05)
        self._axes = face.middle if face is not None else _body(size, pet)
        u, v = self._axes.local(self._x, self._y)
        lower = face.mouth if face is not None else None
        low = self._axes.place(lower.origin)[1] if lower else 0.6
        self._pivot = self._axes.pixel(0, low + 1.1)
        oval = (np.abs(u) / 1.75) ** 3 + (np.abs(v + 0.25) / 2.0) ** 3
        self._head = np.asarray(np.exp(-oval) * self._still, np.float32)
        self._muzzle = np.asarray(
            np.exp(-((u / 0.75) ** 2) - ((v - low + 0.15) / 0.75) ** 2) * self._still, np.float32
        )
        self._jaw = np.asarray(
            np.exp(-((u / 0.55) ** 2) - ((v - low - 0.15) / 0.40) ** 2) * self._still, np.float32
        )
        self._chest = np.asarray(
            np.exp(-((u / 1.9) ** 2) - ((v - low - 1.7) / 0.95) ** 2) * self._still, np.float32
        )
        self._ears = [
            np.asarray(np.exp(-(((u - a) / 0.42) ** 2) - ((v - b) / 0.5) ** 2) * self._still, np.float32)
            for a, b in _EARS.get(face.species if face is not None else "dog", _EARS["dog"])
        ]
        self._grid = np.meshgrid(
            np.arange(self._width, dtype=np.float32), np.arange(self._height, dtype=np.float32)
        )

    def _inside(self, margin: float) -> Floats:
        """Return a weight that is 0 at the picture's edges and 1 from `margin` of its width inwards."""
        reach = margin * self._width
        near = np.minimum(self._x, self._width - 1 - self._x)
        deep = np.minimum(self._y, self._height - 1 - self._y)
        return smooth(np.minimum(near, deep), 0.0, reach)

    def field(self, pose: Pose) -> Floats:
        """Return how far each coarse point of the plate moves, pixels: rows, columns, (x, y)."""
        c, s = cos(radians(pose.tilt)), sin(radians(pose.tilt))
        grow = 1 + pose.scale
        x, y = self._x - np.float32(self._pivot[0]), self._y - np.float32(self._pivot[1])
        unit = self._axes.unit
        turn_x = (c * grow - 1) * x - s * grow * y + pose.x * unit
        turn_y = s * grow * x + (c * grow - 1) * y + pose.y * unit
        dx = self._head * turn_x.astype(np.float32)
        dy = self._head * turn_y.astype(np.float32)
        dx += self._muzzle * np.float32(_MUZZLE * pose.x * unit + 0.02 * pose.chew * unit)
        dy += self._muzzle * np.float32(_MUZZLE * 0.6 * pose.y * unit)
        dy += self._jaw * np.float32(0.035 * abs(pose.chew) * unit)
        dy -= self._chest * np.float32(0.020 * pose.breathe * unit)
        dy -= self._head * np.float32(0.006 * pose.breathe * unit + 0.10 * pose.bob * unit)
        for side, ear in zip((-1, 1), self._ears, strict=True):
            dy -= ear * np.float32(0.060 * pose.ears * unit)
            dx += ear * np.float32(side * 0.020 * pose.ears * unit)
        return np.dstack((dx, dy))

    def show(self, plate: Bytes, pose: Pose, view: View) -> Bytes:
        """Return the plate with the head moved, seen through the camera: one resampling."""
        moved = self.field(pose)
        left, top, zoom = self._corner(view)
        scale = 1 / (zoom * _STEP)
        seen = np.array([[scale, 0, left / _STEP], [0, scale, top / _STEP]])
        size = self._width, self._height
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        shift = cv2.warpAffine(moved, seen, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
        gx, gy = self._grid
        mx = gx * np.float32(1 / zoom) + np.float32(left) - shift[..., 0]
        my = gy * np.float32(1 / zoom) + np.float32(top) - shift[..., 1]
        return np.asarray(
            cv2.remap(plate, mx, my, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101), np.uint8
        )

    def _corner(self, view: View) -> tuple[float, float, float]:
        """Return the plate's pixel at the view's upper left corner, kept inside the plate, and the zoom."""
        zoom = max(1.0, view.zoom)
        room_x, room_y = (self._width - 1) * (1 - 1 / zoom), (self._height - 1) * (1 - 1 / zoom)
        # The push goes towards the face: it keeps its place in the picture while everything grows.
        at_x = min(max(self._axes.origin[0] / self._width, 0.0), 1.0)
        at_y = min(max(self._axes.origin[1] / self._height, 0.0), 1.0)
        left = min(max(room_x * at_x + view.x * self._width, 0.0), room_x)
        top = min(max(room_y * at_y + view.y * self._width, 0.0), room_y)
        return left, top, zoom

    def seen(self, points: list[Point], pose: Pose, view: View) -> list[Point]:
        """Return where points of the plate are on the picture."""
        moved = self.field(pose)
        left, top, zoom = self._corner(view)
        return [self._seen(point, moved, left, top, zoom) for point in points]

    def _seen(self, point: Point, moved: Floats, left: float, top: float, zoom: float) -> Point:
        x, y = point
        for _ in range(2):
            row = min(max(round(y / _STEP), 0), moved.shape[0] - 1)
            column = min(max(round(x / _STEP), 0), moved.shape[1] - 1)
            x, y = point[0] + float(moved[row, column, 0]), point[1] + float(moved[row, column, 1])
        return (x - left) * zoom, (y - top) * zoom


def _body(size: Point, pet: Pet | None) -> Axes:
    """Return axes for a pet without a face: the middle of its box, or of the picture."""
    if pet is None:
        return Axes((size[0] / 2, size[1] / 2), 0.0, 0.22 * min(size))
    box = pet.box
    return Axes((box.x + box.w / 2, box.y + box.h / 2), 0.0, max(12.0, 0.28 * min(box.w, box.h)))
