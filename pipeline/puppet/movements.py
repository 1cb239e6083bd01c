"""The head's movements, each a smooth field over the plate: how far every place goes for one unit of it."""

from math import cos, sin, sqrt

import numpy as np

from pipeline.puppet.plate import Axes, Floats

STEP = 4
"""Pixels between the points of a field."""

_BLOCK = 8  # points of the field, each way, whose steepest slopes are known together
_MUZZLE = 0.55  # how much more the muzzle shifts than the head: it is nearer
_NOSE, _SKULL, _BEHIND = 0.36, 0.22, 0.16  # depths before the ears' line and of the ears, in eye distances
_FAR = 0.65  # how much deeper the far half of a face turned aside lies, of what a flat one would
_EARS = {"cat": ((-0.72, -1.05), (0.72, -1.05)), "dog": ((-0.85, -1.0), (0.85, -1.0))}


def basis(
    x: Floats, y: Floats, axes: Axes, low: float, species: str, nose: tuple[float, float, float]
) -> Floats:
    """Return the movements for one unit of each of the pose's figures: (11, rows, columns, 2), pixels.

    In the order x, y, tilt (radians), scale, breathe, ears, chew, size of the chew, bob, turn, bow; `low` is
    the mouth in the head's axes, `nose` the place of the nose, and how far aside the face looks.
    """
    u, v = axes.local(x, y)
    head = np.exp(-((np.abs(u) / 1.75) ** 3) - (np.abs(v + 0.25) / 2.0) ** 3)
    muzzle = _spot(u, v, 0, low - 0.15, 0.75, 0.75)
    jaw = _spot(u, v, 0, low + 0.15, 0.55, 0.40)
    chest = _spot(u, v, 0, low + 1.7, 1.9, 0.95)
    pivot = axes.pixel(0, low + 1.1)
    away_x, away_y = (x - np.float32(pivot[0])) / axes.unit, (y - np.float32(pivot[1])) / axes.unit
    none = np.zeros_like(u)
    ears = [
        (side, _spot(u, v, a, b, 0.42, 0.5))
        for side, (a, b) in zip((-1, 1), _EARS.get(species, _EARS["dog"]), strict=True)
    ]
    pairs = (
        (head + _MUZZLE * muzzle, none),
        (none, head + 0.6 * _MUZZLE * muzzle),
        (-head * away_y, head * away_x),
        (head * away_x, head * away_y),
        (none, -0.020 * chest - 0.006 * head),
        (sum((0.020 * side * ear for side, ear in ears), none), sum((-0.060 * ear for _, ear in ears), none)),
        (0.020 * muzzle, none),
        (none, 0.035 * jaw),
        (none, -0.10 * head),
        *_turning(u, v, head, sum((ear for _, ear in ears), none), nose, axes.angle),
    )
    return np.asarray(np.stack([np.dstack(pair) for pair in pairs]) * axes.unit, np.float32)


def _turning(
    u: Floats, v: Floats, head: Floats, ears: Floats, nose: tuple[float, float, float], angle: float
) -> tuple[tuple[Floats, Floats], tuple[Floats, Floats]]:
    """Return the movements of a turn and of a bow: each place moves by how far it is before the ears' line.

    On a face that looks aside already the far half lies deeper, and the nose is not in the middle.
    """
    at_u, at_v, aside = nose
    near = _SKULL * _spot(u, v, 0.3 * at_u, 0.1, 1.05, 1.1) + _NOSE * _spot(u, v, at_u, at_v, 0.62, 0.55)
    depth = sqrt(1 - aside * aside) * near
    depth = depth - _FAR * aside * u * head - _BEHIND * ears
    c, s = np.float32(cos(angle)), np.float32(sin(angle))
    return (c * depth, s * depth), (-s * depth, c * depth)


def _spot(u: Floats, v: Floats, at_u: float, at_v: float, wide: float, tall: float) -> Floats:
    return np.asarray(np.exp(-(((u - at_u) / wide) ** 2) - ((v - at_v) / tall) ** 2), np.float32)


def slopes(moves: Floats) -> Floats:
    """Return each movement's steepest slope in each block of points, pixels per pixel: (movements, blocks).

    Added up they are the bound that keeps poses free of folds.
    """
    down, across = np.gradient(moves, STEP, axis=(1, 2))
    slope = np.sqrt((down**2 + across**2).sum(-1))
    count, rows, columns = slope.shape
    padded = np.pad(slope, ((0, 0), (0, -rows % _BLOCK), (0, -columns % _BLOCK)))
    blocks = padded.reshape(count, padded.shape[1] // _BLOCK, _BLOCK, padded.shape[2] // _BLOCK, _BLOCK)
    return np.asarray(blocks.max((2, 4)).reshape(count, -1), np.float32)
