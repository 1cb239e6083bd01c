"""Eyes: the lid comes down over the eye, the gaze wanders, the inner brow rises.

Units of an eye's axes: 1 is the eye's radius. The lid is the photo's own skin from above the eye.
"""

from functools import cached_property
from math import ceil
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.puppet.aperture import Slit
from pipeline.puppet.plate import Bytes, Floats, Patch, noise, smooth, unfolded

_UPPER, _LOWER = 1.02, 0.92  # height of the two arcs
_SHUT = 0.52  # where the lids meet: a deep bow looks asleep, a shallow one cross
_LAG = 0.30  # how much later a lid's inner end comes down than its outer one
_PLEA = 0.42  # how far the brow's inner end is raised
_LARGE = 0.16  # how much larger a pleading eye is
_CREASE = -2.2  # the skin above this stays where it is, else the brow is dragged down like a sock
_ROUND = 0.85  # power of the lids' arc: a square root would make a sock of the lid
_TOP, _BOTTOM = -3.0, 2.4
_GRAIN = 0.16  # what of the fur is finer than this is not stretched with the lid but moved down whole
_KEPT, _GIVEN = -1.9, -0.9  # the skin above keeps its grain, the skin below has got that of further above
_DONE = 0.6  # seconds two blinks take
_DOWN, _UP = 0.075, (0.105, 0.225)  # seconds from a blink's beginning: lids come down, and go up again


class Eye:
    """One eye on one plate; `draw` is a pure function of its arguments.

    `inner` is +1 when the nose lies to the eye's right as seen, -1 when to its left.
    """

    def __init__(self, plate: Bytes, slit: Slit, inner: int, reach: float, *, blinks: bool = True) -> None:
        """Take the eye in its slit; the patch is kept within `reach` (units) towards the other eye."""
        self._blinks = blinks
        self._plate, self._inner, self._wide = plate, inner, np.float32(slit.wide)
        # Half-way down, a lid along a slanted eye would frown: the more it slants, the later its inner end.
        self._lag = np.float32(_LAG + 1.2 * max(0.0, slit.slant * inner))
        axes = self.axes = slit.axes
        side = min(2.6, reach)
        self._reach = np.float32(min(2.0, side))
        self.patch = Patch(axes, (-side, side), (_TOP, _BOTTOM), (plate.shape[1], plate.shape[0]))
        u, v = self.patch.u, self.patch.v
        edge = smooth(side - np.abs(u), 0, 0.5) * smooth(v, _TOP, _TOP + 0.5)
        self._border = np.asarray(edge * (1 - smooth(v, _BOTTOM - 0.5, _BOTTOM)), np.float32)
        if not self.patch.empty:
            self._u, self._v = axes.local(*self.patch.pixels)
            self._border_at = self.patch.spread(self._border)
            self._lash = _lash_colour(plate, self._u, self._v, self.patch)

    def draw(self, blink: float, look: tuple[float, float], brow: float) -> Bytes:
        """Return the patch with the lid at `blink` (0 open, 1 shut, down to -0.2 widened).

        `look` shifts the inside of the eye (units, within 0.15); `brow` raises its inner end, 0 to 1, and
        makes the eye larger: together they plead.
        """
        blink = blink if self._blinks else 0.0
        du, lid, eye = self.fields(blink, look, brow)
        edge = self._edge(self._u, blink)
        # Two smooth fields, chosen for each pixel: one with a step would be ragged along the lid.
        dv = np.where(self._v <= edge, self.patch.spread(lid), self.patch.spread(eye))
        out = self.patch.bend(self._plate, self.patch.spread(du) if look[0] or brow else None, dv)
        if blink > 0.02:
            self._refine(out, edge, dv)
            self._lid(out, edge, blink)
        return out

    def _refine(self, out: Bytes, edge: Floats, dv: Floats) -> None:
        """Give the lid its fur's grain back: stretched twice as long it would be coarse."""
        coarse, fine, corner = self._skin
        moved = edge + np.float32(_UPPER) * self._profile(self._u)
        lid = smooth(self._v, _KEPT, _GIVEN) * (self._v <= edge) * smooth(moved, 0.1, 0.6) * self._border_at
        if not lid.any():
            return
        even = self.patch.bend(coarse, None, dv, corner).astype(np.float32)
        # All of it by as much: grain that follows the lid's bow would be combed round the eye.
        grain = (
            self.patch.bend(fine, None, np.full_like(moved, -moved.max()), corner).astype(np.float32) - 128
        )
        picture = out.astype(np.float32)
        picture += (even + grain - picture) * lid[..., None]
        out[:] = np.clip(picture + 0.5, 0, 255).astype(np.uint8)

    @cached_property
    def _skin(self) -> tuple[Bytes, Bytes, tuple[int, int]]:
        """The skin above the eye without its grain, the grain alone about 128, and where both begin."""
        left, top, wide, high = self.patch.box
        above = min(top, ceil((_UPPER + _SHUT) * self.axes.unit))
        plate = self._plate[top - above : top + high, left : left + wide].astype(np.float32)
        x = np.arange(left, left + wide, dtype=np.float32)[None, :]
        y = np.arange(top - above, top + high, dtype=np.float32)[:, None]
        u, v = self.axes.local(x, y)
        # Without the eye, whose dark would bleed into the lid.
        skin = np.asarray(v < -np.float32(_UPPER) * self._profile(u), np.float32)
        sigma = max(1.0, _GRAIN * self.axes.unit)
        weight = cv2.GaussianBlur(skin, (0, 0), sigma)[..., None]
        even = cv2.GaussianBlur(plate * skin[..., None], (0, 0), sigma) / np.maximum(weight, 1e-3)
        coarse = np.where(weight > 0.02, even, plate)
        grain = np.where(skin[..., None] > 0, plate - coarse, 0)
        fine = np.clip(grain + 128.5, 0, 255).astype(np.uint8)
        return np.clip(coarse + 0.5, 0, 255).astype(np.uint8), fine, (left, top - above)

    def fields(self, blink: float, look: tuple[float, float], brow: float) -> tuple[Floats, Floats, Floats]:
        """Return where each point is taken from, on the patch's grid: du, and dv above and below the lid."""
        u, v = self.patch.u, self.patch.v
        profile = self._profile(u)
        edge, arc = self._edge(u, blink), -np.float32(_UPPER) * profile
        part = np.clip((v - _CREASE) / (edge - _CREASE), 0, 1)
        # The rim of the eye is stretched less than the skin above it; nothing at all when open.
        bias = np.clip(0.4 * ((edge - _CREASE) / (arc - _CREASE) - 1), 0, 0.35)
        bent = _CREASE + (arc - _CREASE) * ((1 + bias) * part - bias * part**2)
        away = 1 - smooth(v - edge, 0.0, 0.9)
        above = np.where(v < _CREASE, v, np.where(v <= edge, bent, v + (arc - edge) * away))
        below = v + np.maximum(arc - edge, 0) * away
        lower = np.float32((_LOWER - _SHUT) * max(0.0, blink)) * profile
        gap = np.maximum(_LOWER * profile - lower - edge, 0.03)
        below = below + lower * smooth((v - edge) / gap) * (1 - smooth(v, 0.9, 2.2)) * self._border
        above = above + self._raised(brow) * self._border
        awake = np.float32(1 - max(0.0, blink))
        shift = awake * np.maximum(0, 1 - (u**2 + v**2)) ** 2
        large = np.float32(_LARGE * brow) * awake * np.maximum(0, 1 - (u**2 + v**2) / self._reach**2) ** 2
        lid = (unfolded(v, _floats(above - large * v)) - v) * self._border
        eye = (unfolded(v, _floats(below - large * v)) - v) * self._border - np.float32(look[1]) * shift
        return _floats(-np.float32(look[0]) * shift - large * u), _floats(lid), _floats(eye)

    def _raised(self, brow: float) -> Floats:
        """Return how far the brow's inner end is raised."""
        u, v = self.patch.u - np.float32(0.85 * self._inner), self.patch.v + 1.75
        return np.asarray(np.float32(_PLEA * brow) * np.exp(-((u / 0.95) ** 2) - (v / 0.80) ** 2), np.float32)

    def _edge(self, u: Floats, blink: float) -> Floats:
        """Return the upper lid's edge: from its arc down to where the lids meet."""
        inner = np.clip(0.5 + np.float32(0.5 * self._inner) / self._wide * u, 0, 1)
        part = smooth(np.float32(blink) * (1 + self._lag) - self._lag * inner) if blink > 0 else blink
        return np.asarray((part * np.float32(_SHUT + _UPPER) - _UPPER) * self._profile(u), np.float32)

    def _profile(self, u: Floats) -> Floats:
        """Return the lid's soft arc: 1 over the pupil, flat towards zero at the corners."""
        inside = np.maximum(0, 1 - (u / self._wide) ** 2)
        return np.asarray(inside ** np.float32(_ROUND), np.float32)

    def _lid(self, out: Bytes, edge: Floats, shut: float) -> None:
        """Shade the lid, and draw the soft line of lashes where it meets the eye."""
        profile = self._profile(self._u)
        gap = (self._v - edge) * np.float32(self.axes.unit)
        thick = max(1.0, 0.055 * self.axes.unit)
        line = np.exp(-((gap / thick) ** 2)) * smooth(profile, 0.15, 0.75)
        moved = smooth(edge + np.float32(_UPPER) * profile, 0.10, 0.45)
        line = np.clip(line, 0, 1) * np.float32(0.65) * moved
        round_ = np.exp(-(((edge - self._v) / 0.45) ** 2)) * (self._v < edge) * profile
        picture = out.astype(np.float32)
        picture *= (1 - 0.16 * np.float32(shut) * round_)[..., None]
        picture += (self._lash - picture) * line[..., None]
        out[:] = np.clip(picture + 0.5, 0, 255).astype(np.uint8)

    def lower_lid(self, at: float, above: float = 0.0) -> tuple[float, float]:
        """Return the pixel on the lower lid's edge, or `above` it, at a part of its half-width, -1 to 1."""
        u = at * float(self._wide)
        return self.axes.pixel(u, _LOWER * max(0.0, 1 - at * at) ** _ROUND - above)


def _floats(values: NDArray[np.floating[Any]]) -> Floats:
    return np.asarray(values, np.float32)


def _lash_colour(plate: Bytes, u: Floats, v: Floats, patch: Patch) -> Floats:
    """Return a dark colour of this pet's own: the darkest tenth about the eye, darkened once more."""
    near = patch.cut(plate)[(np.abs(u) < 1.6) & (np.abs(v) < 1.4)].astype(np.float32)
    if near.size == 0:
        return np.zeros(3, np.float32)
    level = near.mean(1)
    return np.asarray(near[level <= np.quantile(level, 0.12)].mean(0) * 0.75, np.float32)


def blinks(seconds: float, fps: int, seed: int = 41) -> Floats:
    """Return the lids' blinking per frame, 0 to 1: every 1.6 to 4.2 s, now and then twice, done at the end.

    They begin with a frame and go slowly only where eyes are nearly open or nearly shut: eyes caught half-way
    look cross, and so no frame shows them so.
    """
    chance = np.random.default_rng(seed)
    starts, at = [], float(chance.uniform(0.7, 1.8))
    while at < seconds - _DONE:
        starts.append(at)
        if chance.random() < 0.18:
            starts.append(at + 0.34)
        at += float(chance.uniform(1.6, 4.2))
    time = (np.arange(round(seconds * fps)) + 0.5) / fps
    out = np.zeros(len(time), np.float32)
    for start in starts:
        past = time - round(start * fps) / fps
        out = np.maximum(out, smooth(past, 0, _DOWN) * (1 - smooth(past, *_UP)))
    return out


def wander(count: int, fps: int, seed: int) -> Floats:
    """Return small glances, -1 to 1: held for a while, changed within two frames."""
    chance = np.random.default_rng(seed)
    out = np.zeros(count, np.float32)
    at = 0
    while at < count:
        hold = int(chance.uniform(0.7, 2.1) * fps)
        out[at : at + hold] = chance.uniform(-1, 1)
        at += hold
    soft = np.convolve(np.pad(out, 2, mode="edge"), np.ones(5) / 5, "valid")
    return np.asarray(soft + 0.04 * noise(count, seed + 1, 6.0), np.float32) if count else out
