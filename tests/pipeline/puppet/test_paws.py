"""Paws in the pet's own fur: they hold the bun, come over the table's edge, and are gone without a bun."""

import numpy as np
import pytest

from pipeline.puppet import paw
from pipeline.puppet.fur import coat
from pipeline.puppet.paw import Hold, Paws
from pipeline.puppet.plate import face
from pipeline.puppet.puppet import Puppet
from tests.pipeline.puppet.furry import SIZE, TILTED, acted, picture

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


def test_white_fur_in_shade_is_worn_white_and_a_lit_grey_ear_as_grey_as_the_rest() -> None:
    """Paws on the table stand in the light: what they wear is the coat, not its shade or its shine."""
    grey = np.random.default_rng(3).normal(0, 4, (*SIZE[::-1], 1)) + np.full(3, 176)
    shaded, grey = grey.clip(0, 255).astype(np.uint8), (grey - 60).clip(0, 255).astype(np.uint8)
    known = face(TILTED)
    assert coat(shaded, known).colour.mean() > coat(grey, known).colour.mean() + 75
    lit, (x, y) = grey.copy(), known.middle.pixel(0.38, -0.98)
    lit[round(y) - 30 : round(y) + 30, round(x) - 30 : round(x) + 30] += 50
    assert coat(lit, known).colour.mean() == pytest.approx(coat(grey, known).colour.mean(), abs=12)


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


def test_forelegs_come_over_the_edge_as_long_as_the_paws_lie_below_it() -> None:
    """On the table a paw has fur up to the edge; lifted above, nothing is left there."""
    paws, blank = Paws(coat(red(), face(TILTED)), 60), np.full((200, 200, 3), 255, np.uint8)
    lying, lifted = blank.copy(), blank.copy()
    paws.before(lying, (100, 150), 110, 1.0, Hold(1.0, 0.0))
    paws.before(lifted, (100, 60), 110, 1.0, Hold(1.0, 1.0))
    edge = slice(106, 114)
    assert (lying[edge, :100].min(2) < 128).any()
    assert (lying[edge, 100:].min(2) < 128).any()
    assert (lifted[edge] > 250).all()
