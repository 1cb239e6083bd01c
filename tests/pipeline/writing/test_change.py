"""Free words that change a script: what they name, and that nothing else changes."""

import json
from typing import Any

import pytest

from pipeline.ports.errors import BadInput
from pipeline.ports.text import EditAsk
from pipeline.themes import bank
from pipeline.writing.change import changed
from pipeline.writing.hosted import question
from pipeline.writing.naming import named
from pipeline.writing.options import Unfit
from pipeline.writing.shapes import Change
from storage.model import Line, Script
from tests.fakes.mind import Mind

LONG = Script(lines=tuple(Line(speaker="pet", text="好") for _ in range(12)))
SCRIPT = bank.options(bank.themes()[0], "程序员", "zh", ())[0]


@pytest.mark.parametrize(
    ("wish", "lines", "title"),
    [
        ("第二句更惨一点", {2}, False),
        ("把第四句和第6句写得好笑些", {4, 6}, False),
        ("最后一句狠一点", {6}, False),
        ("结尾再反转一下", {6}, False),
        ("宝宝的第二句短一点", {4}, False),
        ("make the last line meaner", {6}, False),
        ("line 2 sadder please", {2}, False),
        ("the second answer should be shorter", {4}, False),
        ("a funnier third line", {3}, False),
        ("标题换一个", set(), True),
        ("a better title", set(), True),
        ("更惨一点", set(), False),
        ("第十二句换掉", set(), False),
        ("make it sadder", set(), False),
    ],
)
def test_what_a_wish_names(wish: str, lines: set[int], title: bool) -> None:
    """Lines are counted as they are shown; a pet's own count is its own."""
    meant = named(wish, SCRIPT.lines)
    assert (set(meant.lines), meant.title) == (lines, title)


def _changed(wish: str, **claims: object) -> Script:
    """A model that changes every line, and claims what it likes."""
    ask = EditAsk(script=SCRIPT, wish=wish)
    asked = question(ask)
    came = json.loads(Mind().answer(asked.system, asked.words)) | claims
    return changed(Change.model_validate(came), ask)


def _unlike(now: Script) -> set[int]:
    return {n for n, (a, b) in enumerate(zip(SCRIPT.lines, now.lines, strict=True), 1) if a != b}


@pytest.mark.parametrize(
    ("wish", "claims", "lines"),
    [
        ("第二句更惨一点", {"changed": [2, 4, 6]}, {2}),
        ("更惨一点", {"changed": [4, 6]}, {4, 6}),
        ("更惨一点", {"changed": [1, 3, 6]}, {6}),
        ("第一句改得客气些", {}, {1}),
    ],
)
def test_only_what_was_asked_changes(wish: str, claims: dict[str, Any], lines: set[int]) -> None:
    """What the wish names may change; else what the model says it changed, and never a person's line."""
    now = _changed(wish, **claims)
    assert _unlike(now) == lines
    assert (now.title, now.tags, now.theme) == (SCRIPT.title, SCRIPT.tags, SCRIPT.theme)


def test_a_title_changes_when_it_is_asked_for() -> None:
    """And the lines then do not."""
    now = _changed("换个标题", title=["新的标题", "第二行"], title_changed=True)
    assert now.title == ("新的标题", "第二行")
    assert _unlike(now) == set()
    kept = _changed("第二句更惨", title=["新的标题"], title_changed=True)
    assert kept.title == SCRIPT.title


def test_a_change_that_makes_a_film_too_long() -> None:
    """It is refused here, before anybody pays for minutes of speech."""
    lines = [{"n": n, "speaker": line.speaker, "text": "好" * 59} for n, line in enumerate(LONG.lines, 1)]
    came = Change.model_validate(
        {"changed": list(range(1, 13)), "title_changed": False, "title": [], "lines": lines, "acting": []}
    )
    with pytest.raises(BadInput) as caught:
        changed(came, EditAsk(script=LONG, wish="都写长一点"))
    assert caught.value.key == "film.too_long"


@pytest.mark.parametrize(
    "claims",
    [
        {"changed": []},
        {"changed": [6], "lines": []},
        {"changed": [6], "lines": [{"n": 6, "speaker": "pet", "text": "笨"}]},
    ],
)
def test_a_change_that_is_none(claims: dict[str, Any]) -> None:
    """Nothing changed, nothing there, nothing that may be said: asked again."""
    with pytest.raises(Unfit):
        _changed("更惨一点", **claims)
