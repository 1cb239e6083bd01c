"""Where a human-face network would put eyes and noses, summed over many crops: votes, not answers.

BlazeFace's own score means little on animals (half of everything looks like a face to it), but where its
answers pile up there usually is an eye or a nose.

Source: BlazeFace short range from the npm package `@mediapipe/face_detection`; input 128 x 128 RGB in -1..1,
896 anchors (16 x 16 x 2, then 8 x 8 x 6), regressions in pixels of the input: box, then right eye, left eye,
nose, mouth, two ears.
"""

from functools import cache
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Spot = NDArray[np.float64]

_SIDE = 128
_LEAST = 0.35
_SIZES = (0.38, 0.52, 0.70, 0.92, 1.15)
_TURNED = {0.52, 0.70, 0.92}
_TURNS = (-20.0, 20.0)
_STRIDE = 0.30
_ALIKE = 0.30


class Votes(NamedTuple):
    """Two maps of the crop's size, each with a highest value of 1, and every answer by itself.

    An answer is a row of `pairs`: x and y of the left eye as seen, of the right one, and its score.
    """

    eyes: Floats
    noses: Floats
    pairs: Floats

    def agree(self, left: Spot, right: Spot) -> float:
        """Return how many answers, by score, put both eyes near these places."""
        distance = max(float(np.hypot(*(right - left))), 1e-6)
        off = self.pairs[:, :4] - np.concatenate([left, right]).astype(np.float32)
        near = np.exp(-(off * off).sum(axis=1) / (2 * (_ALIKE * distance) ** 2))
        return float((near * self.pairs[:, 4]).sum())


def votes(crop: NDArray[np.uint8], weights: Path) -> Votes:
    """Return where eyes and noses were voted for on an RGB crop whose short side is about 300 pixels."""
    net = cv2.dnn.readNetFromTFLite(str(weights))
    eyes, noses = np.zeros(crop.shape[:2], np.float32), np.zeros(crop.shape[:2], np.float32)
    answers = [(0.0, 0.0, 0.0, 0.0, 0.0)]
    for square in _squares(crop.shape[1], crop.shape[0]):
        net.setInput(cv2.dnn.blobFromImage(_cut(crop, square), 1 / 127.5, (_SIDE, _SIDE), (127.5,) * 3))
        scores, regressions = net.forward(["classificators", "regressors"])
        weight, points = _best(
            np.asarray(scores[0, :, 0], np.float32), np.asarray(regressions[0], np.float32)
        )
        if weight >= _LEAST:
            right, left, nose = (square.back(point) for point in points[:3])
            spread = max(2.0, 0.09 * float(np.hypot(*(left - right))))
            _add(eyes, right, spread, weight)
            _add(eyes, left, spread, weight)
            answers.append((*right, *left, weight))
            _add(noses, nose, spread * 1.4, weight)
    return Votes(_level(eyes), _level(noses), np.array(answers, np.float32))


class _Square(NamedTuple):
    """A turned square of the crop: its middle, its side in pixels, its turn in degrees."""

    x: float
    y: float
    side: float
    turn: float

    def matrix(self) -> NDArray[np.float64]:
        """Return the 2 x 3 map from the network's input to the crop."""
        scale, angle = self.side / _SIDE, np.deg2rad(self.turn)
        spin = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        return np.hstack([spin, (np.array([self.x, self.y]) - spin @ (_SIDE / 2, _SIDE / 2))[:, None]])

    def back(self, point: Floats) -> NDArray[np.float64]:
        """Return a point of the network's input in the crop."""
        matrix = self.matrix()
        return np.asarray(matrix[:, :2] @ point + matrix[:, 2])


def _squares(wide: int, high: int) -> list[_Square]:
    short, squares = min(wide, high), []
    for size in _SIZES:
        side = size * short
        turns = (0.0, *_TURNS) if size in _TURNED else (0.0,)
        squares += [
            _Square(float(x), float(y), side, turn)
            for y in _places(high, side)
            for x in _places(wide, side)
            for turn in turns
        ]
    return squares


def _places(length: int, side: float) -> NDArray[np.float64]:
    """Return middles that cover the length, squares reaching a little over the edges."""
    reach = side * 0.42
    if length <= 2 * reach:
        return np.array([length / 2])
    return np.linspace(reach, length - reach, 1 + int(np.ceil((length - 2 * reach) / (side * _STRIDE))))


def _cut(crop: NDArray[np.uint8], square: _Square) -> NDArray[np.uint8]:
    flags = cv2.INTER_AREA if square.side > _SIDE else cv2.INTER_LINEAR
    cut = cv2.warpAffine(
        crop,
        square.matrix(),
        (_SIDE, _SIDE),
        flags=flags | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(cut, np.uint8)


def _best(logits: Floats, regressions: Floats) -> tuple[float, Floats]:
    """Return the best answer's score and its six points in the network's input."""
    row = int(logits.argmax())
    points = regressions[row].reshape(8, 2)[2:] + _anchors()[row] * _SIDE
    return float(1 / (1 + np.exp(-logits[row]))), points


@cache
def _anchors() -> Floats:
    rows = [
        ((x + 0.5) / grid, (y + 0.5) / grid)
        for grid, each in ((16, 2), (8, 6))
        for y in range(grid)
        for x in range(grid)
        for _ in range(each)
    ]
    return np.array(rows, np.float32)


def _add(where: Floats, point: NDArray[np.float64], spread: float, weight: float) -> None:
    """Add a small bell of the given spread, in place."""
    reach = int(3 * spread)
    x, y = round(float(point[0])), round(float(point[1]))
    left, top = max(0, x - reach), max(0, y - reach)
    right, bottom = min(where.shape[1], x + reach + 1), min(where.shape[0], y + reach + 1)
    if left >= right or top >= bottom:
        return
    across = np.exp(-((np.arange(left, right) - x) ** 2) / (2 * spread**2))
    down = np.exp(-((np.arange(top, bottom) - y) ** 2) / (2 * spread**2))
    where[top:bottom, left:right] += (weight * np.outer(down, across)).astype(np.float32)


def _level(where: Floats) -> Floats:
    return where / max(float(where.max(initial=0)), 1e-6)
