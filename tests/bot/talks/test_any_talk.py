"""Whatever comes in, in whatever order: nothing breaks, nothing is lost, and there is always an answer."""

from collections.abc import Callable

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.messages import Button, File, Incoming
from bot.talk import Means, Talk, Turn, fresh, turn
from bot.talking.casting import PEOPLE, VOICES
from bot.texts import say
from pipeline.sound import presets
from pipeline.themes import bank
from storage.model import Address, Brief, Lang, Notice
from tests.bot.talks.priced import PRICES
from tests.bot.talks.told import ENDS

_ME = Address(channel="web", id="visitor")
_LANGS: tuple[Lang, ...] = ("zh", "en")
_WORDS = [
    *("养妈妈", "raise mom", "小猫去太空", "第二句改成好", "line 2: no way", "line 40: no"),
    *("最后一句更惨一点", "make the second line shorter", "标题换一个", "谢谢你"),
    *("换个更惨的", "make it cheekier", "程序员", "for nurses", "用英文", "in chinese", "旁白"),
    *("/back", "返回", "again", "再来", "取消", "cancel", "/new", "重新开始", "帮助", "/settings", "films"),
    *("/forget", "好", "不要", "yes", "no", "skip", "go", "1", "2", "3", "22", "第三个", "奶糖", "mom"),
    *(
        "https://a.example/b",
        "https://a.example/b 0:12-0:35",
        "0:12",
        "不要字幕",
        "with captions",
        "原片",
        "😀",
        "  ",
        "!!!",
        "x" * 500,
        "妈妈：去哪\n宝宝：不去",
        "A: hi\nA: hi",
    ),
    *("妈妈：去哪", "Mom: hi\nPet: " + "woof " * 30, "{name}", "1:pick:1"),
]
_CAPTIONS = ["", "", "养妈妈", "第三句改成好", "Mom: hi\nPet: " + "woof " * 30]
_VALUES = [
    *(
        "",
        "R:pick:9",
        "R:pick:x",
        "R:picture:9",
        "R:picture:x",
        "R:words:0",
        "R:say_again:2",
        "R:say_again:9",
        "R:lang:fr",
        "R:person:",
    ),
    *("R:film:3", "R:whose:me", "R:reopen:moon", "R:first_minute:", "R:register:x", "R:captions:maybe"),
    *(
        "R:original:",
        "99:go:",
        "R:pet:7",
        "R:plan:free",
        "R:plan:gold",
        "R:pay_again:film",
        "R:free_way:moon",
    ),
]
_FAILURES = [
    *("photo.damaged", "sound.noisy", "lines.count_pet", "film.too_long", "link.beyond_end", "link.gone"),
    *("link.too_slow", "vendor.none", "no.key", ""),
]

_DOUBT = {"take": "chat:animate:0:1", "step": "animate", "vendor": "kling", "money": "¥1.00"}

_MEANS = st.sampled_from(
    [Means(), Means(edits=True), Means(prices=PRICES), Means(pictures=True, prices=PRICES)]
)

Step = Callable[[Talk, list[Button], str], Incoming]


def _incoming(talk: Talk, name: str, **parts: object) -> Incoming:
    return Incoming.model_validate({"id": name, "address": _ME, "at": 0.0, **parts})


def _text(words: str) -> Step:
    return lambda talk, _, name: _incoming(talk, name, kind="text", text=words)


def _start(lang: Lang | None) -> Step:
    return lambda talk, _, name: _incoming(talk, name, kind="start", lang=lang)


def _files(sorts: list[str], caption: str) -> Step:
    def step(talk: Talk, _: list[Button], name: str) -> Incoming:
        files = [File.model_validate({"asset": f"{name}-{n}", "sort": sort}) for n, sort in enumerate(sorts)]
        return _incoming(talk, name, kind="files", files=files, text=caption)

    return step


def _press(at: int) -> Step:
    def step(talk: Talk, buttons: list[Button], name: str) -> Incoming:
        value = buttons[-1 - at % len(buttons)].value if buttons else "1:nothing:"
        return _incoming(talk, name, kind="press", press=value)

    return step


def _press_anything(value: str) -> Step:
    return lambda talk, _, name: _incoming(
        talk, name, kind="press", press=value.replace("R", str(talk.round))
    )


def _tap(x: float, y: float) -> Step:
    return lambda talk, _, name: _incoming(
        talk, name, kind="tap", tap=(x, y), press=talk.last.get("picture", "")
    )


def _notice(at: int, kind: str, key: str, fields: dict[str, str]) -> Step:
    def step(talk: Talk, _: list[Button], name: str) -> Incoming:
        running = list(talk.running.items()) or [("nobody:waits:1", "film")]
        making, what = running[at % len(running)]
        assets: dict[str, str] = {}
        if kind == "done" and "bare" not in fields:
            fields_, assets = ENDS[what](talk, fields)
        else:
            fields_ = fields
        notice = Notice.model_validate({"kind": kind, "key": key, "fields": fields_, "assets": assets})
        return _incoming(talk, name, kind="notice", making=making, notice=notice)

    return step


_SORTS = st.lists(st.sampled_from(["picture", "sound", "video", "other"]), min_size=1, max_size=4)
_FIELDS = st.sampled_from(
    [
        {}, {}, {}, {"mouth": "none"}, {"mouth": "none", "reason": "look.no_such_pet"}, {"pets": "3"},
        {"verdict": "poor", "reasons": "sound.noisy"}, {"verdict": "usable", "reasons": "sound.narrow"},
        {"bare": "yes"}, {"bare": "yes", "box": "a,b", "width": "wide", "1": "{}"}, {"exact": "no"},
    ]
)  # fmt: skip
_STEP: st.SearchStrategy[Step] = st.one_of(
    st.builds(_press, st.integers(0, 9)),
    st.builds(_notice, st.integers(0, 3), st.just("done"), st.just("notice.film"), _FIELDS),
    st.builds(_text, st.sampled_from(_WORDS)),
    st.builds(_files, _SORTS, st.sampled_from(_CAPTIONS)),
    st.builds(_press, st.integers(0, 60)),
    st.builds(_notice, st.integers(0, 3), st.just("done"), st.just("notice.film"), _FIELDS),
    st.builds(_notice, st.integers(0, 3), st.sampled_from(["failed", "cancelled", "unsure"]),
              st.sampled_from(_FAILURES), st.just({})),
    st.builds(_notice, st.integers(0, 3), st.just("unsure"), st.just("take.unsure"), st.just(_DOUBT)),
    st.builds(_notice, st.integers(0, 3), st.just("failed"), st.sampled_from(["budget.day", "budget.films"]),
              st.just({"spent": "¥9.00", "most": "¥10.00"})),
    st.builds(_start, st.sampled_from([None, "zh", "en"])),
    st.builds(_text, st.text(max_size=40)),
    st.builds(_tap, st.floats(-1, 2), st.floats(0, 1)),
    st.builds(_press_anything, st.sampled_from(_VALUES)),
)  # fmt: skip


def _given_things(brief: Brief) -> dict[str, object]:
    """What a person gave or chose, by what it is."""
    voices = (brief.voice, brief.sample, brief.pet_lines)
    return {
        "photo": brief.photo,
        "script": brief.script,
        "voice": next((one for one in voices if one), None),
        "person": brief.person_lines or brief.person_voice,
    }


_LETS_GO = {"talk.new_film", "talk.forgotten", "talk.sample_dropped"}


def _may_lose(what: str, incoming: Incoming, result: Turn) -> bool:
    """True where letting it go is what was asked for, or what was sent cannot be used at all."""
    if {message.key for message in result.says} & _LETS_GO:
        return True
    if incoming.kind == "notice":
        return what in {"photo", "voice"}
    again = incoming.text in {"again", "再来"} or ":record" in incoming.press
    return what in {"voice", "person"} and again


@settings(
    max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None
)
@given(lang=st.sampled_from(_LANGS), means=_MEANS, steps=st.lists(_STEP, min_size=1, max_size=25))
def test_any_talk_holds_together(lang: Lang, means: Means, steps: list[Step]) -> None:
    """A person can do anything at any time; so can makings that end late, badly or twice."""
    talk, buttons = fresh(_ME, lang), list[Button]()
    for number, step in enumerate(steps):
        incoming = step(talk, buttons, f"in-{number}")
        result = turn(talk, incoming, means)
        assert result == turn(talk, incoming, means), "the same again is the same"
        assert incoming.kind == "notice" or result.says, "a person always gets an answer"
        for message in result.says:
            for each in _LANGS:
                say(message.key, each, message.fields)
                for button in (one for row in message.buttons for one in row):
                    assert say(button.key, each, button.fields)
        before, after = _given_things(talk.brief), _given_things(result.talk.brief)
        lost = [
            one for one in before if before[one] and not after[one] and not _may_lose(one, incoming, result)
        ]
        assert lost == []
        filming = {making for making, what in talk.running.items() if what == "film"}
        if filming & set(result.talk.running):
            assert result.talk.brief == talk.brief, "a film that is being made is made from one brief"
        assert Talk.model_validate_json(result.talk.model_dump_json()) == result.talk
        assert len({message.id for message in result.says}) == len(result.says)
        assert {errand.making for errand in result.errands} <= set(result.talk.running)
        talk = result.talk
        buttons += [button for message in result.says for row in message.buttons for button in row]


@settings(
    max_examples=80, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None
)
@given(lang=st.sampled_from(_LANGS), means=_MEANS, steps=st.lists(_STEP, min_size=1, max_size=20))
def test_every_button_that_was_just_shown_does_something(lang: Lang, means: Means, steps: list[Step]) -> None:
    """A button under the latest message is never called stale."""
    talk, buttons = fresh(_ME, lang), list[Button]()
    shown: list[Button] = []
    for number, step in enumerate(steps):
        result = turn(talk, step(talk, buttons, f"in-{number}"), means)
        talk = result.talk
        shown = [one for message in result.says for row in message.buttons for one in row]
        buttons += shown
    for button in shown:
        answer = turn(talk, _incoming(talk, "last", kind="press", press=button.value), means)
        assert "talk.stale" not in {message.key for message in answer.says}, button


def test_a_chat_of_another_version_is_read() -> None:
    """An update neither forgets chats nor stumbles over a field it does not know."""
    talk = fresh(_ME, "en", "x")
    older = {name: value for name, value in talk.model_dump(mode="json").items() if name in _ALWAYS_THERE}
    assert Talk.model_validate({**older, "a_field_of_tomorrow": 1}).project == talk.project


_ALWAYS_THERE = {"address", "chat", "project"}


def test_the_voices_on_offer_are_the_presets() -> None:
    """A preset that is added or renamed must be offered under its name."""
    assert presets.names("pet") == VOICES
    assert presets.names("person") == PEOPLE


def test_every_theme_and_audience_can_be_shown() -> None:
    """Buttons carry the bank's names in both languages."""
    for theme in bank.themes():
        assert all(theme.names[lang] for lang in _LANGS)
        assert all(one.names[lang] for one in theme.audiences for lang in _LANGS)
