"""Eyes, nose and mouth of one pet: many guesses, scored, and how far the best stands above the rest.

Everything happens in a crop of the pet whose short side is 300 pixels, on lightness from which the local
mean and contrast are taken out, so that dark and flat photos look like any other.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.puppet.votes import Votes

Floats = NDArray[np.float32]
Spot = NDArray[np.float64]

SIDE = 300
"""Short side of the crop, in pixels."""

_BLOBS = 60
_RADII = (0.014, 0.020, 0.028, 0.039, 0.055)
_TRIED = 150
_PALE = 0.8
_DOUBT = 0.6
_NOSE_DOWN = {"cat": 0.58, "dog": 0.70}


@dataclass(frozen=True)
class Blob:
    """A round spot, dark or bright: where, how large (radius), how strong."""

    x: float
    y: float
    radius: float
    strength: float


@dataclass(frozen=True)
class Face:
    """One guess in the crop's pixels.

    `margin` is the lead over the best guess elsewhere; `spread` how far guesses at the same face put an eye
    apart, in eye distances; `votes` how many answers of the proposal net put both eyes there, by score.
    """

    left: Blob
    right: Blob
    nose: tuple[float, float]
    score: float
    margin: float = 0.0
    spread: float = 0.0
    votes: float = 0.0

    @property
    def eyes(self) -> tuple[Spot, Spot]:
        """Return the eyes' middles, left to right as seen."""
        return np.array([self.left.x, self.left.y]), np.array([self.right.x, self.right.y])

    @property
    def distance(self) -> float:
        """Return the distance between the eyes."""
        one, other = self.eyes
        return float(np.hypot(*(other - one)))


def evened(grey: NDArray[np.uint8]) -> Floats:
    """Return lightness less its local mean, over its local deviation, within -3..3."""
    light = grey.astype(np.float32)
    spread = 0.10 * min(grey.shape)
    mean = cv2.GaussianBlur(light, (0, 0), spread)
    square = cv2.GaussianBlur(light * light, (0, 0), spread)
    deviation = np.sqrt(np.maximum(square - mean * mean, 0)) + 4
    return np.asarray(np.clip((light - mean) / deviation, -3, 3), np.float32)


def find(even: Floats, ballots: Votes, species: Literal["dog", "cat", "other"] | None) -> Face | None:
    """Return the best guess with its margin, or None when no two spots could be eyes."""
    prior = _NOSE_DOWN.get(species or "", 0.64)
    blurred = np.asarray(cv2.GaussianBlur(even, (0, 0), 2.0), np.float32)
    pairs = [_with_nose(pair, blurred, ballots, prior) for pair in _pairs(_spots(even), ballots)]
    best = sorted(pairs, key=lambda face: face.score, reverse=True)[:_TRIED]
    judged = sorted((_judged(face, even) for face in best), key=lambda face: face.score, reverse=True)
    if not judged:
        return None
    first = judged[0]
    rival = next((face.score for face in judged[1:] if _elsewhere(face, first)), first.score - 2.0)
    return replace(_agreed(first, judged), margin=first.score - rival)


def _agreed(first: Face, judged: list[Face]) -> Face:
    """Return the best guess with each eye moved to the mean of all guesses at the same face, by their scores.

    An eye of two colours or a dark patch beside it makes two spots; the truth is then between them.
    """
    same = [face for face in judged if not _elsewhere(face, first)]
    weights = np.exp((np.array([face.score for face in same]) - first.score) / _DOUBT)
    left, right = (
        np.average(np.array([face.eyes[side] for face in same]), axis=0, weights=weights) for side in (0, 1)
    )
    places = np.array([face.eyes for face in same])
    off = np.hypot(*np.moveaxis(places - np.array([left, right]), -1, 0)).max(axis=1)
    return replace(
        first,
        spread=float(np.average(off, weights=weights)) / first.distance,
        left=replace(first.left, x=float(left[0]), y=float(left[1])),
        right=replace(first.right, x=float(right[0]), y=float(right[1])),
    )


def _spots(even: Floats) -> list[Blob]:
    """Return what may be an eye: dark spots, and bright ones (pale eyes in dark fur) with less weight."""
    bright = [replace(blob, strength=_PALE * blob.strength) for blob in _blobs(-even)[: _BLOBS // 2]]
    return _blobs(even) + bright


def _blobs(even: Floats) -> list[Blob]:
    """Return the strongest dark spots over five sizes (difference of Gaussians)."""
    short = min(even.shape)
    stack = []
    for part in _RADII:
        spread = part * short / np.sqrt(2)
        stack.append(
            cv2.GaussianBlur(even, (0, 0), spread * 1.6) - cv2.GaussianBlur(even, (0, 0), spread * 0.8)
        )
    cube = np.stack(stack)
    around = np.stack([cv2.dilate(level, np.ones((7, 7), np.uint8)) for level in stack])
    peak = (cube == around) & (cube >= around.max(axis=0) - 1e-6) & (cube > 0.15)
    level, y, x = np.nonzero(peak)
    order = np.argsort(-cube[level, y, x], kind="stable")[:_BLOBS]
    return [
        Blob(float(x[i]), float(y[i]), _RADII[level[i]] * short, float(cube[level[i], y[i], x[i]]))
        for i in order
    ]


def _pairs(blobs: list[Blob], ballots: Votes) -> Iterator[Face]:
    """Yield two spots that could be eyes, with a first score; the nose is still at their middle."""
    eyes, short = ballots.eyes, min(ballots.eyes.shape)
    for one in blobs:
        for other in blobs:
            wide, high = other.x - one.x, other.y - one.y
            distance = float(np.hypot(wide, high))
            tilt = abs(float(np.degrees(np.arctan2(high, max(wide, 1e-6)))))
            ratio = abs(float(np.log(one.radius / other.radius)))
            if wide <= 0 or tilt > 43 or not 0.09 * short < distance < 0.72 * short or ratio > 1.05:
                continue
            if not 0.05 < (one.radius + other.radius) / (2 * distance) < 0.30:
                continue
            voted = np.sqrt(_at(eyes, one.x, one.y) * _at(eyes, other.x, other.y))
            weak, strong = sorted((one.strength, other.strength))
            score = 0.9 * min(weak, 1.2) + 0.3 * min(strong, 1.2) + 1.5 * float(voted)
            score -= 0.5 * (strong - weak) + (tilt / 43) ** 2 * 0.6 + 0.35 * ratio
            alike = ballots.agree(np.array([one.x, one.y]), np.array([other.x, other.y]))
            score += 0.4 * min(alike**0.5, 3.0)
            yield Face(one, other, ((one.x + other.x) / 2, (one.y + other.y) / 2), score, votes=alike)


def _with_nose(face: Face, blurred: Floats, ballots: Votes, prior: float) -> Face:
    """Place the nose below the eyes: dark, lighter to both sides, voted for, at a usual distance."""
    middle, along, down, distance = axes(face)
    steps = np.linspace(0.30, 1.25, 20)[:, None]
    sides = np.linspace(-0.28, 0.28, 9)[None, :]
    x = middle[0] + distance * (steps * down[0] + sides * along[0])
    y = middle[1] + distance * (steps * down[1] + sides * along[1])
    reach = 0.30 * distance
    centre = _sampled(blurred, x, y)
    left = _sampled(blurred, x - reach * along[0], y - reach * along[1])
    right = _sampled(blurred, x + reach * along[0], y + reach * along[1])
    values = 0.35 * np.clip(-centre, -1, 1.5) + 0.35 * np.clip(np.minimum(left, right) - centre, -1, 2)
    values += 0.9 * _sampled(ballots.noses, x, y)
    values -= 0.8 * np.minimum(np.abs(steps - prior) / 0.35, 1.5) ** 2 + 0.8 * (sides / 0.28) ** 2 * 0.5
    row, column = np.unravel_index(int(values.argmax()), values.shape)
    nose = (float(x[row, column]), float(y[row, column]))
    return replace(face, nose=nose, score=face.score + float(values[row, column]))


def _judged(face: Face, even: Floats) -> Face:
    """Add what needs a closer look: mirror symmetry, and where and how large faces usually are."""
    short, high = min(even.shape), even.shape[0]
    place = (face.left.y + face.right.y) / 2 / high
    size = np.log(face.distance / (0.30 * short))
    score = face.score + 1.2 * _symmetry(face, even)
    score -= 1.2 * max(0.0, place - 0.50) ** 2 * 8 + 0.45 * float(size) ** 2
    return replace(face, score=float(score))


def _symmetry(face: Face, even: Floats) -> float:
    """Return how like its mirror image the face is, -1..1, allowing a small shift of the middle line."""
    middle, along, down, distance = axes(face)
    across = np.linspace(-1.15, 1.15, 47)[None, :] * distance
    below = np.linspace(-0.55, 1.25, 37)[:, None] * distance
    best = -1.0
    for shift in (-0.10, 0.0, 0.10):
        x = middle[0] + (across + shift * distance) * along[0] + below * down[0]
        y = middle[1] + (across + shift * distance) * along[1] + below * down[1]
        patch = _sampled(even, x, y)
        patch = patch - patch.mean()
        power = float((patch * patch).sum())
        best = max(best, float((patch * patch[:, ::-1]).sum()) / max(power, 1e-6))
    return best


def axes(face: Face) -> tuple[Spot, Spot, Spot, float]:
    """Return the eyes' midpoint, the unit vectors along the eyes and down the face, and the eye distance."""
    one, other = face.eyes
    distance = face.distance
    along = (other - one) / distance
    return (one + other) / 2, along, np.array([-along[1], along[0]]), distance


def _elsewhere(face: Face, first: Face) -> bool:
    """Tell whether a guess is about another place or another size of face."""
    apart = max(float(np.hypot(*(a - b))) for a, b in zip(face.eyes, first.eyes, strict=True))
    return apart > 0.30 * first.distance


def _at(where: Floats, x: float, y: float) -> float:
    return float(where[min(int(y), where.shape[0] - 1), min(int(x), where.shape[1] - 1)])


def _sampled(where: Floats, x: Spot, y: Spot) -> Floats:
    shape = np.broadcast_shapes(x.shape, y.shape)
    xs, ys = (np.broadcast_to(part, shape).astype(np.float32) for part in (x, y))
    return np.asarray(cv2.remap(where, xs, ys, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.float32)
