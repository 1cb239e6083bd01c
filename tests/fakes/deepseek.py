"""DeepSeek on loopback: JSON mode with its moods, moderation under the code of a malformed request."""

import json
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.fakes.desk import KEY, Desk, kept_alive, says, texts

MODELS = ("deepseek-flash", "deepseek-v4-pro")
ERRORS = {
    "risk": (400, "Content Exists Risk"),
    "key": (401, "Authentication Fails"),
    "broke": (402, "Insufficient Balance"),
    "invalid": (422, "invalid parameters"),
    "limit": (429, "too many concurrent requests"),
    "server": (500, "server error"),
    "overloaded": (503, "overloaded"),
}
_PRICE = {"prompt": 2.0, "completion": 8.0}


class DeepSeek(Desk):
    """A fault is a name in ERRORS, or one of: lost, alive, filtered, interrupted, blank lines."""

    def __init__(self) -> None:
        super().__init__()
        self.available = True
        self.created = 1763700000  # Friday 12:40 in Beijing: between the peaks
        self.app = Starlette(
            routes=[
                Route("/chat/completions", self.chat, methods=["POST"]),
                Route("/user/balance", self.balance),
                Route("/models", self.models),
            ]
        )

    async def balance(self, request: Request) -> Response:
        """What is left."""
        if _stranger(request):
            return _wrong("key")
        rows = [
            {"currency": "CNY", "total_balance": "9.00", "granted_balance": "0", "topped_up_balance": "9.00"}
        ]
        return says(200, {"is_available": self.available, "balance_infos": rows})

    async def models(self, request: Request) -> Response:
        """What there is."""
        if _stranger(request):
            return _wrong("key")
        return says(200, {"object": "list", "data": [{"id": name, "object": "model"} for name in MODELS]})

    async def chat(self, request: Request) -> Response:
        """Answer."""
        body: dict[str, Any] = await request.json()
        self.asked.append(body)
        if _stranger(request):
            return _wrong("key")
        if body.get("model") not in MODELS:
            return says(
                400,
                {
                    "error": {
                        "message": "Model Not Exist",
                        "type": "invalid_request_error",
                        "code": "invalid_request_error",
                    }
                },
            )
        if not _sound(body):
            return says(
                400,
                {
                    "error": {
                        "message": "bad request",
                        "type": "invalid_request_error",
                        "code": "invalid_request_error",
                    }
                },
            )
        fault = self.fault()
        if fault in ERRORS:
            return _wrong(fault)
        if fault == "lost":
            return await self.lost(request, 0.002)
        if fault == "alive":
            self.bills.append(0.002)
            return kept_alive()
        return self._answer(body, fault)

    def _answer(self, body: dict[str, Any], fault: str) -> Response:
        system, words, pictures = texts(body["messages"])
        end = {"filtered": "content_filter", "interrupted": "insufficient_system_resource"}.get(fault, "stop")
        thinks = body.get("thinking", {}).get("type", "enabled") == "enabled"
        message = {"role": "assistant", "content": self.mind.answer(system, words, len(pictures))}
        message["reasoning_content"] = "hmm " * 200 if thinks else ""
        self.bills.append(0.002)
        text = json.dumps(
            {
                "id": "c2f0",
                "object": "chat.completion",
                "created": self.created,
                "model": body["model"],
                "system_fingerprint": "fp",
                "choices": [{"index": 0, "finish_reason": end, "logprobs": None, "message": message}],
                "usage": {
                    "prompt_tokens": 1000,
                    "completion_tokens": 500,
                    "total_tokens": 1500,
                    "prompt_cache_hit_tokens": 500,
                    "prompt_cache_miss_tokens": 500,
                },
            }
        )
        return Response("\n\n\n" + text if fault == "blank lines" else text, media_type="application/json")


def _sound(body: dict[str, Any]) -> bool:
    asked = body.get("response_format", {"type": "text"})["type"]
    words = " ".join(texts(body["messages"])[:2]).lower()
    return asked in {"text", "json_object"} and (asked == "text" or "json" in words)


def _wrong(name: str) -> Response:
    status, message = ERRORS[name]
    code = "invalid_request_error" if status == 400 else None
    return says(status, {"error": {"message": message, "type": "x_error", "param": None, "code": code}})


def _stranger(request: Request) -> bool:
    return request.headers.get("authorization") != f"Bearer {KEY}"
