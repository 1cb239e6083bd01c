"""Refusals that say what is the matter: against the light, drawn, a person instead of a pet."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw

from pipeline.model import Box
from pipeline.puppet import doubts, photo
from pipeline.puppet.detect import shows_person
from pipeline.puppet.look import look
from tests.pipeline.puppet import sights

BOX = Box(x=60, y=60, w=120, h=120)


def lit(pet: float, about: float) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """Return grainy fur of one lightness in the box before a ground of another."""
    picture = np.full((240, 240, 3), about, np.float64)
    cv2.circle(picture, (120, 120), 58, (pet, pet, pet), -1)
    grain = np.random.default_rng(1).normal(0, 6, picture.shape)
    return np.asarray(np.clip(picture + grain, 0, 255), np.uint8)


def test_only_a_dark_pet_before_brightness_is_backlit() -> None:
    """A black cat in a dark room and a pet in full light are not; there the reason is another one."""
    assert doubts.backlit(lit(25, 230), BOX)
    assert not doubts.backlit(lit(25, 60), BOX)
    assert not doubts.backlit(lit(150, 230), BOX)


def test_a_black_coat_in_the_light_is_not_backlit() -> None:
    """Black pets before a wall are told something true: light falls on their coat and their eyes."""
    black = lit(25, 230)
    cv2.ellipse(black, (120, 80), (50, 12), 0, 0, 360, (110, 108, 112), -1)
    for x in (100, 140):
        cv2.circle(black, (x, 105), 9, (200, 190, 60), -1)
    assert not doubts.backlit(black, BOX)


@pytest.mark.parametrize(("name", "species"), sights.FEATURES)
def test_photos_are_not_taken_for_drawings(name: str, species: str) -> None:
    """However smooth the background: fur, a lens and a sensor are never flat; nor is any of these backlit."""
    picture = photo.upright(sights.located(name), 1280)
    scale = picture.shape[1] / photo.size(sights.located(name))[0]
    left, right, _ = sights.FEATURES[name, species]
    unit, x, y = scale * (right[0] - left[0]), scale * (left[0] + right[0]) / 2, scale * left[1]
    head = Box(x=max(0, x - 1.5 * unit), y=max(0, y - unit), w=3 * unit, h=3 * unit)
    assert not doubts.drawn(picture)
    assert not doubts.drawn(picture, head)
    assert not doubts.backlit(picture, head)


def test_a_drawing_is_told_as_one(tmp_path: Path) -> None:
    """Flat colours with outlines, on paper or not, and squeezed as messengers do."""
    drawing = Image.new("RGB", (640, 640), (250, 214, 165))
    pen = ImageDraw.Draw(drawing)
    pen.ellipse((140, 160, 500, 520), fill=(240, 160, 80), outline=(60, 30, 20), width=8)
    for x in (240, 360):
        pen.ellipse((x, 280, x + 50, 340), fill=(30, 20, 20))
    pen.polygon(((160, 260), (190, 90), (300, 190)), fill=(240, 160, 80))
    pen.polygon(((480, 260), (450, 90), (340, 190)), fill=(240, 160, 80))
    drawing.save(tmp_path / "drawn.jpg", quality=85)
    sight = look(tmp_path / "drawn.jpg", sights.weights("pet-detector"))
    assert not any(pet.found for pet in sight.pets)
    assert sight.reason == "look.drawn"


@pytest.mark.parametrize("name", [sights.TRUCK, sights.CHELSEA, sights.GREY, sights.SMILING])
def test_nobody_is_seen_where_nobody_is(name: str) -> None:
    """A truck and pets are no people."""
    assert not shows_person(photo.upright(sights.located(name), 1280), sights.weights("pet-detector"))
