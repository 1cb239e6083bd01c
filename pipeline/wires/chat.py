"""`POST …/chat/completions`, as many services speak it: one question, one answer, no stream.

What differs between them (how JSON is asked for, how thinking is kept short, what errors mean, what it cost)
is a vendor's to say. Errors in an answer with status 200 are read too.
"""

import base64
import json
from collections.abc import Callable, Mapping
from typing import Any

from pydantic import BaseModel, Field, ValidationError

from pipeline.ports.errors import Unsure
from pipeline.ports.facts import Paid
from pipeline.ports.http import Http
from pipeline.ports.text import Answer, Model, Question
from pipeline.wires.verdicts import Verdict, Who, Wrong, said, shape, trouble, wrong

_ENDS = {
    "length": "cut",
    "content_filter": "refused",
    "error": "broken",
    "insufficient_system_resource": "broken",
}
_THINKING_ROOM = 6_000  # tokens beside the answer, where thinking cannot be switched off

Judge = Callable[[Wrong], Verdict]


class Usage(BaseModel):
    """Tokens of one call; `cost` where the service says it itself."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    prompt_cache_hit_tokens: int = 0
    cost: float | None = None


class _Message(BaseModel):
    content: str | list[dict[str, Any]] | None = None
    refusal: str | None = None


class _Choice(BaseModel):
    message: _Message
    finish_reason: str | None = None


class Completion(BaseModel):
    """An answer; whatever else is in it is let go."""

    choices: list[_Choice] = Field(min_length=1)
    usage: Usage | None = None
    created: float | None = None


Price = Callable[[Completion], float | None]


def body(model: Model, question: Question, complaint: str = "") -> dict[str, Any]:
    """The request every such service understands, with the model's own means of getting JSON."""
    asked = "\n\n".join(part for part in (question.words, complaint) if part)
    content: list[dict[str, Any]] = [{"type": "text", "text": asked}]
    for picture in question.pictures:
        url = "data:image/jpeg;base64," + base64.b64encode(picture.read_bytes()).decode()
        content.append({"type": "image_url", "image_url": {"url": url}})
    plain = asked if not question.pictures else content
    return {
        "model": model.id,
        "messages": [
            {"role": "system", "content": system(model, question)},
            {"role": "user", "content": plain},
        ],
        "stream": False,
        **_format(model, question),
    }


def system(model: Model, question: Question) -> str:
    """The instructions; a model that is not held to a schema reads it as words."""
    if model.shapes == "schema":
        return question.system
    written = json.dumps(question.shape, ensure_ascii=False)
    example = json.dumps(_example(question.shape), ensure_ascii=False)
    asked = "Answer with one JSON object and nothing else. Its JSON schema:"
    return f"{question.system}\n\n{asked}\n{written}\nIts form, for example:\n{example}"


def _example(shape: Mapping[str, Any]) -> object:
    """The smallest thing of this shape; some services want to see one."""
    if "enum" in shape:
        return shape["enum"][0]
    if shape.get("type") == "object":
        return {name: _example(one) for name, one in shape["properties"].items()}
    if shape.get("type") == "array":
        return [_example(shape["items"])]
    return {"integer": 1, "number": 0.5, "boolean": False}.get(str(shape.get("type")), "…")


def thinking(model: Model) -> dict[str, Any]:
    """How thinking is switched off or kept short where it goes by Ark's and DeepSeek's words."""
    if model.thinks == "never":
        return {}
    if model.thinks == "off":
        return {"thinking": {"type": "disabled"}}
    return {"thinking": {"type": "enabled"}, "reasoning_effort": "low"}


def most(model: Model, question: Question) -> int:
    """How many tokens the answer may have, thinking included."""
    return question.most + (0 if model.thinks == "off" else _THINKING_ROOM)


def _format(model: Model, question: Question) -> dict[str, Any]:
    if model.shapes == "schema":
        held = {"name": question.name, "strict": True, "schema": question.shape}
        return {"response_format": {"type": "json_schema", "json_schema": held}}
    return {"response_format": {"type": "json_object"}} if model.shapes == "object" else {}


async def ask(
    http: Http,
    url: str,
    headers: Mapping[str, str],
    request: Mapping[str, Any],
    *,
    seconds: float,
    who: Who,
    judge: Judge,
    price: Price,
    paid: bool = True,
) -> Paid:
    """Send it once; the value is an `Answer`. Where nothing is `paid`, no answer is only a busy service.

    Raises:
        Trouble: what `judge` says of an error; Unsure where an answer cannot be read.
    """
    reply = await http.send("POST", url, headers=headers, json=request, paid=paid, seconds=seconds)
    if not reply.fine:
        error = wrong(reply)
        raise trouble(_meant(judge(error), paid=paid), who, error)
    try:
        raw = json.loads(reply.body)
    except ValueError as garbled:
        fields = {"vendor": who.vendor, "model": who.model, "status": str(reply.status)}
        raise Unsure("vendor.unsure", fields, type(garbled).__name__) from garbled
    return _read(raw, who, judge, price)


def _meant(verdict: Verdict, *, paid: bool) -> Verdict:
    return "busy" if verdict == "unsure" and not paid else verdict


def _read(raw: object, who: Who, judge: Judge, price: Price) -> Paid:
    if isinstance(raw, dict) and raw.get("error") and not raw.get("choices"):
        error = said(status(raw["error"]), raw)
        raise trouble(judge(error), who, error)
    try:
        came = Completion.model_validate(raw)
    except ValidationError:
        return Paid(value=Answer(text=shape(raw), end="odd").model_dump_json())
    return Paid(value=_answer(came).model_dump_json(), cost=price(came))


def status(error: object) -> int:
    """The status inside an answer that was sent as if all were well; one that is not told is in doubt."""
    told = (error.get("code"), error.get("http_status")) if isinstance(error, dict) else ()
    numbers = (int(str(one)) for one in told if str(one).isdecimal())
    return next((number for number in numbers if 400 <= number < 600), 500)


def _answer(came: Completion) -> Answer:
    choice = came.choices[0]
    if choice.message.refusal:
        return Answer(end="refused")
    end = _ENDS.get(choice.finish_reason or "stop", "whole")
    return Answer.model_validate({"text": _text(choice.message.content), "end": end})


def _text(content: str | list[dict[str, Any]] | None) -> str:
    if isinstance(content, list):
        return "".join(str(part.get("text", "")) for part in content)
    return content or ""


def tokens(model: Model) -> Price:
    """The price by what was used; None where the service does not say."""
    return lambda came: (
        model.cost(came.usage.prompt_tokens, came.usage.completion_tokens) if came.usage else None
    )
