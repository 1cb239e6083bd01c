"""The bank: what it holds, that it is fit to be spoken, and what it offers next."""

import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.themes import bank, words
from storage.model import Lang, Line, Script

_UNWELCOME = Path(bank.__file__).parents[1] / "writing" / "unwelcome.toml"
LANGS: tuple[Lang, ...] = get_args(Lang)


def each_set() -> Iterator[tuple[bank.Theme, bank.Audience, Lang, bank.Answers]]:
    """Every set of answers there is, with where it stands."""
    for theme in bank.themes():
        for audience in theme.audiences:
            for lang in LANGS:
                for one in audience.answers[lang]:
                    yield theme, audience, lang, one


def test_the_bank_is_as_large_as_promised() -> None:
    """Four themes or more, each for six audiences, each with six sets in both languages."""
    assert len(bank.themes()) >= 4
    for theme in bank.themes():
        assert len(theme.audiences) >= 6, theme.slug
        for audience in theme.audiences:
            assert {lang: len(audience.answers[lang]) >= 6 for lang in LANGS} == {"zh": True, "en": True}


def test_the_mould_keeps_its_words() -> None:
    """The mother's questions are word for word; the first answers are the ones the product began with."""
    theme = bank.find("raise-mom")
    assert theme is not None
    assert theme.person["zh"] == ("长大后要不要养妈妈", "没钱怎么办", "要是工作也找不到呢")
    first = bank.options(theme, "程序员", "zh", [])[0]
    assert bank.answers(first) == ("要", "接外包搞钱", "去做自媒体带货养你")
    assert bank.answers(bank.options(theme, None, "zh", [])[0]) == ("要", "去找工作", "我去捡破烂养妈妈")


def test_lines_are_as_short_as_the_mould() -> None:
    """First a word, then a plan, then the turn: what a child says in a breath, and a caption holds."""
    most = {"zh": (4, 8, 12), "en": (4, 10, 14)}
    for theme, audience, lang, one in each_set():
        heard = tuple(words.syllables(line, lang) for line in one.say)
        where = (theme.slug, audience.id, one.say)
        assert all(count <= limit for count, limit in zip(heard, most[lang], strict=True)), where
        assert lang == "en" or heard[-1] >= 7, where
        assert all(len(line) <= 60 for line in one.say), where
    assert all(len(line) <= 10 for theme in bank.themes() for line in theme.person["zh"])


def test_titles_fit_their_band() -> None:
    """Two lines of at most nine Chinese or twenty-two Latin characters."""
    for theme, _, lang, one in each_set():
        assert all(0 < len(row) <= (9 if lang == "zh" else 22) for row in one.title), (theme.slug, one.title)


def test_no_line_that_counts_is_used_twice() -> None:
    """A punchline heard twice is no punchline; middle lines and titles do not repeat in a theme either."""
    parts: tuple[Callable[[bank.Answers], object], ...] = (
        lambda one: one.say[-1],
        lambda one: one.say[1],
        lambda one: one.title,
    )
    for part in parts:
        used = Counter((theme.slug, lang, part(one)) for theme, _, lang, one in each_set())
        assert [line for line, times in used.items() if times > 1] == []


def test_everything_can_be_spoken() -> None:
    """Chinese lines are common characters and commas only; English is plain ASCII."""
    for theme, _, lang, one in each_set():
        for line in (*one.say, *theme.person[lang]):
            if lang == "zh":
                assert re.fullmatch(r"[\u4e00-\u9fff，]+", line), line
                assert line.replace("，", "").encode("gb2312"), line
            else:
                assert line.isascii(), line
                assert line[-1] in '.?!"', line


@pytest.mark.parametrize("lang", LANGS)
def test_nothing_a_platform_or_a_person_would_mind(lang: Lang) -> None:
    """No insults, brands, politics, promises about health or money (the words in `unwelcome.toml`)."""
    unwelcome = tomllib.loads(_UNWELCOME.read_text("utf-8"))[lang]
    shown = (row for _, _, its, one in each_set() if its == lang for row in (*one.say, *one.title))
    edge = r"\b" if lang == "en" else ""
    pattern = rf"{edge}(?:{'|'.join(unwelcome)}){edge}"
    said = "\n".join(shown).lower()
    assert re.findall(pattern, said) == []


def test_a_script_is_complete() -> None:
    """Person and pet take turns; the pet's lines have notes in the script's language; 3 or 4 tags."""
    for theme in bank.themes():
        for lang in LANGS:
            for audience in theme.audiences:
                for script in bank.options(theme, audience.id, lang, [], n=6):
                    assert [line.speaker for line in script.lines] == ["person", "pet"] * 3
                    assert 3 <= len(script.tags) <= 4
                    assert (script.theme, script.audience, script.lang) == (theme.slug, audience.id, lang)
                    notes = [line.direction.note for line in script.lines if line.direction]
                    assert len(notes) == 3
                    assert all(words.language(note) == lang for note in notes)


def test_raising_mom_is_told_with_a_bun() -> None:
    """The core image: a bun in every line, and it ends in tears or a sly look."""
    theme = bank.themes()[0]
    for play in theme.plays.values():
        assert {direction.prop for direction in play} == {"bun"}
        assert play[-1].emotion in {"crying", "sly"}


def test_the_head_says_what_the_mouth_says() -> None:
    """Nobody nods at a no or shakes the head at a yes."""
    for theme, _, _, one in each_set():
        action, first = theme.plays[one.play][0].action, one.say[0].rstrip(".").lower()
        assert action != "nod" or first in {"要", "养", "是", "yes", "of course"}, one.say
        assert action != "shake" or first in {
            "没有",
            "没",
            "没胖",
            "没拆",
            "不是我",
            "no",
            "nope",
            "not me",
        }, one.say


@pytest.mark.parametrize(
    ("asked", "slug"),
    [
        ("raise-mom", "raise-mom"),
        ("RAISE MOM!", "raise-mom"),
        ("养妈妈", "raise-mom"),
        ("长大后要不要养我妈妈", "raise-mom"),
        ("今天为什么又拆家", "wrecked-home"),
        ("Did you wreck the house?", "wrecked-home"),
        ("今天减肥了吗", "on-a-diet"),
        ("diet", "on-a-diet"),
        ("为什么不睡觉", "wide-awake"),
        ("stay up late", "wide-awake"),
    ],
)
def test_themes_are_found_by_what_people_call_them(asked: str, slug: str) -> None:
    """Slug, name, question or keyword, in either language and any case."""
    found = bank.find(asked)
    assert found is not None
    assert found.slug == slug
    assert bank.nearest(asked) == bank.Match(theme=found, exact=True)


@pytest.mark.parametrize(
    "asked", ["外星人来地球", "胖虎的歌", "who do you love most", "🙂", "", "x" * 100_000]
)
def test_another_theme_is_never_passed_off_as_the_one_asked_for(asked: str) -> None:
    """What the bank does not have is not found; the nearest one says that it is not exact."""
    assert bank.find(asked) is None
    assert not bank.nearest(asked).exact


@pytest.mark.parametrize(
    ("asked", "slug"),
    [
        ("为什么不给我吃小鱼干", "on-a-diet"),
        ("你怎么又饿了", "on-a-diet"),
        ("你怎么又不睡觉呀宝贝", "wide-awake"),
    ],
)
def test_the_nearest_theme_is_about_the_same_thing(asked: str, slug: str) -> None:
    """A question that merely begins like another theme's is not taken for it: food belongs to the diet."""
    assert bank.nearest(asked).theme.slug == slug


@pytest.mark.parametrize(
    ("asked", "who"),
    [
        ("programmers", "programmers"),
        ("程序员", "programmers"),
        ("给程序员看的", "programmers"),
        ("Coder", "programmers"),
        ("for all software engineers", "programmers"),
        ("for nurses", "medics"),
        ("my mum", "mums"),
        ("comedy fans", "everyone"),
        ("宇航员", "everyone"),
        ("", "everyone"),
        (None, "everyone"),
    ],
)
def test_audiences_are_found_in_free_words(asked: str | None, who: str) -> None:
    """By id, name or alias, alone or within a phrase; whole words in English; else the general one."""
    assert bank.audience(bank.themes()[0], asked).id == who


def test_every_audience_answers_to_its_names() -> None:
    """No name or alias leads to somebody else."""
    for theme in bank.themes():
        for audience in theme.audiences:
            for name in (audience.id, *audience.names.values(), *audience.aliases):
                assert bank.audience(theme, name).id == audience.id, name


@settings(max_examples=60, deadline=None, derandomize=True)
@given(data=st.data(), n=st.integers(1, 5), rounds=st.integers(2, 8))
def test_options_never_repeat_within_the_bank(data: st.DataObject, n: int, rounds: int) -> None:
    """All different; nothing seen returns before the bank is used up; never the same ones twice in a row."""
    theme = data.draw(st.sampled_from(bank.themes()))
    told = data.draw(st.sampled_from(theme.audiences))
    lang = data.draw(st.sampled_from(LANGS))
    bank_size = len(told.answers[lang])
    seen: list[tuple[str, ...]] = []
    offers: list[frozenset[tuple[str, ...]]] = []
    for _ in range(rounds):
        offered = [bank.answers(script) for script in bank.options(theme, told.id, lang, seen, n)]
        assert len(set(offered)) == n
        assert len(set(seen) | set(offered)) == min(len(set(seen)) + n, bank_size)
        seen += offered
        offers.append(frozenset(offered))
    assert all(before != after for before, after in pairwise(offers))


@settings(deadline=None, derandomize=True)
@given(data=st.data())
def test_when_used_up_the_longest_unseen_comes_back(data: st.DataObject) -> None:
    """Whatever was seen, and however often, what comes was seen before everything that does not come."""
    theme = bank.themes()[0]
    every = [one.say for one in theme.audiences[0].answers["zh"]]
    seen = data.draw(st.lists(st.sampled_from(every), max_size=20))
    offered = [bank.answers(script) for script in bank.options(theme, None, "zh", seen)]
    last = {lines: index for index, lines in enumerate(seen)}
    ages = [last.get(one, -1) for one in offered]
    assert ages == sorted(ages)
    assert max(ages) <= min(last.get(one, -1) for one in every if one not in offered)
    assert offered == [bank.answers(script) for script in bank.options(theme, None, "zh", seen)]


def test_own_words_get_a_direction_each() -> None:
    """A person's own dialogue is played too: its words stay, and the end is the strongest."""
    asked = Line(speaker="person", text="饿吗")
    own = Script(lines=(asked, *(Line(speaker="pet", text=f"饿了{time}次") for time in "一二三四五")))
    played = bank.directed(own)
    assert [line.text for line in played.lines] == [line.text for line in own.lines]
    assert played.lines[0].direction is None
    assert all(line.direction and line.direction.note for line in played.lines[1:])
    assert bank.directed(played) == played
    alone = bank.directed(Script(lines=(asked, Line(speaker="pet", text="饿"))))
    assert alone.lines[1].direction is not None
    assert alone.lines[1].direction.emotion == "crying"


def test_a_theme_that_does_not_fit_together_is_refused(tmp_path: Path) -> None:
    """A missing answer, an unknown play or audience is told by name when the file is read."""
    known = {"everyone": {"names": {"zh": "所有人", "en": "everyone"}}}
    good = """
rank = 9
names = { zh = "甲", en = "A" }
keywords = []
image = { zh = "图", en = "picture" }
person = { zh = ["问"], en = ["Ask?"] }
tags = { zh = ["标"], en = ["tag"] }
[plays]
plain = ["calm none hold none"]
[answers.everyone]
zh = [{ say = ["答"], title = ["上", "下"], play = "plain" }]
en = [{ say = ["Yes."], title = ["up", "down"], play = "plain" }]
"""
    file = tmp_path / "made-up.toml"
    file.write_text(good, "utf-8")
    assert bank.read(file, known).slug == "made-up"
    for wrong, right in (
        ('play = "none"', 'play = "plain"'),
        ('say = ["答", "多"]', 'say = ["答"]'),
        ('"calm none hold hat"', '"calm none hold none"'),
        ("[answers.martians]", "[answers.everyone]"),
    ):
        file.write_text(good.replace(right, wrong), "utf-8")
        with pytest.raises(ValueError, match=r"made-up|plays"):
            bank.read(file, known)
