"""Where captions stand, and when."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.film import looks
from pipeline.film.captions import Caption, captions
from pipeline.model import Box, Cue, Layout, Timeline, Track
from tests.pipeline.film import made


def _set(text: str, layout: Layout, mouth: Box | None) -> list[Caption]:
    faces = made.faces()
    if faces is None:
        pytest.skip("the fonts are not fetched")
    cue = Cue(index=0, speaker="pet", text=text, start=1.0, end=4.0)
    film = Timeline(seconds=8.0, fps=25, cues=(cue,))
    track = Track(mouths=(mouth,) * film.frames, openness=(0.5,) * film.frames)
    taken = Box(x=10, y=110, w=80, h=30)
    return captions(film, layout, track, looks.load("classic"), faces, {"pet": "毛孩子"}, taken)


def _meet(one: Box, other: Box) -> bool:
    across = min(one.x + one.w, other.x + other.w) - max(one.x, other.x)
    return across > 0 and min(one.y + one.h, other.y + other.h) > max(one.y, other.y)


@settings(max_examples=12, deadline=None)
@given(st.floats(200, 560), st.integers(1, 60))
def test_no_caption_touches_the_mouth_or_the_edge(y: float, length: int) -> None:
    """Protects the mouth wherever it is, and the sides, for words of any length."""
    mouth = Box(x=140, y=y, w=80, h=40)
    for caption in _set("要不养妈妈我去做自媒体"[:10] * 6, made.FULL, mouth)[:length]:
        box = caption.page.box
        assert not _meet(box, mouth)
        assert box.x >= made.WIDE * 0.03
        assert box.x + box.w <= made.WIDE * 0.97 + 1
        assert made.FULL.band.h <= box.y
        assert box.y + box.h <= made.HIGH
        assert (caption.picture.shape[1], caption.picture.shape[0]) == (box.w, box.h)


def test_captions_keep_off_the_platforms_buttons() -> None:
    """Protects the lowest eighth of the picture, where players draw their own things."""
    for layout in (made.FULL, made.CARD):
        for caption in _set("接外包搞钱", layout, Box(x=150, y=300, w=60, h=30)):
            assert caption.page.box.y + caption.page.box.h <= made.HIGH * 0.885
            assert layout.panel is None or caption.page.box.y >= layout.panel.y


def test_a_long_line_becomes_several_captions_in_time() -> None:
    """Protects sixty characters from shrinking to ants: pages follow each other within the line's time."""
    pages = [caption.page for caption in _set("长大以后你到底要不要养妈妈呢？" * 4, made.FULL, None)]
    assert len(pages) > 1
    assert (pages[0].start, pages[-1].end) == (1.0, 4.0)
    assert all(a.end == b.start for a, b in itertools.pairwise(pages))
    assert all(len(page.lines) <= 2 for page in pages)


def test_a_line_nothing_can_be_drawn_of_has_no_caption() -> None:
    """Protects against an empty box on the screen for a line of emoji."""
    assert _set("🥺🥺", made.FULL, None) == []


def test_one_word_wider_than_the_screen_is_broken() -> None:
    """Protects against a word without spaces that would never fit."""
    pages = _set("W" * 90, made.FULL, None)
    assert "".join("".join(page.page.lines) for page in pages) == "W" * 90
