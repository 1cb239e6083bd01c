"""OpenRouter on loopback: errors in all the places it hides them."""

from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.fakes.desk import KEY, Desk, closed, says, texts
from tests.fakes.mind import is_jpeg

MODEL = "google/gemini-3.1-pro-preview"
COST = 0.0093


def _error(status: int, kind: str = "", **meta: Any) -> dict[str, Any]:  # noqa: ANN401  as JSON is
    told = {"error_type": kind, **meta} if kind else meta
    return {"error": {"code": status, "message": "whatever it was", "metadata": told}}


def _unavailable(status: int, code: str, *, retryable: bool) -> dict[str, Any]:
    available = {"code": code, "retryable": retryable, "requested_models": [MODEL], "fallback_models": []}
    return {
        "error": {
            "message": "no",
            "error_type": "not_found",
            "http_status": status,
            "availability": available,
        }
    }


ERRORS: dict[str, tuple[int, dict[str, Any]]] = {
    "moderated": (
        403,
        _error(403, reasons=["violence"], flagged_input="长大后", provider_name="x", model_slug=MODEL),
    ),
    "policy": (400, _error(400, "content_policy_violation")),
    "refusal": (400, _error(400, "refusal")),
    "key": (401, _error(401, "authentication")),
    "broke": (402, _error(402, "payment_required", limit_source="openrouter_credits")),
    "key limit": (403, _error(403, limit_source="openrouter_key_limit", limit_usd=1, spend_usd=1)),
    "in flight": (
        402,
        _error(402, limit_source="openrouter_in_flight_budget", reason="in_flight_budget_exhausted"),
    ),
    "guardrail": (403, _error(403, "permission_denied", patterns=["x"])),
    "region": (403, _unavailable(403, "region_restricted", retryable=False)),
    "deprecated": (404, _unavailable(404, "model_deprecated", retryable=False)),
    "no endpoints": (404, _unavailable(404, "no_endpoints", retryable=False)),
    "capacity": (429, _unavailable(429, "capacity_exhausted", retryable=True)),
    "limit": (429, _error(429, "rate_limit_exceeded")),
    "picture": (400, _error(400, "image_too_large")),
    "too long": (400, _error(400, "context_length_exceeded")),
    "timeout": (408, _error(408, "timeout")),
    "server": (500, _error(500, "server")),
    "provider": (502, _error(502, "provider_unavailable")),
    "overloaded": (503, _unavailable(503, "temporarily_unavailable", retryable=True)),
    "hidden provider": (200, _error(502, "provider_unavailable")),
    "hidden moderated": (200, _error(403, reasons=["x"], flagged_input="x")),
    "hidden limit": (200, _error(429, "rate_limit_exceeded")),
    "odd": (200, {"ok": True, "answer": "something somebody wrote"}),
}


class OpenRouter(Desk):
    """A fault is a name in ERRORS, or one of: lost, broken, filtered, null."""

    def __init__(self) -> None:
        super().__init__()
        self.left: float | None = 5.0
        self.app = Starlette(
            routes=[
                Route("/api/v1/chat/completions", self.chat, methods=["POST"]),
                Route("/api/v1/key", self.account),
                Route("/api/v1/models", self.models),
            ]
        )

    async def account(self, request: Request) -> Response:
        """The key's budget."""
        if _stranger(request):
            return says(*ERRORS["key"])
        return says(200, {"data": {"label": "x", "limit": 10, "limit_remaining": self.left, "usage": 1}})

    async def models(self, _: Request) -> Response:
        """What there is, for everybody."""
        return says(200, {"data": [{"id": MODEL, "name": "Gemini"}]})

    async def chat(self, request: Request) -> Response:
        """Answer."""
        body: dict[str, Any] = await request.json()
        self.asked.append(body)
        if _stranger(request):
            return says(*ERRORS["key"])
        if body.get("model") != MODEL:
            return says(*ERRORS["deprecated"])
        system, words, pictures = texts(body["messages"])
        if body.get("reasoning", {}).get("effort") == "none" or not all(map(is_jpeg, pictures)):
            return says(400, _error(400, "invalid_request"))
        fault = self.fault()
        if fault == "lost":
            return await self.lost(request, COST)
        if fault in ERRORS:
            return says(*ERRORS[fault], wait=7 if fault in {"limit", "in flight"} else None)
        return self._answer(body, fault, self._text(body, system, words, len(pictures)))

    def _text(self, body: dict[str, Any], system: str, words: str, pictures: int) -> str:
        asked = body.get("response_format", {})
        kept = body.get("provider", {}).get("require_parameters") is True
        if asked.get("type") == "json_schema" and kept:
            assert closed(asked["json_schema"]["schema"])
        elif asked:
            return "Sure! Here are three ideas."  # a parameter silently dropped
        return self.mind.answer(system, words, pictures)

    def _answer(self, body: dict[str, Any], fault: str, text: str) -> Response:
        end = {"broken": "error", "filtered": "content_filter"}.get(fault, "stop")
        content = None if fault == "null" else text[: 30 if fault == "broken" else None]
        choice: dict[str, Any] = {
            "index": 0,
            "finish_reason": end,
            "native_finish_reason": end.upper(),
            "logprobs": None,
            "message": {"role": "assistant", "content": content, "refusal": None, "reasoning": None},
        }
        if end == "error":
            choice["error"] = {
                "code": 502,
                "message": "gone",
                "metadata": {"error_type": "provider_unavailable"},
            }
        self.bills.append(COST)
        return says(
            200,
            {
                "id": "gen-1",
                "provider": "Google AI Studio",
                "model": body["model"],
                "object": "chat.completion",
                "created": 1763700000,
                "choices": [choice],
                "usage": {"prompt_tokens": 812, "completion_tokens": 640, "total_tokens": 1452, "cost": COST},
            },
        )


def _stranger(request: Request) -> bool:
    return request.headers.get("authorization") != f"Bearer {KEY}"
