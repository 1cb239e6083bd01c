"""A pet's own coat: a piece of its fur from the photo, evened in light, worn by what is drawn of it."""

from dataclasses import dataclass
from math import cos, sin

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.puppet.plate import Axes, Bytes, Face, Floats

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
_LIT = 0.7  # of its hairs the darker ones, which lie in shade: what wears the coat has a shade of its own
_SPREAD = 1.6  # deviations beyond which a hair is a whisker


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
    sure, likely = (
        [piece for place in places if (piece := _piece(plate, axes, place, side, high)) is not None]
        for places in (_SURE, _LIKELY)
    )
    if not sure:
        sure = [np.full((side, side, 3), np.median(plate[::4, ::4], (0, 1)), np.uint8)]
    hues = [_lab(piece).mean((0, 1)) for piece in sure]
    ranked = [(_uneven(piece), piece) for piece in sure]
    ranked += [(_uneven(piece) - _CHEST, piece) for piece in likely if _apart(piece, hues) < _ALIKE]
    fur = min(ranked, key=lambda one: one[0])[1].astype(np.float32)
    grain = fur - cv2.GaussianBlur(fur, (0, 0), side / 7, borderType=cv2.BORDER_REFLECT)
    grain = grain * np.float32(min(1.0, _GRAIN / max(float(grain.std()), 1e-6)))
    most = np.float32(_SPREAD * float(grain.std()))
    light = fur.mean(2)
    colour = fur[light >= np.quantile(light, _LIT)].mean(0)
    return Coat(colour, np.asarray(np.clip(grain, -most, most), np.float32))


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
