"""Prompts: files with a header, and schemas every service takes."""

from pathlib import Path

import pytest

from pipeline.ports.text import EditAsk, LookAsk, WriteAsk
from pipeline.themes import bank
from pipeline.writing import prompts
from pipeline.writing.hosted import question
from pipeline.writing.shapes import Change, Look, Options, Same, schema
from storage.model import Lang
from tests.fakes.desk import closed

FOLDER = Path(prompts.__file__).parents[1] / "prompts"


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.md")), ids=lambda file: file.name)
def test_a_prompt_says_what_it_is_for(file: Path) -> None:
    """Purpose, inputs and output stand above the words; both languages are there."""
    name, lang, _ = file.name.split(".")
    prompt = prompts.read(name, "zh" if lang == "zh" else "en")
    assert prompt.system
    assert prompt.words
    assert {one.name for one in FOLDER.glob(f"{name}.*")} == {f"{name}.zh.md", f"{name}.en.md"}


@pytest.mark.parametrize("shape", [Options, Change, Look, Same])
def test_schemas_are_closed_and_refer_to_nothing(shape: type[Options]) -> None:
    """What one service refuses and another silently ignores is in none of them."""
    assert closed(schema(shape))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_questions_stay_small(lang: Lang) -> None:
    """A call stays cheap however long a chat has gone on: four examples, 24 earlier options."""
    seen = tuple(("要", "接外包搞钱", f"去做自媒体带货养你{n}") for n in range(60))
    script = bank.options(bank.themes()[0], None, lang, ())[0]
    for ask in (
        WriteAsk(theme="raise-mom", lang=lang, seen=seen),
        EditAsk(script=script, wish="x" * 300, lang=lang),
    ):
        asked = question(ask)
        assert len(asked.system) + len(asked.words) < 6_000
    assert question(LookAsk(photo=Path("x"), lang=lang)).pictures == (Path("x"),)
