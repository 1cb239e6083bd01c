"""Reactions on the punchline, and a mark that gives way to heads."""

import itertools

import numpy as np
import pytest

from pipeline.film import looks, marks, shapes
from pipeline.film.check import check
from pipeline.film.cut import CutJob, Made
from pipeline.film.emptied import emptied
from pipeline.film.scene import Scene
from pipeline.film.sidecar import beside, read
from pipeline.film.stickers import begin, moving, stickers
from pipeline.model import Box, Layout
from tests.pipeline.film import made


def _meet(one: Box, other: Box) -> bool:
    across = min(one.x + one.w, other.x + other.w) - max(one.x, other.x)
    return across > 0 and min(one.y + one.h, other.y + other.h) > max(one.y, other.y)


@pytest.mark.parametrize("name", looks.names())
def test_every_look_reacts_to_every_way_of_playing(name: str) -> None:
    """Protects against a feeling without a reaction, and against shapes nobody can draw."""
    style = looks.load(name).sticker
    assert set(style.shown) == {"calm", "happy", "sad", "crying", "proud", "sly", "shocked"}
    assert {each for found in style.shown.values() for each in found} <= set(shapes.names())


@pytest.mark.parametrize("name", shapes.names())
def test_every_shape_is_drawn_whole_with_a_rim(name: str) -> None:
    """Protects shapes from being cut at their edges, also when they sway."""
    for turn in (0.0, 5.0):
        drawn = shapes.shape(name, 96, "#FFFFFF", 0.035, turn)
        solid = drawn[..., 3] > 128
        assert drawn.shape == (96, 96, 4)
        assert solid.mean() > 0.08
        assert not np.concatenate([solid[0], solid[-1], solid[:, 0], solid[:, -1]]).any()
        assert (drawn[solid][:, :3].min(axis=1) > 240).mean() > 0.05


@pytest.mark.parametrize("layout", [made.FULL, made.CARD], ids=["full", "card"])
def test_stickers_keep_off_faces_words_and_edges(layout: Layout) -> None:
    """Protects face and words: stickers come with the last answer, in the picture, apart from it all."""
    look, times = looks.load("card"), made.timeline()
    face = Box(x=110, y=200, w=140, h=180)
    words = Box(x=40, y=400, w=280, h=60)
    found = stickers(times, layout, look, [Box(x=90, y=130, w=180, h=260)], [face, words])
    assert [each.name for each in found] == ["heart"]
    assert times.cues[-1].start < begin(times) == found[0].start < times.cues[-1].end
    assert found[0].end == times.seconds
    for each in found:
        assert not _meet(each.box, face)
        assert not _meet(each.box, words)
        assert layout.pane.x < each.box.x < each.box.x + each.box.w < layout.pane.x + layout.pane.w
        assert layout.pane.y < each.box.y < each.box.y + each.box.h < layout.pane.y + layout.pane.h


def test_where_there_is_no_room_there_is_no_sticker() -> None:
    """Protects a face that fills the picture."""
    everywhere = Box(x=0, y=0, w=made.WIDE, h=made.HIGH)
    assert stickers(made.timeline(), made.FULL, looks.load("card"), [], [everywhere]) == ()


def test_a_sticker_comes_and_sways() -> None:
    """Protects the picture before it, and against one that pops up without a move."""
    look, times = looks.load("card"), made.timeline()
    (found,) = stickers(times, made.FULL, look, [], [])
    shown = moving(found, look, times.fps)
    first = round(found.start * times.fps)
    assert shown.at(first - 1) is None
    sizes = [layer.width for layer in map(shown.at, range(first, first + 5)) if layer is not None]
    assert len(sizes) == 5
    assert sizes[0] < sizes[1] < sizes[4] < sizes[2]
    swaying = {id(shown.at(number)) for number in range(first + 5, first + 60)}
    assert len(swaying) == 4


def test_a_film_tells_of_its_stickers_and_its_check_minds_them(film: tuple[CutJob, Made]) -> None:
    """Protects the mouth: a sticker over it stops the film; one beside it does not."""
    page = read(film[1].film)
    assert page is not None
    assert page.stickers == ()
    (found,) = stickers(page.timeline, page.layout, looks.load("card"), [], [])
    mouth = next(box for box in reversed(page.mouths) if box is not None)
    path, kept = beside(film[1].film), beside(film[1].film).read_text("utf-8")
    try:
        for box, told in ((Box(x=5, y=105, w=40, h=40), set()), (mouth, {"check.sticker_over"})):
            stuck = found.model_copy(update={"box": box})
            path.write_text(page.model_copy(update={"stickers": (stuck,)}).model_dump_json(), "utf-8")
            assert {fault.key for fault in check(film[1].film).faults} == told
    finally:
        path.write_text(kept, "utf-8")


def test_the_mark_gives_way_to_heads() -> None:
    """Protects ears: of two pets the label covers neither where a corner is free; with none free it stays."""
    faces = made.faces()
    if faces is None:
        pytest.skip("the fonts are not fetched")
    look = looks.load("classic")
    left, right = Box(x=0, y=100, w=150, h=150), Box(x=230, y=100, w=130, h=150)

    def place(*heads: Box, layout: Layout = made.FULL) -> Box:
        mark = marks.mark("AI生成", layout, look, faces, 8.0, heads)
        assert mark is not None
        return mark.label.box

    usual = place()
    assert usual.x < 30
    assert not _meet(place(left), left)
    below = place(left, right, layout=made.CARD)
    assert not _meet(below, left)
    assert not _meet(below, right)
    assert below.y + below.h < made.CARD.pane.y + made.CARD.pane.h
    assert place(Box(x=0, y=0, w=made.WIDE, h=made.HIGH)) == usual


def test_a_card_without_words_has_no_empty_panel() -> None:
    """Protects films without captions: the picture stands in the middle, its ground above and below."""
    layout = emptied(made.CARD)
    above = layout.pane.y - (layout.band.y + layout.band.h)
    below = layout.height - layout.pane.y - layout.pane.h
    assert above > 40
    assert above <= below < 2 * above
    assert (layout.pane.w, layout.pane.h) == (made.CARD.pane.w, made.CARD.pane.h)
    assert emptied(made.FULL) == made.FULL
    ground = Scene(
        layout, looks.load("classic"), np.zeros((100, made.WIDE, 4), np.uint8), [], None, 25
    ).ground()
    assert ground is not None
    rows = ground.to_ndarray()[: made.HIGH].mean(axis=1)
    assert np.abs(np.diff(rows[102 : round(layout.pane.y)])).max() < 4
    assert all(abs(a - b) < 40 for a, b in itertools.pairwise(rows[102:]))
