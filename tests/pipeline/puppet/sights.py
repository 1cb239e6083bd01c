"""What tests of sight share: where the photos lie, where features are on them, and one look at each."""

from functools import cache
from pathlib import Path

import pytest

from pipeline import packaged
from pipeline.model import Sight
from pipeline.puppet.look import look
from storage.model import Point

PHOTOS = Path(__file__).parents[3] / ".." / "shared" / "photos"

CHELSEA = "01_cat_frontal_chelsea.png"
SHIBA = "05_dog_shiba_frontal_closed.jpg"
SMILING = "06_dog_shiba_open_mouth_256.jpg"
SAMOYED = "07_dog_samoyed_profile.jpg"
PAIR = "09_cat_and_dog_together.jpg"
GREY = "13_dog_grey_frontal.jpg"
TRUCK = "17_no_pet_truck.jpg"
DARK = "21_derived_dark_noisy_cat.jpg"
KITTEN = "24_derived_exif_rotated.jpg"

FEATURES: dict[tuple[str, str], tuple[Point, Point, Point]] = {
    (CHELSEA, "cat"): ((171, 115), (319, 137), (260, 267)),
    (SHIBA, "dog"): ((172, 233), (304, 229), (228, 345)),
    (SMILING, "dog"): ((112, 105), (173, 104), (138, 182)),
    (SAMOYED, "dog"): ((337, 203), (417, 253), (326, 338)),
    (PAIR, "dog"): ((649, 192), (821, 167), (765, 400)),
    (PAIR, "cat"): ((359, 480), (465, 475), (413, 565)),
    (GREY, "dog"): ((222, 178), (402, 192), (305, 415)),
    (DARK, "cat"): ((414, 480), (629, 416), (587, 627)),
    (KITTEN, "cat"): ((213, 117), (262, 126), (231, 158)),
}
"""Left eye, right eye and mouth, measured by hand in pixels of the upright photo."""


def weights(name: str) -> Path:
    """Return fetched weights, or skip."""
    path = packaged.path(name)
    if path is None:
        pytest.skip(f"{name} is not fetched")
    return path


def located(name: str) -> Path:
    """Return a test photo, or skip."""
    path = PHOTOS / name
    if not path.exists():
        pytest.skip("the test photos are not here")
    return path


@cache
def seen(name: str) -> Sight:
    """Return what is on a test photo; each is looked at once."""
    return look(located(name), weights("pet-detector"))
