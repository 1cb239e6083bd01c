"""Paws in the pet's own fur: they hold the bun, come over the table's edge, and are gone without a bun."""

import numpy as np
import pytest

from pipeline.puppet import paw
from pipeline.puppet.fur import coat
from pipeline.puppet.paw import Hold
from pipeline.puppet.plate import face
from pipeline.puppet.puppet import Puppet
from tests.pipeline.puppet.test_puppet import SIZE, TILTED, acted, picture

REDDISH = np.array((190, 110, 60), np.float32)


def red() -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """Return the furry picture in one fur colour."""
    grey = picture().mean(2, keepdims=True)
    return np.asarray(np.clip(REDDISH + 0.3 * (grey - grey.mean()), 0, 255), np.uint8)


def test_the_coat_is_the_pets_own() -> None:
    """Its colour is the fur's about the face, and it goes on without a seam."""
    worn = coat(red(), face(TILTED))
    assert worn.colour == pytest.approx(REDDISH, abs=25)
    cloth = worn.over(90, 130, 7)
    assert cloth.shape == (90, 130, 3)
    steps = np.abs(np.diff(cloth, axis=1)).max((0, 2))
    assert steps.max() < 3 * np.median(steps) + 4


def test_a_paw_wears_it_and_has_toes() -> None:
    """Fur-coloured in the middle, nothing in the corners, darker between the toes than on them."""
    drawn = paw.drawn(coat(red(), face(TILTED)), 120).astype(float)
    side = drawn.shape[0]
    colour, through = drawn[..., :3], drawn[..., 3]
    assert through[side // 2, side // 2] == 0
    assert through[0, 0] > 240
    middle = colour[side // 2 - 10 : side // 2 + 10, side // 2 - 10 : side // 2 + 10].mean((0, 1))
    assert middle[0] > middle[1] > middle[2]
    row = colour[round(side * (0.5 + 0.45 / 2.44)), round(0.25 * side) : round(0.75 * side)].mean(1)
    assert row[len(row) // 2 - 1 : len(row) // 2 + 2].mean() < row.max() - 15


def test_paws_come_over_the_edge_without_a_jump() -> None:
    """From below the edge up, over it, and down on the table: height goes on where the layers change."""
    shown = np.linspace(0.5, 1, 200)
    holds = [Hold(float(at), 0.0) for at in shown]
    heights = [hold.rise if not hold.over else -hold.rise for hold in holds]
    assert max(np.abs(np.diff(heights))) < 0.03
    assert heights[0] > 0.4
    assert heights[-1] == pytest.approx(0, abs=1e-6)
    assert not holds[0].over
    assert holds[-1].over


def test_paws_are_seen_on_both_sides_of_the_bun_and_only_with_it() -> None:
    """In the paws' place the table or the photo changes; without a bun nothing stands there."""
    puppet = Puppet(red(), TILTED)
    none, held = (puppet.draw(acted(bun=bun), 1).astype(int) for bun in (0, 1))
    changed = np.abs(held - none).max(2) > 12
    columns = np.flatnonzero(changed.any(0))
    redder = (held[..., 0] - held[..., 2] > 70) & changed
    left, right = redder[:, : columns.mean().astype(int)], redder[:, columns.mean().astype(int) :]
    assert min(left.sum(), right.sum()) > 30
    assert not changed[: SIZE[1] // 2].any()
