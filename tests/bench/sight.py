"""Finding faces: is a pet boxed, its face accepted, and an accepted one ever wrong, on changed copies too.

A copy that is mirrored, turned, scaled, brightened or squeezed shows the same face: it may be refused, but
never moved.
"""

import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from bot.app import weights
from pipeline.model import Pet, Sight
from pipeline.puppet import photo
from pipeline.puppet.look import look
from storage.model import Point
from tests.bench.figures import Figure
from tests.pipeline.puppet import sights

Picture = NDArray[np.uint8]
_LONGEST = 1280
_EYE, _MOUTH = 0.15, 0.30  # eye distances by which an accepted answer may be off
_TURN = 8.0


@dataclass(frozen=True)
class _Change:
    """A way to change a photo, and the matrix that says where its points go, from its width and height."""

    make: Callable[[Picture], Picture]
    matrix: Callable[[int, int], NDArray[np.float64]]
    mirrored: bool = False


def measure() -> list[Figure]:
    """Measure everything of finding; nothing where the test photos are absent, and that is said."""
    if not sights.PHOTOS.is_dir():
        print("bench: NO TEST PHOTOS, so finding faces is not measured", file=sys.stderr)  # noqa: T201
        return []
    boxed, accepted, wrong, looked = 0, 0, 0, 0
    worst_eye, worst_mouth = 0.0, 0.0
    for sight, features in _copies():
        for known in features:
            looked += 1
            pet = _same(sight, known)
            boxed += pet is not None
            if pet is None or not pet.found or pet.eyes is None or pet.mouth is None:
                continue
            accepted += 1
            eye, mouth = _off(pet, known)
            worst_eye, worst_mouth = max(worst_eye, eye), max(worst_mouth, mouth)
            wrong += eye > _EYE or mouth > _MOUTH
    return [
        Figure("sight_boxed_share", boxed / looked, "of pets", 1),
        Figure("sight_accepted_share", accepted / looked, "of pets", 0.6),
        Figure("sight_wrong", wrong, "accepted answers", 0),
        Figure("sight_worst_eye", worst_eye, "eye distances", _EYE),
        Figure("sight_worst_mouth", worst_mouth, "eye distances", _MOUTH),
    ]


Features = tuple[Point, Point, Point]


def _copies() -> Iterator[tuple[Sight, list[Features]]]:
    """Yield what is seen on each copy of each photo, and where its features are."""
    found = weights()
    with tempfile.TemporaryDirectory() as folder:
        for name in sorted({name for name, _ in sights.FEATURES}):
            path = sights.PHOTOS / name
            picture = photo.upright(path, _LONGEST)
            scale = picture.shape[1] / photo.size(path)[0]
            known = [points for (key, _), points in sights.FEATURES.items() if key == name]
            for number, change in enumerate(_CHANGES):
                copy = Path(folder) / f"{number}.{'jpg' if number % 2 else 'png'}"
                Image.fromarray(change.make(picture)).save(copy)
                matrix = change.matrix(*picture.shape[1::-1])
                moved = [_moved(points, scale, matrix, mirrored=change.mirrored) for points in known]
                yield look(copy, found["pet-detector"]), moved


def _moved(points: Features, scale: float, matrix: NDArray[np.float64], *, mirrored: bool) -> Features:
    left, right, mouth = (
        (float(x), float(y)) for x, y in np.array(points) * scale @ matrix[:, :2].T + matrix[:, 2]
    )
    return (right, left, mouth) if mirrored else (left, right, mouth)


def _same(sight: Sight, known: Features) -> Pet | None:
    """Return the pet whose box holds the mouth; the smallest of several."""
    x, y = known[2]
    there = [
        pet
        for pet in sight.pets
        if pet.box.x <= x <= pet.box.x + pet.box.w and pet.box.y <= y <= pet.box.y + pet.box.h
    ]
    return min(there, key=lambda pet: _distance(_centre(pet), known[2]), default=None)


def _centre(pet: Pet) -> Point:
    return pet.mouth or (pet.box.x + pet.box.w / 2, pet.box.y + pet.box.h / 2)


def _off(pet: Pet, known: Features) -> tuple[float, float]:
    """Return by how many eye distances the worse eye and the mouth are off."""
    assert pet.eyes is not None
    assert pet.mouth is not None
    unit = _distance(known[0], known[1])
    eyes = max(_distance(seen, true) for seen, true in zip(pet.eyes, known[:2], strict=True))
    return eyes / unit, _distance(pet.mouth, known[2]) / unit


def _distance(one: Point, other: Point) -> float:
    return float(np.hypot(one[0] - other[0], one[1] - other[1]))


def _still(_wide: int, _high: int) -> NDArray[np.float64]:
    return np.array(((1.0, 0, 0), (0, 1.0, 0)))


def _mirror(wide: int, _high: int) -> NDArray[np.float64]:
    return np.array(((-1.0, 0, wide - 1), (0, 1.0, 0)))


def _turn(degrees: float) -> Callable[[int, int], NDArray[np.float64]]:
    return lambda wide, high: np.asarray(
        cv2.getRotationMatrix2D((wide / 2, high / 2), degrees, 1), np.float64
    )


def _turned(degrees: float) -> Callable[[Picture], Picture]:
    def make(picture: Picture) -> Picture:
        size = picture.shape[1], picture.shape[0]
        matrix = _turn(degrees)(*size)
        return np.asarray(cv2.warpAffine(picture, matrix, size, borderMode=cv2.BORDER_REFLECT), np.uint8)

    return make


def _scaled(factor: float) -> _Change:
    def make(picture: Picture) -> Picture:
        way = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
        return np.asarray(cv2.resize(picture, None, fx=factor, fy=factor, interpolation=way), np.uint8)

    return _Change(make, lambda _wide, _high: np.array(((factor, 0, 0), (0, factor, 0))))


def _lit(gamma: float) -> Callable[[Picture], Picture]:
    return lambda picture: np.asarray(255 * (picture / 255) ** gamma, np.uint8)


_CHANGES = (
    _Change(lambda picture: picture, _still),
    _Change(lambda picture: np.ascontiguousarray(picture[:, ::-1]), _mirror, mirrored=True),
    _Change(_turned(_TURN), _turn(_TURN)),
    _Change(_turned(-_TURN), _turn(-_TURN)),
    _scaled(0.8),
    _scaled(1.25),
    _Change(_lit(0.7), _still),
    _Change(_lit(1.4), _still),
)
