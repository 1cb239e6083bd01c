"""The bun: a steamed one with pleats, drawn by shading, with bites cut out of its outline.

It waits at the lower edge of the picture, as on a table, and is lifted to the mouth to be bitten.
"""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from pipeline.puppet.plate import Bytes, Floats, smooth
from pipeline.puppet.sticker import Sticker, stick, sticker
from storage.model import Point

SEAT = 0.27
"""From the bun's middle down to what it lies on, in its widths."""

_THERE = 0.6  # of its coming a bun on a dish is on the way: then paws take hold of it
_CLOSE = 1.2  # of a table's depth, the widest bun that hardly rises above its edge
_SIDE = 256  # pixels of the drawing, which is scaled to the picture
_BITES = ((-0.22, -0.62, 0.42), (0.30, -0.58, 0.40), (-0.62, -0.30, 0.36), (0.08, -0.28, 0.40))


@dataclass(frozen=True)
class Table:
    """Where a bun lies and where it is eaten: pixels of the picture, its width, and the light there.

    `away` is how far from its place it waits before it is brought; with a `dish` it comes along the table.
    """

    rest: Point
    mouth: Point
    width: float
    light: float = 1.0
    away: Point = (0.0, 0.0)
    dish: bool = False

    def at(self, shown: float) -> Point:
        """Return where the bun lies; `shown` 0 is out of the picture."""
        far = 1 - float(smooth(np.array([shown]), 0, _THERE)[0]) if self.dish else 1 - shown
        return self.rest[0] + far * self.away[0], self.rest[1] + far * self.away[1]


def table(plate: Bytes, mouth: Point, half: float, low: float, edge: float | None = None) -> Table:
    """Return a place for the bun below a mouth of `half` its width: on the table whose edge is that row.

    Without a table it is held at the lower edge. On a close-up, where it would hide the lips whose lowest row
    is `low`, it lies aside.
    """
    size = plate.shape[1], plate.shape[0]
    width = min(max(2.3 * half, 0.13 * size[0]), 0.25 * size[0])
    if edge is not None:
        width = min(1.25 * width, 0.30 * size[0], 1.6 * (size[1] - edge))
    side = 1 if mouth[0] < 0.55 * size[0] else -1
    seat = size[1] - 0.03 * width if edge is None else edge + 0.55 * (size[1] - edge)
    if edge is not None and seat - 0.90 * width < low:
        # The pet's chin is close: a smaller bun, further to the front, leaves the cheek free.
        width, seat = min(width, _CLOSE * (size[1] - edge)), edge + 0.66 * (size[1] - edge)
    x = mouth[0]
    if seat - 0.90 * width < low:
        x += side * max(0.9 * width, 1.15 * half + 0.55 * width)
    beside = 0.86 * width
    x = min(max(x, beside), size[0] - beside)
    light = min(1.0, 0.62 + 0.85 * float(plate[::8, ::8].mean()) / 255)
    eaten = mouth[0], mouth[1] + 0.30 * width
    if edge is None:
        return Table((x, size[1] - 0.30 * width), eaten, width, light, (0.0, 1.3 * width))
    away = side * (size[0] / 2 + width), 0.0
    return Table((x, seat - SEAT * width), eaten, width, light, away, dish=True)


def lifted(rest: Point, mouth: Point, lift: float) -> Point:
    """Return the bun's middle on its way from where it lies to the mouth."""
    rise = lift * lift * (3 - 2 * lift)
    return rest[0] + (mouth[0] - rest[0]) * rise, rest[1] + (mouth[1] - rest[1]) * rise


def put(
    picture: Bytes, at: Point, width: float, bites: int, *, turn: float = 0.0, light: float = 1.0
) -> None:
    """Draw the bun onto the picture, its middle `at` a point, `turn` in degrees, `light` as bright."""
    # The turn the other way about the point, then from it to the drawing's middle.
    way = np.asarray(cv2.getRotationMatrix2D(at, -turn, 0.8 * _SIDE / width), np.float64)
    way[:, 2] += np.array((_SIDE / 2 - at[0], _SIDE / 2 - at[1]))
    stick(picture, _lit(min(bites, len(_BITES)), light), way)


@lru_cache(maxsize=6)
def _lit(bites: int, light: float) -> Sticker:
    """Return the drawing in that light, with a soft shadow all about it: it stands before the picture."""
    colour, cover = _bun(bites)
    shade = cv2.GaussianBlur(cover, (0, 0), 0.04 * _SIDE)
    return sticker(np.float32(light) * colour, cover, np.asarray(np.float32(0.24) * shade, np.float32))


def _bun(bites: int) -> tuple[Floats, Floats]:
    """Return the drawing with so many bites: its colour, and where it covers."""
    axis = (np.arange(_SIDE, dtype=np.float32) - _SIDE / 2 + 0.5) / np.float32(0.40 * _SIDE)
    x, y = np.meshgrid(axis, axis)
    bottom = np.float32(0.62)
    width = 1 - 0.05 * np.cos(3 * y)
    outline = 1 - (
        (np.abs(x) / width) ** 2.3 + (np.maximum(-y, 0) / 0.80) ** 1.9 + (np.maximum(y, 0) / bottom) ** 3.2
    )
    cover = smooth(outline, 0.0, 0.06)
    height = np.sqrt(np.clip(outline, 0, 1))
    colour = _dough(x, y, height)
    for number, (bx, by, size) in enumerate(_BITES[:bites]):
        # A scoop from above and in front: its brim is gone, below it the inside is seen.
        front = _bite(x - np.float32(bx), y - np.float32(by), size, number)
        back = _bite(x - np.float32(bx), y - np.float32(by - 0.62 * size), 0.80 * size, number + 2)
        inside = smooth(-front, -0.012, 0.012)[..., None]
        colour += (_inner(x - np.float32(bx), y - np.float32(by), size, front, back) - colour) * inside
        cover = cover * (1 - smooth(-back, -0.012, 0.012))
    return np.asarray(colour, np.float32), np.asarray(cover, np.float32)


def _grain(seed: int, width: float) -> Floats:
    """Return smooth noise over the drawing, of unit deviation."""
    raw = np.random.default_rng(seed).standard_normal((_SIDE, _SIDE)).astype(np.float32)
    soft = cv2.GaussianBlur(raw, (0, 0), width)
    return np.asarray(soft / float(soft.std()), np.float32)


def _dough(x: Floats, y: Floats, height: Floats) -> Floats:
    """Return the white skin: soft light from the upper left, pleats that run to the top, a warm shade."""
    light = 0.48 + 0.44 * height - 0.17 * x - 0.20 * y
    angle, distance = np.arctan2(x * 0.9, -(y + 0.52)), np.hypot(x * 0.9, y + 0.52)
    folds = np.cos(13 * angle + 1.6 * distance) * np.exp(-(((distance - 0.24) / 0.30) ** 2))
    light = light + 0.085 * folds - 0.26 * np.exp(-((distance / 0.085) ** 2))
    grain = _grain(7, 1.2)
    part = np.clip((light + 0.006 * grain - 0.12) / 0.86, 0, 1.0)[..., None]
    dark, warm = np.array((150, 112, 82), np.float32), np.array((255, 248, 234), np.float32)
    return np.asarray(dark + (warm - dark) * part**0.75, np.float32)


def _bite(x: Floats, y: Floats, size: float, seed: int) -> Floats:
    """Return the distance to a bite's scalloped edge, negative inside."""
    teeth = 0.09 * np.abs(np.sin(3.5 * np.arctan2(y, x) + seed))
    return np.asarray(np.hypot(x, y) - np.float32(size) * (0.95 + teeth), np.float32)


def _inner(x: Floats, y: Floats, size: float, front: Floats, back: Floats) -> Floats:
    """Return the inside that a bite shows: crumb with pores about a brown, glossy filling."""
    pores = _grain(8, 1.8)[..., None]
    dough = np.array((250, 238, 212), np.float32) * (0.95 + 0.022 * pores)
    meat = np.array((134, 74, 40), np.float32) * (1.0 + 0.18 * pores)
    middle = np.exp(-(np.abs(x / (0.60 * size)) ** 2.6) - np.abs((y - 0.38 * size) / (0.38 * size)) ** 2.6)
    filled = smooth(middle + 0.06 * pores[..., 0], 0.40, 0.60)[..., None]
    # Hollow: darker and warmer deep inside than at the skin.
    deep = (1 - smooth(np.minimum(-front, back), 0.0, 0.16 * size))[..., None]
    shade = np.array((0.93, 0.88, 0.82), np.float32) + np.array((0.07, 0.12, 0.18), np.float32) * deep
    return np.asarray((dough + (meat - dough) * filled) * shade, np.float32)
