"""Close-ups: a photo that ends under the lips is drawn out, so that a jaw has room to open."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pipeline.model import Box, Pet, Sight
from pipeline.puppet.frame import frame


def _photo(folder: Path) -> Path:
    """A landscape of fur-coloured noise with a dark line of lips near its lower edge."""
    picture = np.random.default_rng(2).normal(150, 8, (300, 450, 3)).clip(0, 255).astype(np.uint8)
    picture[279:282, 200:260] = 20
    path = folder / "close.png"
    Image.fromarray(picture).save(path)
    return path


def _sight(mouth: float) -> Sight:
    box = Box(x=0, y=0, w=450, h=300)
    eyes = ((170.0, 110.0), (310.0, 110.0))
    pet = Pet(species="cat", box=box, score=1, eyes=eyes, mouth=(230.0, mouth), found=True)
    return Sight(width=450, height=300, pets=(pet,))


def test_a_cut_off_chin_gets_room(tmp_path: Path) -> None:
    """The pane reaches below the photo: room under the lips, the lips not repeated."""
    framed = frame(_photo(tmp_path), _sight(280), None, tmp_path / "frame.png")
    assert framed.pet is not None
    assert framed.pet.mouth is not None
    assert framed.pet.eyes is not None
    distance = framed.pet.eyes[1][0] - framed.pet.eyes[0][0]
    assert framed.layout.kind == "card"
    assert framed.layout.pane.h - framed.pet.mouth[1] == pytest.approx(0.75 * distance, abs=0.05 * distance)
    pane = np.asarray(Image.open(tmp_path / "frame.png")).astype(float)
    below = pane[round(framed.pet.mouth[1] + 0.2 * distance) :]
    assert below.min() > 90
    assert np.abs(np.diff(below.mean(axis=(1, 2)))).max() < 4


def test_a_chin_with_room_is_left_alone(tmp_path: Path) -> None:
    """A photo that shows enough below the lips is not touched."""
    framed = frame(_photo(tmp_path), _sight(185), None, tmp_path / "frame.png")
    assert framed.layout.pane.h <= 480
