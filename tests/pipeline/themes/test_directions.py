"""Directions told in a sentence and understood from one."""

from itertools import product
from typing import get_args

import pytest

from pipeline.themes import directions
from storage.model import Direction, Lang


def values(field: str) -> tuple[str, ...]:
    """The words a field of a direction may have."""
    found: tuple[str, ...] = get_args(Direction.model_fields[field].annotation)
    return found


@pytest.mark.parametrize("lang", get_args(Lang))
def test_what_is_told_is_understood(lang: Lang) -> None:
    """Every direction there is, told in one sentence, is read back as the same, in both languages."""
    fields = ("emotion", "action", "camera", "prop")
    for chosen in product(*map(values, fields)):
        meant = Direction.model_validate(dict(zip(fields, chosen, strict=True)))
        if meant.action == "bite":
            meant = meant.model_copy(update={"prop": "bun"})
        told = directions.noted(meant, lang)
        assert directions.direction(told.note) == told.model_copy(update={"notes": {}})


def test_the_sentence_of_the_brief() -> None:
    """The note reads as a director would say it."""
    crying = Direction(emotion="crying", action="bite", camera="push", prop="bun")
    assert directions.note(crying, "zh") == "镜头推进，它咬了口包子，对着镜头哭着说"
    assert directions.note(crying, "en") == "The camera pushes in; it bites its bun and says it in tears"


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("别哭，笑着点点头", {"emotion": "happy", "action": "nod"}),
        ("shakes his head sadly without crying", {"emotion": "sad", "action": "shake"}),
        ("camera shakes, it sobs", {"emotion": "crying", "camera": "shake", "action": "none"}),
        ("It tilts its head, smug, close-up", {"emotion": "proud", "action": "tilt", "camera": "push"}),
        ("没忍住，哭了出来", {"emotion": "crying"}),
        ("念得自然一点", {"emotion": "calm", "action": "none", "camera": "hold", "prop": "none"}),
    ],
)
def test_free_sentences(sentence: str, expected: dict[str, str]) -> None:
    """Keywords in both languages, with what is denied left out; the sentence is kept as the note."""
    read = directions.direction(sentence)
    assert expected.items() <= read.model_dump().items()
    assert read.note == sentence
