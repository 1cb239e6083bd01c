"""Google's generateContent on loopback: blocked with 200, a wrong key with 400."""

from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.fakes.desk import KEY, Desk, closed, says
from tests.fakes.mind import is_jpeg

MODELS = {"gemini-3.8-flash": ("MINIMAL", "LOW", "HIGH"), "gemini-3.1-pro-preview": ("LOW", "HIGH")}


def _error(status: int, name: str, message: str = "no", **detail: str) -> tuple[int, object]:
    details = [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", **detail}] if detail else []
    return status, {"error": {"code": status, "message": message, "status": name, "details": details}}


ERRORS: dict[str, tuple[int, object]] = {
    "key": _error(400, "INVALID_ARGUMENT", "API key not valid", reason="API_KEY_INVALID"),
    "argument": _error(400, "INVALID_ARGUMENT"),
    "region": _error(400, "FAILED_PRECONDITION"),
    "leaked": _error(403, "PERMISSION_DENIED"),
    "gone": _error(404, "NOT_FOUND"),
    "limit": _error(429, "RESOURCE_EXHAUSTED", "quota", retryDelay="33s"),
    "day": _error(429, "RESOURCE_EXHAUSTED", "quota", retryDelay="41400s"),
    "credit": _error(429, "RESOURCE_EXHAUSTED", "Your prepayment credits are depleted"),
    "server": _error(500, "INTERNAL"),
    "overloaded": _error(503, "UNAVAILABLE"),
    "deadline": _error(504, "DEADLINE_EXCEEDED"),
}


class Gemini(Desk):
    """A fault is a name in ERRORS, or one of: lost, listed, blocked, safety, length, nothing, odd."""

    def __init__(self) -> None:
        super().__init__()
        self.app = Starlette(routes=[
            Route("/v1beta/models/{model}:generateContent", self.generate, methods=["POST"]),
            Route("/v1beta/models/{model}", self.model),
        ])  # fmt: skip

    async def model(self, request: Request) -> Response:
        """What a model is."""
        if _stranger(request):
            return says(*ERRORS["key"])
        name = request.path_params["model"]
        return says(200, {"name": f"models/{name}"}) if name in MODELS else says(*ERRORS["gone"])

    async def generate(self, request: Request) -> Response:
        """Answer."""
        body: dict[str, Any] = await request.json()
        self.asked.append(body)
        if _stranger(request):
            return says(*ERRORS["key"])
        name = request.path_params["model"]
        if name not in MODELS:
            return says(*ERRORS["gone"])
        if not _sound(name, body):
            return says(*ERRORS["argument"])
        fault = self.fault()
        if fault in ERRORS:
            return says(*ERRORS[fault])
        if fault == "listed":
            return says(429, [ERRORS["limit"][1]])
        if fault == "lost":
            return await self.lost(request, 0.004)
        self.bills.append(0.004)
        return says(200, self._answer(body, fault))

    def _answer(self, body: dict[str, Any], fault: str) -> dict[str, Any]:
        used = {
            "promptTokenCount": 1000,
            "candidatesTokenCount": 400,
            "thoughtsTokenCount": 100,
            "totalTokenCount": 1500,
        }
        if fault == "odd":
            return {"candidates": "something somebody wrote"}
        if fault == "nothing":
            return {"usageMetadata": used}
        if fault == "blocked":
            return {"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}, "usageMetadata": used}
        if fault == "safety":
            return {"candidates": [{"finishReason": "SAFETY", "finishMessage": "no"}], "usageMetadata": used}
        parts = body["contents"][0]["parts"]
        words = "".join(part.get("text", "") for part in parts)
        pictures = [part for part in parts if "inlineData" in part]
        system = body.get("systemInstruction", {"parts": [{"text": ""}]})["parts"][0]["text"]
        text = self.mind.answer(system, words, len(pictures))
        said = [{"text": "Let me think.", "thought": True}, {"text": text}]
        end = "MAX_TOKENS" if fault == "length" else "STOP"
        return {
            "candidates": [{"index": 0, "finishReason": end, "content": {"role": "model", "parts": said}}],
            "usageMetadata": used, "modelVersion": "x", "responseId": "abc",
        }  # fmt: skip


def _sound(name: str, body: dict[str, Any]) -> bool:
    config = body.get("generationConfig", {})
    thinks = config.get("thinkingConfig", {}).get("thinkingLevel", "LOW")
    pictures = [
        part["inlineData"] for one in body["contents"] for part in one["parts"] if "inlineData" in part
    ]
    shown = all(is_jpeg(f"data:{one['mimeType']};base64,{one['data']}") for one in pictures)
    held = "responseJsonSchema" not in config or config.get("responseMimeType") == "application/json"
    return thinks in MODELS[name] and shown and held and closed(config.get("responseJsonSchema"))


def _stranger(request: Request) -> bool:
    return request.headers.get("x-goog-api-key") != KEY
