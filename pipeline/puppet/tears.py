"""Tears: a glossy line on the lower lid, and drops that swell, roll down the cheek and leave a wet trail.

Drawn on the plate, so that they follow the face. A drop shows the fur behind it upside down.
"""

from collections import OrderedDict
from dataclasses import dataclass
from math import cos, dist, exp, sin

import cv2
import numpy as np

from pipeline.puppet.eyes import Eye
from pipeline.puppet.plate import Bytes, Face, Floats, smooth
from pipeline.puppet.sticker import lay
from storage.model import Point

Region = tuple[slice, slice]

_ROLL = 2.6  # seconds from swelling to gone
_EVERY = 1.5  # seconds between two drops of one eye
_DRY = 2.4  # seconds a trail stays wet
_WAYS = 4  # different ways down, one drop after the other
_STEPS, _KEPT = 96, 24  # steps of a way that look different; trails that are kept
_LEANS = 0.35  # of a face's lean, what a drop's way has of it: it falls rather than follows the face
_NOSE = 0.24  # eye distances from the middle of the nose within which no drop rolls
_LENGTH = 0.86  # eye distances a drop rolls


@dataclass(frozen=True)
class _Wet:
    """What is wet in a part of the plate, and what gleams there, 0 to 1."""

    box: Region
    wet: Floats
    gleam: Floats


class Tears:
    """The tears of one face; `draw` is a pure function of age and strength."""

    def __init__(self, face: Face, eyes: tuple[Eye, Eye], size: tuple[int, int]) -> None:
        """Take a face, its eyes, and the plate's width and height."""
        width = size[0]
        self._face, self._eyes = face, eyes
        self._radius = max(2.5, 0.036 * face.span + 0.007 * width)
        self._size = size
        # Where the nose is not known the way ends before it.
        self._length = _LENGTH if face.pet.nose is not None else _LENGTH / 2
        self._lids = {side: self._wet_lid(eye) for side, eye in zip((-1, 1), eyes, strict=True)}
        self._shedding = {side: self._sheds(eye, side) for side, eye in zip((-1, 1), eyes, strict=True)}
        self._trails: OrderedDict[tuple[int, int, int], _Wet | None] = OrderedDict()

    @property
    def parts(self) -> list[tuple[int, int, int, int]]:
        """Where on the plate tears may be seen: left, top, width, height for each eye."""
        found, margin = [], 4 * self._radius
        for side, eye in zip((-1, 1), self._eyes, strict=True):
            way = [self._at(eye, side, at / 8, number) for at in range(9) for number in range(_WAYS)]
            lid = [eye.lower_lid(at) for at in (-0.7, 0.0, 0.7)]
            x, y = np.array([*way, *lid]).T
            left, right = max(0, int(x.min() - margin)), min(self._size[0], int(x.max() + margin) + 2)
            top, bottom = max(0, int(y.min() - margin)), min(self._size[1], int(y.max() + margin) + 2)
            if right > left and bottom > top:
                found.append((left, top, right - left, bottom - top))
        return found

    def draw(self, picture: Bytes, age: float, strength: float) -> None:
        """Draw onto the picture the tears of crying that began `age` seconds ago, at 0 to 1 strength."""
        if age < 0 or strength <= 0.01:
            return
        for side, eye in zip((-1, 1), self._eyes, strict=True):
            self._lid(picture, side, strength * min(1.0, age / 0.5))
            if not self._shedding[side]:
                continue
            first = 0.25 if side < 0 else 0.95
            for number in range(max(0, int((age - _ROLL - _DRY - first) / _EVERY)), int(age / _EVERY) + 1):
                since = age - first - number * _EVERY
                if 0 < since < _ROLL + _DRY:
                    self._drop(picture, eye, side, since, number, strength)

    def _lid(self, picture: Bytes, side: int, strength: float) -> None:
        lid = self._lids[side]
        if lid is None:
            return
        part = picture[lid.box].astype(np.float32)
        part += (60 - 0.25 * part) * (np.float32(0.55 * strength) * lid.wet)[..., None]
        part += (250 - part) * (np.float32(0.6 * strength) * lid.gleam)[..., None]
        picture[lid.box] = np.clip(part + 0.5, 0, 255).astype(np.uint8)

    def _wet_lid(self, eye: Eye) -> _Wet | None:
        """Return where a lower lid is wet, and where it gleams."""
        points = np.array([eye.lower_lid(at) for at in np.linspace(-0.62, 0.62, 13)], np.float32)
        thick = max(1.2, 0.03 * eye.axes.unit + 0.10 * self._radius)
        box = _window(self._size, points[:, 0], points[:, 1], 4 * thick)
        if box is None:
            return None
        wet = _line(box, points, 0.9 * thick, 0.45 * thick)
        return _Wet(box, wet, _line(box, points[3:7], 0.4 * thick, 0.30 * thick))

    def _at(self, eye: Eye, side: int, part: float, number: int) -> Point:
        """Return where a drop is after `part` (0 to 1) of its way: down, and a little outwards."""
        start = eye.lower_lid(0.10 * side + 0.22 * (number % 2) * -side)
        span, angle = self._face.span, _LEANS * self._face.angle
        # The far cheek of a face turned aside ends soon: there the way is short, and not outwards.
        far = max(0.0, side * self._face.aside)
        spread = 0.02 + 0.10 * (1 - 3 * far) * part * part + 0.012 * sin(5 * part + number % _WAYS)
        out, down = side * span * spread, span * self._length * (1 - far) * part + 0.5 * self._radius
        x = start[0] + cos(angle) * out - sin(angle) * down
        return x, start[1] + sin(angle) * out + cos(angle) * down

    def _sheds(self, eye: Eye, side: int) -> bool:
        """Tell whether drops have a cheek to roll down: one turned aside may have a nose in the way."""
        nose = self._face.pet.nose
        way = [self._at(eye, side, at / 8, number) for at in range(9) for number in range(_WAYS)]
        return nose is None or min(dist(nose, place) for place in way) > _NOSE * self._face.span

    def _drop(self, picture: Bytes, eye: Eye, side: int, since: float, number: int, strength: float) -> None:
        swell = min(1.0, since / 0.5)
        rolled = min(1.0, max(0.0, (since - 0.45) / (_ROLL - 0.45)))
        part = rolled**1.8
        if part > 0.02:
            drying = exp(-max(0.0, since - _ROLL) / (0.4 * _DRY)) * min(1.0, 5 * part)
            self._trail(picture, side, part, number, 0.7 * strength * drying)
        fading = 1 - float(smooth(np.array([rolled]), 0.86, 1.0)[0])
        if fading > 0.02:
            radius = self._radius * (0.45 + 0.55 * swell) * (1 - 0.25 * part)
            self._bead(
                picture, self._at(eye, side, part, number), radius, strength * fading * min(1, 3 * swell)
            )

    def _trail(self, picture: Bytes, side: int, part: float, number: int, strength: float) -> None:
        key = side, number % _WAYS, round(part * _STEPS)
        if strength < 0.02 or key[2] == 0:
            return
        if key not in self._trails:
            while len(self._trails) >= _KEPT:
                self._trails.popitem(last=False)
            self._trails[key] = self._way_down(*key)
        trail = self._trails[key]
        if trail is None:
            return
        gloss = np.float32(0.42 * strength) * trail.gleam
        through = 255 * (1 - np.float32(0.22 * strength) * trail.wet) * (1 - gloss) + 0.5
        paint = np.asarray(252 * gloss + 0.5, np.uint8)
        colour = np.asarray(cv2.cvtColor(paint, cv2.COLOR_GRAY2RGB), np.uint8)
        lay(picture[trail.box], colour, through.astype(np.uint8))

    def _way_down(self, side: int, number: int, steps: int) -> _Wet | None:
        """Return where a drop has left the cheek wet after some steps of its way, and where that gleams."""
        eye = self._eyes[0 if side < 0 else 1]
        way = [self._at(eye, side, steps / _STEPS * at / 12, number) for at in range(13)]
        points = np.array(way, np.float32)
        box = _window(self._size, points[:, 0], points[:, 1], 3 * self._radius)
        if box is None:
            return None
        wet = _line(box, points, 0.8 * self._radius, 0.35 * self._radius)
        beside = np.roll(wet, -max(1, round(0.35 * self._radius)), axis=1)
        return _Wet(box, wet, np.asarray(beside * wet, np.float32))

    def _bead(self, picture: Bytes, at: Point, radius: float, strength: float) -> None:
        """Draw one drop: inverted view of what lies behind, dark rim above, light below, one highlight."""
        x, y = np.array([at[0]], np.float32), np.array([at[1]], np.float32)
        box = _window(self._size, x, y, 2.6 * radius)
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


def _window(size: tuple[int, int], x: Floats, y: Floats, margin: float) -> Region | None:
    """Return the part of a plate about some points, or None outside of it."""
    left, right = max(0, int(x.min() - margin)), min(size[0], int(x.max() + margin) + 2)
    top, bottom = max(0, int(y.min() - margin)), min(size[1], int(y.max() + margin) + 2)
    return (slice(top, bottom), slice(left, right)) if right - left > 2 and bottom - top > 2 else None


def _line(box: Region, points: Floats, thick: float, soft: float) -> Floats:
    """Return a smooth line in a part of the plate, 0 to 1; its places are finer than pixels: no jumps."""
    rows, columns = box
    mask = np.zeros((rows.stop - rows.start, columns.stop - columns.start), np.uint8)
    fixed = np.round((points - (columns.start, rows.start)) * 16).astype(np.int32).reshape(-1, 1, 2)
    thickness = max(1, round(thick))
    cv2.polylines(
        mask, [fixed], isClosed=False, color=255, thickness=thickness, lineType=cv2.LINE_AA, shift=4
    )
    return np.asarray(cv2.GaussianBlur(mask, (0, 0), soft).astype(np.float32) / 255, np.float32)
