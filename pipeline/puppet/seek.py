"""Eyes, nose and mouth where their likeness says: looked for in squares of many sizes, then looked at again.

A face is four places that fit together: two eyes in a row, a nose below their middle, a mouth below the nose.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.model import Box
from pipeline.puppet.likeness import CELLS, LEFT, MOUTH, NOSE, RIGHT, SIDE, Likeness

Floats = NDArray[np.float32]
Spots = NDArray[np.float64]
Picture = NDArray[np.uint8]

_CELL = SIDE / CELLS
_FACE = 3.6  # side of the square about a face, in eye distances
_DOWN = 0.45  # how far its middle is below the eyes
_SIZES = (0.50, 0.85, 1.20)
_STRIDE = 0.50
_MOST = 16  # squares looked at before one is looked at again
_PEAKS = 5
_TILT = 40.0
_WIDE = (4.0, 17.0)  # eye distances in cells; of a square about a face:
_KNOWN = (6.0, 16.0)
_NOSE_AT, _NOSE_REACH = 0.72, (0.28, 0.26)  # below the eyes; how far aside and up or down, in eye distances
_MOUTH_AT, _MOUTH_REACH = 0.33, (0.20, 0.20)  # below the nose


@dataclass(frozen=True)
class View:
    """One way to look at a face again: turned, scaled, mirrored."""

    turn: float = 0.0
    scale: float = 1.0
    mirrored: bool = False


_VIEWS = (View(), View(mirrored=True), View(8.0, 0.87), View(-8.0, 1.15, mirrored=True))


@dataclass(frozen=True)
class Sought:
    """A face in the picture's pixels: rows of left eye as seen, right eye, nose, mouth.

    `score` is the log-likelihood of all of them together and of their fitting together; `spread` is how far
    the views differ at the worst place, in eye distances.
    """

    spots: Spots
    score: float
    spread: float = 0.0


def seek(picture: Picture, box: Box, likeness: Likeness) -> Sought | None:
    """Return the likeliest face within a pet's box of an RGB picture.

    A face that reaches out of the box is another's: a person's beside the pet looks much like one.
    """
    found = [one for square in squares(box) if (one := _seen(picture, square, likeness, _WIDE)) is not None]
    inside = [one for one in found if _within(one, box)]
    first = [one.spots for one in sorted(inside, key=lambda one: -one.score)[:2]]
    again = [_again(picture, spots, likeness, _VIEWS[:2]) for spots in first]
    best = max((one for one in again if one), key=lambda one: one.score, default=None)
    face = _again(picture, best.spots, likeness, _VIEWS) if best else None
    return face if face and _within(face, box) else None


def _within(face: Sought, box: Box) -> bool:
    return all(box.holds((float(x), float(y))) for x, y in face.spots)


class Square(NamedTuple):
    """A square of the picture: middle and side in pixels, turn in degrees."""

    x: float
    y: float
    side: float
    turn: float = 0.0
    mirrored: bool = False

    @classmethod
    def about(cls, left: Spots, right: Spots) -> "Square":
        """Return the upright square about a face whose eyes these are."""
        across = right - left
        x, y = (left + right) / 2 + _DOWN * np.array([-across[1], across[0]])
        side = _FACE * max(float(np.hypot(*across)), 1e-6)
        return cls(float(x), float(y), side, float(np.degrees(np.arctan2(across[1], across[0]))))

    def matrix(self) -> Spots:
        """Return the 2 x 3 map from the picture into the square."""
        scale, angle = SIDE / self.side, np.deg2rad(self.turn)
        spin = scale * np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
        if self.mirrored:
            spin[0] *= -1
        return np.hstack([spin, (np.full(2, SIDE / 2) - spin @ (self.x, self.y))[:, None]])

    def cut(self, picture: Picture) -> Picture:
        """Return what the square holds, SIDE x SIDE."""
        sharp = self.side <= 1.6 * SIDE
        source = picture if sharp else cv2.GaussianBlur(picture, (0, 0), 0.4 * self.side / SIDE)
        cut = cv2.warpAffine(source, self.matrix(), (SIDE, SIDE), borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(cut, np.uint8)


def squares(box: Box) -> list[Square]:
    """Return squares of three sizes over the box; of too many, those nearer its top, where heads are."""
    short, there = min(box.w, box.h), []
    for size in _SIZES:
        side = size * short
        xs, ys = _places(box.x, box.w, side), _places(box.y, box.h, side)
        there += [Square(x, y, side) for y in ys for x in xs]
    return sorted(there, key=lambda square: (square.y - box.y) / box.h - 0.4 * square.side / short)[:_MOST]


def _places(start: float, length: float, side: float) -> list[float]:
    reach = 0.375 * side
    if length <= 2 * reach:
        return [start + length / 2]
    count = 1 + int(np.ceil((length - 2 * reach) / (_STRIDE * side)))
    return [float(place) for place in np.linspace(start + reach, start + length - reach, count)]


def _again(picture: Picture, spots: Spots, likeness: Likeness, views: tuple[View, ...]) -> Sought | None:
    """Return the face looked at from each view, at the mean of the answers."""
    face = Square.about(spots[LEFT], spots[RIGHT])
    turned = [
        Square(face.x, face.y, face.side * view.scale, face.turn + view.turn, view.mirrored) for view in views
    ]
    seen = [one for square in turned if (one := _seen(picture, square, likeness, _KNOWN)) is not None]
    if len(seen) < len(views):
        return None
    places = np.mean([one.spots for one in seen], axis=0)
    unit = max(float(np.hypot(*(places[RIGHT] - places[LEFT]))), 1e-6)
    spread = max(float(np.hypot(*(one.spots - places).T).max()) for one in seen) / unit
    return Sought(places, float(np.mean([one.score for one in seen])), spread)


def _seen(picture: Picture, square: Square, likeness: Likeness, wide: tuple[float, float]) -> Sought | None:
    """Return the likeliest face within a square, in the picture's pixels."""
    matrix = square.matrix()
    fitted = fit(likeness.maps(square.cut(picture)), wide)
    if fitted is None:
        return None
    inside = (fitted.spots + 0.5) * _CELL
    if square.mirrored:
        inside = inside[[RIGHT, LEFT, NOSE, MOUTH]]
    outside = (inside - matrix[:, 2]) @ np.linalg.inv(matrix[:, :2]).T
    return Sought(outside, fitted.score)


def fit(maps: Floats, wide: tuple[float, float]) -> Sought | None:
    """Return the four places, in cells, that are likeliest together; None where no two eyes are in a row.

    Args:
        maps: logits of likeness, CELLS x CELLS x 4.
        wide: the least and the largest distance between the eyes, in cells.
    """
    logs = -np.logaddexp(0, -maps)
    best: Sought | None = None
    for left, right, eyes in _pairs(logs, wide):
        if best is not None and eyes <= best.score:
            break  # the rest can only be less likely: a nose and a mouth add nothing above 0
        spots, more = _completed(logs, left, right)
        if best is None or eyes + more.sum() > best.score:
            best = Sought(spots, float(eyes + more.sum()))
    if best is None:
        return None
    exact = np.array([_exact(maps[..., part], *spot.astype(int)) for part, spot in enumerate(best.spots)])
    return Sought(exact, best.score)


def _pairs(logs: Floats, wide: tuple[float, float]) -> Iterator[tuple[Spots, Spots, float]]:
    """Yield two eyes in a row and their log-likelihood, the likeliest first."""
    lefts, rights = _peaks(logs[..., LEFT]), _peaks(logs[..., RIGHT])
    pairs = []
    for left in lefts:
        for right in rights:
            across, down = right - left
            tilt = abs(np.degrees(np.arctan2(down, across)))
            if across > 0 and tilt <= _TILT and wide[0] <= np.hypot(across, down) <= wide[1]:
                here = logs[int(left[1]), int(left[0]), LEFT] + logs[int(right[1]), int(right[0]), RIGHT]
                pairs.append((left, right, float(here)))
    yield from sorted(pairs, key=lambda pair: -pair[2])


def _peaks(log: Floats) -> list[Spots]:
    highest = log >= cv2.dilate(log, np.ones((3, 3), np.uint8))
    y, x = np.nonzero(highest)
    order = np.argsort(-log[y, x], kind="stable")[:_PEAKS]
    return [np.array([x[i], y[i]], np.float64) for i in order]


def _completed(logs: Floats, left: Spots, right: Spots) -> tuple[Spots, Spots]:
    """Return all four places for two eyes, and how likely the nose and the mouth are, fit included."""
    distance = float(np.hypot(*(right - left)))
    along = (right - left) / distance
    rows, columns = np.mgrid[:CELLS, :CELLS] - ((left + right) / 2)[::-1, None, None]
    aside = (columns * along[0] + rows * along[1]) / distance
    below = (rows * along[0] - columns * along[1]) / distance
    nose = _likeliest(logs[..., NOSE], aside / _NOSE_REACH[0], (below - _NOSE_AT) / _NOSE_REACH[1])
    place = aside[nose[0]], below[nose[0]] + _MOUTH_AT
    mouth = _likeliest(
        logs[..., MOUTH], (aside - place[0]) / _MOUTH_REACH[0], (below - place[1]) / _MOUTH_REACH[1]
    )
    spots = np.array([left, right, nose[0][::-1], mouth[0][::-1]], np.float64)
    return spots, np.array([nose[1], mouth[1]])


def _likeliest(log: Floats, aside: Spots, below: Spots) -> tuple[tuple[int, int], float]:
    """Return the best place, and its log-likelihood less how far it is from the usual one."""
    value = log - 0.5 * (aside**2 + below**2)
    row, column = np.unravel_index(int(value.argmax()), value.shape)
    return (int(row), int(column)), float(value[row, column])


def _exact(log: Floats, x: int, y: int) -> Spots:
    """Return a peak's place between the cells: the mean of its surroundings by their likelihood."""
    top, left = max(0, y - 2), max(0, x - 2)
    weight = (1 / (1 + np.exp(-log[top : y + 3, left : x + 3]))) ** 2
    rows, columns = np.mgrid[top : top + weight.shape[0], left : left + weight.shape[1]]
    return np.array([(columns * weight).sum(), (rows * weight).sum()], np.float64) / float(weight.sum())
