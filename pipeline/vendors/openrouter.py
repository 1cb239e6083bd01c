"""OpenRouter: Gemini and others through one door, text and sight.

Service: OpenRouter, chat completions (base https://openrouter.ai/api/v1).
Documentation: openrouter.ai/docs (errors and debugging, limits, structured outputs, reasoning tokens, usage
    accounting). Read on: 2026-11-22; nothing here was tried against the live service.
Auth: Authorization: Bearer sk-or-….
Limits: the provider's behind it; 429 with Retry-After; 402 also for too much at once.
Price: `usage.cost` in USD with every answer. Keeps data for: by the account's privacy settings.
Repeats safely: no. Can cancel: no; a dropped call is charged at Google's.
Quirks: errors hide in five places, also inside a 200. Parameters a provider does not know are dropped unless
    `require_parameters` is set. Gemini Pro cannot stop thinking. `content` may be null.
"""

from typing import Any

from pydantic import BaseModel, ValidationError

from pipeline.ports.errors import NoAccess, Surprise
from pipeline.ports.facts import Paid
from pipeline.ports.http import Http, Reply
from pipeline.ports.text import Model, Question
from pipeline.wires import chat
from pipeline.wires.verdicts import Verdict, Who, Wrong, by_status, shape, trouble, wrong

BASE = "https://openrouter.ai/api/v1"
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
        effort = "none" if self._model.thinks == "off" else "low"
        request = {
            **chat.body(self._model, question, complaint),
            "reasoning": {"effort": effort, "exclude": True},
            "max_completion_tokens": chat.most(self._model, question),
            "provider": {"require_parameters": True, "allow_fallbacks": True},
        }
        return await chat.ask(
            self._http, f"{self._base}/chat/completions", self._headers, request,
            seconds=self._model.seconds, who=self._who, judge=judge, price=self._price,
        )  # fmt: skip

    async def check(self) -> None:
        """Look at the key's budget, and whether the model is listed."""
        told = _inside(await self._get("/key"), self._who)
        try:
            left = _Key.model_validate(told).limit_remaining
        except ValidationError as error:
            raise Surprise("vendor.odd", self._fields(), shape(told)) from error
        if left is not None and left <= 0:
            raise NoAccess("vendor.balance", self._fields())
        listed = _inside(await self._get("/models"), self._who)
        names = (
            {one.get("id") for one in listed if isinstance(one, dict)} if isinstance(listed, list) else set()
        )
        if self._model.id not in names:
            raise NoAccess("vendor.model_gone", {**self._fields(), "setting": self._who.order})

    async def _get(self, path: str) -> Reply:
        return await self._http.send("GET", self._base + path, headers=self._headers, seconds=20.0)

    def _price(self, came: chat.Completion) -> float | None:
        if came.usage is None or came.usage.cost is None:
            return chat.tokens(self._model)(came)
        return came.usage.cost

    def _fields(self) -> dict[str, str]:
        return {"vendor": self._who.vendor, "model": self._who.model}


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
