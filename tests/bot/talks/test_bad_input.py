"""What nobody can film, sent to the chat: one clear sentence each, and nothing that was given is lost."""

import pytest

from bot.talking.questions import question
from bot.texts import known
from storage.model import Lang
from tests.bot.talks.told import Stage

_READY = (
    *("[picture cat.jpg]", "notice: frame done", "妈妈：在吗 ⏎ 宝宝：在", "奶糖", "妈妈"),
)  # everything is there; the next word could start the film


def _at(*rows: str, lang: Lang = "zh") -> Stage:
    stage = Stage(lang)
    for row in rows:
        stage.play(row)
    return stage


def _said(stage: Stage, row: str) -> list[str]:
    """The keys of what is answered."""
    return [message.key for message in stage.take(stage.incoming(row)).says]


def _dialogue(*lines: str) -> str:
    return " ⏎ ".join(
        f"{who}：{line}" for who, line in zip(("妈妈", "宝宝") * len(lines), lines, strict=False)
    )


@pytest.mark.parametrize(
    ("words", "key"),
    [
        ("长" * 3_000, "theme.too_long"),
        ("🐱🐶✨", "theme.no_words"),
        ("<b></b>", "theme.no_words"),
        ("妈妈：在吗 ⏎ 爸爸：人呢", "script.no_pet_line"),
        (_dialogue(*["在吗"] * 40), "script.too_many_lines"),
        (_dialogue("在吗", "好" * 200), "script.line_too_long"),
        (_dialogue("在吗", "🐶"), "script.no_words"),
    ],
    ids=["3,000 characters", "emoji", "markup", "no pet line", "40 lines", "200 characters", "emoji line"],
)
@pytest.mark.parametrize("given", [_READY[:2], _READY], ids=["at the theme", "when all is there"])
def test_words_that_make_no_film(words: str, key: str, given: tuple[str, ...]) -> None:
    """Too much, too little or nobody to talk: it is said, the brief stays, and the same is asked again."""
    stage = _at(*given)
    before, asked = stage.talk.brief, question(stage.talk)
    said = _said(stage, words)
    # When a film is ready to be made, words that are no dialogue change nothing and need no theme's rules.
    expected = "talk.unclear" if key.startswith("theme.") and given == _READY else key
    assert said[0] == expected
    assert (stage.talk.brief, question(stage.talk)) == (before, asked)
    assert len(said) == 2, "the sentence, and the question again"


@pytest.mark.parametrize(
    ("row", "key"),
    [("妈妈：こんにちは ⏎ 宝宝：はい", "talk.dialogue_taken"), ("第二句改成はい", "talk.line_changed")],
)
def test_a_script_nobody_here_can_read(row: str, key: str) -> None:
    """The film would fail on it later, so it is told at once; recorded by its owner it may stay."""
    stage = _at(*_READY)
    assert _said(stage, row)[:2] == [key, "talk.cannot_read"]
    assert stage.talk.brief.script
    assert stage.talk.brief.script.lines[1].text == "はい"


def test_markup_is_words_and_nothing_else() -> None:
    """Tags neither reach the page nor the picture."""
    stage = _at(*_READY[:2])
    stage.play("妈妈：<script>alert(1)</script>在吗 ⏎ 宝宝：**在** {name}")
    assert stage.talk.brief.script
    assert [line.text for line in stage.talk.brief.script.lines] == ["alert(1) 在吗", "在 {name}"]


_PHOTOS = ["photo.damaged", "photo.too_large", "photo.empty", "photo.not_a_picture", "photo.too_small"]


@pytest.mark.parametrize("key", _PHOTOS)
def test_a_photo_that_cannot_be_used(key: str) -> None:
    """Truncated, a bomb, empty, no picture: another one is asked for, and the rest stays."""
    stage = _at(*_READY, "[picture bad.jpg]")
    before = stage.talk.brief
    said = _said(stage, f"notice: frame failed {key} width=3 height=3 least=200 name=x")
    assert said == [key, "talk.ask_photo"]
    assert stage.talk.brief == before.model_copy(update={"photo": None})
    assert stage.play("[picture good.jpg]")
    stage.play("notice: frame done")
    assert question(stage.talk) == "summary"


_SAMPLES = ["sound.silence", "sound.too_short", "sound.too_long", "sound.no_sound", "sound.not_a_sound"]


@pytest.mark.parametrize("key", _SAMPLES)
def test_a_sample_that_cannot_be_used(key: str) -> None:
    """Silence, 0.2 s, 20 minutes, a silent video: said in one sentence that names no file of ours."""
    stage = _at(*_READY[:3], "[video me.mp4]", "press: 是我的声音，或我有权使用")
    result = stage.take(stage.incoming(f"notice: voice failed {key} name=video-1f2e3d.mp4 seconds=0.2"))
    assert [message.key for message in result.says[:2]] == [key, "talk.ask_voice"]
    assert result.says[0].fields.get("name", "你发的文件") == "你发的文件"
    assert (stage.talk.brief.sample, question(stage.talk)) == (None, "voice")


def test_a_file_that_is_neither() -> None:
    """Words called a photo are told by what they are; what came with them is taken."""
    stage = _at(*_READY[:3])
    said = _said(stage, "[other cat.jpg] [sound me.ogg]")
    assert said == ["talk.file_unknown", "talk.sample_taken", "talk.ask_consent"]


def test_cancel_and_go_again_at_once() -> None:
    """The second film is a making of its own; the first one's end, late as it is, changes nothing."""
    stage = _at(*_READY, "做吧", "取消", "做吧")
    first, second = [
        each.making for turn in stage.turns for each in turn.errands if each.recipe == "make_film"
    ]
    assert first != second
    assert stage.stopped == [first]
    before = stage.talk
    assert _said(stage, "notice late: film done") == []
    assert stage.talk.running == before.running == {**before.running, second: "film"}
    stage.play("notice: film done")
    assert question(stage.talk) == "done"


@pytest.mark.parametrize("key", [*_PHOTOS, *_SAMPLES])
def test_the_sentences_are_there(key: str) -> None:
    """A key that was renamed would leave a person with the general sentence."""
    assert known(key)
