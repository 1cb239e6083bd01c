"""Look packs are data that can be trusted."""

import re

import pytest

from pipeline.film import looks
from storage.model import Lang


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
