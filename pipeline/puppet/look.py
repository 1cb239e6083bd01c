"""What is on a photo: the pets, their faces, and whether that is sure enough to animate without asking."""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.model import Box, Pet, Sight
from pipeline.ports.errors import BadInput
from pipeline.puppet import doubts, face, iris, lips, nose, photo, rescue
from pipeline.puppet.detect import detect, shows_person
from pipeline.puppet.levelled import Level
from pipeline.puppet.place import Place
from pipeline.puppet.votes import votes
from storage.model import Point, Taps

Picture = NDArray[np.uint8]

SURE_SCORE = 3.3
SURE_MARGIN = 0.5
"""Both must be reached: right answers stand apart from every other guess, wrong ones hardly do."""

_LEAST_SCORE = 0.33
_LEAST_VOTES = 2.5
_MANY_VOTES = 8.0
_MOST_SPREAD = 0.14
_LEAST_NOSE = 1.35
_LEAST_GLINT, _DULL = 1.0, 0.5
_LOWEST_NOSE = {"cat": 0.85, "dog": 1.25}

LEAST_FACE = 90
"""Pixels of a face's width below which there is too little to work with."""

FACE_WIDTH = 2.4
"""A face's width in eye distances."""

_LONGEST = 1280
_PETS = 4
_STEADY = 0.05
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
    sent = picture = photo.upright(path, _LONGEST)
    there = Place(wide / picture.shape[1])
    if rescue.is_dark(picture):
        picture = rescue.rescue(picture)
    near = Place(1 / there.scale).put_taps(taps)
    boxed = detect(picture, detector)[:_PETS] if detector else ()
    faced = [_doubted(sent, _faced(picture, pet, proposals, there.scale)) for pet in boxed]
    ranked = sorted(faced, key=lambda pet: not pet.found)
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
    inside = [rank for rank, pet in enumerate(ranked) if _holds(pet.box, taps.mouth)]
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


def _faced(picture: Picture, pet: Pet, proposals: Path | None, scale: float) -> Pet:
    """Return the pet with what could be found of its face, or the reason why not.

    `scale` turns the picture's pixels into the photo's, in which a face has to be large enough.
    """
    if proposals is None:
        return pet.model_copy(update={"reason": "look.no_detector"})
    if min(pet.box.w, pet.box.h) * scale < LEAST_FACE:
        return pet.model_copy(update={"reason": "look.too_small"})
    guess = _guessed(picture, pet, proposals)
    if guess is None or guess.eyes is None:
        return pet.model_copy(update={"reason": "look.unsure"})
    if guess.found and FACE_WIDTH * _apart(guess.eyes) * scale < LEAST_FACE:
        return guess.model_copy(update={"found": False, "reason": "look.too_small"})
    return guess


def _about(guess: Pet, tap: Point) -> bool:
    """Tell whether a tapped mouth belongs to the face that was found."""
    if guess.eyes is None or guess.mouth is None:
        return False
    return _apart((guess.mouth, tap)) < 0.6 * _apart(guess.eyes)


def _apart(points: tuple[Point, Point]) -> float:
    """Return the distance between two points."""
    return float(np.hypot(points[1][0] - points[0][0], points[1][1] - points[0][1]))


def _guessed(picture: Picture, pet: Pet, proposals: Path) -> Pet | None:
    """Return the pet with the best guess at its face, or None when nothing looks like two eyes.

    A guess is sure when it scores well and far above every other, when enough of the proposal net's answers
    agree with it and those at the same face agree among themselves, and with a nose where one belongs.
    """
    crop = _cropped(picture, pet.box)
    even = face.evened(np.asarray(cv2.cvtColor(crop.picture, cv2.COLOR_RGB2LAB)[..., 0], np.uint8))
    best = face.find(even, votes(crop.picture, proposals), pet.species)
    if best is None:
        return None
    left, right = (crop.out(*eye) for eye in best.eyes)
    level = Level.by_eyes(crop.out(*best.nose), left, right)
    eyes, radius, glint = _irises(picture, level, left, right)
    left, right = eyes if best.spread < _STEADY else (left, right)
    between = (left[0] + right[0]) / 2, (left[1] + right[1]) / 2
    tip, strength = nose.refined(picture, Level.by_eyes(level.origin, left, right), pet.species, between)
    spoken = lips.mouth(picture, Level.by_eyes(tip, left, right), pet.species)
    least = _LEAST_SCORE if best.votes < _MANY_VOTES else 0.0  # so many agree on no face but a real one
    clear = pet.score >= least and best.votes >= _LEAST_VOTES and best.spread <= _MOST_SPREAD
    down = Level.by_eyes(between, left, right).inside(tip)[1]
    clear = clear and strength >= _LEAST_NOSE and down <= _LOWEST_NOSE.get(pet.species or "", 1.0)
    lead = best.margin if clear else min(best.margin, 0.8 * SURE_MARGIN)
    dull = (
        glint < _LEAST_GLINT
    )  # a wet eye shines, a patch beside one does not: then more is asked of the rest
    sure = confidence(best.score - _DULL * dull, lead / (1 + dull))
    return pet.model_copy(
        update={
            "eyes": (left, right),
            "eye_radius": radius,
            "nose": tip,
            "mouth": spoken.middle,
            "lip": spoken.line,
            "mouth_open": spoken.is_open,
            "confidence": sure,
            "found": sure >= 0.5,
            "reason": None if sure >= 0.5 else "look.unsure",
        }
    )


def confidence(score: float, margin: float) -> float:
    """Return 0 to 1, growing with both; 0.5 is where an answer becomes sure enough to act on."""
    weakest = min((score - SURE_SCORE) / 0.8, (margin - SURE_MARGIN) / 0.4)
    return float(1 / (1 + np.exp(-np.clip(weakest * 2, -30, 30))))


def _told(picture: Picture, pet: Pet, taps: Taps) -> Pet:
    """Return the pet with the mouth a person tapped, drawn to the lip line near it.

    Its eyes are the tapped ones, or those that were found surely and belong to this mouth, or unknown.
    """
    assert taps.mouth is not None
    eyes, radius, tip = taps.eyes, None, None
    if eyes:
        left, right = sorted(eyes)
        level = Level.by_eyes(taps.mouth, left, right)
        eyes, radius, _ = _irises(picture, level, left, right)
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


def _irises(
    picture: Picture, level: Level, left: Point, right: Point
) -> tuple[tuple[Point, Point], float, float]:
    """Return both eyes' middles, a radius for both, and the duller one's catch-light.

    The radius is nearer the larger: pupils are taken for irises.
    """
    one, other = (iris.refined(picture, eye, level) for eye in (left, right))
    radius = 0.65 * max(one.radius, other.radius) + 0.35 * min(one.radius, other.radius)
    return (one.middle, other.middle), radius, min(one.glint, other.glint)
