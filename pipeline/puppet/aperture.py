"""How far an eye is really open: the patch between the lids, told from the fur by its colours.

The circle that finding a face gives is often a pupil or an iris, and a tap is a little off; a lid that comes
down inside an eye looks dreadful. Where nothing sure is seen, the eye stays as it was marked.
"""

from math import hypot

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
_LEAST_AREA, _MOST_AREA = 0.025, 0.30  # square eye distances


def opened(plate: Bytes, axes: Axes, span: float) -> Axes:
    """Return an eye's axes moved to the middle of what lies between its lids, and sized to it.

    `span` is the eye distance in pixels.
    """
    outline = _outline(_crop(plate, axes, span))
    if outline is None:
        return axes
    step = 2 * _REACH / (_SIDE - 1)
    left, top, width, height = cv2.boundingRect(outline)
    u, v = (left + (width - 1) / 2) * step - _REACH, (top + (height - 1) / 2) * step - _REACH
    area = cv2.contourArea(outline) * step**2
    if hypot(u, v) > _FARTHEST or not _LEAST_AREA < area < _MOST_AREA:
        return axes
    radius = min(max(0.5 * height * step, 0.36 * width * step, 0.09), 0.23, 1.5 * axes.unit / span)
    return Axes(Axes(axes.origin, axes.angle, span).pixel(u, v), axes.angle, radius * span)


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
    for way, size in ((cv2.MORPH_CLOSE, 7), (cv2.MORPH_OPEN, 9)):
        mask = np.asarray(cv2.morphologyEx(mask, way, cv2.getStructuringElement(2, (size, size))), np.uint8)
    count, labels, stats, middles = cv2.connectedComponentsWithStats(mask)
    if count < 2:
        return None
    off = np.hypot(*(middles[1:] - _SIDE // 2).T) * 2 * _REACH / (_SIDE - 1)
    best = 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA] * np.exp(-0.5 * (off / 0.12) ** 2)))
    points = np.argwhere(labels == best)[:, ::-1].astype(np.int32)
    return np.asarray(cv2.convexHull(points), np.int32)


def _unlike(lab: NDArray[np.float32], ring: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return each sample's distance to the nearest colour of the fur in the ring."""
    fur = lab[ring]
    first = np.zeros(len(fur), np.int32)  # start from thirds of the lightness: no chance in it
    first[np.argsort(fur[:, 0], kind="stable")] = np.arange(len(fur)) * _HUES // len(fur)
    stop = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 12, 0.5)
    _, _, hues = cv2.kmeans(fur, _HUES, first, stop, 1, cv2.KMEANS_USE_INITIAL_LABELS)
    return np.asarray(np.linalg.norm(lab[:, :, None] - hues[None, None], axis=3).min(2), np.float32)
