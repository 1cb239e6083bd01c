"""Text as it is set: no boxes, no bad breaks, nothing wider than its room."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.film.type import Faces, split, wrap
from pipeline.ports.errors import NoAccess
from tests.pipeline.film import made


@pytest.fixture(scope="module")
def faces() -> Faces:
    """Return the packaged typefaces."""
    found = made.faces()
    if found is None:
        pytest.skip("the fonts are not fetched")
    return found


def test_no_typeface_is_one_clear_error(tmp_path: Path) -> None:
    """Protects against a film without words when no font was fetched."""
    with pytest.raises(NoAccess) as caught:
        Faces.of(None, tmp_path / "none.otf")
    assert caught.value.key == "film.no_font"


@pytest.mark.parametrize(
    ("given_", "drawn"),
    [
        ("要🥺❤️", "要"),
        ("👨\u200d👩\u200d👧\u200d👦", ""),
        ("1️⃣ 第一", "1 第一"),
        ("🇨🇳你好\u200b", "你好"),
        ("a\n\tb   c", "a b c"),
        ("ไทย ok", "ok"),
        ("鱻 é Я", "鱻 é Я"),
        ("ﷺ", ""),
    ],
)
def test_only_what_can_be_drawn_is_kept(faces: Faces, given_: str, drawn: str) -> None:
    """Protects against boxes in place of emoji, flags, joiners and scripts no face has."""
    assert faces.plain(given_) == drawn


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="要不养妈妈我你的了，。？！、《》“”（）abc GitHub 12%…", min_size=1, max_size=30))
def test_lines_fit_and_break_where_they_may(faces: Faces, text: str) -> None:
    """Protects the room's width and the rules for what may begin and end a line; no word is lost."""
    text = faces.plain(text)
    lines = wrap(faces, text, 40, 400, 3) if text else None
    if lines is None:
        return
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(faces.width(line, 40) <= 400.5 for line in lines)
    assert not any(line[0] in "，。？！、》”）%…" for line in lines[1:])
    assert not any(line[-1] in "《“（" for line in lines[:-1])


def test_words_stay_whole_and_lines_are_even(faces: Faces) -> None:
    """Protects English words from being cut and a caption from ending in one lonely character."""
    assert wrap(faces, "Then I take freelance jobs", 50, 500, 2) is not None
    lines = wrap(faces, "要是工作也找不到呢那就麻烦了", 50, 560, 2)
    assert lines is not None
    assert abs(len(lines[0]) - len(lines[1])) <= 4


def test_a_long_text_is_cut_at_its_stop() -> None:
    """Protects sentences from being torn when a line needs two captions."""
    assert split("要是工作也找不到呢？那我就去做自媒体") == ("要是工作也找不到呢？", "那我就去做自媒体")
    assert split("哦") == ("", "哦")
