"""Any hosted model as a writer: one question for each thing that is asked, and its answer read."""

import json
from collections.abc import Callable
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from pipeline.ports.errors import Failed, Refused, Surprise
from pipeline.ports.facts import Paid
from pipeline.ports.text import (
    Answer,
    CompareAsk,
    Described,
    EditAsk,
    Likely,
    LookAsk,
    Question,
    Text,
    WriteAsk,
    Written,
)
from pipeline.writing import change, moulds, options, prompts, sight
from pipeline.writing.options import Unfit
from pipeline.writing.shapes import Change, Look, Options, Same, schema
from storage.model import Script

S = TypeVar("S", bound=BaseModel)
R = TypeVar("R")
_SEEN = 24  # earlier options a model is told of, the newest
_LONGEST_WISH = 300  # characters
_WORTH_A_LOOK = 30.0  # seconds somebody who sent a photo waits for more than our own eyes see


class Hosted:
    """Asks a model; what it answers is checked before anybody sees it."""

    def __init__(self, model: Text) -> None:
        self._model = model
        self.facts = model.facts

    async def ask(self, ask: WriteAsk | EditAsk | LookAsk, complaint: str = "") -> Paid:
        """Spend: one question; a complaint about the answer before is told with it."""
        return await self._model.ask(question(ask), _again(complaint))

    async def check(self) -> None:
        """Ask the model's service something free."""
        await self._model.check()

    def written(self, ask: WriteAsk, raw: str) -> Written:
        """Return the options, checked."""
        mould = moulds.mould(ask)

        def make(came: Options) -> Written:
            made = options.scripts(came.options, mould, ask)
            return Written(options=made, put_back=options.put_back(came.options[: ask.count], mould))

        return self._read(raw, Options, make)

    def edited(self, ask: EditAsk, raw: str) -> Script:
        """Return the changed script, checked."""
        return self._read(raw, Change, lambda came: change.changed(came, ask))

    def described(self, ask: LookAsk, raw: str) -> Described:
        """Return what is on the photo."""
        return self._read(raw, Look, sight.described)

    async def compare(self, ask: CompareAsk, complaint: str = "") -> Paid:
        """Spend: show both pictures to the model."""
        prompt = prompts.read("same", ask.lang)
        asked = Question(
            system=prompt.system, words=prompt.words, name="same", shape=schema(Same),
            pictures=(ask.photo, ask.other), most=500,
        )  # fmt: skip
        return await self._model.ask(asked, _again(complaint))

    def compared(self, ask: CompareAsk, raw: str) -> Likely:
        """Return whether the model takes them for one animal."""
        return self._read(raw, Same, lambda came: came.same)

    def _read(self, raw: str, shape: type[S], make: Callable[[S], R]) -> R:
        fields = {"vendor": self.facts.vendor, "model": self.facts.model}
        answer = Answer.model_validate_json(raw)
        if answer.end == "refused":
            raise Refused("vendor.refused", fields)
        if answer.end == "odd":
            raise Surprise("vendor.odd", fields, answer.text)
        try:
            return make(parsed(answer, shape))
        except Unfit as unfit:
            raise Failed("text.unusable", fields, unfit.complaint) from unfit


def _again(complaint: str) -> str:
    return f"Your earlier answer could not be used: {complaint} Answer again in full." if complaint else ""


def question(ask: WriteAsk | EditAsk | LookAsk) -> Question:
    """Return the question a model is asked."""
    if isinstance(ask, WriteAsk):
        prompt = prompts.read("write", ask.lang)
        words = prompts.material(prompt, _wanted(ask))
        return Question(system=prompt.system, words=words, name="options", shape=schema(Options), most=4_000)
    if isinstance(ask, EditAsk):
        prompt = prompts.read("edit", ask.lang)
        words = prompts.material(prompt, change.data(ask))
        return Question(system=prompt.system, words=words, name="change", shape=schema(Change), most=2_500)
    prompt = prompts.read("look", ask.lang)
    shape = schema(Look)
    return Question(
        system=prompt.system,
        words=prompt.words,
        name="look",
        shape=shape,
        pictures=(ask.photo,),
        most=1_000,
        seconds=_WORTH_A_LOOK,
    )


def parsed(answer: Answer, shape: type[S]) -> S:
    """Return the answer as its model; one block of code around the whole of it is taken off.

    Raises:
        Unfit: it is cut off, empty, no JSON or not of this shape.
    """
    if answer.end == "cut":
        raise Unfit("It was too long and was cut off; write less.")
    text = answer.text.strip()
    if answer.end == "broken" or not text:
        raise Unfit("It was empty or broke off.")
    if text.startswith("```") and text.endswith("```"):
        text = text[3:-3].removeprefix("json").strip()
    try:
        return shape.model_validate(json.loads(text))
    except ValidationError as wrong:
        raise Unfit(_faults(wrong)) from wrong
    except (ValueError, RecursionError) as wrong:
        raise Unfit("It was not one JSON object.") from wrong


def _faults(wrong: ValidationError) -> str:
    found = wrong.errors(include_input=False, include_url=False)[:5]
    return " ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}." for one in found)


def _wanted(ask: WriteAsk) -> dict[str, object]:
    mould = moulds.mould(ask)
    lines = [
        {
            "n": n,
            "speaker": line.speaker,
            "text": "" if mould.open else line.text,
            "most_syllables": most or None,
        }
        for n, (line, most) in enumerate(zip(mould.lines, mould.most, strict=True), 1)
    ]
    return {
        "count": ask.count,
        "theme": mould.name or ask.theme,
        "audience": ask.audience or "",
        "wish": ask.wish[:_LONGEST_WISH],
        "pet": ask.pet.model_dump(exclude={"marks"}) if ask.pet else None,
        "questions_too": mould.open,
        "lines": lines,
        "examples": mould.examples,
        "not_these": ask.seen[-_SEEN:],
    }
