"""Tears: a glossy line on the lower lid, and drops that swell, roll down the cheek and leave a wet trail.

Drawn on the plate, so that they follow the face. A drop shows the fur behind it upside down.
"""

from math import cos, exp, sin

import cv2
import numpy as np

from pipeline.puppet.eyes import Eye
from pipeline.puppet.plate import Bytes, Face, Floats, smooth
from pipeline.puppet.sticker import lay
from storage.model import Point

_ROLL = 2.6  # seconds from swelling to gone
_EVERY = 1.5  # seconds between two drops of one eye
_DRY = 2.4  # seconds a trail stays wet
_LENGTH = 0.86  # eye distances a drop rolls


class Tears:
    """The tears of one face; `draw` is a pure function of age and strength."""

    def __init__(self, face: Face, eyes: tuple[Eye, Eye], width: int) -> None:
        self._face, self._eyes = face, eyes
        self._radius = max(2.5, 0.036 * face.span + 0.007 * width)

    def draw(self, picture: Bytes, age: float, strength: float) -> None:
        """Draw onto the picture the tears of crying that began `age` seconds ago, at 0 to 1 strength."""
        if age < 0 or strength <= 0.01:
            return
        for side, eye in zip((-1, 1), self._eyes, strict=True):
            self._lid(picture, eye, strength * min(1.0, age / 0.5))
            first = 0.25 if side < 0 else 0.95
            for number in range(max(0, int((age - _ROLL - _DRY - first) / _EVERY)), int(age / _EVERY) + 1):
                since = age - first - number * _EVERY
                if 0 < since < _ROLL + _DRY:
                    self._drop(picture, eye, side, since, number, strength)

    def _lid(self, picture: Bytes, eye: Eye, strength: float) -> None:
        points = np.array([eye.lower_lid(at) for at in np.linspace(-0.62, 0.62, 13)], np.float32)
        thick = max(1.2, 0.03 * eye.axes.unit + 0.10 * self._radius)
        box = _window(picture, points[:, 0], points[:, 1], 4 * thick)
        if box is None:
            return
        mask = np.zeros(picture[box].shape[:2], np.uint8)
        offset = np.array([box[1].start, box[0].start], np.float32)
        _line(mask, points - offset, max(1, round(0.9 * thick)), 255)
        wet = cv2.GaussianBlur(mask, (0, 0), 0.45 * thick).astype(np.float32) / 255
        _line(mask := np.zeros_like(mask), points[3:7] - offset, max(1, round(0.4 * thick)), 255)
        gleam = cv2.GaussianBlur(mask, (0, 0), 0.30 * thick).astype(np.float32) / 255
        part = picture[box].astype(np.float32)
        part += (0.75 * part + 60 - part) * (0.55 * strength * wet)[..., None]
        part += (250 - part) * (0.6 * strength * np.clip(gleam, 0, 1))[..., None]
        picture[box] = np.clip(part + 0.5, 0, 255).astype(np.uint8)

    def _at(self, eye: Eye, side: int, part: float, number: int) -> Point:
        """Return where a drop is after `part` (0 to 1) of its way: down, and a little outwards."""
        start = eye.lower_lid(0.10 * side + 0.22 * (number % 2) * -side)
        span, angle = self._face.span, self._face.angle
        out = side * span * (0.02 + 0.10 * part * part + 0.012 * sin(5 * part + number))
        down = span * _LENGTH * part + 0.5 * self._radius
        return start[0] + cos(angle) * out - sin(angle) * down, start[1] + sin(angle) * out + cos(
            angle
        ) * down

    def _drop(self, picture: Bytes, eye: Eye, side: int, since: float, number: int, strength: float) -> None:
        swell = min(1.0, since / 0.5)
        rolled = min(1.0, max(0.0, (since - 0.45) / (_ROLL - 0.45)))
        part = rolled**1.8
        if part > 0.02:
            drying = exp(-max(0.0, since - _ROLL) / (0.4 * _DRY)) * min(1.0, 5 * part)
            way = [self._at(eye, side, part * t / 12, number) for t in range(13)]
            self._trail(picture, way, 0.7 * strength * drying)
        fading = 1 - float(smooth(np.array([rolled]), 0.86, 1.0)[0])
        if fading > 0.02:
            radius = self._radius * (0.45 + 0.55 * swell) * (1 - 0.25 * part)
            self._bead(
                picture, self._at(eye, side, part, number), radius, strength * fading * min(1, 3 * swell)
            )

    def _trail(self, picture: Bytes, way: list[Point], strength: float) -> None:
        points = np.array(way, np.float32)
        box = _window(picture, points[:, 0], points[:, 1], 3 * self._radius)
        if box is None or strength < 0.02:
            return
        mask = np.zeros(picture[box].shape[:2], np.uint8)
        offset = np.array([box[1].start, box[0].start], np.float32)
        _line(mask, points - offset, max(1, round(0.8 * self._radius)), 255)
        wet = cv2.GaussianBlur(mask, (0, 0), 0.35 * self._radius).astype(np.float32) / 255
        gloss = np.float32(0.42 * strength) * np.roll(wet, -max(1, round(0.35 * self._radius)), axis=1) * wet
        through = 255 * (1 - np.float32(0.22 * strength) * wet) * (1 - gloss) + 0.5
        paint = np.asarray(252 * gloss + 0.5, np.uint8)
        lay(
            picture[box],
            np.asarray(cv2.cvtColor(paint, cv2.COLOR_GRAY2RGB), np.uint8),
            through.astype(np.uint8),
        )

    def _bead(self, picture: Bytes, at: Point, radius: float, strength: float) -> None:
        """Draw one drop: inverted view of what lies behind, dark rim above, light below, one highlight."""
        box = _window(picture, np.array([at[0]], np.float32), np.array([at[1]], np.float32), 2.6 * radius)
        if box is None:
            return
        y, x = np.mgrid[box].astype(np.float32)
        x, y = (x - np.float32(at[0])) / np.float32(radius), (y - np.float32(at[1])) / np.float32(radius)
        narrow = np.where(y < 0, 1 + 0.35 * np.minimum(-y, 1.6), 1).astype(np.float32)
        r = np.sqrt((x * narrow) ** 2 + (np.where(y < 0, y / 1.30, y / 1.05)) ** 2)
        body = smooth(1.0 - r, 0.0, 0.22) * np.float32(strength)
        part = picture[box].astype(np.float32)
        shadow = np.exp(-(((x / 1.05) ** 2) + ((y - 0.45) / 1.15) ** 2)) * (1 - body) * 0.28 * strength
        part *= (1 - shadow)[..., None]
        bent = 1.25 * (1 + 0.5 * r)
        mx = np.float32(at[0]) - x * bent * np.float32(radius)
        my = np.float32(at[1]) - y * bent * np.float32(radius)
        behind = cv2.remap(picture, mx, my, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)
        lens = behind.astype(np.float32) * (0.92 - 0.35 * _rim(r, x, y + 0.6))[..., None]
        light = np.exp(-(((x / 0.65) ** 2) + ((y - 0.52) / 0.30) ** 2))
        lens += (255 - lens) * (0.62 * light)[..., None]
        spark = np.exp(-((((x + 0.32) / 0.20) ** 2) + ((y + 0.30) / 0.26) ** 2))
        lens += (255 - lens) * np.clip(1.1 * spark, 0, 1)[..., None]
        part += (lens - part) * (0.94 * body)[..., None]
        picture[box] = np.clip(part + 0.5, 0, 255).astype(np.uint8)


def _rim(r: Floats, x: Floats, y: Floats) -> Floats:
    """Return the dark inner rim: strongest at the edge and above."""
    above = np.clip(0.75 - y, 0, 1.2)
    return np.asarray(np.exp(-(((r - 0.86) / 0.20) ** 2)) * above * (1 + 0 * x), np.float32)


def _window(picture: Bytes, x: Floats, y: Floats, margin: float) -> tuple[slice, slice] | None:
    """Return the part of a picture about some points, or None outside of it."""
    left, right = max(0, int(x.min() - margin)), min(picture.shape[1], int(x.max() + margin) + 2)
    top, bottom = max(0, int(y.min() - margin)), min(picture.shape[0], int(y.max() + margin) + 2)
    return (slice(top, bottom), slice(left, right)) if right - left > 2 and bottom - top > 2 else None


def _line(mask: Bytes, points: Floats, thick: int, value: int) -> None:
    """Draw a smooth line into a mask; sub-pixel places, so that it does not jump from frame to frame."""
    fixed = np.round(points * 16).astype(np.int32).reshape(-1, 1, 2)
    cv2.polylines(mask, [fixed], isClosed=False, color=value, thickness=thick, lineType=cv2.LINE_AA, shift=4)
