"""Google Gemini with a key of AI Studio: text and sight; Nano Banana, pictures.

Service: Gemini API, generateContent (base https://generativelanguage.googleapis.com/v1beta).
Documentation: ai.google.dev/gemini-api/docs (troubleshooting, thinking, deprecations, image-generation);
    google-genai 3.4.0.
    Read on: 2026-11-22; nothing here was tried against the live service.
Auth: x-goog-api-key. Not served in every region: 400 FAILED_PRECONDITION.
Limits: per project and tier, shown in AI Studio only; 100 MB of pictures in a call.
Price: USD per token, by the row; thoughts are charged as output. A picture's tokens come to a price for each.
Keeps data for: by the account's tier.
Repeats safely: no. Can cancel: no.
Quirks: a wrong key is 400 with a reason inside. A blocked question is 200 without candidates, a blocked
    answer 200 without content. 429 also means spent credit, or a wait of hours. Errors may come in a list.
    Drafts of a picture may come as thoughts before it; all carry a mark nobody sees.
"""

import base64
import json
import re
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from pipeline.ports.errors import Unsure
from pipeline.ports.facts import Facts, Paid
from pipeline.ports.http import Http, Reply
from pipeline.ports.image import Came, DrawAsk
from pipeline.ports.text import Answer, Model, Question
from pipeline.wires import chat, pictures
from pipeline.wires.shapes import Answer as Shape
from pipeline.wires.shapes import shaped
from pipeline.wires.verdicts import Verdict, Who, Wrong, by_status, shape, trouble, wrong

BASE = "https://generativelanguage.googleapis.com/v1beta"
_DRAWING = 240.0  # seconds one picture may take
_LONG_WAIT = 300.0  # seconds; a quota that comes back later is no access for now
_REFUSALS = frozenset({
    "SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "IMAGE_SAFETY",
    "IMAGE_PROHIBITED_CONTENT", "IMAGE_RECITATION",
})  # fmt: skip


class _Inline(BaseModel):
    data: str = ""


class _Part(BaseModel):
    text: str = ""
    thought: bool = False
    inlineData: _Inline | None = None  # noqa: N815  the service's own name


class _Content(BaseModel):
    parts: list[_Part] = []


class _Candidate(BaseModel):
    content: _Content = _Content()
    finishReason: str = "STOP"  # noqa: N815  the service's own name


class _Feedback(BaseModel):
    blockReason: str = ""  # noqa: N815


class _Usage(BaseModel):
    promptTokenCount: int = 0  # noqa: N815
    candidatesTokenCount: int = 0  # noqa: N815
    thoughtsTokenCount: int = 0  # noqa: N815


class _Came(BaseModel):
    candidates: list[_Candidate] = []
    promptFeedback: _Feedback = _Feedback()  # noqa: N815
    usageMetadata: _Usage | None = None  # noqa: N815


class Text:
    """Answers one question."""

    def __init__(self, http: Http, key: str, model: Model, base_url: str = BASE) -> None:
        self._http = http
        self._model = model
        self._url = f"{base_url}/models/{model.id}"
        self._headers = {"x-goog-api-key": key}
        self._who = Who(vendor="gemini", model=model.id, key="GEMINI_API_KEY", order="MAKE_TEXT")
        self.facts = model.facts("gemini")

    async def ask(self, question: Question, complaint: str = "") -> Paid:
        """Spend: ask once, thinking as little as the model allows."""
        reply = await self._http.send(
            "POST", f"{self._url}:generateContent", headers=self._headers, paid=True,
            seconds=min(self._model.seconds, question.seconds), json=_body(self._model, question, complaint),
        )  # fmt: skip
        if not reply.fine:
            error = wrong(reply)
            raise trouble(judge(error), self._who, error)
        return self._read(reply)

    async def check(self) -> None:
        """Ask what the model is."""
        await _known(self._http, self._url, self._headers, self._who)

    def _read(self, reply: Reply) -> Paid:
        try:
            raw = json.loads(reply.body)
        except ValueError as garbled:
            fields = {"vendor": "gemini", "model": self._model.id, "status": str(reply.status)}
            raise Unsure("vendor.unsure", fields, type(garbled).__name__) from garbled
        try:
            came = _Came.model_validate(raw)
        except ValidationError:
            return Paid(value=Answer(text=shape(raw), end="odd").model_dump_json())
        return Paid(value=_answer(came, raw).model_dump_json(), cost=self._price(came.usageMetadata))

    def _price(self, used: _Usage | None) -> float | None:
        if used is None:
            return None
        return self._model.cost(used.promptTokenCount, used.candidatesTokenCount + used.thoughtsTokenCount)


def _body(model: Model, question: Question, complaint: str) -> dict[str, Any]:
    asked = "\n\n".join(part for part in (question.words, complaint) if part)
    parts: list[dict[str, Any]] = [
        {"inlineData": {"mimeType": "image/jpeg", "data": base64.b64encode(picture.read_bytes()).decode()}}
        for picture in question.pictures
    ]
    level = {"off": "MINIMAL", "low": "LOW"}.get(model.thinks)
    thinking = {"thinkingConfig": {"thinkingLevel": level, "includeThoughts": False}} if level else {}
    held: dict[str, Any] = {} if model.shapes == "words" else {"responseMimeType": "application/json"}
    if model.shapes == "schema":
        held["responseJsonSchema"] = question.shape
    return {
        "systemInstruction": {"parts": [{"text": chat.system(model, question)}]},
        "contents": [{"role": "user", "parts": [*parts, {"text": asked}]}],
        "generationConfig": {
            **held,
            **thinking,
            "maxOutputTokens": chat.most(model, question),
        },
    }


def _answer(came: _Came, raw: object) -> Answer:
    if came.promptFeedback.blockReason:
        return Answer(end="refused")
    if not came.candidates:
        return Answer(text=shape(raw), end="odd")
    first = came.candidates[0]
    if first.finishReason in _REFUSALS:
        return Answer(end="refused")
    if first.finishReason == "MAX_TOKENS":
        return Answer(end="cut")
    text = "".join(part.text for part in first.content.parts if not part.thought)
    return Answer(text=text, end="whole" if first.finishReason == "STOP" else "broken")


class Image:
    """Draws one picture in a call, after a photo."""

    def __init__(self, http: Http, key: str, facts: Facts, base_url: str = BASE) -> None:
        self.facts = facts
        self._http = http
        self._url = f"{base_url}/models/{facts.model}"
        self._headers = {"x-goog-api-key": key}
        self._who = Who(vendor=facts.vendor, model=facts.model, key="GEMINI_API_KEY", order="MAKE_IMAGE")

    async def draw(self, ask: DrawAsk, key: str, out: Path) -> Paid:
        """Spend: ask for one picture in the shape nearest to the canvas."""
        shape_ = pictures.ratio(ask.width, ask.height, pictures.RATIOS)
        photo = {"mimeType": "image/jpeg", "data": pictures.coded(ask.photo)}
        request = {
            "contents": [{"role": "user", "parts": [{"text": ask.words}, {"inlineData": photo}]}],
            "generationConfig": {
                "responseModalities": ["TEXT", "IMAGE"],
                "imageConfig": {"aspectRatio": shape_, "imageSize": "1K"},
            },
        }
        reply = await self._http.send(
            "POST", f"{self._url}:generateContent", headers=self._headers, paid=True, json=request,
            seconds=_DRAWING,
        )  # fmt: skip
        if not reply.fine:
            error = wrong(reply)
            raise trouble(judge(error), self._who, error)
        raw = pictures.opened(reply, self._who)
        try:
            came = _Came.model_validate(raw)
        except ValidationError:
            return Paid(value=Came(end="odd", told=shape(raw)).model_dump_json())
        drawn = _drawn(came, raw, out)
        return Paid(value=drawn.model_dump_json(), cost=None if _charged(came) else 0.0)

    async def check(self) -> None:
        """Ask what the model is."""
        await _known(self._http, self._url, self._headers, self._who)


def _drawn(came: _Came, raw: object, out: Path) -> Came:
    if came.promptFeedback.blockReason:
        return Came(end="refused", told=came.promptFeedback.blockReason)
    if not came.candidates:
        return Came(end="odd", told=shape(raw))
    first = came.candidates[0]
    if first.finishReason in _REFUSALS:
        return Came(end="refused", told=first.finishReason)
    found = [part.inlineData.data for part in first.content.parts if part.inlineData and not part.thought]
    return pictures.written(found[-1], out) if found else Came(end="broken", told=first.finishReason)


def _charged(came: _Came) -> bool:
    """Whether anything was put out: what was stopped before costs nothing worth a line."""
    return came.usageMetadata is None or came.usageMetadata.candidatesTokenCount > 0


async def _known(http: Http, url: str, headers: dict[str, str], who: Who) -> None:
    """Ask what a model is."""
    reply = await http.send("GET", url, headers=headers, seconds=20.0)
    if not reply.fine:
        error = wrong(reply)
        verdict = judge(error)
        raise trouble("busy" if verdict == "unsure" else verdict, who, error)
    shaped(reply, _About, who)


class _About(Shape):
    name: str


def judge(error: Wrong) -> Verdict:
    """What one of its errors means; for text and pictures alike."""
    details = [one for one in error.more.get("details") or () if isinstance(one, dict)]
    if any(one.get("reason") == "API_KEY_INVALID" for one in details):
        return "key"
    if error.status == 429:
        return _limited(error, details)
    known: dict[str, Verdict] = {
        "FAILED_PRECONDITION": "region",
        "PERMISSION_DENIED": "key",
        "NOT_FOUND": "gone",
    }
    return known.get(error.kind) or by_status(error.status)


def _limited(error: Wrong, details: list[dict[str, Any]]) -> Verdict:
    if "credit" in error.message.lower() or "prepay" in error.message.lower():
        return "balance"
    waits = [re.fullmatch(r"([\d.]+)s", str(one.get("retryDelay", ""))) for one in details]
    longest = max((float(found[1]) for found in waits if found), default=0.0)
    return "balance" if longest > _LONG_WAIT else "busy"
