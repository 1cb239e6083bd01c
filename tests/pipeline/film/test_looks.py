"""Look packs are data that can be trusted."""

import re

import pytest

from pipeline.film import looks
from pipeline.film.captions import captions
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
    lit = [int(((word.picture[..., 2] < 120) & (word.picture[..., 0] > 220)).sum()) for word in first]
    assert lit == sorted(lit)
    assert lit[-1] > 4 * lit[0]
