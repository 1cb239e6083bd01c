"""Paws that hold the bun: drawn in the pet's own fur, over the table's edge or up from below the picture."""

from dataclasses import dataclass
from math import cos, radians, sin

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.puppet.fur import Coat
from pipeline.puppet.plate import Bytes, Floats, smooth
from pipeline.puppet.sticker import Sticker, stick, sticker
from storage.model import Point

# Parts of the bun's width.
_WIDE, _ARM = 0.54, 0.40  # a paw and its arm
_GRIP = (0.57, 0.10), (0.52, 0.10)  # from the bun's middle to a paw's, on the table and lifted
_LONG = 0.95  # of an arm, whose lower end is lost in the chest
_SPREAD = radians(24)  # how far elbows are out
_TURN = radians(10), radians(112)  # how far the toes point inwards, on the table and lifted
_BENT = 0.10  # how far a foreleg that comes over the edge is higher than it
_OVER = 0.50  # how high a paw is raised to come over the edge

_TOES = ((-0.60, 0.34), (-0.21, 0.50), (0.21, 0.50), (0.60, 0.34))
_PAD = 0.22  # room about a drawn paw for its hairs and its shadow, in half widths
_LIGHT = (-0.36, -0.72, 0.60)  # from the upper left, in front


@dataclass(frozen=True)
class Hold:
    """One frame's hold: `shown` as the bun is, and its `lift`, both 0 to 1; `free`: there is no table."""

    shown: float
    lift: float
    free: bool = False

    @property
    def over(self) -> bool:
        """True when the paws are in front of the table's edge."""
        return self.shown > 0.80

    @property
    def rise(self) -> float:
        """How far, in widths, a paw behind the edge is below it, or one before it still above its place."""
        if self.over:
            return _OVER * float(1 - smooth(np.array([self.shown]), 0.80, 1.0)[0])
        return 0.45 - (0.45 + _OVER) * float(smooth(np.array([self.shown]), 0.50, 0.80)[0])


class Paws:
    """The two paws of one pet; drawing is a pure function of its arguments.

    Places are pixels of the picture: where the bun is that they hold.
    """

    def __init__(self, coat: Coat, width: float) -> None:
        """Take the bun's width on the plate."""
        self._width = width
        self._paw = drawn(coat, _WIDE * width)
        self._arm = arm(coat, _ARM * width, _LONG * width)

    def behind(self, picture: Bytes, at: Point, edge: float, zoom: float, hold: Hold) -> None:
        """Draw what is behind the table whose edge is that row: arms, and paws that are not over it yet."""
        width = zoom * self._width
        for side in (-1, 1):
            paw, turn = self._held(at, width, side, hold)
            wrist = paw[0] + sin(turn) * 0.12 * width, paw[1] - cos(turn) * 0.12 * width
            if hold.over:
                top = self._arm.shape[1] / 2, 0.5 * _ARM * self._width
                _put(picture, self._arm, top, wrist, -side * _SPREAD, zoom)
            else:
                self._paw_at(picture, (paw[0], edge + hold.rise * width), turn, zoom)

    def before(self, picture: Bytes, at: Point, edge: float, zoom: float, hold: Hold) -> None:
        """Draw the paws that hold the bun, and of their forelegs what lies on the table."""
        width = zoom * self._width
        for side in (-1, 1) if hold.over else ():
            paw, turn = self._held(at, width, side, hold)
            middle = paw[0], paw[1] - hold.rise * width
            if not hold.free:
                self._foreleg(picture, middle, edge, side, zoom)
            self._paw_at(picture, middle, turn, zoom)

    def _foreleg(self, picture: Bytes, paw: Point, edge: float, side: int, zoom: float) -> None:
        """Draw a foreleg bent over the edge, down to its paw; nothing of it once the paw is lifted above."""
        width = zoom * self._width
        above = picture[: max(0, int(paw[1]))]
        if len(above) > edge - _BENT * width:
            top = self._arm.shape[1] / 2, 0.0
            _put(above, self._arm, top, (paw[0] + side * 0.03 * width, edge - _BENT * width), 0.0, zoom)

    def _held(self, at: Point, width: float, side: int, hold: Hold) -> tuple[Point, float]:
        lift = 1.0 if hold.free else hold.lift * hold.lift * (3 - 2 * hold.lift)
        out, down = (one + (other - one) * lift for one, other in zip(*_GRIP, strict=True))
        turn = _TURN[0] + (_TURN[1] - _TURN[0]) * lift
        return (at[0] + side * out * width, at[1] + down * width), side * turn

    def _paw_at(self, picture: Bytes, middle: Point, turn: float, zoom: float) -> None:
        half = self._paw.shape[0] / 2
        _put(picture, self._paw, (half, half), middle, turn, zoom)


def _put(picture: Bytes, drawing: Sticker, anchor: Point, at: Point, turn: float, zoom: float) -> None:
    """Put a drawing's anchor at a point of the picture, turned clockwise."""
    c, s = cos(turn) / zoom, sin(turn) / zoom
    way: NDArray[np.float64] = np.array(((c, s, 0.0), (-s, c, 0.0)))
    way[:, 2] = np.array(anchor) - way[:, :2] @ np.array(at)
    stick(picture, drawing, way)


def drawn(coat: Coat, width: float) -> Sticker:
    """Return a paw seen from the front, toes down, so many pixels wide, its middle the drawing's."""
    side = round(width * (1 + _PAD))
    axis = (np.arange(side, dtype=np.float32) - side / 2 + 0.5) / np.float32(width / 2)
    x, y = np.meshgrid(axis, axis)
    across, down = _hairs(side, width)
    frayed, _ = _heights(x + 0.008 * across, y + 0.014 * down)
    cover = smooth(frayed, 0.04, 0.22)
    height, crease = _heights(x, y)
    shade = _shade(np.asarray(cv2.GaussianBlur(height, (0, 0), 0.022 * width), np.float32), width)
    shade = shade * (1 - 0.48 * cv2.GaussianBlur(crease, (0, 0), 0.008 * width))
    colour = np.clip(coat.over(side, side) * shade[..., None], 0, 255)
    below = cv2.GaussianBlur(np.roll(cover, round(0.05 * width), axis=0), (0, 0), 0.055 * width)
    return sticker(np.asarray(colour, np.float32), cover, np.asarray(0.42 * below, np.float32))


def arm(coat: Coat, width: float, length: float) -> Sticker:
    """Return a forearm that comes from below to its rounded wrist, so many pixels wide and long."""
    side, high = round(width * (1 + _PAD)), round(length)
    x = (np.arange(side, dtype=np.float32)[None, :] - side / 2 + 0.5) / np.float32(width / 2)
    y = (np.arange(high, dtype=np.float32)[:, None] - width / 2) / np.float32(width / 2)
    across, _ = _hairs(max(side, high), width)
    grown = 0.88 + 0.10 * smooth(y, 0, 4)
    away = np.hypot(x + 0.05 * across[:high, :side], np.minimum(y, 0)) / grown
    cover = (1 - smooth(away, 0.70, 1.0)) * (
        1 - smooth(y, 0.25 * high / (width / 2), 0.9 * high / (width / 2))
    )
    round_ = np.sqrt(np.maximum(0, 1 - np.clip(np.hypot(x, np.minimum(y, 0)) / grown, 0, 1) ** 2))
    shade = 0.70 + 0.34 * round_ - 0.08 * x
    colour = np.clip(coat.over(high, side, side // 3) * shade[..., None], 0, 255)
    below = cv2.GaussianBlur(cover, (0, 0), 0.07 * width)
    return sticker(
        np.asarray(colour, np.float32), np.asarray(cover, np.float32), np.asarray(0.28 * below, np.float32)
    )


def _heights(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Return the paw's height and where two toes touch, 0 to 1."""
    wide = 0.88 - 0.14 * smooth(-y, 0.1, 1.0)  # narrower towards the wrist
    back = 0.86 * np.sqrt(np.maximum(0, 1 - (np.abs(x) / wide) ** 2.5 - (np.abs(y + 0.16) / 0.84) ** 2.4))
    toes = [
        0.70 * np.sqrt(np.maximum(0, 1 - ((x - a) / 0.27) ** 2 - ((y - b) / 0.42) ** 2)) for a, b in _TOES
    ]
    stack = np.sort(np.stack(toes), axis=0)
    gap = np.exp(-(((stack[-1] - stack[-2]) / 0.07) ** 2)) * smooth(stack[-2], 0.02, 0.12)
    # Toes bulge a little out of one paw: told apart by the lines between them, not as balls beside it.
    sharp = 7.0
    height = (np.log(np.exp(sharp * np.stack([back, *toes])).sum(0)) - np.log(5)) / sharp
    between = gap * smooth(y, 0.16, 0.60)
    return np.asarray(np.maximum(height, 0), np.float32), np.asarray(between, np.float32)


def _shade(height: Floats, width: float) -> Floats:
    """Return light on the paw, about 0.5 to 1.1."""
    down, across = np.gradient(height, 2 / width)
    long = np.sqrt(down**2 + across**2 + 1)
    facing = (-across * _LIGHT[0] - down * _LIGHT[1] + _LIGHT[2]) / long
    return np.asarray(0.70 + 0.40 * np.clip(facing, 0, 1), np.float32)


def _hairs(side: int, width: float) -> tuple[Floats, Floats]:
    """Return noise of a hair's size, longer than wide, of unit deviation: it frays the outline."""
    chance = np.random.default_rng(31)
    made = []
    for _ in range(2):
        raw = chance.standard_normal((side, side)).astype(np.float32)
        soft = cv2.GaussianBlur(raw, (0, 0), sigmaX=max(0.6, 0.005 * width), sigmaY=max(1.0, 0.014 * width))
        made.append(np.asarray(soft / max(float(soft.std()), 1e-6), np.float32))
    return made[0], made[1]
