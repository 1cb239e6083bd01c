"""A mouth that is open on the photo: its real jaw moved up and down, nothing painted but a shadow.

The opening is found as the reddish patch below the nose with the dark lips about it; closing hides
it behind the upper lip, the chin follows in one piece and what lies under the chin stretches into the room.
Units of the mouth's axes, as in `mouth`.
"""

from dataclasses import dataclass
from math import cos, sin

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.puppet.plate import Axes, Bytes, Face, Floats, Patch, smooth
from storage.model import Point

_STEPS = 24  # samples per unit while looking for the opening
_SHUT, _WIDE = 0.16, 1.06  # height of the squeezed opening, as a part of the photo's
_RED = 9  # Lab a* above the face's median: tongue and gums on ordinary photos
_NOSE = 0.6  # units from the nose's middle to its lower end, which may be as red as a tongue
_REDDISH = 0.40  # square units of red that make an opening; a pink lip has less
_LEAST = 0.6, 0.35  # width and height of what may be called an opening
_BLACK, _DARK = 0.20, 0.42  # parts of the median lightness
_ROOM = 2.6  # openings of room under the jaw over which its movement dies out
_EDGE, _RAGGED = 0.35, 7.0  # part of an opening, and pixels at least, within which its inside is lost
_SHADE = 0.8  # of the upper lip, on what it hides
_TRAVEL = 1.5  # units the jaw moves up at most (0.6 eye distances for a dog)


@dataclass(frozen=True)
class Gape:
    """The opening on the photo: upper and lower edge over u, level outside `left` to `right`."""

    left: float
    right: float
    u: Floats
    top: Floats
    bottom: Floats

    def edges(self, u: Floats) -> tuple[Floats, Floats]:
        """Return both edges at each u; they meet at the corners."""
        top = np.interp(u, self.u, self.top).astype(np.float32)
        return top, np.interp(u, self.u, self.bottom).astype(np.float32)


def gape(plate: Bytes, face: Face, axes: Axes) -> Gape | None:
    """Return the opening found on the plate, or None where no reddish inside is seen."""
    local = _flattened(plate, axes)
    lab = cv2.cvtColor(local, cv2.COLOR_RGB2LAB).astype(np.float32)
    light, red, yellow = lab[..., 0], lab[..., 1], lab[..., 2]
    v = (np.arange(local.shape[0]) / _STEPS - 2)[:, None]
    below = v > _nose_end(face, axes)
    inside = (red > np.median(red) + _RED) & (red - 128 > 0.8 * (yellow - 128)) & below
    seed = _largest(inside.astype(np.uint8))
    if seed is None or seed.sum() < _REDDISH * _STEPS**2:
        return None
    # The cavity is almost black; the lips under it are merely dark, and so is the fur under the nose.
    black = light < _BLACK * np.median(light)
    lips = (light < _DARK * np.median(light)) & (v > _first_row(seed)[None, :] / _STEPS - 2)
    joined = _joined(((seed | black | lips) & below).astype(np.uint8), seed)
    found = _edges(joined)
    tall = float((found.bottom - found.top).max())
    return found if tall >= _LEAST[1] and found.right - found.left >= _LEAST[0] else None


def _flattened(plate: Bytes, axes: Axes) -> Bytes:
    """Return the mouth's surroundings turned upright: u and v from -2 to 2."""
    c, s = cos(axes.angle) * axes.unit / _STEPS, sin(axes.angle) * axes.unit / _STEPS
    x, y = axes.pixel(-2, -2)
    size = 4 * _STEPS + 1
    turn = np.array([[c, -s, x], [s, c, y]])
    flags = cv2.INTER_AREA | cv2.WARP_INVERSE_MAP
    blurred = cv2.GaussianBlur(plate, (0, 0), max(0.6, 0.4 * axes.unit / _STEPS))
    return np.asarray(
        cv2.warpAffine(blurred, turn, (size, size), flags=flags, borderMode=cv2.BORDER_REPLICATE), np.uint8
    )


def _nose_end(face: Face, axes: Axes) -> float:
    if face.pet.nose is None:
        return -1.0
    return axes.place(face.pet.nose)[1] + _NOSE


def _largest(mask: Bytes) -> NDArray[np.bool_] | None:
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask)
    if count < 2:
        return None
    return np.asarray(labels == 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA])))


def _joined(mask: Bytes, seed: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the parts of a mask that touch the seed, at most 0.7 units away from it."""
    _, labels = cv2.connectedComponents(mask)
    touched = np.unique(labels[seed])
    reach = cv2.dilate(seed.astype(np.uint8), np.ones((int(1.4 * _STEPS),) * 2, np.uint8))
    return np.asarray(np.isin(labels, touched[touched > 0]) & (reach > 0))


def _first_row(mask: NDArray[np.bool_]) -> Floats:
    """Return each column's uppermost row of a mask; that of the nearest column where there is none."""
    columns = np.flatnonzero(mask.any(0))
    rows = np.interp(np.arange(mask.shape[1]), columns, mask.argmax(0)[columns])
    return np.asarray(rows, np.float32)


def _edges(mask: NDArray[np.bool_]) -> Gape:
    columns = np.flatnonzero(mask.any(0))
    left, right = int(columns[0]), int(columns[-1])
    rows = np.arange(mask.shape[0], dtype=np.float32)[:, None]
    top = np.where(mask, rows, np.inf).min(0)[left : right + 1]
    bottom = np.where(mask, rows, -np.inf).max(0)[left : right + 1] + 1
    kernel = max(3, (right - left) // 6 | 1)
    at = np.arange(left, right + 1, dtype=np.float32)
    known = np.isfinite(top) & np.isfinite(bottom)
    pair = [np.interp(at, at[known], edge[known]).astype(np.float32) for edge in (top, bottom)]
    flat = [cv2.blur(edge[None, :], (kernel, 1), borderType=cv2.BORDER_REPLICATE)[0] for edge in pair]
    scaled = [np.asarray(edge / _STEPS - 2, np.float32) for edge in flat]
    return Gape(left / _STEPS - 2, right / _STEPS - 2, np.asarray(at / _STEPS - 2, np.float32), *scaled)


class Jaw:
    """The real jaw of one face on one plate; `draw` is a pure function of its arguments."""

    def __init__(self, plate: Bytes, axes: Axes, opening: Gape) -> None:
        self._plate, self.axes, self._gape = plate, axes, opening
        height = float((opening.bottom - opening.top).max())
        low, high = float(opening.bottom.max()), float(opening.top.min())
        self._middle = (opening.left + opening.right) / 2
        self._half = (opening.right - opening.left) / 2 + 0.9
        self._travel = min(1.0, _TRAVEL / max(height, 1e-3))
        size = plate.shape[1], plate.shape[0]
        room = max(0.3, (size[1] - axes.pixel(self._middle, low)[1]) / axes.unit - 0.1)
        self._fade = max(0.3, min(_ROOM * height, room))
        across = self._middle - self._half - 0.15, self._middle + self._half + 0.15
        self.patch = Patch(axes, across, (high - 0.3, low + self._fade + 0.15), size)
        # Less closing where there is little room below: the stretch stays gentle and nothing folds.
        self._travel = min(self._travel, 0.64 * self._fade / max(height, 1e-3) / (1 - _SHUT))

    def height(self, openness: float) -> float:
        """Return the opening's height as a part of the photo's."""
        return 1 - (1 - (_SHUT + (_WIDE - _SHUT) * openness)) * self._travel

    def outline(self, openness: float, wide: float, smile: float) -> list[Point]:
        """Return points about the opening, pixels of the plate."""
        del wide, smile
        g, part = self._gape, self.height(openness)
        u = np.linspace(g.left, g.right, 9, dtype=np.float32)
        top, bottom = g.edges(u)
        return [
            self.axes.pixel(float(a), float(b))
            for edge in (top, top + (bottom - top) * part)
            for a, b in zip(u, edge, strict=True)
        ]

    def draw(self, openness: float, wide: float, smile: float) -> Bytes:
        """Return the patch's pixels with the jaw moved to this openness."""
        del wide, smile
        field, shadow = self._moved(openness)
        drawn = self.patch.bend(self._plate, None, self.patch.spread(field))
        dark = (255 * self.patch.spread(shadow)).astype(np.uint8)
        left, top, wide, high = cv2.boundingRect(dark)
        if wide:
            part = slice(top, top + high), slice(left, left + wide)
            light = cv2.cvtColor(cv2.bitwise_not(dark[part]), cv2.COLOR_GRAY2RGB)
            drawn[part] = cv2.multiply(drawn[part], light, scale=1 / 255)
        return drawn

    def field(self, openness: float) -> Floats:
        """Return where each point is taken from: shifts along v on the patch's grid."""
        return self._moved(openness)[0]

    def _moved(self, openness: float) -> tuple[Floats, Floats]:
        """Return the field, and how dark the upper lip's shadow is, both on the patch's grid.

        Tongue and teeth ride up with the jaw and vanish behind the upper lip: squeezed they are a splinter.
        """
        u, v = self.patch.u[0], self.patch.v
        top, bottom = self._gape.edges(u)
        beside = smooth(1 - np.abs((u - np.float32(self._middle)) / np.float32(self._half)), 0, 0.42)
        tall = np.maximum(bottom - top, 0.05)
        corner = np.minimum(u - np.float32(self._gape.left), np.float32(self._gape.right) - u)
        deep = smooth(bottom - top, 0.1, 0.4) * smooth(corner, 0.05, 0.35)
        # A tongue hanging out sideways has no lip of its own above it: it is hidden by its neighbours'.
        top = np.minimum(top, -self._rigid(-top))
        shift = self._rigid(tall) * beside * np.float32(1 - self.height(openness))
        end = np.maximum(bottom - shift, top + 0.10 * tall + 0.15 * np.maximum(shift, 0))
        lip = np.minimum(np.maximum(_EDGE * (end - top), _RAGGED / self.axes.unit), end - top)
        inside = np.clip((v - top) / np.maximum(lip, 1e-3), 0, 1) * shift
        # Mostly even: the fur under the chin is stretched as little as the room allows.
        far = np.clip((v - end - 0.08 * self._fade) / (0.90 * self._fade), 0, 1)
        down = shift * (1 - 0.75 * far - 0.25 * smooth(far))
        under = smooth((v - top) / lip, -0.3, 0.3) * (1 - smooth((v - top) / lip, 0.5, 1.6))
        shadow = _SHADE * under * deep * smooth(shift / tall)
        return np.asarray(np.where(v <= end, inside, down), np.float32), np.asarray(shadow, np.float32)

    def _rigid(self, tall: Floats) -> Floats:
        """Return the largest value near each u: bone and tongue move as one, whatever a column's height."""
        reach = max(1, round(0.35 * self.axes.unit / 4)) * 2 + 1
        broad = cv2.dilate(tall[None, :], np.ones((1, reach), np.uint8))
        soft = cv2.GaussianBlur(broad, (0, 0), 0.4 * reach, borderType=cv2.BORDER_REPLICATE)
        return np.asarray(soft[0], np.float32)
