"""Ark's chat completions on loopback: key first, then the model, then the request, then moderation."""

from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.fakes.desk import KEY, Desk, closed, says, texts
from tests.fakes.mind import is_jpeg

MODELS = {
    "doubao-seed-2-1-turbo-260628": True,
    "doubao-seed-2-1-pro-260915": False,
}  # and whether schemas are taken
_PRICES = {"doubao-seed-2-1-turbo-260628": (0.43125, 2.15625)}  # dollars a million tokens
_DEAR = (0.8625, 4.3125)
KINDS = {
    400: "BadRequest",
    401: "Unauthorized",
    403: "Forbidden",
    404: "NotFound",
    429: "TooManyRequests",
    500: "InternalServerError",
}


class Ark(Desk):
    """`app` is served; a fault is `status code`, or one of: lost, odd, filtered, length."""

    def __init__(self) -> None:
        super().__init__()
        self.app = Starlette(routes=[Route("/api/v3/chat/completions", self.chat, methods=["POST"])])

    async def chat(self, request: Request) -> Response:
        """Answer."""
        whole: dict[str, Any] = await request.json()
        body = {
            name: value for name, value in whole.items() if value is not None
        }  # its own client sends nulls
        self.asked.append(body)
        if request.headers.get("authorization") != f"Bearer {KEY}":
            return wrong(401, "AuthenticationError")
        if body.get("model") not in MODELS:
            return wrong(404, "InvalidEndpointOrModel.NotFound")
        if complaint := _complaint(body):
            return wrong(400, complaint)
        fault = self.fault()
        if fault == "lost":
            return await self.lost(request, 0.01)
        if fault == "odd":
            self.bills.append(0.01)
            return says(200, {"result": {"text": "something somebody wrote"}, "id": "x"})
        if fault and fault[0].isdigit():
            status, _, code = fault.partition(" ")
            return wrong(int(status), code)
        return self._answer(body, fault)

    def _answer(self, body: dict[str, Any], fault: str) -> Response:
        system, words, pictures = texts(body["messages"])
        text = self.mind.answer(system, words, len(pictures))
        thinks = body.get("thinking", {}).get("type", "enabled") != "disabled"
        end = {"filtered": "content_filter", "length": "length"}.get(fault, "stop")
        message = {
            "role": "assistant",
            "content": "" if end == "content_filter" else text[: 40 if end == "length" else None],
        }
        message["reasoning_content"] = "let me think " * 50 if thinks else ""
        used = {
            "prompt_tokens": 1000,
            "completion_tokens": 500 + 900 * thinks,
            "total_tokens": 1500 + 900 * thinks,
            "prompt_tokens_details": {"cached_tokens": 0},
            "completion_tokens_details": {"reasoning_tokens": 900 * thinks},
        }
        asks, answers = _PRICES.get(body["model"], _DEAR)
        self.bills.append((1000 * asks + (500 + 900 * thinks) * answers) / 1_000_000)
        return says(
            200,
            {
                "id": "0217",
                "object": "chat.completion",
                "created": 1763700000,
                "model": body["model"],
                "service_tier": "default",
                "usage": used,
                "choices": [{"index": 0, "finish_reason": end, "logprobs": None, "message": message}],
            },
        )


def wrong(status: int, code: str) -> Response:
    """An error as Ark writes it; its message repeats what was sent, as some do."""
    inner = {
        "code": code,
        "message": f"{code}: 长大后要不要养妈妈. Request id: 0217",
        "param": "",
        "type": KINDS[status],
    }
    return says(status, {"error": inner})


def _complaint(body: dict[str, Any]) -> str:
    if not body.get("messages"):
        return "MissingParameter.messages"
    if "max_tokens" in body and "max_completion_tokens" in body:
        return "InvalidParameter"
    thinking = body.get("thinking", {}).get("type", "enabled")
    if thinking not in {"enabled", "disabled"}:
        return "InvalidParameter.thinking"
    if thinking == "disabled" and body.get("reasoning_effort", "minimal") != "minimal":
        return "InvalidParameter.reasoning_effort"
    asked = body.get("response_format", {"type": "text"})
    if asked["type"] == "json_schema":
        if not MODELS[body["model"]]:
            return "InvalidParameter.UnsupportedParameter"
        if not closed(asked["json_schema"]["schema"]):
            return "InvalidParameter.response_format"
    return "" if all(map(is_jpeg, texts(body["messages"])[2])) else "InvalidImageURL.InvalidFormat"
