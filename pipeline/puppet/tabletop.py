"""A table in front of the pet: where the photo ends close under its lips, and where there is a bun.

It hides that there is no chin: the pet rests on the table and raises its head to speak; and a bun has a dish
to lie on. The table stands in the room: it follows the camera, never the head.
"""

from functools import cached_property, lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.puppet.plate import Bytes, Floats, smooth
from pipeline.puppet.sticker import Sticker, stick, sticker
from storage.model import Point

_OVER = 0.012  # the table covers so much of the photo's last rows, in picture widths
_DEEP, _LEAST = 0.155, 0.085  # usual and least depth of a table that is only there for the bun, in widths
_CLEAR = 0.055  # what is left between it and the lower lip, in widths: a push brings them nearer
_BESIDE = 0.06  # how far it reaches beyond the picture, in widths: a leaning camera looks there
_WOOD = (226, 190, 144), (188, 142, 96)  # light and dark of the grain
_DRAWN = 240  # pixels of the bun that the dish is drawn for
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

    def before(self, camera: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the camera as it sees the table: one that nobody rests on keeps to the picture's lower edge.

        It is nearer than the pet, so a push towards the face does not drive it out of the picture.
        """
        if self.rests:
            return camera
        settled = camera.copy()
        settled[1, 2] = self._high - settled[1, 0] * self._wide / 2 - settled[1, 1] * self._high
        return settled

    def put(self, picture: Bytes, camera: NDArray[np.float64]) -> None:
        """Draw the table onto a picture seen through `camera`, the matrix from it to the plate."""
        way = camera.copy()
        way[:, 2] -= self._left, self._top
        stick(picture, self._drawn, way)

    @cached_property
    def _drawn(self) -> Sticker:
        """Return the table from `_left`, `_top` on."""
        wide, high = self._wide - 2 * self._left, self._high - self._top + round(_BESIDE * self._wide)
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
        return sticker(np.minimum(colour * self._light, 255), cover)

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
    """Return a table along the picture's lower edge; None where it would be too close to the open mouth."""
    high, wide = plate.shape[:2]
    floor = max(high - _DEEP * wide, lip + _CLEAR * wide)
    return Tabletop(plate, floor, None) if high - floor >= _LEAST * wide else None


def dish(picture: Bytes, middle: Point, width: float, *, light: float, pressed: float) -> None:
    """Draw a dish seen from the side, `pressed` 1 when a bun of that `width` lies on it and shades it."""
    scale = _DRAWN / width
    way = np.array(((scale, 0.0, 0.0), (0.0, scale, 0.0)))
    way[:, 2] = np.array((1.0, 0.32)) * _DRAWN - scale * np.array(middle)
    stick(picture, _dish(light, round(4 * pressed) / 4), way)


@lru_cache(maxsize=6)
def _dish(light: float, pressed: float) -> Sticker:
    """Return a dish for a bun `_DRAWN` wide, its middle that far from the left, 0.32 of it from the top."""
    rx, ry = np.float32(0.62 * _DRAWN), np.float32(0.155 * _DRAWN)
    x = (np.arange(2 * _DRAWN, dtype=np.float32)[None, :] - _DRAWN) / rx
    y = (np.arange(_DRAWN, dtype=np.float32)[:, None] - np.float32(0.32 * _DRAWN)) / ry
    shadow = 0.42 * smooth(1.45 - np.hypot(x, (y - 0.55) / 1.25), 0.0, 0.75)
    soft = 1.2 / float(ry)
    side = smooth(1 - np.hypot(x / 0.97, y - 0.20), 0, soft)  # the dish's thickness below its rim
    plate, blue = (np.array(colour, np.float32) * np.float32(light) for colour in _DISH)
    away = np.hypot(x, y)
    face = smooth(1 - away, 0, soft)
    shine = 0.90 + 0.08 * smooth(-y - 0.3 * x, -0.6, 0.9) - 0.07 * np.exp(-(((away - 0.70) / 0.07) ** 2))
    colour = plate * shine[..., None]
    rim = np.exp(-(((away - 0.90) / 0.035) ** 4))[..., None]
    colour += (blue - colour) * (0.75 * rim)
    under = np.exp(-((x / 0.72) ** 4) - ((y - 0.10) / 0.75) ** 2)
    colour *= (1 - 0.38 * np.float32(pressed) * under)[..., None]
    colour = 0.72 * plate + (colour - 0.72 * plate) * face[..., None]
    return sticker(np.asarray(colour, np.float32), np.maximum(side, face), np.asarray(shadow, np.float32))
