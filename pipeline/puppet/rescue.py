"""A photo taken in the dark, made an ordinary one: noise down, gamma, contrast stretched."""

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.model import Box

Picture = NDArray[np.uint8]

DARK = 0.25
"""Median lightness, 0 to 1, below which a photo is rescued."""

WANTED = 0.42
_STRONGEST = 0.36
_MOST_STRETCHED = 4.0
_QUICK_SIDE = 512


def is_dark(picture: Picture) -> bool:
    """Tell whether at least half of the picture is darker than an indoor photo should be."""
    return _median(_small(picture)) < DARK


def rescue(picture: Picture, about: Box | None = None) -> Picture:
    """Return the picture with a median lightness near 0.42 and its full range of tones.

    Args:
        picture: RGB.
        about: what has to become visible (the pet), in the picture's pixels; None: the whole of it.
    """
    quiet, where = _quiet(picture), _where(picture, about)
    light = np.asarray(quiet / np.float32(255), np.float32)
    low, high = np.percentile(_luma(light[where]), (0.5, 99.5))
    stretched = np.clip((light - low) * min(1 / max(float(high - low), 1e-3), _MOST_STRETCHED), 0, 1)
    median = float(np.clip(np.median(_luma(np.asarray(stretched[where], np.float32))), 1 / 255, WANTED))
    gamma = max(float(np.log(WANTED) / np.log(median)), _STRONGEST)
    return np.asarray(stretched**gamma * 255 + 0.5).astype(np.uint8)


def _quiet(picture: Picture) -> Picture:
    """Take the noise out: much of the colour's, some of the lightness's."""
    light, red, blue = cv2.split(cv2.cvtColor(picture, cv2.COLOR_RGB2YCrCb))
    light = cv2.bilateralFilter(cv2.medianBlur(light, 3), 7, 18, 3)
    spread = max(2.0, max(picture.shape[:2]) / 300)
    red, blue = (cv2.GaussianBlur(part, (0, 0), spread) for part in (red, blue))
    return np.asarray(cv2.cvtColor(cv2.merge([light, red, blue]), cv2.COLOR_YCrCb2RGB), np.uint8)


def _small(picture: Picture) -> Picture:
    ratio = _QUICK_SIDE / max(picture.shape[:2])
    if ratio >= 1:
        return picture
    return np.asarray(cv2.resize(picture, None, fx=ratio, fy=ratio, interpolation=cv2.INTER_AREA), np.uint8)


def _where(picture: Picture, about: Box | None) -> tuple[slice, slice]:
    """Return the rows and columns to measure in."""
    if about is None:
        return slice(None), slice(None)
    left, top = max(0, int(about.x)), max(0, int(about.y))
    return slice(top, max(top + 1, int(about.y + about.h))), slice(
        left, max(left + 1, int(about.x + about.w))
    )


def _median(picture: Picture) -> float:
    return float(np.median(_luma(np.asarray(picture / 255, np.float32))))


def _luma(light: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(light @ np.array([0.299, 0.587, 0.114], np.float32))
