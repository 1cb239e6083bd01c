"""Pictures as a codec keeps them: one plane of light, two of colour at half size; blending without RGB.

A layer is prepared once (premultiplied, 8 bits of alpha in 0..256) and then blended in integers over its
own small box, so that a caption costs a fraction of a millisecond per frame.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import av
import numpy as np
from numpy.typing import NDArray

from pipeline.film.encode import tagged

_ROWS = 32

Plane = NDArray[np.uint8]
Real = NDArray[np.floating]


@dataclass(frozen=True)
class Layer:
    """A picture ready to be blended: per plane its row and column, 256 - alpha, and colour times
    alpha with the half that rounds."""

    x: int
    y: int
    width: int
    height: int
    parts: tuple[tuple[int, int, NDArray[np.uint16], NDArray[np.uint16]], ...]


def planes(frame: av.VideoFrame) -> tuple[Plane, Plane, Plane]:
    """Return writable views on the three planes of a yuv420p frame."""
    views = []
    for plane in frame.planes:
        rows = np.frombuffer(memoryview(plane), np.uint8)[: plane.line_size * plane.height]
        views.append(rows.reshape(plane.height, plane.line_size)[:, : plane.width])
    return views[0], views[1], views[2]


def layer(rgba: NDArray[np.uint8], x: int, y: int) -> Layer:
    """Prepare a picture (height, width, 4) whose upper left corner comes to (x, y) on the canvas.

    Source: ITU-R BT.709-6, 3: luma 0.2126 R + 0.7152 G + 0.0722 B in 16..235, colour differences in 16..240.
    """
    high, wide = rgba.shape[:2]
    pad = ((y % 2, (y + high) % 2), (x % 2, (x + wide) % 2), (0, 0))
    whole = np.pad(rgba, pad).astype(np.float32)
    red, green, blue, alpha = (np.asarray(whole[..., channel] / 255, np.float32) for channel in range(4))
    light = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    values = (16 + 219 * light, 128 + 224 / 1.8556 * (blue - light), 128 + 224 / 1.5748 * (red - light))
    left, top = x - x % 2, y - y % 2
    parts = [_part(left, top, alpha, values[0])]
    for value in values[1:]:
        weight = _halved(alpha)
        colour = _halved(alpha * value) / np.maximum(weight, 1e-6)
        parts.append(_part(left // 2, top // 2, weight, colour))
    return Layer(x, y, wide, high, tuple(parts))


def paint(canvas: Sequence[Plane], layer: Layer, strength: float = 1.0) -> None:
    """Blend a layer into the canvas, in place; what hangs over its edges is cut off.

    Args:
        strength: 0..1, less than one for something that fades.
    """
    for plane, (left, top, clear, ink) in zip(canvas, layer.parts, strict=True):
        x0, y0 = max(left, 0), max(top, 0)
        x1, y1 = min(left + clear.shape[1], plane.shape[1]), min(top + clear.shape[0], plane.shape[0])
        if x0 >= x1 or y0 >= y1:
            continue
        inside = np.s_[y0 - top : y1 - top, x0 - left : x1 - left]
        through, colour = clear[inside], ink[inside]
        if strength < 1:
            part = round(strength * 256)
            through = 256 - ((256 - through) * np.uint32(part) >> 8).astype(np.uint16)
            colour = ((colour - np.uint16(128)) * np.uint32(part) >> 8).astype(np.uint16) + np.uint16(128)
        place = plane[y0:y1, x0:x1]
        for row in range(0, len(place), _ROWS):  # a few rows at a time stay near the processor
            rows = np.s_[row : row + _ROWS]
            mixed = place[rows] * through[rows]
            mixed += colour[rows]
            mixed >>= 8
            place[rows] = mixed


def _part(
    left: int, top: int, alpha: Real, value: Real
) -> tuple[int, int, NDArray[np.uint16], NDArray[np.uint16]]:
    weight = np.rint(alpha * 256).astype(np.uint16)
    ink = np.rint(np.clip(value, 0, 255)).astype(np.uint16) * weight
    return left, top, (256 - weight).astype(np.uint16), np.minimum(ink, 65535 - 128 - 255) + np.uint16(128)


def _halved(values: Real) -> Real:
    """Return the mean of every 2 x 2."""
    return np.asarray((values[::2, ::2] + values[1::2, ::2] + values[::2, 1::2] + values[1::2, 1::2]) / 4)


def blended(one: av.VideoFrame, other: av.VideoFrame, share: float) -> av.VideoFrame:
    """Return a picture between two yuv420p ones of the same size: `share` (0 to 1) of the other."""
    made = tagged(av.VideoFrame(one.width, one.height, "yuv420p"))
    part = np.uint16(round(share * 256))
    rest, half = np.uint16(256 - part), np.uint16(128)
    for place, first, second in zip(planes(made), planes(one), planes(other), strict=True):
        for top in range(0, len(place), _ROWS):  # a few rows at a time stay near the processor
            rows = np.s_[top : top + _ROWS]
            mixed = first[rows] * rest
            mixed += second[rows] * part
            mixed += half
            mixed >>= 8
            place[rows] = mixed
    return made
