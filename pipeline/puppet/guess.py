"""The best guess at one pet's face, and whether it is sure enough to animate without asking.

Eyes and nose are where their likeness says; the mouth is the lip line, or the opening, at the place where its
likeness says. The picture is looked at from several sides: a guess that moves with them is not sure, nor is
one with something red beside its mouth.
"""

import numpy as np
from numpy.typing import NDArray

from pipeline.model import Pet
from pipeline.puppet import iris, lips
from pipeline.puppet.levelled import Level, apart
from pipeline.puppet.likeness import LEFT, MOUTH, NOSE, RIGHT, Likeness
from pipeline.puppet.seek import Sought, seek
from storage.model import Point

Picture = NDArray[np.uint8]

SURE_SCORE = -3.7
"""Log-likelihood of the four places and of their fit: most pets' have -1 to -4, most people's under -6."""

_LIKELY = -2.0
_SPREAD = 0.095, 0.13  # of a face that is just sure, and of one that is likely beyond doubt

_DISPUTED = 0.4
"""How sure a face is at most whose mouth may be beside the place where it was read."""

_SAME_FACE = 0.6
"""Eye distances between the middles of two pets' faces below which both are one face."""


def guessed(picture: Picture, pet: Pet, likeness: Likeness) -> Pet | None:
    """Return the pet with the best guess at its face, or None when nothing looks like two eyes in a row."""
    sought = seek(picture, pet.box, likeness)
    if sought is None:
        return None
    left, right, tip = (_point(sought, part) for part in (LEFT, RIGHT, NOSE))
    level = Level.by_eyes(tip, left, right)
    spoken, undisputed = lips.read(picture, level, pet.species, _point(sought, MOUTH))
    sure = confidence(sought.score, sought.spread)
    sure = sure if undisputed else min(sure, _DISPUTED)
    return pet.model_copy(
        update={
            "eyes": (left, right),
            "eye_radius": iris.pair(picture, left, right, level).radius,
            "nose": tip,
            "mouth": spoken.middle,
            "lip": spoken.line,
            "mouth_open": spoken.is_open,
            "confidence": sure,
            "found": sure >= 0.5,
            "reason": None if sure >= 0.5 else "look.unsure",
        }
    )


def confidence(score: float, spread: float) -> float:
    """Return 0 to 1, growing with the score and shrinking with the spread; acted on from 0.5."""
    weakest = min((score - SURE_SCORE) / 0.8, (sure_spread(score) - spread) / 0.04)
    return float(1 / (1 + np.exp(-np.clip(weakest * 2, -30, 30))))


def sure_spread(score: float) -> float:
    """Return by how much the views of a sure face may differ at the worst place, in eye distances."""
    return float(np.interp(score, (SURE_SCORE, _LIKELY), _SPREAD))


def one_each(pets: list[Pet]) -> list[Pet]:
    """Return the pets; where boxes overlap and two found one face, it is the smaller box's."""
    kept: list[Pet] = []
    for pet in pets:
        smaller = [one for one in pets if one.found and _size(one) < _size(pet) and _same(one, pet)]
        kept.append(pet.model_copy(update=_ASKED) if pet.found and smaller else pet)
    return kept


_ASKED = {"found": False, "confidence": 0.0, "reason": "look.unsure"}


def _size(pet: Pet) -> float:
    return pet.box.w * pet.box.h


def _same(one: Pet, other: Pet) -> bool:
    if one.eyes is None or other.eyes is None:
        return False
    middles = [((left[0] + right[0]) / 2, (left[1] + right[1]) / 2) for left, right in (one.eyes, other.eyes)]
    return apart(middles[0], middles[1]) < _SAME_FACE * apart(*one.eyes)


def _point(sought: Sought, part: int) -> Point:
    return float(sought.spots[part, 0]), float(sought.spots[part, 1])
