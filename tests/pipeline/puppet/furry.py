"""A furry picture with a tilted face on it, tracks that play it, and what a field must keep."""

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.model import Box, Pet
from pipeline.puppet import tracks
from pipeline.puppet.plate import Patch
from pipeline.puppet.tracks import Tracks

SIZE = (240, 300)
TILTED = Pet(
    species="dog",
    box=Box(x=20, y=30, w=200, h=240),
    score=0.9,
    eyes=((84.0, 96.0), (156.0, 108.0)),
    eye_radius=10,
    nose=(118.0, 135.0),
    mouth=(114.0, 162.0),
    lip=((90.0, 157.0), (104.0, 163.0), (114.0, 161.0), (126.0, 166.0), (140.0, 166.0)),
    mouth_open=False,
)
CAT = TILTED.model_copy(update={"species": "cat", "lip": (), "eyes": ((84.0, 100.0), (156.0, 100.0))})


def picture() -> NDArray[np.uint8]:
    """Return a furry picture: smooth noise on a gradient, with dark eyes."""
    chance = np.random.default_rng(3)
    fur = cv2.GaussianBlur(chance.normal(0, 60, (SIZE[1], SIZE[0], 3)).astype(np.float32), (0, 0), 1.2)
    slope = np.linspace(90, 190, SIZE[1])[:, None, None]
    out = np.asarray(np.clip(fur + slope + np.array((30, 10, -20)), 0, 255), np.uint8)
    for x, y in TILTED.eyes or ():
        cv2.circle(out, (round(x), round(y)), 10, (25, 18, 12), -1)
    return out


def gaping() -> NDArray[np.uint8]:
    """Return the same with a red mouth, black above and dark-lipped below."""
    out = picture()
    cv2.ellipse(out, (114, 172), (26, 24), 0, 0, 360, (32, 26, 26), -1)
    cv2.ellipse(out, (114, 168), (22, 18), 0, 0, 360, (8, 5, 5), -1)
    cv2.ellipse(out, (114, 176), (16, 12), 0, 0, 360, (150, 50, 58), -1)
    return out


def acted(**values: float) -> Tracks:
    """Return two frames of tracks: one still, one with the given figures."""
    made = tracks.still(2)
    for name, value in values.items():
        getattr(made, name)[1] = value
    return made


def border(field: NDArray[np.float32]) -> float:
    """Return the largest movement along a field's four edges."""
    return float(max(np.abs(part).max() for part in (field[0], field[-1], field[:, 0], field[:, -1])))


def rising(patch: Patch, field: NDArray[np.float32]) -> float:
    """Return the smallest slope along v of where pixels come from: above 0 nothing folds."""
    return float((np.diff(patch.v + field, axis=0) / np.diff(patch.v, axis=0)).min())
