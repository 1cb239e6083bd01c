"""Look packs are data that can be trusted."""

import re

import numpy as np
import pytest

from pipeline.film import encode, looks
from pipeline.film.backdrop import backdrop
from pipeline.film.captions import captions
from pipeline.film.scene import Scene
from pipeline.model import Track
from storage.model import Lang
from tests.pipeline.film import made


@pytest.mark.parametrize("name", looks.names())
def test_every_look_pack_is_whole(name: str) -> None:
    """Protects against a pack that names no colour for somebody, or a colour that is none."""
    look = looks.load(name)
    langs: tuple[Lang, ...] = ("zh", "en")
    assert look.name == name
    assert set(look.speakers) == {"person", "pet", "pet2"}
    assert all(voice.tag[lang] for voice in look.speakers.values() for lang in langs)
    colours = re.findall(r"'(#[^']*)'", repr(look.model_dump()))
    assert len(colours) > 10
    assert all(re.fullmatch(r"#[0-9A-Fa-f]{6}", colour) for colour in colours)
    assert look.caption.smallest <= look.caption.one_line <= look.caption.largest <= look.caption.in_panel


def test_there_is_the_look_everybody_knows() -> None:
    """Protects the default: briefs name it without asking."""
    assert "classic" in looks.names()


@pytest.mark.parametrize("name", looks.names())
def test_every_pack_dresses_a_film(name: str) -> None:
    """Protects each pack from sizes that cannot be, a mark too small, and words under platforms' buttons."""
    faces = made.faces()
    if faces is None:
        pytest.skip("the fonts are not fetched")
    look, times = looks.load(name), made.timeline()
    track = Track(mouths=(None,) * times.frames, openness=(0.0,) * times.frames)
    for layout in (made.FULL, made.CARD):
        drawn = captions(times, layout, track, look, faces, {}, None)
        assert {word.page.cue for word in drawn} == {0, 1, 2, 3}
        for word in drawn:
            box = word.page.box
            assert box.x >= 0.05 * layout.width
            assert box.x + box.w <= 0.95 * layout.width
            assert box.y + box.h <= 0.92 * layout.height


def test_words_light_up_as_they_are_said() -> None:
    """Protects captions word by word: in order, without a gap, the last one lit when the line ends."""
    faces = made.faces()
    if faces is None:
        pytest.skip("the fonts are not fetched")
    times = made.timeline()
    track = Track(mouths=(None,) * times.frames, openness=(0.0,) * times.frames)
    drawn = captions(times, made.FULL, track, looks.load("clean"), faces, {}, None)
    first = [word for word in drawn if word.page.cue == 0]
    assert len(first) == 9
    assert [word.start for word in first[1:]] == [word.end for word in first[:-1]]
    assert (first[0].start, first[-1].end) == (times.cues[0].start, times.cues[0].end)
    colour = np.array([0x9A, 0xE6, 0xFF])  # the person's
    lit = [int((np.abs(word.picture[..., :3] - colour).max(axis=-1) < 12).sum()) for word in first]
    assert lit == sorted(lit)
    assert lit[-1] > 4 * lit[0]


def test_a_picture_may_lie_behind_itself() -> None:
    """Protects white words on a backdrop: it is darker than the picture, as colourful, and out of focus."""
    stripes = np.zeros((360, 640, 3), np.uint8)
    stripes[:, ::8] = (255, 160, 90)
    light, blue, red = backdrop(encode.yuv(stripes), 180, 320)
    assert light.shape == (320, 180)
    assert 17 < light.mean() < 60
    assert light.std() < 3
    assert red.mean() > 128.5 > blue.mean()


def test_a_cover_asks_and_does_not_answer() -> None:
    """Protects the punchline: a card's cover shows the question, also where words light up one by one."""
    faces = made.faces()
    if faces is None:
        pytest.skip("the fonts are not fetched")
    times, look = made.timeline(), looks.load("clean")
    track = Track(mouths=(None,) * times.frames, openness=(0.0,) * times.frames)
    words = captions(times, made.CARD, track, look, faces, {}, None)
    band = np.zeros((100, made.WIDE, 4), np.uint8)
    picture = encode.yuv(np.full((360, made.WIDE, 3), 90, np.uint8))
    answering = round((times.cues[3].start + times.cues[3].end) / 2 * times.fps)
    asked = Scene(made.CARD, look, band, words, None, times.fps).compose(answering, picture, cover=True)
    question = [word for word in words if word.page.cue == 2][-1:]
    alone = Scene(made.CARD, look, band, question, None, times.fps).compose(answering, picture, cover=True)
    assert np.array_equal(asked.to_ndarray(), alone.to_ndarray())
