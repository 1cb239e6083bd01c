"""What is on a photo: the pets, their faces, and whether that is sure enough to animate without asking."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.model import Box, Pet, Sight
from pipeline.ports.errors import BadInput
from pipeline.puppet import doubts, iris, lips, nose, photo, rescue
from pipeline.puppet.detect import detect, shows_person
from pipeline.puppet.guess import guessed, one_each
from pipeline.puppet.levelled import Level, apart
from pipeline.puppet.likeness import Likeness
from pipeline.puppet.place import Place
from storage.model import Point, Taps

Picture = NDArray[np.uint8]

LEAST_FACE = 90
"""Pixels of a face's width below which there is too little to work with."""

FACE_WIDTH = 2.4
"""A face's width in eye distances."""

_LONGEST = 1280
_PETS = 4
_USUAL_DISTANCE = 0.30
_LEAST_NOSE = 1.35


def look(path: Path, detector: Path | None, taps: Taps = Taps()) -> Sight:  # noqa: B008
    """Return the pets on a photo, in pixels of the full-size upright picture, the speaking pet first.

    Args:
        path: the photo as it was sent.
        detector: weights of the pet detector; None: nothing is boxed, and only a tap can tell the mouth.
        taps: what a person pointed out, in pixels of the upright picture; it is taken as true and refined.

    Raises:
        BadInput: the photo cannot be used, a tap lies outside it, or there is no such pet.
    """
    wide, high = photo.size(path)
    _expect_within(taps, wide, high)
    sent = picture = photo.upright(path, _LONGEST)
    there = Place(wide / picture.shape[1])
    if rescue.is_dark(picture):
        picture = rescue.rescue(picture)
    near = Place(1 / there.scale).put_taps(taps)
    faced = _faces(picture, detector, there.scale) if detector else []
    ranked = sorted((_doubted(sent, pet) for pet in faced), key=lambda pet: not pet.found)
    chosen = _speaking(ranked, near)
    ordered = (
        [ranked[chosen], *ranked[:chosen], *ranked[chosen + 1 :]] if ranked else _around_tap(picture, near)
    )
    speaking = [_told(picture, pet, near) if near.mouth else pet for pet in ordered[:1]]
    pets = tuple(there.put_pet(pet) for pet in [*speaking, *ordered[1:]])
    reason = pets[0].reason if pets else _without_pets(sent, detector)
    return Sight(width=wide, height=high, pets=pets, reason=reason)


def _without_pets(picture: Picture, detector: Path | None) -> str:
    """Return why there is no pet: what is there instead, where that can be told."""
    if detector is None:
        return "look.no_detector"
    if shows_person(picture, detector):
        return "look.person"
    return "look.drawn" if doubts.drawn(picture) else "look.no_pet"


def _doubted(picture: Picture, pet: Pet) -> Pet:
    """Return the pet; where its face is not sure, with the reason as exact as can be told."""
    if pet.reason != "look.unsure":
        return pet
    if doubts.drawn(picture, pet.box):
        return pet.model_copy(update={"reason": "look.drawn"})
    return pet.model_copy(update={"reason": "look.backlit"}) if doubts.backlit(picture, pet.box) else pet


def _expect_within(taps: Taps, wide: int, high: int) -> None:
    for x, y in [*([taps.mouth] if taps.mouth else []), *(taps.eyes or ())]:
        if not (0 <= x < wide and 0 <= y < high):
            raise BadInput("look.tap_outside", {"width": str(wide), "height": str(high)})


def _speaking(ranked: list[Pet], taps: Taps) -> int:
    """Return which pet speaks: the chosen one, else the one whose mouth was tapped, else the first."""
    if taps.pet is not None:
        if not 0 <= taps.pet < len(ranked):
            raise BadInput("look.no_such_pet", {"pet": str(taps.pet), "count": str(len(ranked))})
        return taps.pet
    if taps.mouth is None:
        return 0
    inside = [rank for rank, pet in enumerate(ranked) if pet.box.holds(taps.mouth)]
    return inside[0] if inside else 0


def _around_tap(picture: Picture, taps: Taps) -> list[Pet]:
    """Return a pet that nobody but the person who tapped has seen, or none."""
    if taps.mouth is None:
        return []
    high, wide = picture.shape[:2]
    return [Pet(species=None, box=Box(x=0, y=0, w=wide, h=high), score=0.0)]


def _faces(picture: Picture, detector: Path, scale: float) -> list[Pet]:
    """Return the pets with what could be found of their faces.

    `scale` turns the picture's pixels into the photo's, in which a face has to be large enough.
    """
    boxed = detect(picture, detector)[:_PETS]
    if not boxed:
        return []
    likeness = Likeness(detector)
    return one_each([_faced(picture, pet, likeness, scale) for pet in boxed])


def _faced(picture: Picture, pet: Pet, likeness: Likeness, scale: float) -> Pet:
    """Return the pet with what could be found of its face, or the reason why not."""
    if min(pet.box.w, pet.box.h) * scale < LEAST_FACE:
        return pet.model_copy(update={"reason": "look.too_small"})
    guess = guessed(picture, pet, likeness)
    if guess is None or guess.eyes is None:
        return pet.model_copy(update={"reason": "look.unsure"})
    if guess.found and FACE_WIDTH * apart(*guess.eyes) * scale < LEAST_FACE:
        return guess.model_copy(update={"found": False, "reason": "look.too_small"})
    return guess


def _about(guess: Pet, tap: Point) -> bool:
    """Tell whether a tapped mouth belongs to the face that was found."""
    if guess.eyes is None or guess.mouth is None:
        return False
    return apart(guess.mouth, tap) < 0.6 * apart(*guess.eyes)


def _told(picture: Picture, pet: Pet, taps: Taps) -> Pet:
    """Return the pet with the mouth a person tapped, drawn to the lip line near it.

    Its eyes are the tapped ones, or those that were found surely and belong to this mouth, or unknown.
    """
    assert taps.mouth is not None
    eyes, radius, tip = taps.eyes, None, None
    if eyes:
        left, right = sorted(eyes)
        level = Level.by_eyes(taps.mouth, left, right)
        eyes, radius = iris.pair(picture, left, right, level)
    elif pet.found and _about(pet, taps.mouth):
        eyes, radius, tip = pet.eyes, pet.eye_radius, pet.nose
    if eyes:
        level = Level.by_eyes(taps.mouth, *eyes)
    else:
        level = Level(taps.mouth, (1.0, 0.0), _USUAL_DISTANCE * min(pet.box.w, pet.box.h))
    if eyes and tip is None:
        tip = _nose_above(picture, level, pet, eyes)
    spoken = lips.mouth(picture, level, pet.species, taps.mouth, tip)
    return pet.model_copy(
        update={
            "eyes": eyes,
            "eye_radius": radius,
            "nose": tip,
            "mouth": spoken.middle,
            "lip": spoken.line,
            "mouth_open": spoken.is_open,
            "confidence": 1.0,
            "found": True,
            "reason": None,
        }
    )


def _nose_above(picture: Picture, level: Level, pet: Pet, eyes: tuple[Point, Point]) -> Point | None:
    """Return the nose between the eyes and a tapped mouth (the origin), when one stands out."""
    usual = level.outside((0.0, -lips.BELOW_NOSE.get(pet.species or "", 0.36)))
    between = (eyes[0][0] + eyes[1][0]) / 2, (eyes[0][1] + eyes[1][1]) / 2
    tip, strength = nose.refined(picture, level._replace(origin=usual), pet.species, between)
    return tip if strength >= _LEAST_NOSE else None
