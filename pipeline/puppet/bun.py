"""The bun: a steamed one with pleats, drawn by shading, with bites cut out of its outline.

It waits at the lower edge of the picture, as on a table, and is lifted to the mouth to be bitten.
"""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from pipeline.puppet.plate import Bytes, Floats, noise, smooth
from storage.model import Point

_SIDE = 256  # pixels of the drawing, which is scaled to the picture
_BITES = ((-0.05, -0.66, 0.30), (0.34, -0.52, 0.27), (-0.40, -0.42, 0.27), (0.08, -0.30, 0.30))


@dataclass(frozen=True)
class Table:
    """Where a bun lies and where it is eaten: pixels of the picture, and its width."""

    rest: Point
    mouth: Point
    width: float

    def at(self, shown: float, lift: float) -> Point:
        """Return the bun's middle; `shown` 0 is under the picture's edge, `lift` 1 at the mouth."""
        rest = self.rest[0], self.rest[1] + (1 - shown) * 1.3 * self.width
        rise = lift * lift * (3 - 2 * lift)
        return rest[0] + (self.mouth[0] - rest[0]) * rise, rest[1] + (self.mouth[1] - rest[1]) * rise


def table(mouth: Point, span: float, size: Point) -> Table:
    """Return a place for the bun on a picture: beside the mouth's column, at the lower edge."""
    width = min(max(0.95 * span, 0.20 * size[0]), 0.34 * size[0])
    side = 1 if mouth[0] < 0.55 * size[0] else -1
    x = min(max(mouth[0] + side * 0.95 * width, 0.6 * width), size[0] - 0.6 * width)
    return Table((x, size[1] - 0.30 * width), (mouth[0], mouth[1] + 0.28 * width), width)


def put(picture: Bytes, at: Point, width: float, bites: int, turn: float = 0.0) -> None:
    """Draw the bun onto the picture, its middle `at` a point, `turn` in degrees."""
    colour, alpha = _bun(min(bites, len(_BITES)))
    half = 0.75 * width
    left, top = max(0, int(at[0] - half)), max(0, int(at[1] - half))
    right, bottom = min(picture.shape[1], int(at[0] + half) + 1), min(picture.shape[0], int(at[1] + half) + 1)
    if right - left < 2 or bottom - top < 2:
        return
    matrix = cv2.getRotationMatrix2D((_SIDE / 2, _SIDE / 2), turn, width / (0.8 * _SIDE))
    matrix[:, 2] += np.array((at[0] - _SIDE / 2 - left, at[1] - _SIDE / 2 - top))
    size = right - left, bottom - top
    cover = cv2.warpAffine(alpha, matrix, size, flags=cv2.INTER_AREA)[..., None]
    paint = cv2.warpAffine(colour, matrix, size, flags=cv2.INTER_AREA)
    part = picture[top:bottom, left:right].astype(np.float32)
    shade = cv2.GaussianBlur(np.roll(cover[..., 0], round(0.04 * width), 0), (0, 0), 0.05 * width)[..., None]
    part *= 1 - 0.35 * shade
    picture[top:bottom, left:right] = np.clip(part * (1 - cover) + paint + 0.5, 0, 255).astype(np.uint8)


@lru_cache(maxsize=6)
def _bun(bites: int) -> tuple[Floats, Floats]:
    """Return the drawing with so many bites: colour already multiplied by its cover, and the cover."""
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
        distance = _bite(x - np.float32(bx), y - np.float32(by), size, number)
        inside = smooth(-distance, -0.02, 0.02)
        crumb = smooth(-distance, 0.0, 0.09)
        filling = np.exp(-(((x - 0.02) / 0.44) ** 2) - ((y + 0.05) / 0.34) ** 2)
        cut = smooth(distance + 0.10, 0.0, 0.03) if by < -0.45 else np.ones_like(distance)
        colour += (_inner(x, y, filling, crumb) - colour) * inside[..., None]
        # The upper part of a bite goes through the outline, the lower part shows the inside.
        gone = smooth(-(distance + np.float32(0.13)), -0.015, 0.015) * smooth(
            -(y - np.float32(by)) + 0.16, 0, 0.1
        )
        cover = cover * (1 - gone * np.maximum(cut, 1))
    return np.asarray(colour * cover[..., None], np.float32), np.asarray(cover, np.float32)


def _dough(x: Floats, y: Floats, height: Floats) -> Floats:
    """Return the white skin: soft light from the upper left, pleats that run to the top, a warm shade."""
    light = 0.62 + 0.30 * height - 0.16 * x - 0.20 * y
    angle, distance = np.arctan2(x * 0.9, -(y + 0.52)), np.hypot(x * 0.9, y + 0.52)
    folds = np.cos(13 * angle + 1.6 * distance) * np.exp(-(((distance - 0.22) / 0.30) ** 2))
    light = light + 0.075 * folds - 0.24 * np.exp(-((distance / 0.085) ** 2))
    grain = noise(_SIDE * _SIDE, 7, 1.2).reshape(_SIDE, _SIDE)
    light = np.clip(light + 0.006 * grain, 0.25, 1.04)[..., None]
    cool, warm = np.array((176, 148, 120), np.float32), np.array((255, 249, 236), np.float32)
    return np.asarray(cool + (warm - cool) * np.clip((light - 0.3) / 0.62, 0, 1.02), np.float32)


def _bite(x: Floats, y: Floats, size: float, seed: int) -> Floats:
    """Return the distance to a bite's scalloped edge, negative inside."""
    teeth = 0.10 * np.abs(np.sin(4.0 * np.arctan2(y, x) + seed))
    return np.asarray(np.hypot(x, y) - np.float32(size) * (0.94 + teeth), np.float32)


def _inner(x: Floats, y: Floats, filling: Floats, crumb: Floats) -> Floats:
    """Return the inside that a bite shows: crumb with pores, and the brown filling."""
    pores = noise(_SIDE * _SIDE, 8, 1.6).reshape(_SIDE, _SIDE)[..., None]
    dough = np.array((246, 232, 204), np.float32) * (0.90 + 0.025 * pores)
    meat = np.array((132, 78, 44), np.float32) * (0.92 + 0.09 * pores)
    part = smooth(filling, 0.45, 0.62)[..., None]
    shade = (0.80 + 0.20 * crumb)[..., None]
    return np.asarray((dough + (meat - dough) * part) * shade, np.float32)
