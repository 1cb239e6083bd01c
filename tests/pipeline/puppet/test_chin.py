"""Close-ups: a photo that ends under the lips is drawn out, so that a jaw has room to open."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pipeline.model import Box, Pet, Sight
from pipeline.puppet import tracks
from pipeline.puppet.frame import frame
from pipeline.puppet.puppet import Puppet


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


def test_what_is_drawn_out_is_as_sharp_and_as_rough_as_what_it_continues(tmp_path: Path) -> None:
    """Below the photo fur stays fur, a soft background soft, and the line between them a line."""
    picture = np.full((300, 450, 3), 60.0)
    picture[:, 150:] = 160 + np.random.default_rng(3).normal(0, 14, (300, 300, 1))
    path = tmp_path / "half.png"
    Image.fromarray(picture.clip(0, 255).astype(np.uint8)).save(path)
    framed = frame(path, _sight(280), None, tmp_path / "frame.png")
    assert framed.floor is not None
    pane = np.asarray(Image.open(tmp_path / "frame.png")).astype(float)[..., 1]
    top, third = round(framed.floor), pane.shape[1] // 3
    below = pane[top : top + 24]
    assert below[:, : third - 40].std() < 2
    assert below[:, third + 40 :].std() > 4
    assert below[:, third - 24].mean() < 75
    assert below[:, third + 24].mean() > 145


def test_a_chin_with_room_is_left_alone(tmp_path: Path) -> None:
    """A photo that shows enough below the lips is not touched."""
    framed = frame(_photo(tmp_path), _sight(185), None, tmp_path / "frame.png")
    assert framed.layout.pane.h <= 480
    assert framed.floor is None


def test_what_was_drawn_out_is_behind_a_table(tmp_path: Path) -> None:
    """The rows that the photo does not have are never seen, however the head moves; the bun has a dish."""
    framed = frame(_photo(tmp_path), _sight(280), None, tmp_path / "frame.png")
    pane = np.asarray(Image.open(tmp_path / "frame.png").convert("RGB"))
    assert framed.floor is not None
    assert framed.floor == pytest.approx(300 * pane.shape[1] / 450, abs=3)
    played = tracks.still(3)
    played.y[1], played.tilt[1], played.open[1] = -0.11, 5, 1
    played.bun[2] = 1
    puppet = Puppet(pane, framed.pet, floor=framed.floor)
    calm, moved, laid = (puppet.draw(played, n).astype(float) for n in range(3))
    wood = slice(round(framed.floor) + 12, None)
    for picture in (calm, moved):
        red, _, blue = picture[wood].reshape(-1, 3).mean(0)
        assert red - blue > 30  # the photo's noise is grey
    assert np.abs(laid[wood] - calm[wood]).max() > 60


def test_a_head_on_a_table_rises_to_speak(tmp_path: Path) -> None:
    """The lower lip stays above the table's edge when the mouth opens."""
    framed = frame(_photo(tmp_path), _sight(280), None, tmp_path / "frame.png")
    pane = np.asarray(Image.open(tmp_path / "frame.png").convert("RGB"))
    played = tracks.still(2)
    played.open[1] = 1
    puppet = Puppet(pane, framed.pet, floor=framed.floor)
    box = puppet.mouth_box(played, 1)
    assert box is not None
    assert framed.floor is not None
    assert box.y + box.h < framed.floor + 2


def test_a_bun_brings_its_table(tmp_path: Path) -> None:
    """On a photo with a chin there is a table only in films with a bun, and then in every frame."""
    framed = frame(_photo(tmp_path), _sight(150), None, tmp_path / "frame.png")
    pane = np.asarray(Image.open(tmp_path / "frame.png").convert("RGB"))
    plain, eaten = tracks.still(2), tracks.still(2)
    eaten.bun[1] = 1
    puppet = Puppet(pane, framed.pet, floor=framed.floor)
    assert np.array_equal(puppet.draw(plain, 0), pane)
    red, _, blue = puppet.draw(eaten, 0)[-20:].reshape(-1, 3).astype(float).mean(0)
    assert red - blue > 30
