"""What is on a photo: the pets, their faces, and whether that is sure enough to animate without asking."""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.model import Box, Pet, Sight
from pipeline.ports.errors import BadInput
from pipeline.puppet import face, iris, lips, photo, rescue
from pipeline.puppet.detect import detect
from pipeline.puppet.levelled import Level
from pipeline.puppet.place import Place
from pipeline.puppet.votes import votes
from storage.model import Point, Taps

Picture = NDArray[np.uint8]

SURE_SCORE = 2.9
SURE_MARGIN = 0.45
"""Both must be reached: right answers stand apart from every other guess, wrong ones hardly do."""

LEAST_FACE = 90
"""Pixels of a face's width below which there is too little to work with."""

FACE_WIDTH = 2.4
"""A face's width in eye distances."""

_LONGEST = 1280
_PETS = 4
_MARGIN = 0.08
_USUAL_DISTANCE = 0.30


def look(path: Path, detector: Path | None, proposals: Path | None, taps: Taps = Taps()) -> Sight:  # noqa: B008
    """Return the pets on a photo, in pixels of the full-size upright picture, the speaking pet first.

    Args:
        path: the photo as it was sent.
        detector: weights of the pet detector; None: nothing is boxed, and only a tap can tell the mouth.
        proposals: weights of the face proposals; None: boxes, but no faces.
        taps: what a person pointed out, in pixels of the upright picture; it is taken as true and refined.

    Raises:
        BadInput: the photo cannot be used, a tap lies outside it, or there is no such pet.
    """
    wide, high = photo.size(path)
    _expect_within(taps, wide, high)
    picture = photo.upright(path, _LONGEST)
    there = Place(wide / picture.shape[1])
    if rescue.is_dark(picture):
        picture = rescue.rescue(picture)
    near = Place(1 / there.scale).put_taps(taps)
    boxed = detect(picture, detector) if detector else ()
    chosen = _speaking(boxed, near)
    ordered = [boxed[chosen], *boxed[:chosen], *boxed[chosen + 1 :]] if boxed else _around_tap(picture, near)
    pets = tuple(
        _sized(there.put_pet(_faced(picture, pet, proposals, near if rank == 0 else Taps())))
        for rank, pet in enumerate(ordered[:_PETS])
    )
    reason = pets[0].reason if pets else "look.no_pet" if detector else "look.no_detector"
    return Sight(width=wide, height=high, pets=pets, reason=reason)


def _expect_within(taps: Taps, wide: int, high: int) -> None:
    for x, y in [*([taps.mouth] if taps.mouth else []), *(taps.eyes or ())]:
        if not (0 <= x < wide and 0 <= y < high):
            raise BadInput("look.tap_outside", {"width": str(wide), "height": str(high)})


def _speaking(boxed: tuple[Pet, ...], taps: Taps) -> int:
    """Return which pet speaks: the chosen one, else the one whose mouth was tapped, else the first."""
    if taps.pet is not None:
        if not 0 <= taps.pet < len(boxed):
            raise BadInput("look.no_such_pet", {"pet": str(taps.pet), "count": str(len(boxed))})
        return taps.pet
    if taps.mouth is None:
        return 0
    inside = [rank for rank, pet in enumerate(boxed) if _holds(pet.box, taps.mouth)]
    return inside[0] if inside else 0


def _holds(box: Box, point: Point) -> bool:
    return box.x <= point[0] <= box.x + box.w and box.y <= point[1] <= box.y + box.h


def _around_tap(picture: Picture, taps: Taps) -> list[Pet]:
    """Return a pet that nobody but the person who tapped has seen, or none."""
    if taps.mouth is None:
        return []
    high, wide = picture.shape[:2]
    return [Pet(species=None, box=Box(x=0, y=0, w=wide, h=high), score=0.0)]


@dataclass(frozen=True)
class _Crop:
    """The part of the picture about one pet, its short side at 300: crop = (pixel - corner) x scale."""

    picture: Picture
    corner: NDArray[np.float64]
    scale: float

    def out(self, x: float, y: float) -> Point:
        """Return the picture's pixel of a place in the crop."""
        place = np.array([x, y]) / self.scale + self.corner
        return float(place[0]), float(place[1])


def _cropped(picture: Picture, box: Box) -> _Crop:
    left, top = max(0, int(box.x - _MARGIN * box.w)), max(0, int(box.y - _MARGIN * box.h))
    right, bottom = int(box.x + box.w * (1 + _MARGIN)) + 1, int(box.y + box.h * (1 + _MARGIN)) + 1
    part = picture[top:bottom, left:right]
    scale = face.SIDE / min(part.shape[:2])
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    part = np.asarray(cv2.resize(part, None, fx=scale, fy=scale, interpolation=way), np.uint8)
    return _Crop(part, np.array([left, top], np.float64), scale)


def _faced(picture: Picture, pet: Pet, proposals: Path | None, taps: Taps) -> Pet:
    """Return the pet with everything known of its face, by what was tapped or by what was found."""
    if taps.mouth and taps.eyes:
        return _told(picture, pet, taps.mouth, taps.eyes)
    guess = _guessed(picture, pet, proposals) if proposals else None
    if taps.mouth:
        agrees = guess is not None and guess.found and _about(guess, taps.mouth)
        return _told(picture, pet, taps.mouth, guess.eyes if guess and agrees else None)
    if guess is None:
        return pet.model_copy(update={"reason": "look.no_detector" if proposals is None else "look.unsure"})
    return guess


def _about(guess: Pet, tap: Point) -> bool:
    """Tell whether a tapped mouth belongs to the face that was found."""
    if guess.eyes is None or guess.mouth is None:
        return False
    distance = float(np.hypot(*np.subtract(*guess.eyes)))
    return float(np.hypot(*np.subtract(guess.mouth, tap))) < 0.6 * distance


def _guessed(picture: Picture, pet: Pet, proposals: Path) -> Pet | None:
    """Return the pet with the best guess at its face, or None when nothing looks like two eyes."""
    crop = _cropped(picture, pet.box)
    even = face.evened(np.asarray(cv2.cvtColor(crop.picture, cv2.COLOR_RGB2LAB)[..., 0], np.uint8))
    best = face.find(even, votes(crop.picture, proposals), pet.species)
    if best is None:
        return None
    left, right = (crop.out(*eye) for eye in best.eyes)
    nose = crop.out(*best.nose)
    level = Level.by_eyes(nose, left, right)
    (left, left_radius), (right, right_radius) = (iris.refined(picture, eye, level) for eye in (left, right))
    spoken = lips.mouth(picture, Level.by_eyes(nose, left, right), pet.species)
    found = best.score >= SURE_SCORE and best.margin >= SURE_MARGIN
    return pet.model_copy(
        update={
            "eyes": (left, right),
            "eye_radius": (left_radius + right_radius) / 2,
            "nose": nose,
            "mouth": spoken.middle,
            "lip": spoken.line,
            "mouth_open": spoken.is_open,
            "confidence": confidence(best.score, best.margin),
            "found": found,
            "reason": None if found else "look.unsure",
        }
    )


def confidence(score: float, margin: float) -> float:
    """Return 0 to 1, growing with both; 0.5 is where an answer becomes sure enough to act on."""
    weakest = min((score - SURE_SCORE) / 0.8, (margin - SURE_MARGIN) / 0.4)
    return float(1 / (1 + np.exp(-np.clip(weakest * 2, -30, 30))))


def _sized(pet: Pet) -> Pet:
    """Refuse what was found by itself on too few pixels; `pet` is in those of the full-size picture."""
    wide = FACE_WIDTH * float(np.hypot(*np.subtract(*pet.eyes))) if pet.eyes else min(pet.box.w, pet.box.h)
    if pet.confidence == 1.0 or wide >= LEAST_FACE:
        return pet
    return pet.model_copy(update={"found": False, "reason": "look.too_small"})


def _told(picture: Picture, pet: Pet, tap: Point, eyes: tuple[Point, Point] | None) -> Pet:
    """Return the pet with the mouth a person tapped, drawn to the lip line near it."""
    radius = None
    if eyes:
        left, right = sorted(eyes)
        level = Level.by_eyes(tap, left, right)
        (left, one), (right, other) = (iris.refined(picture, eye, level) for eye in (left, right))
        eyes, radius = (left, right), (one + other) / 2
        level = Level.by_eyes(tap, left, right)
    else:
        level = Level(tap, (1.0, 0.0), _USUAL_DISTANCE * min(pet.box.w, pet.box.h))
    spoken = lips.mouth(picture, level, pet.species, tap)
    return pet.model_copy(
        update={
            "eyes": eyes,
            "eye_radius": radius,
            "nose": None,
            "mouth": spoken.middle,
            "lip": spoken.line,
            "mouth_open": spoken.is_open,
            "confidence": 1.0,
            "found": True,
            "reason": None,
        }
    )
