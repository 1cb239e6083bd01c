"""A drawing that is put in front of the picture: what it paints, and what it lets through."""

from math import ceil, floor

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.puppet.plate import Bytes, Floats

Sticker = NDArray[np.uint8]
"""Rows, columns, and four values: red, green, blue already multiplied by its cover, and 255 where it hides
nothing."""


def sticker(colour: Floats, cover: Floats, shade: Floats | None = None) -> Sticker:
    """Return the drawing of a colour (0 to 255) where `cover` is 1; `shade` is what it darkens beneath it."""
    through = (1 - cover) * (1 - shade) if shade is not None else 1 - cover
    drawn = np.dstack((colour * cover[..., None], 255 * through))
    return np.asarray(np.clip(drawn + 0.5, 0, 255), np.uint8)


def stick(picture: Bytes, drawn: Sticker, way: NDArray[np.float64]) -> None:
    """Put a drawing onto the picture; `way` is the matrix from the picture to the drawing."""
    high, wide = drawn.shape[:2]
    back = np.linalg.inv(way[:, :2])
    corners = (np.array(((0, 0), (wide, 0), (0, high), (wide, high))) - way[:, 2]) @ back.T
    left, top = (max(0, floor(edge)) for edge in corners.min(0))
    right, bottom = (
        min(size, ceil(edge) + 1) for size, edge in zip(picture.shape[1::-1], corners.max(0), strict=True)
    )
    if right <= left or bottom <= top:
        return
    here = way.copy()
    here[:, 2] += way[:, :2] @ (left, top)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    nothing = (0, 0, 0, 255)
    seen = cv2.warpAffine(drawn, here, (right - left, bottom - top), flags=flags, borderValue=nothing)
    paint = np.asarray(cv2.cvtColor(seen, cv2.COLOR_RGBA2RGB), np.uint8)
    lay(picture[top:bottom, left:right], paint, np.asarray(seen[..., 3], np.uint8))


def lay(part: Bytes, paint: Bytes, through: Bytes) -> None:
    """Replace a part of a picture by as much of itself as comes through, and paint; all 0 to 255."""
    cv2.add(cv2.multiply(part, cv2.cvtColor(through, cv2.COLOR_GRAY2RGB), scale=1 / 255), paint, dst=part)
