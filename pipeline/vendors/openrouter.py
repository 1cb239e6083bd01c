"""OpenRouter: Gemini and others through one door, text and sight; Nano Banana, pictures.

Service: OpenRouter, chat completions and images (base https://openrouter.ai/api/v1).
Documentation: openrouter.ai/docs (errors and debugging, limits, structured outputs, reasoning tokens, usage
    accounting, image generation). Read on: 2026-11-22; nothing here was tried against the live service.
Auth: Authorization: Bearer sk-or-….
Limits: the provider's behind it; 429 with Retry-After; 402 also for too much at once.
Price: `usage.cost` in USD with every answer. Keeps data for: by the account's privacy settings.
Repeats safely: no. Can cancel: no; a dropped call is charged at Google's.
Quirks: errors hide in five places, also inside a 200. Parameters a provider does not know are dropped unless
    `require_parameters` is set. Gemini Pro cannot stop thinking. `content` may be null. Pictures have an
    address of their own since the middle of 2026; asking chat for them is not described any more.
"""

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from pipeline.ports.errors import NoAccess, Surprise
from pipeline.ports.facts import Facts, Paid
from pipeline.ports.http import Http, Reply
from pipeline.ports.image import Came, DrawAsk
from pipeline.ports.text import Model, Question
from pipeline.wires import chat, pictures
from pipeline.wires.verdicts import Verdict, Who, Wrong, by_status, said, shape, trouble, wrong

BASE = "https://openrouter.ai/api/v1"
_DRAWING = 240.0  # seconds one picture may take
_KINDS: dict[str, Verdict] = {
    "content_policy_violation": "refused",
    "refusal": "refused",
    "authentication": "key",
    "payment_required": "balance",
    "permission_denied": "closed",
    "rate_limit_exceeded": "busy",
    "invalid_image": "picture",
    "image_too_large": "picture",
    "image_too_small": "picture",
    "unsupported_image_format": "picture",
    "image_not_found": "picture",
    "image_download_failed": "picture",
    "not_found": "gone",
}
_AVAILABILITY: dict[str, Verdict] = {"region_restricted": "region", "capacity_exhausted": "busy"}
_BUDGETS = (
    "openrouter_guardrail_budget",
    "openrouter_workspace_budget",
    "openrouter_key_limit",
    "openrouter_credits",
)


class _Key(BaseModel):
    limit_remaining: float | None = None


class _Picture(BaseModel):
    b64_json: str = ""


class _Cost(BaseModel):
    cost: float | None = None


class _Pictures(BaseModel):
    data: list[_Picture] = []
    usage: _Cost | None = None


class Text:
    """Answers one question."""

    def __init__(self, http: Http, key: str, model: Model, base_url: str = BASE) -> None:
        self._http = http
        self._model = model
        self._base = base_url
        self._headers = {"Authorization": f"Bearer {key}"}
        self._who = Who(vendor="openrouter", model=model.id, key="OPENROUTER_API_KEY", order="MAKE_TEXT")
        self.facts = model.facts("openrouter")

    async def ask(self, question: Question, complaint: str = "") -> Paid:
        """Spend: ask once; only providers that can keep to the schema are asked."""
        effort = {"off": "none", "low": "low"}.get(self._model.thinks)
        request = {
            **chat.body(self._model, question, complaint),
            **({"reasoning": {"effort": effort, "exclude": True}} if effort else {}),
            "max_completion_tokens": chat.most(self._model, question),
            "provider": {"require_parameters": True, "allow_fallbacks": True},
        }
        return await chat.ask(
            self._http, f"{self._base}/chat/completions", self._headers, request,
            seconds=min(self._model.seconds, question.seconds), who=self._who, judge=judge, price=self._price,
        )  # fmt: skip

    async def check(self) -> None:
        """Look at the key's budget, and whether the model is listed."""
        await _checked(self._http, self._base, self._headers, self._who, "/models")

    def _price(self, came: chat.Completion) -> float | None:
        if came.usage is None or came.usage.cost is None:
            return chat.tokens(self._model)(came)
        return came.usage.cost


class Image:
    """Draws one picture in a call, after a photo."""

    def __init__(self, http: Http, key: str, facts: Facts, base_url: str = BASE) -> None:
        self.facts = facts
        self._http, self._base = http, base_url
        self._headers = {"Authorization": f"Bearer {key}"}
        self._who = Who(vendor=facts.vendor, model=facts.model, key="OPENROUTER_API_KEY", order="MAKE_IMAGE")

    async def draw(self, ask: DrawAsk, key: str, out: Path) -> Paid:
        """Spend: ask for one picture in the shape nearest to the canvas."""
        request = {
            "model": self.facts.model,
            "prompt": ask.words,
            "input_references": [{"type": "image_url", "image_url": {"url": pictures.data_url(ask.photo)}}],
            "aspect_ratio": pictures.ratio(ask.width, ask.height, pictures.RATIOS),
            "resolution": "1K",
            "n": 1,
        }
        reply = await self._http.send(
            "POST", f"{self._base}/images", headers=self._headers, json=request, paid=True, seconds=_DRAWING
        )
        if not reply.fine:
            error = wrong(reply)
            raise trouble(judge(error), self._who, error)
        return self._read(reply, out)

    async def check(self) -> None:
        """Look at the key's budget, and whether the model is listed."""
        await _checked(self._http, self._base, self._headers, self._who, "/images/models")

    def _read(self, reply: Reply, out: Path) -> Paid:
        raw = pictures.opened(reply, self._who)
        if isinstance(raw, dict) and raw.get("error") and not raw.get("data"):
            error = said(chat.status(raw["error"]), raw)
            raise trouble(judge(error), self._who, error)
        try:
            came = _Pictures.model_validate(raw)
        except ValidationError:
            return Paid(value=Came(end="odd", told=shape(raw)).model_dump_json())
        return Paid(value=_came(came, out).model_dump_json(), cost=came.usage.cost if came.usage else None)


def _came(came: _Pictures, out: Path) -> Came:
    """The picture; an answer of words only is how most models here decline."""
    if not came.data or not came.data[0].b64_json:
        return Came(end="broken", told="no picture")
    return pictures.written(came.data[0].b64_json, out)


def judge(error: Wrong) -> Verdict:
    """What one of its errors means, wherever it was hidden; for text and pictures alike."""
    if error.status >= 500:
        return "unsure"
    meta = _dict(error.more.get("metadata"))
    source = meta.get("limit_source")
    if source == "openrouter_in_flight_budget":
        return "busy"
    if source in _BUDGETS:
        return "balance"
    if "flagged_input" in meta or "reasons" in meta:
        return "refused"
    if availability := _dict(error.more.get("availability")):
        return _available(availability)
    kind = str(meta.get("error_type") or error.more.get("error_type") or "")
    gone = error.code == "model_not_found" or kind in {"model_not_found", "wrong_endpoint"}
    return "gone" if gone else _KINDS.get(kind) or by_status(error.status)


async def _checked(http: Http, base: str, headers: dict[str, str], who: Who, listing: str) -> None:
    """Look at the key's budget, and whether the model is listed."""

    async def get(path: str) -> object:
        return _inside(await http.send("GET", base + path, headers=headers, seconds=20.0), who)

    fields = {"vendor": who.vendor, "model": who.model}
    told = await get("/key")
    try:
        left = _Key.model_validate(told).limit_remaining
    except ValidationError as error:
        raise Surprise("vendor.odd", fields, shape(told)) from error
    if left is not None and left <= 0:
        raise NoAccess("vendor.balance", fields)
    listed = await get(listing)
    names = {one.get("id") for one in listed if isinstance(one, dict)} if isinstance(listed, list) else set()
    if who.model not in names:
        raise NoAccess("vendor.model_gone", {**fields, "setting": who.order})


def _available(availability: dict[str, Any]) -> Verdict:
    found = _AVAILABILITY.get(str(availability.get("code")))
    return found or ("busy" if availability.get("retryable") is True else "gone")


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _inside(reply: Reply, who: Who) -> object:
    if not reply.fine:
        error = wrong(reply)
        raise trouble(_free(judge(error)), who, error)
    body = reply.read()
    return body.get("data") if isinstance(body, dict) else None


def _free(verdict: Verdict) -> Verdict:
    return "busy" if verdict == "unsure" else verdict
