"""A mouth that was closed on the photo: opened along its own lip line, its inside painted.

Units of the mouth's axes: 1 is the mouth's half-width, u across, v down the face. Above the lip line the
fur is raised a little, below it the jaw moves down in one piece and the movement dies out under the chin.
"""

from dataclasses import dataclass

import numpy as np

from pipeline.puppet.plate import Axes, Bytes, Face, Floats, Patch, noise, smooth, unfolded
from storage.model import Point

_ACROSS, _DOWN = (-2.1, 2.1), (-1.15, 3.7)
_DROP = {"cat": 0.85}  # how far the jaw drops at most; other species 0.95
_RAISE = 0.13  # part of the opening that goes upwards
_HAIR = 2.0  # pixels between the hairs that overlap the lips
_CHIN, _FADE = 0.8, 1.9  # the jaw below the lip, and the way over which its movement dies out
_HEAVE = 0.06  # eye distances the head is raised by a wide opening with no room below
_SHED = {"cat": 0.13}  # the skin below the lip line that goes with the upper lip; others, black-lipped, 0.03
_SHOWN = 0.42  # how much of the chin a table in front of it leaves to be seen


@dataclass(frozen=True)
class Opening:
    """How a mouth is opened: drop and half-width in the mouth's units, corners raised by `smile`."""

    drop: float
    half: float
    smile: float

    @property
    def slack(self) -> np.float32:
        """How much the lower lip has left the upper one's shape, 0 to 0.75."""
        return np.float32(0.75 * float(smooth(np.array([self.drop]), 0.02, 0.35)[0]))

    def profile(self, u: Floats, power: float = 0.55) -> Floats:
        """Return the rounded lower edge, 1 in the middle, 0 from the corners outwards."""
        inside = np.maximum(0, 1 - np.abs(u / np.float32(self.half)) ** np.float32(2.2))
        return np.asarray(inside ** np.float32(power), np.float32)


class Lip:
    """The lip line as a function of u; level beyond its ends."""

    def __init__(self, face: Face, axes: Axes) -> None:
        self._u = np.linspace(-2.4, 2.4, 481, dtype=np.float32)
        # Of a mouth that was taken for open, the line is an upper edge and not where the lips meet.
        if len(face.pet.lip) >= 3 and not face.pet.mouth_open:
            x, y = np.array(face.pet.lip, np.float32).T
            u, v = axes.local(x, y)
            order = np.argsort(u)
            line = _likely(self._u, u[order], v[order])
        elif face.species == "cat":
            line = np.float32(0.05) - np.float32(0.06) * np.cos(np.pi * np.minimum(np.abs(self._u) / 0.5, 2))
        else:
            line = np.float32(-0.10) * np.minimum(np.abs(self._u), 1.2) ** 2
        kernel = np.exp(-0.5 * (np.arange(-18, 19) / 6.0) ** 2)
        padded = np.pad(line, 18, mode="edge")
        self._v = np.convolve(padded, kernel / kernel.sum(), "valid").astype(np.float32)
        wide = np.exp(-0.5 * (np.arange(-180, 181) / 60.0) ** 2)
        eased = np.convolve(np.pad(self._v, 180, mode="edge"), wide / wide.sum(), "valid")
        self._eased = np.asarray(eased - self._v, np.float32)

    def easing(self, u: Floats) -> Floats:
        """Return how far the line is from its own even course: a lower lip that hangs loses its waves."""
        return np.interp(u, self._u, self._eased).astype(np.float32)

    def __call__(self, u: Floats) -> Floats:
        """Return v of the line at each u."""
        return np.interp(u, self._u, self._v).astype(np.float32)


class Mouth:
    """The painted mouth of one face on one plate; `draw` is a pure function of its arguments."""

    def __init__(self, plate: Bytes, face: Face, axes: Axes, floor: float | None = None) -> None:
        """Take the mouth at `axes`; the row `floor` is the edge of a table that stands before the chin."""
        self._plate, self.axes = plate, axes
        self.patch = Patch(axes, _ACROSS, _DOWN, (plate.shape[1], plate.shape[0]))
        self._rim = 0.6 if face.species == "cat" else 1.0  # cats have no black lips
        self._shed = _SHED.get(face.species, 0.03)
        deep = _DROP.get(face.species, 0.95)
        room = ((plate.shape[0] if floor is None else floor) - axes.origin[1]) / axes.unit
        if floor is None:
            # A chin that leaves the picture is believed; a mouth that does is not.
            self._most = min(deep, max(0.3, 0.85 * room))
            heave = _HEAVE * (1 - self._most / deep)
        else:
            self._most = min(deep, max(0.45, 0.36 + 0.45 * room))
            heave = max(0.0, self._most + _SHOWN - room) * axes.unit / face.span
        self.heave = heave  # eye distances the head is raised when the mouth is open
        self._girth = 0.74 + 0.26 * min(1.0, self._most / 0.8)  # a shallow mouth is a small one, not a slit
        self._lip = Lip(face, axes)
        self._lip_grid = self._lip(self.patch.u)
        self._above = _room_above(face, axes)
        if self.patch.empty:
            return
        x, y = self.patch.pixels
        self._u, self._v = axes.local(x, y)
        self._lip_full = self._lip(self._u)
        self._tone, self._tint = _muzzle(plate, self._u, self._v - self._lip_full, self.patch)
        near = (np.abs(self._u) < 1.3) & (np.abs(self._v - self._lip_full - 0.45) < 0.8)
        rows, columns = np.flatnonzero(near.any(1)), np.flatnonzero(near.any(0))
        self._tight = (
            (slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)) if len(rows) else None
        )
        grain = 512 * _HAIR / (2.8 * axes.unit)
        self._fibre = _hairs(20, grain), _hairs(21, grain), noise(512, 22, 6.0)

    def opening(self, openness: float, wide: float, smile: float) -> Opening:
        """Return the opening for openness 0 to 1, wide -1 (round) to 1, smile -1 to 1."""
        return Opening(self._most * openness, self._girth * (0.80 + 0.14 * wide + 0.10 * openness), smile)

    def outline(self, openness: float, wide: float, smile: float) -> list[Point]:
        """Return points about the mouth, pixels of the plate; a closed mouth still has its lips."""
        o = self.opening(openness, wide, smile)
        u = np.linspace(-o.half, o.half, 9, dtype=np.float32)
        top, bottom = self._edges(o, u, self._lip(u))
        pad = np.float32(0.10)
        return [
            self.axes.pixel(float(a), float(b))
            for edge in (top - pad, bottom + pad)
            for a, b in zip(u, edge, strict=True)
        ]

    def draw(self, openness: float, wide: float, smile: float) -> Bytes:
        """Return the patch's pixels with the mouth opened so."""
        o = self.opening(openness, wide, smile)
        below, above = (self.patch.spread(field) for field in self.fields(o))
        top, bottom = self._edges(o, self._u, self._lip_full)
        dv = np.where(self._v > (top + bottom) / 2, below, above)
        out = self.patch.bend(self._plate, None, dv)
        if o.drop > 0.01 and self._tight is not None:
            self._paint(out, o, top[self._tight], bottom[self._tight])
        return out

    def fields(self, o: Opening) -> tuple[Floats, Floats]:
        """Return where to take the jaw and the upper lip from: shifts along v on the patch's grid."""
        u, v, lip = self.patch.u, self.patch.v, self._lip_grid
        lift = self._lift(o, u) * np.exp(-(((v - lip) / 0.55) ** 2))
        lift = lift * smooth(v, _DOWN[0], _DOWN[0] + 0.6)
        hang = o.slack * o.profile(u, 1.0) * self._lip.easing(u)
        depth = np.maximum(0, v - lip - hang - np.float32(o.drop) * o.profile(u))
        half = np.float32(o.half) * (1 + np.float32(0.55) * smooth(depth, 0, 0.9))
        power = 0.55 + 1.1 * smooth(depth, 0, 0.5)
        jaw = np.maximum(0, 1 - np.abs(u / half) ** np.float32(2.2)) ** power
        jaw = jaw * (1 - smooth(v - lip, o.drop + _CHIN, min(o.drop + _CHIN + _FADE, _DOWN[1] - 0.45)))
        hung = hang * (1 - smooth(depth, 0.0, 0.8))
        # The dark line between the lips stays above: on the lower lip it would look like a beard.
        shed = (
            np.float32(self._shed * min(1.0, 4 * o.drop))
            * jaw
            * np.exp(-np.maximum(depth, 0) / np.float32(0.35))
        )
        below = unfolded(v, v - np.float32(o.drop) * jaw - hung + lift + shed) - v
        raised = np.float32(_RAISE * o.drop) * o.profile(u, 1.0)
        raised = raised * (1 - smooth(lip - v, 0.05, self._above))
        above = unfolded(v, v + raised + lift) - v
        return below.astype(np.float32), above.astype(np.float32)

    def _lift(self, o: Opening, u: Floats) -> Floats:
        bumps = np.exp(-(((np.abs(u) - np.float32(o.half)) / 0.35) ** 2))
        return np.asarray(np.float32(0.09 * o.smile) * bumps, np.float32)

    def _edges(self, o: Opening, u: Floats, lip: Floats) -> tuple[Floats, Floats]:
        line = lip - self._lift(o, u)
        even = o.profile(u, 1.0)
        low = line + o.slack * even * self._lip.easing(u) + np.float32(o.drop) * o.profile(u)
        return line - np.float32(_RAISE * o.drop) * even, np.maximum(low, line)

    def _paint(self, out: Bytes, o: Opening, top: Floats, bottom: Floats) -> None:
        """Paint the inside, the lips' rims and the muzzle's shadow over the opened patch."""
        assert self._tight is not None
        u, v = self._u[self._tight], self._v[self._tight]
        picture = out[self._tight].astype(np.float32)
        soft = np.float32(max(0.03, 1.3 / self.axes.unit))
        wisp, beard, broken = (
            np.interp(u, np.linspace(-1.4, 1.4, 512), table).astype(np.float32) for table in self._fibre
        )
        fur = np.float32(0.020 * min(1.0, 4 * o.drop))
        up, down = v - top - fur * wisp, bottom - v - fur * beard
        inside = smooth(up / soft) * smooth(down / soft)
        there = smooth(bottom - top, 0.02, 0.14)
        under = np.maximum(v - bottom, 0)
        shade = 1 - 0.30 * there * np.exp(-under / 0.16) * smooth(down, 0.02, -0.02)
        rim = np.exp(-((up / 0.045) ** 2)) * 0.55 + np.exp(-((down / 0.04) ** 2)) * 0.60
        rim = np.clip(rim * (0.75 + 0.30 * broken), 0, 0.85) * (there * np.float32(self._rim))
        dark = np.array((34, 24, 24), np.float32) * (0.5 + 0.5 * self._tone)
        picture *= shade[..., None]
        picture += (dark - picture) * rim[..., None]
        picture += (self._inside(o, u, v, top, bottom) - picture) * inside[..., None]
        out[self._tight] = np.clip(picture + 0.5, 0, 255).astype(np.uint8)

    def _inside(self, o: Opening, u: Floats, v: Floats, top: Floats, bottom: Floats) -> Floats:
        """Return the colours inside: wine above, red-brown below, a tongue, two short canines."""
        x = u / np.float32(o.half)
        depth = v - top
        s = np.clip(depth / np.maximum(bottom - top, 1e-3), 0, 1)
        colour = _mix((30, 9, 13), (112, 44, 45), s**1.3)
        tongue_v = float(self._lip(np.zeros(1, np.float32))[0]) + o.drop * 0.90
        across, along = x / 0.64, (v - tongue_v) / np.float32(0.46 * o.drop + 0.02)
        reach = 1 - np.sqrt(across**2 + along**2)
        on = smooth(reach, 0.0, 0.20)
        tongue = _mix((128, 54, 60), (206, 112, 116), smooth(along + 0.25 * across**2, -1.0, 0.5))
        groove = 1 - 0.22 * np.exp(-((x / 0.07) ** 2)) * smooth(reach, 0.05, 0.4)
        shine = np.exp(-(((np.abs(x) - 0.24) / 0.09) ** 2) - ((along + 0.38) / 0.20) ** 2)
        # A tongue that fills a half-shut mouth looks like lipstick: it lies back in the shade until it opens.
        lit = 0.55 + 0.45 * float(smooth(np.array([o.drop]), 0.15, 0.60)[0])
        tongue = (tongue * groove[..., None] + 34 * shine[..., None]) * lit
        colour += (tongue - colour) * on[..., None]
        colour *= (0.30 + 0.70 * smooth(depth, 0.0, 0.10 + 0.38 * o.drop))[..., None]
        length = 0.24 * o.drop
        taper = 0.060 * np.clip(1 - depth / max(length, 1e-3), 0, 1) ** 0.6
        tooth: Floats = smooth(taper - np.abs(np.abs(x) - 0.50) * np.float32(o.half), 0.0, 0.025) * min(
            1.0, 4 * length
        )
        ivory = _mix((150, 138, 120), (222, 212, 192), np.clip(depth / max(length, 1e-3), 0, 1))
        colour += (ivory - colour) * (0.85 * tooth)[..., None]
        colour *= (1 - 0.60 * np.clip(np.abs(x), 0, 1) ** 4)[..., None]
        return np.asarray(colour * self._tone * self._tint, np.float32)


def _likely(at: Floats, u: Floats, v: Floats) -> Floats:
    """Return a traced line at each place, made more like a lip: it bends, but hardly slopes or zigzags.

    A trace through fur wanders; a gentle quartic through it keeps the omega of a cat and loses the rest.
    """
    inside = np.clip(u, -1.1, 1.1).astype(np.float64)
    powers = np.vander(inside, 5, increasing=True)
    ridge = np.sqrt(np.array((0, 0.02, 0.02, 0.10, 0.10)) * len(u))
    normal = powers.T @ powers + np.diag(ridge**2)
    found = np.linalg.solve(normal, powers.T @ v.astype(np.float64))
    traced = np.interp(at, u, v) - np.interp(at, u, powers @ found)
    slope = float(np.clip(found[1], -0.10, 0.10))
    curve = np.vander(np.clip(at, u[0], u[-1]).clip(-1.1, 1.1), 5, increasing=True) @ (
        *found[:1],
        slope,
        *found[2:],
    )
    return np.asarray(np.clip(curve + 0.5 * np.clip(traced, -0.08, 0.08), -0.40, 0.40), np.float32)


def _mix(one: tuple[int, int, int], other: tuple[int, int, int], part: Floats) -> Floats:
    a, b = np.array(one, np.float32), np.array(other, np.float32)
    return np.asarray(a + (b - a) * part[..., None], np.float32)


def _hairs(seed: int, grain: float) -> Floats:
    """Return the uneven edge that fur makes: tufts of several widths rather than the teeth of a comb."""
    fine, tufts, wave = (
        noise(512, seed, grain),
        noise(512, seed + 40, 3 * grain),
        noise(512, seed + 80, 9 * grain),
    )
    return np.asarray(0.55 * fine + 0.65 * tufts + 0.6 * wave, np.float32)


def _room_above(face: Face, axes: Axes) -> float:
    """Return how far above the lip the fur may be raised without moving the nose."""
    if face.pet.nose is None:
        return 0.6
    return min(0.75, max(0.3, 0.75 * abs(axes.place(face.pet.nose)[1])))


def _muzzle(plate: Bytes, u: Floats, v: Floats, patch: Patch) -> tuple[float, Floats]:
    """Return the muzzle's brightness (about 0.3 to 1.05) and colour cast (three factors about 1)."""
    near = (np.abs(u) < 0.9) & (np.abs(v) < 0.5)
    fur = patch.cut(plate)[near]
    mean = fur.reshape(-1, 3).mean(0).astype(np.float32) if fur.size else np.full(3, 128, np.float32)
    level = float(mean.mean()) / 255
    cast = 1 + 0.22 * (mean / max(1.0, float(mean.mean())) - 1)
    return min(1.05, 0.38 + 0.95 * level), np.asarray(cast, np.float32)
