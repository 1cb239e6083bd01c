"""A table in front of the pet: where the photo ends close under its lips, and where there is a bun.

It hides that there is no chin: the pet rests on the table and raises its head to speak; and a bun has a dish
to lie on. The table stands in the room: it follows the camera, never the head.
"""

from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.puppet.plate import Bytes, Floats, smooth
from storage.model import Point

_OVER = 0.012  # the table covers so much of the photo's last rows, in picture widths
_DEEP = 0.165  # depth of a table that is only there for the bun, in picture widths
_BESIDE = 0.06  # how far it reaches beyond the picture, in widths: a leaning camera looks there
_WOOD = (226, 190, 144), (188, 142, 96)  # light and dark of the grain
_DISH = (250, 248, 243), (120, 160, 196)  # porcelain and its rim


class Tabletop:
    """The table of one plate; `put` is a pure function of its arguments."""

    def __init__(self, plate: Bytes, floor: float, chin: Point | None) -> None:
        """Take the row under which nothing of the photo is to be seen, and the chin that rests there."""
        self._plate, self._chin, self.rests = plate, chin, chin is not None
        self._wide, self._high = plate.shape[1], plate.shape[0]
        self.edge = floor - _OVER * self._wide
        self._top = int(self.edge) - 3
        self._left = -round(_BESIDE * self._wide)

    def put(self, picture: Bytes, camera: NDArray[np.float64]) -> None:
        """Draw the table onto a picture seen through `camera`, the matrix from it to the plate."""
        back = np.linalg.inv(camera[:, :2])
        ends = [back @ (np.array((x, self._top)) - camera[:, 2]) for x in (0, self._wide)]
        first = max(0, int(min(y for _, y in ends)) - 1)
        if first >= picture.shape[0]:
            return
        way = camera.copy()
        way[:, 2] += camera[:, 1] * first - (self._left, self._top)
        size = self._wide, picture.shape[0] - first
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        wood, cover = (
            cv2.warpAffine(drawn, way, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
            for drawn in self._drawn
        )
        part = picture[first:]
        mixed = cv2.blendLinear(wood, part, cover, 1 - cover)
        part[:] = mixed

    @cached_property
    def _drawn(self) -> tuple[Bytes, Floats]:
        """Return the table's colours and how much they cover, from `_left`, `_top` on."""
        wide, high = self._wide - 2 * self._left, self._high - self._top + 4
        x = np.arange(wide, dtype=np.float32)[None, :] + self._left
        depth = np.arange(high, dtype=np.float32)[:, None] + np.float32(self._top - self.edge)
        cover = np.asarray(np.broadcast_to(smooth(depth, -1.0, 1.0), (high, wide)), np.float32)
        far = np.clip(depth / (0.25 * self._wide), 0, 1)
        part = np.clip(0.30 + 0.22 * far + 0.16 * self._grain(wide, high) * (0.35 + 0.65 * far), 0, 1)
        light, dark = (np.array(colour, np.float32) for colour in _WOOD)
        colour = dark + (light - dark) * (1 - part)[..., None]
        unit = 0.01 * self._wide
        # Light along the edge, and the shade of the head that rests there.
        colour *= (1 + 0.10 * np.exp(-(((depth - 0.4 * unit) / (0.5 * unit)) ** 2)))[..., None]
        chin, shade = (self._chin[0], 0.42) if self._chin else (0.5 * self._wide, 0.22)
        near = np.exp(-(((x - np.float32(chin)) / (0.34 * self._wide)) ** 4))
        colour *= (1 - shade * near * np.exp(-np.maximum(depth, 0) / (4.5 * unit)))[..., None]
        return np.asarray(np.clip(colour * self._light + 0.5, 0, 255), np.uint8), cover

    def _grain(self, wide: int, high: int) -> Floats:
        """Return wood: streaks along the picture, closer together and softer far away, of unit size."""
        chance = np.random.default_rng(11)
        raw = chance.standard_normal((high, wide)).astype(np.float32)
        fine = cv2.GaussianBlur(raw, (0, 0), sigmaX=0.10 * self._wide, sigmaY=0.0022 * self._wide)
        broad = cv2.GaussianBlur(raw, (0, 0), sigmaX=0.25 * self._wide, sigmaY=0.012 * self._wide)
        mixed = fine / max(float(fine.std()), 1e-6) + 1.2 * broad / max(float(broad.std()), 1e-6)
        return np.asarray(0.6 * mixed, np.float32)

    @property
    def _light(self) -> Floats:
        """Return the room's light on the table: the photo's brightness, and a little of its colour."""
        seen = self._plate[: self._top : 8, ::8].reshape(-1, 3).astype(np.float32)
        mean = seen.mean(0) if len(seen) else np.full(3, 128, np.float32)
        level = float(mean.mean())
        cast = 1 + 0.30 * (mean / max(level, 1.0) - 1)
        return np.asarray(min(1.05, 0.62 + 0.75 * level / 255) * cast, np.float32)


def beneath(plate: Bytes, lip: float) -> Tabletop | None:
    """Return a table along the picture's lower edge; None where it would stand before the lips."""
    high, wide = plate.shape[:2]
    floor = high - (_DEEP - _OVER) * wide
    return Tabletop(plate, floor, None) if lip < floor - 2 * _OVER * wide else None


def dish(picture: Bytes, middle: Point, width: float, *, light: float, pressed: float) -> None:
    """Draw a dish seen from the side, `pressed` 1 when a bun of that `width` lies on it and shades it."""
    rx, ry = 0.62 * width, 0.155 * width
    left, top = int(middle[0] - 1.5 * rx), int(middle[1] - 1.6 * ry)
    right, bottom = int(middle[0] + 1.5 * rx) + 1, int(middle[1] + 2.7 * ry) + 1
    left, top = max(0, left), max(0, top)
    right, bottom = min(picture.shape[1], right), min(picture.shape[0], bottom)
    if right - left < 2 or bottom - top < 2:
        return
    x = (np.arange(left, right, dtype=np.float32)[None, :] - np.float32(middle[0])) / np.float32(rx)
    y = (np.arange(top, bottom, dtype=np.float32)[:, None] - np.float32(middle[1])) / np.float32(ry)
    part = picture[top:bottom, left:right].astype(np.float32)
    part *= (1 - 0.42 * smooth(1.45 - np.hypot(x, (y - 0.55) / 1.25), 0.0, 0.75))[..., None]
    soft = 1.2 / ry
    side = smooth(1 - np.hypot(x / 0.97, y - 0.20), 0, soft)  # the dish's thickness below its rim
    plate, blue = (np.array(colour, np.float32) * np.float32(light) for colour in _DISH)
    part += (0.72 * plate - part) * side[..., None]
    away = np.hypot(x, y)
    face = smooth(1 - away, 0, soft)
    shine = 0.90 + 0.08 * smooth(-y - 0.3 * x, -0.6, 0.9) - 0.07 * np.exp(-(((away - 0.70) / 0.07) ** 2))
    colour = plate * shine[..., None]
    rim = np.exp(-(((away - 0.90) / 0.035) ** 4))[..., None]
    colour += (blue - colour) * (0.75 * rim)
    shade = np.exp(-((x / 0.72) ** 4) - ((y - 0.10) / 0.75) ** 2)
    colour *= (1 - 0.38 * np.float32(pressed) * shade)[..., None]
    part += (colour - part) * face[..., None]
    picture[top:bottom, left:right] = np.clip(part + 0.5, 0, 255).astype(np.uint8)
