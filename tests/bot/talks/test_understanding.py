"""What people may type, and what it means."""

import pytest

from bot.talking import understanding
from bot.talking.edits import played
from pipeline.themes import bank


@pytest.mark.parametrize(
    ("typed", "number", "text"),
    [
        ("第二句改成好的", 2, "好的"),
        ("把第2句换成：“当然要”", 2, "当然要"),
        ("第十一句台词改为不要", 11, "不要"),
        ("第三行：嘿嘿", 3, "嘿嘿"),
        ("line 2: Of course", 2, "Of course"),
        ("Change line two to no way", 2, "no way"),
        ("please make the second line say: hi", 2, "hi"),
        ("the 3rd line: bye", 3, "bye"),
        ("line 4 = “Never.”", 4, "Never."),
    ],
)
def test_an_edit_is_understood_however_it_is_said(typed: str, number: int, text: str) -> None:
    """The words after it are taken as they are, without the quotes around them."""
    assert understanding.edit(typed) == (number, text)


@pytest.mark.parametrize(
    "typed", ["第二次改成好的", "online: yes", "line dance", "妈妈：第二句", "line up: hi", ""]
)
def test_what_only_looks_like_an_edit_is_none(typed: str) -> None:
    """A sentence about lines does not change a script."""
    assert understanding.edit(typed) is None


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("3", 3),
        ("三", 3),
        ("第三个", 3),
        ("选2", 2),
        ("二号", 2),
        ("十二", 12),
        ("二十一", 21),
        ("option 2", 2),
        ("the first one", 1),
        ("second", 2),
        ("No. 3", 3),
        ("#1", 1),
        ("2nd", 2),
        ("１", 1),
        ("两", 2),
        ("三只猫", None),
        ("一二三", None),
        ("十十", None),
        ("1.5", None),
        ("first love", None),
        ("", None),
    ],
)
def test_a_number_is_understood_in_words_and_figures(typed: str, number: int | None) -> None:
    """Only a number and nothing else is one: 三只猫 is a theme."""
    assert understanding.number(typed) == number


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("/start", "start"),
        ("/start@pawlogue_bot", "start"),
        ("/new please", "new"),
        ("Start over!", "new"),
        (" 返回。", "back"),
        ("ＢＡＣＫ", "back"),
        ("再来三个", "again"),
        ("？", "help"),
        ("backpack", None),
        ("取消吧", None),
    ],
)
def test_commands_are_heard_in_both_languages(typed: str, name: str | None) -> None:
    """Case, width and marks around them do not matter; other words are left alone."""
    assert understanding.command(typed) == name


@pytest.mark.parametrize(
    ("typed", "who"),
    [
        ("给程序员看", "程序员"),
        ("写给老师的", "老师"),
        ("for nurses", "nurses"),
        ("Audience: new parents", "new parents"),
        ("给我看看为什么它又拆家了，好不好", None),
        ("forever young", None),
    ],
)
def test_an_audience_is_heard(typed: str, who: str | None) -> None:
    """Also one the bank does not know: a text model may."""
    assert understanding.audience(typed) == who


@pytest.mark.parametrize(
    ("typed", "mood"),
    [
        ("换个更惨的", "sadder"),
        ("make it sadder", "sadder"),
        ("开心一点", "happier"),
        ("cheekier please", "slyer"),
        ("惨了", None),
        ("sad story", None),
    ],
)
def test_a_mood_is_heard(typed: str, mood: str | None) -> None:
    """A wish for how it is played, not any word about feelings."""
    assert understanding.mood(typed) == mood


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_sadder_script_ends_in_tears_and_keeps_its_words(lang: str) -> None:
    """The mood changes how it is played and nothing else."""
    for theme in bank.themes():
        script = bank.options(theme, None, "zh" if lang == "zh" else "en", (), 1)[0]
        sadder = played(script, "sadder")
        assert [line.text for line in sadder.lines] == [line.text for line in script.lines]
        last = sadder.lines[-1].direction
        assert last is not None
        assert (last.emotion, last.prop) == ("crying", "bun")
        assert last.note
