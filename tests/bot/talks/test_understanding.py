"""What people may type, and what it means."""

import pytest

from bot.talking import moments, understanding
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
    ("typed", "number"),
    [
        ("第二句再说一遍", 2),
        ("把第4句重新念一次。", 4),
        ("第三句台词重说", 3),
        ("say line 2 again", 2),
        ("Please redo line two", 2),
        ("第二句再说清楚一点", None),
        ("say it again", None),
        ("say line 2", None),
        ("line 2: again", None),
    ],
)
def test_a_line_wanted_once_more_is_understood(typed: str, number: int | None) -> None:
    """Only a wish for the same words is one; other words for it are an edit or a wish."""
    assert understanding.said_again(typed) == number


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


@pytest.mark.parametrize(
    ("typed", "link", "span"),
    [
        ("https://a.example/b 0:12-0:35", "https://a.example/b", (12, 35)),
        ("从1分20秒到1分50秒 https://v.example/iJ/", "https://v.example/iJ/", (80, 110)),
        ("http://x.example/a.mp4 12s-35s", "http://x.example/a.mp4", (12, 35)),
        ("www.x.example/a 12-35s.", "https://www.x.example/a", (12, 35)),
        ("https://x.example/a from 1m20s to 1m50s", "https://x.example/a", (80, 110)),
        ("https://x.example/a 1:02:03 – 1:02:30", "https://x.example/a", (3723, 3750)),
        ("7.48 复制打开，看看【x】https://v.example/c/。0：05～0：20", "https://v.example/c/", (5, 20)),
        ("https://x.example/a 90秒至2分钟", "https://x.example/a", (90, 120)),
        ("(https://x.example/a)", "https://x.example/a", None),
        ("https://x.example/watch?v=a-1-2&t=10s-20s", "https://x.example/watch?v=a-1-2&t=10s-20s", None),
        ("https://x.example/a 1-2", "https://x.example/a", None),
        ("2026-11-25 10-12", None, None),
        ("第1-2句", None, None),
    ],
)
def test_a_link_and_its_times_are_found(
    typed: str, link: str | None, span: tuple[float, float] | None
) -> None:
    """However times are written, and whatever an app wrote around the link; what is inside it is no time."""
    assert (moments.link(typed), moments.span(typed)) == (link, span)


@pytest.mark.parametrize(
    ("typed", "span"),
    [
        ("12-35", (12, 35)),
        ("12 到 35 秒", (12, 35)),
        ("0:30", (30, None)),
        ("从1分开始", (60, None)),
        ("the start", None),
        ("", None),
    ],
)
def test_asked_for_times_fewer_words_will_do(typed: str, span: tuple[float, float | None] | None) -> None:
    """Whoever is asked for a part of the link may answer with two numbers, or with where it begins."""
    assert moments.span(typed, asked=True) == span


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("不要字幕", False),
        ("No captions!", False),
        ("加上字幕", True),
        ("with subtitles", True),
        ("字幕", None),
        ("不要", None),
    ],
)
def test_captions_are_wished_or_not(typed: str, shown: bool | None) -> None:
    """A wish in so many words, and not any word about captions."""
    assert understanding.captions(typed) is shown


@pytest.mark.parametrize(
    ("typed", "played"),
    [
        ("不要音乐", "off"),
        ("No music!", "off"),
        ("要背景音乐", "auto"),
        ("换成欢快的音乐", "merry"),
        ("some sad music please", "blue"),
        ("BGM", "ask"),
        ("换首歌", "ask"),
        ("开心的歌", None),
        ("一只猫想学音乐，可是家里没有钢琴，于是它每天晚上都去楼下弹", None),
        ("musical chairs", None),
    ],
)
def test_a_wish_for_music_is_told_from_a_theme(typed: str, played: str | None) -> None:
    """Protects themes that only mention a song, and every way to wish for a bed, one's own, or none."""
    assert understanding.music(typed) == played


@pytest.mark.parametrize(
    ("caption", "music"),
    [
        ("这首做背景音乐", True),
        ("my favourite song", True),
        ("bgm", True),
        ("我的声音，没有背景音乐", False),
        ("sample, without music", False),
        ("妈妈的声音", False),
        ("", False),
    ],
)
def test_words_beside_a_sound_say_whether_it_is_music(caption: str, music: bool) -> None:
    """Protects a sample that says it has no music in it from playing under the film."""
    assert understanding.is_music(caption) is music


@pytest.mark.parametrize(
    ("typed", "width"), [("1080P", 1080), ("高清", 1080), ("720", 720), ("1080 步", None)]
)
def test_a_size_is_understood(typed: str, width: int | None) -> None:
    """Protects sizes said in passing, as a number among other words."""
    assert understanding.size(typed) == width
