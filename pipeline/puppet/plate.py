"""The plate: the picture that is worked on, the face's own coordinates on it, and patches of it.

Everything that is bent or painted is measured on the face: origin at a feature, x along the eyes' line,
y down the face, one unit a mouth's half-width or an eye's radius. A patch is a small region of the plate
with a coarse grid in those coordinates; fields are computed on the grid and spread to its pixels.
"""

from dataclasses import dataclass
from functools import cached_property
from math import atan2, ceil, cos, floor, hypot, sin
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.model import Box, Pet
from storage.model import Point

Floats = NDArray[np.float32]
Bytes = NDArray[np.uint8]

_COARSE = 4.0  # pixels between the points of a patch's grid
_SHARP = 1.0  # levels of difference between both ways of resampling that begin to be seen
# Mouth half-width and eye radius as parts of the eye distance; measured on frontal portraits.
_HALF_MOUTH = {"dog": 0.40, "cat": 0.30, "other": 0.34}
_ASIDE = 0.85  # how far the nose leaves the middle of a face turned wholly aside, in eye distances
_EYE = {"dog": 0.13, "cat": 0.19, "other": 0.14}


@dataclass(frozen=True)
class Axes:
    """A face's coordinates: `origin` in pixels, `angle` of the eyes' line in radians, `unit` in pixels."""

    origin: Point
    angle: float
    unit: float

    def local(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Return the coordinates on the face of points given in pixels."""
        c, s = cos(self.angle) / self.unit, sin(self.angle) / self.unit
        x, y = x - np.float32(self.origin[0]), y - np.float32(self.origin[1])
        return np.float32(c) * x + np.float32(s) * y, np.float32(c) * y - np.float32(s) * x

    def place(self, point: Point) -> Point:
        """Return the coordinates on the face of one pixel."""
        u, v = self.local(np.array([point[0]], np.float32), np.array([point[1]], np.float32))
        return float(u[0]), float(v[0])

    def pixel(self, u: float, v: float) -> Point:
        """Return the pixel at a place on the face."""
        c, s = cos(self.angle) * self.unit, sin(self.angle) * self.unit
        return self.origin[0] + c * u - s * v, self.origin[1] + s * u + c * v


@dataclass(frozen=True)
class Face:
    """Where a pet's features are on the plate; None for what was not found.

    `span` is the eye distance in pixels (estimated when there are no eyes); `angle` that of the eyes' line.
    """

    pet: Pet
    span: float
    angle: float

    @property
    def species(self) -> str:
        """The species, `other` when it is not known."""
        return self.pet.species or "other"

    @property
    def mouth(self) -> Axes | None:
        """The mouth's axes: origin at its middle, unit its half-width."""
        if self.pet.mouth is None:
            return None
        return Axes(self.pet.mouth, self.angle, max(6.0, _HALF_MOUTH[self.species] * self.span))

    @property
    def eyes(self) -> tuple[Axes, Axes] | None:
        """Each eye's axes, left to right as seen: origin at its middle, unit its radius."""
        if self.pet.eyes is None:
            return None
        radius = self.pet.eye_radius or _EYE[self.species] * self.span
        radius = min(max(radius, 3.0, 0.75 * _EYE[self.species] * self.span), 0.30 * self.span)
        left, right = self.pet.eyes
        return Axes(left, self.angle, radius), Axes(right, self.angle, radius)

    @property
    def aside(self) -> float:
        """How far the face looks to the right as seen, the sine of the angle within 0.8; 0 from the front."""
        tip = self.pet.nose or self.pet.mouth
        if self.pet.eyes is None or tip is None:
            return 0.0
        (x0, y0), (x1, y1) = self.pet.eyes
        off = Axes(((x0 + x1) / 2, (y0 + y1) / 2), self.angle, self.span).place(tip)[0]
        return min(max(off / _ASIDE, -0.8), 0.8)

    @property
    def middle(self) -> Axes:
        """The head's axes: origin between eyes and mouth, unit the eye distance."""
        return Axes(_middle(self.pet), self.angle, self.span)


def face(pet: Pet) -> Face:
    """Return the measured face of a pet; what is missing is estimated from what is there."""
    if pet.eyes is None:
        return Face(pet, _guessed_span(pet), 0.0)
    (x0, y0), (x1, y1) = pet.eyes
    return Face(pet, max(12.0, hypot(x1 - x0, y1 - y0)), atan2(y1 - y0, x1 - x0))


def _guessed_span(pet: Pet) -> float:
    """Return an eye distance for a pet whose eyes are not known: from its lips, else from its box."""
    if len(pet.lip) > 1:
        return max(12.0, (pet.lip[-1][0] - pet.lip[0][0]) / (2 * _HALF_MOUTH[pet.species or "other"]))
    return max(12.0, 0.30 * min(pet.box.w, pet.box.h))


def _middle(pet: Pet) -> Point:
    known = [point for point in (*(pet.eyes or ()), pet.mouth or pet.nose) if point is not None]
    if pet.eyes is not None and (pet.mouth or pet.nose) is not None:
        eyes = (pet.eyes[0][0] + pet.eyes[1][0]) / 2, (pet.eyes[0][1] + pet.eyes[1][1]) / 2
        low = pet.mouth or pet.nose or eyes
        return (eyes[0] + low[0]) / 2, (eyes[1] + low[1]) / 2
    if pet.mouth is not None and pet.eyes is None:
        return pet.mouth[0], pet.mouth[1] - 0.6 * _guessed_span(pet)
    if known:
        return sum(p[0] for p in known) / len(known), sum(p[1] for p in known) / len(known)
    return pet.box.x + pet.box.w / 2, pet.box.y + 0.4 * pet.box.h


class Patch:
    """A region of the plate in a face's coordinates, cut to the picture.

    `u`, `v` are the coarse grid (rows along v), `box` the pixels it covers: left, top, width, height.
    """

    def __init__(
        self, axes: Axes, across: tuple[float, float], down: tuple[float, float], size: Point
    ) -> None:
        self.axes = axes
        self._way: int | None = None  # how it is resampled
        self._across, self._down = across, down
        corners = [axes.pixel(u, v) for u in across for v in down]
        left = max(0, floor(min(x for x, _ in corners)))
        top = max(0, floor(min(y for _, y in corners)))
        right = min(int(size[0]), ceil(max(x for x, _ in corners)))
        bottom = min(int(size[1]), ceil(max(y for _, y in corners)))
        self.box = left, top, max(0, right - left), max(0, bottom - top)
        columns = max(8, round((across[1] - across[0]) * axes.unit / _COARSE))
        rows = max(8, round((down[1] - down[0]) * axes.unit / _COARSE))
        line = np.linspace(*across, columns, dtype=np.float32), np.linspace(*down, rows, dtype=np.float32)
        self.u, self.v = np.meshgrid(*line)

    @property
    def empty(self) -> bool:
        """True when the region lies outside the picture."""
        return self.box[2] < 2 or self.box[3] < 2

    @cached_property
    def _spreading(self) -> NDArray[np.float64]:
        """Affine matrix from the patch's pixels to indices of the grid."""
        axes, (rows, columns) = self.axes, self.u.shape
        c, s = cos(axes.angle) / axes.unit, sin(axes.angle) / axes.unit
        fu = (columns - 1) / (self._across[1] - self._across[0])
        fv = (rows - 1) / (self._down[1] - self._down[0])
        x, y = self.box[0] - axes.origin[0], self.box[1] - axes.origin[1]
        return np.array(
            [
                [fu * c, fu * s, fu * (c * x + s * y - self._across[0])],
                [-fv * s, fv * c, fv * (c * y - s * x - self._down[0])],
            ]
        )

    def spread(self, field: Floats) -> Floats:
        """Return a field on the grid at every pixel of the patch; 0 outside the grid."""
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        out = cv2.warpAffine(
            field, self._spreading, self.box[2:], flags=flags, borderMode=cv2.BORDER_CONSTANT
        )
        return np.asarray(out, np.float32)

    @cached_property
    def pixels(self) -> tuple[Floats, Floats]:
        """Each pixel's x and y on the plate: a row and a column, to be broadcast."""
        left, top, width, height = self.box
        x = np.arange(left, left + width, dtype=np.float32)[None, :]
        y = np.arange(top, top + height, dtype=np.float32)[:, None]
        return x, y

    @cached_property
    def _inside(self) -> Bytes:
        """1 for the pixels on the grid: the upright box about a turned patch has other pixels too."""
        return np.asarray(self.spread(np.ones_like(self.u)) > 0.99, np.uint8)

    def put(self, picture: Bytes, drawn: Bytes) -> None:
        """Put the patch's drawn pixels onto a picture, leaving alone what lies outside its grid."""
        cv2.copyTo(drawn, self._inside, self.cut(picture))

    def cut(self, picture: Bytes) -> Bytes:
        """Return the patch's part of a picture (a view)."""
        left, top, width, height = self.box
        return picture[top : top + height, left : left + width]

    def bend(self, plate: Bytes, du: Floats | None, dv: Floats, corner: tuple[int, int] = (0, 0)) -> Bytes:
        """Return the patch, each pixel taken from (du, dv) away: pixel-sized fields in the face's units.

        A patch is of one plate: how it is resampled is decided once. `corner` is where on it a part begins
        that is given instead of the whole.
        """
        c, s = (
            np.float32(cos(self.axes.angle) * self.axes.unit),
            np.float32(sin(self.axes.angle) * self.axes.unit),
        )
        x, y = self.pixels
        if du is None:
            mx, my = x - s * dv, y + c * dv
        else:
            mx, my = x + c * du - s * dv, y + s * du + c * dv
        if corner != (0, 0):
            mx, my = mx - np.float32(corner[0]), my - np.float32(corner[1])
        if self._way is None:
            self._way = cv2.INTER_LINEAR if soft(self.cut(plate)) else cv2.INTER_CUBIC
        return np.asarray(cv2.remap(plate, mx, my, self._way, borderMode=cv2.BORDER_REPLICATE), np.uint8)


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


def smooth(x: NDArray[np.floating[Any]], low: float = 0.0, high: float = 1.0) -> Floats:
    """Return 0 below `low`, 1 above `high`, an even rise between (the cubic step)."""
    t = np.clip((x - low) / (high - low), 0, 1)
    return np.asarray(t * t * (3 - 2 * t), np.float32)


def unfolded(v: Floats, source: Floats, least: float = 0.12) -> Floats:
    """Return `source` (rows where each row is taken from) made to rise at least `least` per unit of v.

    A field that does not rise shows the same fur twice; this is what keeps every edit free of folds.
    """
    slope = source - np.float32(least) * v
    kept = np.minimum.accumulate(slope[::-1], axis=0)[::-1]
    return np.asarray(kept + np.float32(least) * v, np.float32)


def noise(count: int, seed: int, width: float) -> Floats:
    """Return one-dimensional smooth noise of unit deviation: `width` is its grain in samples."""
    raw = np.random.default_rng(seed).standard_normal(count + 8 * max(1, round(width))).astype(np.float32)
    soft = cv2.GaussianBlur(raw[None, :], (0, 0), width)[0][:count].astype(np.float32)
    return np.asarray((soft - soft.mean()) / max(float(soft.std()), 1e-6), np.float32)


def bounds(points: list[Point]) -> Box:
    """Return the upright box about some points."""
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return Box(x=min(xs), y=min(ys), w=max(xs) - min(xs), h=max(ys) - min(ys))
