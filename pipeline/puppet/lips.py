"""The mouth: the line where the lips meet, and whether it is open in the photo."""

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.puppet.levelled import Level
from storage.model import Point

Floats = NDArray[np.float32]

HALF_WIDTH = {"dog": 0.40, "cat": 0.30}
"""The mouth's half-width in eye distances, by species."""

BELOW_NOSE = {"dog": 0.45, "cat": 0.26}
"""How far the closed mouth usually is below the nose, in eye distances."""

_GRAIN = 96
_WINDOW = {"tap": 0.22, "read": 0.12}
_NOSE_ENDS = {"dog": 0.26, "cat": 0.17}
_REDDER = 9
_LEAST_AREA = {"dog": 0.045, "cat": 0.08}
_BESIDE = 0.15  # eye distances by which an opening's middle may be beside where the mouth was read


class Mouth(NamedTuple):
    """In pixels: the mouth's middle, the lip line from left to right, and whether it is open.

    Of an open mouth the line is the upper lip and the middle is that of the opening.
    """

    middle: Point
    line: tuple[Point, ...]
    is_open: bool


def mouth(
    picture: NDArray[np.uint8], level: Level, species: str | None, tap: Point, nose: Point | None = None
) -> Mouth:
    """Return the mouth near a tap.

    Args:
        picture: RGB, rescued when it was dark.
        level: the face's coordinates, any origin.
        species: "dog", "cat" or anything else, for the usual width.
        tap: where a person said the mouth is, in pixels.
        nose: the nose's middle, where it is known: its dark lower edge is not the lips.
    """
    half = HALF_WIDTH.get(species or "", 0.35)
    here = level._replace(origin=tap)
    opening = _opening(picture, level._replace(origin=here.outside((0.0, -0.5))), species)
    if opening is not None and _near(opening, tap, level):
        return _open(picture, level, opening, half)
    highest = -np.inf if nose is None else _below(here, nose, species)
    return _closed(picture, here, half, _WINDOW["tap"], highest)


def read(picture: NDArray[np.uint8], nose: Level, species: str | None, place: Point) -> tuple[Mouth, bool]:
    """Return the mouth at the place where its likeness says, and whether nothing red disputes that place.

    An open mouth's middle is half-way from the place to the opening's: the first is nearer the upper lip, the
    second may be far down a tongue. A hand or a collar is as red as a tongue, but seldom below the nose.

    Args:
        picture: RGB, rescued when it was dark.
        nose: the face's coordinates with the nose as origin.
        species: for the usual width.
        place: where the mouth was read, in pixels.
    """
    half = HALF_WIDTH.get(species or "", 0.35)
    here = nose._replace(origin=place)
    opening, undisputed = _opening(picture, nose, species), True
    if opening is not None and _near(opening, place, nose):
        opened = _open(picture, nose, opening, half)
        aside, down = here.inside(opened.middle)
        undisputed = abs(aside) <= _BESIDE
        if undisputed:
            return opened._replace(middle=here.outside((aside / 2, down / 2))), True
    return _closed(picture, here, half, _WINDOW["read"], _below(here, nose.origin, species)), undisputed


def _below(here: Level, nose: Point, species: str | None) -> float:
    """Return where a nose ends in the mouth's coordinates; the mouth itself is lower in any case."""
    return min(here.inside(nose)[1] + _NOSE_ENDS.get(species or "", 0.20), -0.04)


def _closed(picture: NDArray[np.uint8], here: Level, half: float, window: float, highest: float) -> Mouth:
    across, down = _seam(picture, here, half, window, highest)
    line = tuple(here.outside((float(x), float(y))) for x, y in zip(across, down, strict=True))
    middle = here.outside((0.0, float(np.median(down[len(down) // 3 : -len(down) // 3]))))
    return Mouth(middle, line, is_open=False)


def _seam(
    picture: NDArray[np.uint8], here: Level, half: float, window: float, highest: float = -np.inf
) -> tuple[Floats, Floats]:
    """Return x and y, in the face's coordinates, of the cheapest path from left to right.

    Cheap is a dark horizontal ridge, a little an edge, and being near 0; above `highest` nothing is.
    """
    reach = half * 1.08
    patch = here.patch(picture, -reach, -window - 0.1, reach, window + 0.1, _GRAIN)
    cost = _cost(patch, _GRAIN)
    rows = (np.arange(cost.shape[0]) + 0.5) / _GRAIN - window - 0.1
    across = ((np.arange(cost.shape[1]) + 0.5) / _GRAIN - reach).astype(np.float32)
    pull = rows[:, None] / window
    cost = cost + 0.55 * pull**2 + 4 * np.maximum(np.abs(pull) - 1, 0) + 4.0 * (rows[:, None] < highest)
    path = _cheapest(cost.astype(np.float32))
    down = cv2.GaussianBlur(rows[path].astype(np.float32)[None, :], (0, 0), 2.0)[0]
    pick = np.linspace(0, len(across) - 1, 25).round().astype(int)
    return across[pick], down[pick]


def _cost(patch: NDArray[np.uint8], grain: int) -> Floats:
    """Return per pixel how unlike a lip line it is, 0 for the darkest ridge of its surroundings."""
    grey = cv2.cvtColor(patch, cv2.COLOR_RGB2LAB)[..., 0].astype(np.float32)
    ridge = np.zeros_like(grey)
    for spread in (0.018 * grain, 0.032 * grain):
        soft = cv2.GaussianBlur(grey, (0, 0), sigmaX=spread * 2.0, sigmaY=spread)
        ridge = np.maximum(ridge, cv2.Sobel(soft, cv2.CV_32F, 0, 2, ksize=3) * spread**2)
    soft = cv2.GaussianBlur(grey, (0, 0), 0.03 * grain)
    edge = np.abs(cv2.Sobel(soft, cv2.CV_32F, 0, 1, ksize=3))
    return 1 - _share(ridge) - 0.25 * _share(edge)


def _share(strength: Floats) -> Floats:
    """Scale to 0..1 by the strongest hundredth."""
    return np.asarray(np.clip(strength / max(float(np.percentile(strength, 99)), 1e-6), 0, 1), np.float32)


def _cheapest(cost: Floats) -> NDArray[np.intp]:
    """Return the row of the cheapest left-to-right path per column; a step is at most one row, and costs."""
    total = cost.copy()
    came = np.zeros(cost.shape, np.int8)
    far = np.full(1, np.inf, np.float32)
    for column in range(1, cost.shape[1]):
        before = total[:, column - 1]
        ways = np.stack([np.r_[far, before[:-1]] + 0.12, before, np.r_[before[1:], far] + 0.12])
        best = ways.argmin(axis=0)
        came[:, column] = best - 1
        total[:, column] += ways[best, np.arange(len(before))]
    path = np.empty(cost.shape[1], np.intp)
    path[-1] = int(total[:, -1].argmin())
    for column in range(cost.shape[1] - 1, 0, -1):
        path[column - 1] = path[column] + came[path[column], column]
    return path


class _Opening(NamedTuple):
    """The reddish inside of an open mouth: a mask, and where its patch lies."""

    mask: NDArray[np.uint8]
    level: Level
    left: float
    top: float


def _opening(picture: NDArray[np.uint8], level: Level, species: str | None) -> _Opening | None:
    """Return the connected reddish patch below the nose, when it is large enough to be a mouth's inside."""
    nose_ends, least = _NOSE_ENDS.get(species or "", 0.20), _LEAST_AREA.get(species or "", 0.06)
    left, top, right, bottom = -0.65, -0.30, 0.65, 1.15
    patch = level.patch(picture, left, top, right, bottom, _GRAIN)
    lab = cv2.cvtColor(cv2.GaussianBlur(patch, (0, 0), 1.5), cv2.COLOR_RGB2LAB).astype(np.int16) - 128
    red, yellow = lab[..., 1], lab[..., 2]
    mask = ((red >= np.median(red) + _REDDER) & (red > yellow)).astype(np.uint8)
    mask[: round((nose_ends - top) * _GRAIN)] = 0
    mask = np.asarray(cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8)), np.uint8)
    count, labels, stats, middles = cv2.connectedComponentsWithStats(mask)
    areas = [stats[i, cv2.CC_STAT_AREA] / _GRAIN**2 for i in range(1, count)]
    if not areas or max(areas) < least:
        return None
    largest = 1 + int(np.argmax(areas))
    if abs(middles[largest][0] / _GRAIN + left) > 0.45:
        return None
    return _Opening((labels == largest).astype(np.uint8), level, left, top)


def _open(picture: NDArray[np.uint8], level: Level, opening: _Opening, half: float) -> Mouth:
    """Return the mouth that belongs to an opening: its middle, and the upper lip along its upper edge."""
    ys, xs = np.nonzero(opening.mask)
    x = (float(xs.mean()) + 0.5) / _GRAIN + opening.left
    high, low = (float(np.percentile(ys, part)) / _GRAIN + opening.top for part in (3, 97))
    middle = opening.level.outside((x, high + 0.45 * (low - high)))
    here = opening.level._replace(origin=opening.level.outside((x, high)))
    wide = float(np.ptp(xs)) / _GRAIN / 2
    across, down = _seam(picture, here, max(half * 0.75, min(half * 1.25, wide * 1.1)), 0.16)
    line = tuple(here.outside((float(a), float(d))) for a, d in zip(across, down, strict=True))
    return Mouth(middle, line, is_open=True)


def _near(opening: _Opening, tap: Point, level: Level) -> bool:
    """Tell whether the tap is on the opening or close to it."""
    x, y = opening.level.inside(tap)
    column, row = round((x - opening.left) * _GRAIN), round((y - opening.top) * _GRAIN)
    reach = round(0.2 * _GRAIN)
    around = opening.mask[max(0, row - reach) : row + reach, max(0, column - reach) : column + reach]
    return bool(around.any())
