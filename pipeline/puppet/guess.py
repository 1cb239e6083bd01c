"""The best guess at one pet's face, and whether it is sure enough to animate without asking.

Two finders that share nothing look at the pet: one reads the detector's inner layers (`seek`), one pairs round
spots and counts a human-face net's answers (`face`). What both find is surer than what either finds alone.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.model import Box, Pet
from pipeline.puppet import face, iris, lips, nose
from pipeline.puppet.levelled import Level
from pipeline.puppet.likeness import Likeness
from pipeline.puppet.seek import Sought, seek
from pipeline.puppet.votes import votes
from storage.model import Point

Picture = NDArray[np.uint8]
Spots = NDArray[np.float64]

_MARGIN = 0.08


@dataclass(frozen=True)
class Crop:
    """The part of the picture about one pet, its short side at 300: crop = (pixel - corner) x scale."""

    picture: Picture
    corner: Spots
    scale: float

    @classmethod
    def about(cls, picture: Picture, box: Box) -> "Crop":
        """Return the part in a box and a little around it."""
        left, top = max(0, int(box.x - _MARGIN * box.w)), max(0, int(box.y - _MARGIN * box.h))
        right, bottom = int(box.x + box.w * (1 + _MARGIN)) + 1, int(box.y + box.h * (1 + _MARGIN)) + 1
        part = picture[top:bottom, left:right]
        scale = face.SIDE / min(part.shape[:2])
        way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        part = np.asarray(cv2.resize(part, None, fx=scale, fy=scale, interpolation=way), np.uint8)
        return cls(part, np.array([left, top], np.float64), scale)

    def out(self, x: float, y: float) -> Point:
        """Return the picture's pixel of a place in the crop."""
        place = np.array([x, y]) / self.scale + self.corner
        return float(place[0]), float(place[1])


class _Spotted(NamedTuple):
    """What the finder of round spots says, in the picture's pixels, and whether it is sure by itself."""

    left: Point
    right: Point
    tip: Point
    sure: bool


def guessed(picture: Picture, pet: Pet, likeness: Likeness, proposals: Path) -> Pet | None:
    """Return the pet with the best guess at its face, or None when nothing looks like two eyes."""
    spotted = _spotted(picture, pet, proposals)
    sought = seek(picture, pet.box, likeness, _as_spots(spotted, pet.species))
    if sought is None:
        return _unsure(picture, pet, spotted) if spotted else None
    agreed = spotted is not None and _apart_at_eyes(sought, spotted) <= _AGREED
    sure = confidence(sought.score, sought.spread, agreed=agreed)
    if spotted and spotted.sure and not agreed:
        sure = min(sure, _DISPUTED)
    return _drawn(picture, pet, sought, sure)
