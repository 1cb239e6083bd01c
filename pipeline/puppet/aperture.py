"""How far an eye is really open: the patch between the lids, told from the fur by its colours.

The circle that finding a face gives is often a pupil or an iris, and a tap is a little off; a lid that comes
down inside an eye looks dreadful. Where nothing sure is seen, the eye stays as it was marked.
"""

from dataclasses import dataclass
from math import atan2, hypot, radians, sqrt

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.puppet.plate import Axes, Bytes

_SIDE, _REACH = 81, 0.6  # samples of the turned crop, and its half-width in eye distances
_FUR = 0.32, 0.58  # the ring about the mark that is surely fur
_BROW = 0.16  # below this the ring may hold the nose
_LIGHT = 0.55  # how much lightness counts beside colour: fur is striped and shaded
_HUES = 3  # colours of fur told apart
_FARTHEST = 0.19  # a mark is not farther than this from its eye
_LEAST_AREA, _MOST_AREA = 0.012, 0.30  # square eye distances
_LARGEST = 0.28  # half its height; a turned head shows its eyes close together
_WIDE = 1.30  # half the width of a slit that was not seen, in half heights
_PART, _ALIKE = 0.8, 0.95  # an eye seen smaller than this part of the other is made nearly as high
_SINKS, _AMPLE = 0.15, 1.2  # how far below its mark, in radii, and how much larger an unseen eye is taken
_GROWN = 1.25  # of an eye that was seen too small, how much larger it is made at most
_DOWN, _UP = radians(40), radians(12)  # slits slant towards the nose


@dataclass(frozen=True)
class Slit:
    """What lies between an eye's lids: axes along it, their unit half its height, `wide` half its width.

    `slant` is what its axes are turned by against the eyes' line; `seen` False when it is only where the
    mark is.
    """

    axes: Axes
    wide: float = _WIDE
    slant: float = 0.0
    seen: bool = True


def slits(plate: Bytes, eyes: tuple[Axes, Axes], span: float) -> tuple[Slit, Slit]:
    """Return both eyes, left to right as seen.

    One that was not seen, or seems much smaller than the other, takes the other's shape, mirrored.
    `span` is the eye distance in pixels.
    """
    left, right = (opened(plate, axes, span, inner) for axes, inner in zip(eyes, (1, -1), strict=True))
    if left is None and right is None:
        return _guessed(eyes[0]), _guessed(eyes[1])
    marked = Slit(eyes[0], seen=False), Slit(eyes[1], seen=False)
    return _like(left or marked[0], right), _like(right or marked[1], left)


def _guessed(axes: Axes) -> Slit:
    """Return an eye that was only marked: a lid that reaches too far hides more than one that stays open."""
    return Slit(Axes(axes.pixel(0, _SINKS), axes.angle, _AMPLE * axes.unit), seen=False)


def _like(slit: Slit, other: Slit | None) -> Slit:
    """Return an eye with what its fellow knows better: its height, its slant, and its width where unseen."""
    if other is None:
        return slit
    axes, seen, small = slit.axes, slit.seen, slit.axes.unit < _PART * other.axes.unit
    unit = max(axes.unit, _ALIKE * other.axes.unit)  # a turned head makes eyes narrower, not lower
    if seen:
        # What was seen is not far from true: a lid much larger than its eye closes over the cheek.
        unit = min(unit, _GROWN * axes.unit) if small else axes.unit
    # What was missed is below: lids and lashes above are darker.
    origin = axes.pixel(0, 0.5 * (unit / axes.unit - 1)) if seen else axes.origin
    # Of a head turned aside the far eye is seen round: it has neither its fellow's slant nor its width.
    slant = slit.slant if seen and (slit.slant or small) else -other.slant
    wide = max(1.0, slit.wide * axes.unit / unit) if seen else max(slit.wide, other.wide)
    return Slit(Axes(origin, axes.angle - slit.slant + slant, unit), wide, slant, seen)


def opened(plate: Bytes, axes: Axes, span: float, inner: int) -> Slit | None:
    """Return the slit between an eye's lids, near its mark, where it is seen.

    `span` is the eye distance in pixels; `inner` +1 when the nose lies to the eye's right, else -1.
    """
    outline = _outline(_crop(plate, axes, span))
    if outline is None:
        return None
    step = 2 * _REACH / (_SIDE - 1)
    moments = cv2.moments(outline)
    area = moments["m00"] * step**2
    if not _LEAST_AREA < area < _MOST_AREA:
        return None
    u, v = (moments[key] / moments["m00"] * step - _REACH for key in ("m10", "m01"))
    tall, wide, slant = _ellipse(moments)
    if hypot(u, v) > _FARTHEST or not -_UP < slant * inner < _DOWN:
        return None
    # What is seen may be the pupil only: the mark is no larger than the eye.
    least = max(0.09, axes.unit / span)
    radius = min(max(1.08 * tall * step, 0.72 * wide * step, least), _LARGEST, 1.5 * axes.unit / span)
    middle = Axes(axes.origin, axes.angle, span).pixel(u, v)
    fits = min(max(1.10 * wide * step / radius, _WIDE if radius <= least else 1.2), 1.75)
    return Slit(Axes(middle, axes.angle + slant, radius * span), fits, slant)


def _ellipse(moments: dict[str, float]) -> tuple[float, float, float]:
    """Return the half axes of an outline's ellipse, the short one first, and its slant, 0 when round."""
    xx, xy, yy = (moments[key] / moments["m00"] for key in ("mu20", "mu11", "mu02"))
    middle, off = (xx + yy) / 2, hypot((xx - yy) / 2, xy)
    short, long = 2 * sqrt(max(middle - off, 0.0)), 2 * sqrt(middle + off)
    slant = 0.5 * atan2(2 * xy, xx - yy) if xx > yy else 0.0  # higher than wide: a pupil, not a slit
    trust = min(max((long / max(short, 1e-6) - 1.1) / 0.3, 0.0), 1.0)
    return short, long, slant * trust


def _crop(plate: Bytes, axes: Axes, span: float) -> NDArray[np.float32]:
    """Return the eye's surroundings turned upright, in Lab with lightness held back."""
    around = Axes(axes.origin, axes.angle, span)
    corner, right, below = (
        around.pixel(*at) for at in ((-_REACH, -_REACH), (_REACH, -_REACH), (-_REACH, _REACH))
    )
    turn = cv2.getAffineTransform(
        np.array([(0, 0), (_SIDE - 1, 0), (0, _SIDE - 1)], np.float32),
        np.array([corner, right, below], np.float32),
    )
    soft = cv2.GaussianBlur(plate, (0, 0), max(0.6, 0.006 * span))
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    crop = cv2.warpAffine(soft, turn, (_SIDE, _SIDE), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    lab = cv2.cvtColor(crop, cv2.COLOR_RGB2LAB).astype(np.float32)
    lab[..., 0] *= _LIGHT
    return np.asarray(lab, np.float32)


def _outline(lab: NDArray[np.float32]) -> NDArray[np.int32] | None:
    """Return the hull of what is unlike fur near the middle, in samples of the crop."""
    line = np.linspace(-_REACH, _REACH, _SIDE)
    away = np.hypot(line[None, :], line[:, None])
    ring = (away > _FUR[0]) & (away < _FUR[1]) & (line[:, None] < _BROW)
    unlike = _unlike(lab, ring)
    mask = ((unlike > np.percentile(unlike[ring], 88) + 5) & (away < 0.34)).astype(np.uint8)
    mask = _worked(mask, cv2.MORPH_CLOSE, 7)
    # Seen is often only the dark rim: what it goes round is the eye.
    rims, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    cv2.drawContours(mask, rims, -1, 1, cv2.FILLED)
    mask = _worked(mask, cv2.MORPH_OPEN, 9)
    count, labels, stats, middles = cv2.connectedComponentsWithStats(mask)
    if count < 2:
        return None
    off = np.hypot(*(middles[1:] - _SIDE // 2).T) * 2 * _REACH / (_SIDE - 1)
    best = 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA] * np.exp(-0.5 * (off / 0.12) ** 2)))
    points = np.argwhere(labels == best)[:, ::-1].astype(np.int32)
    return np.asarray(cv2.convexHull(points), np.int32)


def _worked(mask: Bytes, way: int, size: int) -> Bytes:
    return np.asarray(cv2.morphologyEx(mask, way, cv2.getStructuringElement(2, (size, size))), np.uint8)


def _unlike(lab: NDArray[np.float32], ring: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return each sample's distance to the nearest colour of the fur in the ring."""
    fur = lab[ring]
    first = np.zeros(len(fur), np.int32)  # start from thirds of the lightness: no chance in it
    first[np.argsort(fur[:, 0], kind="stable")] = np.arange(len(fur)) * _HUES // len(fur)
    stop = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 12, 0.5)
    _, _, hues = cv2.kmeans(fur, _HUES, first, stop, 1, cv2.KMEANS_USE_INITIAL_LABELS)
    return np.asarray(np.linalg.norm(lab[:, :, None] - hues[None, None], axis=3).min(2), np.float32)
