"""Eyes: the lid comes down over the eye, the gaze wanders, the inner brow rises.

Units of an eye's axes: 1 is the eye's radius. The lid is the photo's own skin from above the eye.
"""

import numpy as np

from pipeline.puppet.plate import Axes, Bytes, Floats, Patch, noise, smooth, unfolded

_WIDTH = 1.30  # half-width of the eye's slit
_UPPER, _LOWER = 1.02, 0.92  # height of the two arcs
_SHUT = 0.46  # where the lids meet: half the way each would be too low for a lid, too high for a cheek
_CREASE = -2.2  # the skin above this stays where it is, else the brow is dragged down like a sock
_TOP, _BOTTOM = -3.0, 2.4


class Eye:
    """One eye on one plate; `draw` is a pure function of its arguments.

    `inner` is +1 when the nose lies to the eye's right as seen, -1 when to its left.
    """

    def __init__(self, plate: Bytes, axes: Axes, inner: int, reach: float) -> None:
        """Take the eye at `axes`; the patch is kept within `reach` (units) towards the other eye."""
        self._plate, self.axes, self._inner = plate, axes, inner
        side = min(2.6, reach)
        self.patch = Patch(axes, (-side, side), (_TOP, _BOTTOM), (plate.shape[1], plate.shape[0]))
        u, v = self.patch.u, self.patch.v
        edge = smooth(side - np.abs(u), 0, 0.5) * smooth(v, _TOP, _TOP + 0.5)
        self._border = np.asarray(edge * (1 - smooth(v, _BOTTOM - 0.5, _BOTTOM)), np.float32)
        if not self.patch.empty:
            self._u, self._v = axes.local(*self.patch.pixels)
            self._lash = _lash_colour(plate, self._u, self._v, self.patch)

    def draw(self, blink: float, look: tuple[float, float], brow: float) -> Bytes:
        """Return the patch with the lid at `blink` (0 open, 1 shut, down to -0.2 widened).

        `look` shifts the inside of the eye (units, within 0.15); `brow` raises its inner end, 0 to 1.
        """
        du, dv = self.field(blink, look, brow)
        across = self.patch.spread(du) if look[0] else None
        out = self.patch.bend(self._plate, across, self.patch.spread(dv))
        if blink > 0.02:
            self._lid(out, blink)
        return out

    def field(self, blink: float, look: tuple[float, float], brow: float) -> tuple[Floats, Floats]:
        """Return where each point is taken from: shifts (du, dv) on the patch's grid."""
        u, v = self.patch.u, self.patch.v
        profile = _profile(u)
        edge, arc = self._edge(u, blink), -np.float32(_UPPER) * profile
        part = np.clip((v - _CREASE) / (edge - _CREASE), 0, 1)
        # The rim of the eye is stretched less than the skin above it; nothing at all when open.
        bias = np.clip(0.4 * ((edge - _CREASE) / (arc - _CREASE) - 1), 0, 0.35)
        lid = _CREASE + (arc - _CREASE) * ((1 + bias) * part - bias * part**2)
        eye = v - (edge - arc) * (1 - smooth(v - edge, 0.0, 0.9)) if blink < 0 else v
        source = np.where(v < _CREASE, v, np.where(v <= edge, lid, eye))
        lower = np.float32((_LOWER - _SHUT) * max(0.0, blink)) * profile
        gap = np.maximum(_LOWER * profile - lower - edge, 0.03)
        lower = lower * smooth((v - edge) / gap) * (1 - smooth(v, 0.9, 2.2))
        raised = np.float32(0.30 * brow) * np.exp(
            -(((u - np.float32(0.75 * self._inner)) / 0.75) ** 2) - ((v + 1.55) / 0.75) ** 2
        )
        source = source + (lower + raised) * self._border
        disc = np.maximum(0, 1 - (u**2 + v**2)) ** 2
        shift = disc * np.float32(1 - max(0.0, blink))
        dv = (unfolded(v, source) - v) * self._border - np.float32(look[1]) * shift
        return np.asarray(-np.float32(look[0]) * shift, np.float32), np.asarray(dv, np.float32)

    def _edge(self, u: Floats, blink: float) -> Floats:
        """Return the upper lid's edge: from its arc down to where the lids meet."""
        return np.asarray((blink * (_SHUT + _UPPER) - _UPPER) * _profile(u), np.float32)

    def _lid(self, out: Bytes, blink: float) -> None:
        """Shade the lid, and draw the soft line of lashes where it meets the eye."""
        edge, profile = self._edge(self._u, blink), _profile(self._u)
        gap = (self._v - edge) * np.float32(self.axes.unit)
        thick = max(1.0, 0.055 * self.axes.unit)
        line = np.exp(-((gap / thick) ** 2)) * smooth(profile, 0.05, 0.6)
        line = np.clip(line, 0, 1) * np.float32(0.65 * min(1.0, 3 * blink))
        round_ = np.exp(-(((edge - self._v) / 0.45) ** 2)) * (self._v < edge) * profile
        picture = out.astype(np.float32)
        picture *= (1 - 0.16 * np.float32(blink) * round_)[..., None]
        picture += (self._lash - picture) * line[..., None]
        out[:] = np.clip(picture + 0.5, 0, 255).astype(np.uint8)

    def lower_lid(self, at: float) -> tuple[float, float]:
        """Return the pixel on the lower lid's edge at a part of its half-width, -1 to 1."""
        u = at * _WIDTH
        v = _LOWER * float(_profile(np.array([u], np.float32))[0])
        return self.axes.pixel(u, v)


def _profile(u: Floats) -> Floats:
    """Return the lid's soft arc: 1 over the pupil, flat towards zero at the corners."""
    inside = np.maximum(0, 1 - (u / np.float32(_WIDTH)) ** 2)
    return np.asarray(inside ** np.float32(0.85), np.float32)


def _lash_colour(plate: Bytes, u: Floats, v: Floats, patch: Patch) -> Floats:
    """Return a dark colour of this pet's own: the darkest tenth about the eye, darkened once more."""
    near = patch.cut(plate)[(np.abs(u) < 1.6) & (np.abs(v) < 1.4)].astype(np.float32)
    if near.size == 0:
        return np.zeros(3, np.float32)
    level = near.mean(1)
    return np.asarray(near[level <= np.quantile(level, 0.12)].mean(0) * 0.75, np.float32)


def blinks(seconds: float, fps: int, seed: int = 41) -> Floats:
    """Return the lids' blinking per frame, 0 to 1: every 1.6 to 4.2 s, now and then twice.

    70 ms down, 50 ms shut, 180 ms up.
    """
    chance = np.random.default_rng(seed)
    starts, at = [], 0.9
    while at < seconds:
        starts.append(at)
        if chance.random() < 0.18:
            starts.append(at + 0.34)
        at += float(chance.uniform(1.6, 4.2))
    time = (np.arange(round(seconds * fps)) + 0.5) / fps
    out = np.zeros(len(time), np.float32)
    for start in starts:
        shape = np.interp(time - start, (0, 0.07, 0.12, 0.30), (0, 1, 1, 0), left=0, right=0)
        out = np.maximum(out, shape.astype(np.float32))
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
