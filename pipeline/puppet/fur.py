"""A pet's own coat: a piece of its fur from the photo, evened in light, worn by what is drawn of it."""

from dataclasses import dataclass
from math import cos, sin

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.puppet.plate import Axes, Bytes, Face, Floats, smooth

_SIDE = 0.44  # of the piece, in eye distances
_SURE = (
    (0.0, -1.0),
    (-0.38, -0.98),
    (0.38, -0.98),
    (-0.55, 0.15),
    (0.55, 0.15),
)  # forehead, cheeks: eye distances
_LIKELY = ((0.0, 1.4), (-0.4, 1.9), (0.4, 1.9), (0.0, 2.4), (-0.4, 2.7), (0.4, 2.7))  # chest
_ALIKE = 16.0  # farther than this from every colour of the face a chest is taken for something else
_CHEST = 6.0  # levels by which a chest may be less even and still be taken: paws are as pale as it is
_DARK = 0.25  # of the levels a piece is darker than white, what counts as uneven: it lies in the shade
_GRAIN = 7.5  # levels by which hairs differ at most: more looks like metal
_SAME, _FEW = 8.0, 3  # difference of colour, not light, within which pieces are one coat; fewer tell no light
_TURNED = 0.15  # of a face that looks aside by more, the far cheek may be background
_LIT = 0.6  # of its hairs the darker ones, which lie in shade: what wears the coat has a shade of its own
_ODD = 60.0  # levels worse for a piece as much lighter than its coat as it is light
_SHADED, _LIGHTER = (
    (150, 195),
    1.22,
)  # lightness from and to which pale fur is white in shade; how much it lacks
_HUELESS = 14.0  # levels by which the colours of white fur differ at most
_SPREAD = 1.3  # deviations beyond which a hair is a whisker


@dataclass(frozen=True)
class Coat:
    """A square of fur: its colour, 0 to 255, and how each of its pixels differs from it."""

    colour: Floats
    grain: Floats

    def over(self, high: int, wide: int, seed: int = 0) -> Floats:
        """Return fur over rows and columns: the square again and again, every other one mirrored."""
        side = self.grain.shape[0]
        rows, columns = (_folded(count, side, seed) for count in (high, wide))
        return np.asarray(self.colour + self.grain[rows[:, None], columns[None, :]], np.float32)


def coat(plate: Bytes, face: Face, floor: float | None = None) -> Coat:
    """Return the most even piece of fur about a face; above the row `floor` where the photo ends there."""
    axes, high = face.middle, plate.shape[0] if floor is None else floor
    side = max(16, round(_SIDE * face.span))
    seen = [
        place for place in _SURE if place[1] < 0 or place[0] * face.aside <= 0 or abs(face.aside) < _TURNED
    ]
    sure, likely = (
        [piece for place in places if (piece := _piece(plate, axes, place, side, high)) is not None]
        for places in (seen, _LIKELY)
    )
    if not sure:
        sure = [np.full((side, side, 3), np.median(plate[::4, ::4], (0, 1)), np.uint8)]
    hues = [_lab(piece).mean((0, 1)) for piece in sure]
    ranked = [
        (_uneven(piece) + _ODD * (1 - min(1.0, _usual(hue, hues))), piece)
        for piece, hue in zip(sure, hues, strict=True)
    ]
    ranked += [(_uneven(piece) - _CHEST, piece) for piece in likely if _apart(piece, hues) < _ALIKE]
    best = min(ranked, key=lambda one: one[0])[1]
    fur = best.astype(np.float32)
    grain = fur - cv2.GaussianBlur(fur, (0, 0), side / 12, borderType=cv2.BORDER_REFLECT)
    grain = grain * np.float32(min(1.0, _GRAIN / max(float(grain.std()), 1e-6)))
    most = np.float32(_SPREAD * float(grain.std()))
    light = fur.mean(2)
    colour = fur[light >= np.quantile(light, _LIT)].mean(0)
    return Coat(
        _lit(colour * np.float32(_usual(_lab(best).mean((0, 1)), hues))),
        np.asarray(np.clip(grain, -most, most), np.float32),
    )


def _lit(colour: Floats) -> Floats:
    """Return a coat's colour on a table in the light: white fur in shade is grey, and grey paws look dead."""
    light, away = float(colour.mean()), float(colour.max() - colour.min())
    pale = float(smooth(np.array([light]), *_SHADED)[0]) * max(0.0, 1 - away / _HUELESS)
    return np.asarray(np.minimum(colour * (1 + (_LIGHTER - 1) * pale), 246), np.float32)


def _usual(hue: Floats, hues: list[Floats]) -> float:
    """Return what makes a piece as light as its coat is on the face, 1 where nothing else is like it.

    Of a white coat the lightest piece tells: the others are in shade. Of another the middle one: a lit ear is
    no measure.
    """
    alike = [float(other[0]) for other in hues if np.linalg.norm(other[1:] - hue[1:]) < _SAME]
    if len(alike) < _FEW:
        return 1.0
    middle = float(np.median(alike))
    return float(max(alike) if middle > _SHADED[0] else min(middle, float(hue[0]))) / float(hue[0])


def _apart(piece: Bytes, hues: list[Floats]) -> float:
    """Return how far a piece's colour is from the nearest of some."""
    return min(float(np.linalg.norm(_lab(piece).mean((0, 1)) - hue)) for hue in hues)


def _lab(piece: Bytes) -> Floats:
    return cv2.cvtColor(piece, cv2.COLOR_RGB2LAB).astype(np.float32)


def _uneven(piece: Bytes) -> float:
    """Return how much broad colours differ within a piece, in levels; more where it is dark."""
    broad = cv2.GaussianBlur(_lab(piece), (0, 0), piece.shape[0] / 12)
    middle = np.median(broad, (0, 1))
    apart = float(np.percentile(np.linalg.norm(broad - middle, axis=2), 97))
    return 0.5 * apart + _DARK * (255 - float(middle[0]))


def _piece(plate: Bytes, axes: Axes, place: tuple[float, float], side: int, high: float) -> Bytes | None:
    """Return a square of the plate, upright on the face, about a place; None where it leaves the photo."""
    half = side / axes.unit / 2
    corners = [axes.pixel(place[0] + a * half, place[1] + b * half) for a in (-1, 1) for b in (-1, 1)]
    if not all(0 <= x < plate.shape[1] and 0 <= y < high for x, y in corners):
        return None
    c, s = cos(axes.angle), sin(axes.angle)
    turn = np.array([[c, -s, corners[0][0]], [s, c, corners[0][1]]])
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(plate, turn, (side, side), flags=flags), np.uint8)


def _folded(count: int, side: int, start: int) -> NDArray[np.intp]:
    """Return indices that run to and fro over a length."""
    way = (np.arange(count) + start) % (2 * side)
    return np.where(way < side, way, 2 * side - 1 - way).astype(np.intp)
