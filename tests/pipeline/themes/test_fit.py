"""People's own words: what is understood, what is kept, and the one clear no for the rest."""

import json
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.ports.errors import BadInput
from pipeline.themes import bank, fit
from storage.model import Direction, Lang, Script

PET = {"speaker": "pet", "text": "要"}
PERSON = {"speaker": "person", "text": "养不养妈妈"}


def written(tmp_path: Path, content: object) -> Path:
    """A script file with this content: bytes and strings as they are, anything else as JSON."""
    file = tmp_path / "script.json"
    raw = content if isinstance(content, str | bytes) else json.dumps(content, ensure_ascii=False)
    file.write_bytes(raw.encode() if isinstance(raw, str) else raw)
    return file


def test_a_script_file_is_read_as_written(tmp_path: Path) -> None:
    """Title, words and speakers stay; a direction is understood and kept as the note; a BOM does no harm."""
    note = "镜头推进，他咬了口包子，对着镜头哭着说"
    content = {
        "title": ["养妈妈", "它哭了"],
        "lines": [PERSON, {**PET, "direction": note}, {"speaker": "pet2", "text": "不"}],
    }
    for raw in (
        json.dumps(content).encode(),
        b"\xef\xbb\xbf" + json.dumps(content, ensure_ascii=False).encode(),
    ):
        script = fit.script_from(written(tmp_path, raw))
        assert script.title == ("养妈妈", "它哭了")
        assert [(line.speaker, line.text) for line in script.lines] == [
            ("person", "养不养妈妈"),
            ("pet", "要"),
            ("pet2", "不"),
        ]
        played = script.lines[1].direction
        assert played is not None
        assert played == Direction(emotion="crying", action="bite", camera="push", prop="bun", note=note)
        assert script.lang == "zh"


@pytest.mark.parametrize(
    ("content", "key", "fields"),
    [
        ("", "script.not_json", {"line": "1"}),
        ("{'lines': []}", "script.not_json", {"line": "1", "column": "2"}),
        ("[" * 30_000, "script.not_json", {}),
        (b"\xff\xd8\xff\xe0 not a text", "script.not_text", {"file": "script.json"}),
        (b" " * 70_000, "script.too_large", {"most": "64"}),
        ([], "script.wrong_shape", {"where": "-"}),
        ({"title": []}, "script.wrong_shape", {"where": "lines"}),
        ({"lines": [{"speaker": "pet", "text": 5}]}, "script.wrong_shape", {"where": "lines.0.text"}),
        ({"lines": [PERSON, {**PET, "mood": "sad"}]}, "script.wrong_shape", {"where": "lines.1.mood"}),
        ({"lines": [PET]}, "script.too_few_lines", {"lines": "1", "fewest": "2"}),
        ({"lines": [PERSON, PERSON]}, "script.no_pet_line", {}),
        ({"lines": [PERSON, PET] * 20}, "script.too_many_lines", {"lines": "40", "most": "12"}),
        (
            {"lines": [PERSON, {**PET, "text": "长" * 200}]},
            "script.line_too_long",
            {"line": "2", "characters": "200"},
        ),
        (
            {"lines": [PERSON, {**PET, "speaker": "narrator"}]},
            "script.unknown_speaker",
            {"speaker": "narrator"},
        ),
        ({"lines": [PERSON, {**PET, "text": "😭😭"}]}, "script.no_words", {"line": "2"}),
        ({"lines": [PERSON, {**PET, "text": "<b></b> **"}]}, "script.no_words", {"line": "2"}),
        ({"lines": [PERSON, {**PET, "text": ""}]}, "script.no_words", {"line": "2"}),
        ({"title": ["长" * 40], "lines": [PERSON, PET]}, "script.title_too_long", {"characters": "24"}),
        ({"title": ["a"] * 4, "lines": [PERSON, PET]}, "script.title_too_long", {"lines": "3"}),
    ],
)
def test_a_script_that_cannot_be_filmed_gets_one_reason(
    tmp_path: Path, content: object, key: str, fields: dict[str, str]
) -> None:
    """Each fault has its own key, and names the line and the limit."""
    with pytest.raises(BadInput) as refused:
        fit.script_from(written(tmp_path, content))
    assert refused.value.key == key
    assert fields.items() <= refused.value.fields.items()


def test_a_script_that_is_not_there(tmp_path: Path) -> None:
    """A missing file and a folder are told by name."""
    for file in (tmp_path / "gone.json", tmp_path):
        with pytest.raises(BadInput) as refused:
            fit.script_from(file)
        assert refused.value.key == "script.no_file"


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("  程序员的猫 ", "程序员的猫"),
        ("<b>给**猫**拍</b> 🐱 [视频](http://x.y)", "给猫拍 视频"),
        ("# 标题\n- 猫在上班", "标题 猫在上班"),
        ("ねこは なぜ ねむる", "ねこは なぜ ねむる"),
        ("почему кот не спит?", "почему кот не спит?"),
        ("Pourquoi le chat crie-t-il ?", "Pourquoi le chat crie-t-il ?"),
        ("3 < 5 & 7 > 2", "3 < 5 & 7 > 2"),
        ("要<#0.5#>去", "要 去"),
    ],
)
def test_a_theme_keeps_its_words_and_loses_its_markup(typed: str, words: str) -> None:
    """Any language stays as it is; tags, Markdown and pictographs go."""
    assert fit.theme_words(typed) == words


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("猫" * 3000, "theme.too_long"),
        ("😂😂🐱❤️👨‍👩‍👧", "theme.no_words"),
        ("", "theme.no_words"),
        ("<p></p>\n**", "theme.no_words"),
        ("？！…", "theme.no_words"),
        ("\u200b\u202e", "theme.no_words"),
    ],
)
def test_a_theme_that_says_nothing_or_too_much(typed: str, key: str) -> None:
    """3,000 characters, emoji, markup or marks alone: one clear no."""
    with pytest.raises(BadInput) as refused:
        fit.theme_words(typed)
    assert refused.value.key == key


@settings(deadline=None, derandomize=True)
@given(st.text(max_size=300))
def test_a_theme_is_plain_words_or_refused(typed: str) -> None:
    """Whatever is typed: one line that says something, or BadInput; nothing else can happen."""
    with suppress(BadInput):
        words = fit.theme_words(typed)
        assert words == words.strip()
        assert "\n" not in words
        assert any(mark.isalnum() for mark in words)
        bank.nearest(words)


def spoken(script: Script | None) -> list[tuple[str, str]]:
    """Who says what."""
    assert script is not None
    return [(line.speaker, line.text) for line in script.lines]


@pytest.mark.parametrize(
    "typed",
    [
        "妈妈：吃了吗\n宝宝：没有",
        "妈妈: 吃了吗 宝宝: 没有",
        "妈妈：吃了吗 / 宝宝：没有",
        "妈妈「吃了吗」宝宝「没有」",
        "**妈妈**：“吃了吗”\n\n**宝宝**：「没有」\n",
        "媽媽：吃了吗\n寶寶：没有",
        "A：吃了吗\nB：没有",
        "Q：吃了吗\nA：没有",
    ],
)
def test_a_typed_dialogue_is_kept_word_for_word(typed: str) -> None:
    """However it is laid out, the words and their speakers are the same."""
    assert spoken(fit.dialogue(typed)) == [("person", "吃了吗"), ("pet", "没有")]


@pytest.mark.parametrize(
    ("asked", "title"),
    [
        ("要不要养妈妈？", ("要不要养妈妈？",)),
        ("宝宝，你过来坐好，妈妈今天要问你一件很重要的事，长大后养不养妈妈", ("长大后养不养妈妈",)),
        ("长" * 30, ()),
    ],
)
def test_a_dialogue_without_a_title_is_headed_by_its_question(asked: str, title: tuple[str, ...]) -> None:
    """The band over a typed dialogue is not empty; a title somebody wrote is kept."""
    script = fit.dialogue(f"妈妈：{asked}\n宝宝：要")
    assert script is not None
    assert script.title == title


def test_a_dialogue_nobody_could_say_in_time_is_refused_at_once(tmp_path: Path) -> None:
    """Twelve long lines are told to be too many seconds before a minute is spent on speaking them."""
    lines = [{"speaker": speaker, "text": "长" * 50} for speaker in ("person", "pet")] * 6
    with pytest.raises(BadInput) as refused:
        fit.script_from(written(tmp_path, {"lines": lines}))
    assert (refused.value.key, refused.value.fields) == ("film.too_long", {"seconds": "133", "limit": "40"})
    assert len(fit.script_from(written(tmp_path, {"lines": lines[:5]})).lines) == 5


def test_an_english_dialogue() -> None:
    """Names in English, quotation marks inside a line, and the language told from the words."""
    script = fit.dialogue(
        'Mom: Who ate my pizza? / Pet: Not me. / Mom: It says "Pet" on the box. / Pet: Typo.'
    )
    assert spoken(script)[2:] == [("person", 'It says "Pet" on the box.'), ("pet", "Typo.")]
    assert script is not None
    assert script.lang == "en"


def test_strangers_who_take_turns_are_person_and_pet() -> None:
    """Unknown names: who speaks first asks; beside a known one, the others are pets in order."""
    assert spoken(fit.dialogue("小明：你是谁\n咪咪：我是猫\n小明：哦")) == [
        ("person", "你是谁"),
        ("pet", "我是猫"),
        ("person", "哦"),
    ]
    assert [who for who, _ in spoken(fit.dialogue("妈妈：谁吃的\n咪咪：它\n大黄：它"))] == [
        "person",
        "pet",
        "pet2",
    ]


def test_brackets_are_directions_and_first_lines_the_title() -> None:
    """A note in brackets is played, not spoken; what stands above the dialogue is its title."""
    script = fit.dialogue("标题：它哭了\n妈妈：养我吗\n宝宝：（咬了口包子，哭着说）养\n宝宝：真的 (nods)")
    assert script is not None
    assert script.title == ("它哭了",)
    assert [line.text for line in script.lines] == ["养我吗", "养", "真的"]
    first, second = script.lines[1].direction, script.lines[2].direction
    assert first is not None
    assert second is not None
    assert (first.emotion, first.action, first.prop, second.action) == ("crying", "bite", "bun", "nod")
    assert first.note == "咬了口包子，哭着说"


@pytest.mark.parametrize(
    "typed",
    [
        "长大后要不要养妈妈",
        "主题：养妈妈\n受众：程序员",
        "看这个 https://example.org/a: 好笑",
        "12:30 开会\n13:30 吃饭",
        "第二句改成：我去上班",
        "",
    ],
)
def test_other_texts_are_no_dialogue(typed: str) -> None:
    """A theme, a wish, a link or a timetable is not taken for speakers."""
    assert fit.dialogue(typed) is None


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("妈妈：在吗\n妈妈：在吗", "script.no_pet_line"),
        ("妈妈：在吗\n宝宝：在\n" * 7, "script.too_many_lines"),
        ("妈妈：在吗\n宝宝：" + "在" * 61, "script.line_too_long"),
        ("妈妈：在吗\n宝宝：😭", "script.no_words"),
    ],
)
def test_a_dialogue_that_cannot_be_filmed_says_why(typed: str, key: str) -> None:
    """It is recognised as a dialogue, and refused for the one thing to change."""
    with pytest.raises(BadInput) as refused:
        fit.dialogue(typed)
    assert refused.value.key == key


@settings(deadline=None, derandomize=True)
@given(st.text(max_size=400))
def test_any_text_is_a_dialogue_or_not(typed: str) -> None:
    """Nothing typed breaks the reading of it."""
    with suppress(BadInput):
        script = fit.dialogue(typed)
        assert script is None or 2 <= len(script.lines) <= 12


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("程序员的猫", "zh"),
        ("给iPhone拍的猫", "zh"),
        ("why cats scream", "en"),
        ("my cat 咪咪 wants snacks", "en"),
        ("cat 猫", None),
        ("raise-mom", None),
        ("ねこは なぜ ねむる", None),
        ("123 🐱", None),
        ("", None),
    ],
)
def test_the_language_is_told_only_when_plain(text: str, lang: Lang | None) -> None:
    """Chinese or English where one clearly prevails, None otherwise."""
    assert fit.language(text) == lang


@pytest.mark.parametrize(
    ("text", "lang", "count"),
    [
        ("要", "zh", 1),
        ("接外包搞钱", "zh", 5),
        ("去做自媒体带货养你", "zh", 9),
        ("先吃完，再想你", "zh", 6),
        ("I'll freelance.", "en", 3),
        ("I'll sell a course on freelancing.", "en", 8),
        ("The table worked, wanted little houses.", "en", 10),
        ("", "en", 0),
    ],
)
def test_syllables_are_those_one_hears(text: str, lang: Lang, count: int) -> None:
    """One per Chinese character; vowel groups in English, silent endings apart."""
    assert fit.syllables(text, lang) == count
