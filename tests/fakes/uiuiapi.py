"""An aggregator on loopback that speaks chat completions, as gateways of its kind do; also a local server
without keys. It knows no `response_format`, says an empty balance in several ways and wraps JSON in
fences."""

from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.fakes.desk import KEY, Desk, says, texts

MODELS = ("gemini-3-flash-preview", "qwen3")
ERRORS = {
    "broke 403": (403, "用户额度不足"),
    "broke 429": (429, "insufficient_quota: balance is empty"),
    "limit": (429, "too many requests"),
    "moderated": (400, "upstream: flagged by content policy"),
    "sensitive": (400, "包含敏感词"),
    "no channel": (503, "当前分组无可用渠道"),
    "unknown": (404, "The model `x` does not exist"),
    "gateway": (524, "timeout"),
}


class UiUiApi(Desk):
    """A fault is a name in ERRORS, or lost. `keyless`: it asks for no key."""

    def __init__(self, *, keyless: bool = False) -> None:
        super().__init__()
        self._keyless = keyless
        self.app = Starlette(
            routes=[
                Route("/v1/chat/completions", self.chat, methods=["POST"]),
                Route("/v1/models", self.models),
            ]
        )

    async def models(self, request: Request) -> Response:
        """What there is."""
        if self._stranger(request):
            return _wrong(401, "无效的令牌")
        return says(200, {"object": "list", "data": [{"id": name} for name in MODELS]})

    async def chat(self, request: Request) -> Response:
        """Answer."""
        body: dict[str, Any] = await request.json()
        self.asked.append(body)
        if self._stranger(request):
            return _wrong(401, "无效的令牌")
        fault = self.fault()
        if fault in ERRORS:
            return _wrong(*ERRORS[fault])
        if fault == "lost":
            return await self.lost(request, 0.01)
        system, words, pictures = texts(body["messages"])
        text = self.mind.answer(system, words, len(pictures))
        self.bills.append(0.01)
        return says(
            200,
            {
                "id": "chatcmpl-x",
                "object": "chat.completion",
                "created": 1763700000,
                "model": body["model"],
                "choices": [
                    {
                        "index": 0,
                        "finish_reason": "stop",
                        "message": {"role": "assistant", "content": f"```json\n{text}\n```"},
                    }
                ],
                "usage": {"prompt_tokens": 20, "completion_tokens": 60, "total_tokens": 80},
            },
        )

    def _stranger(self, request: Request) -> bool:
        return not self._keyless and request.headers.get("authorization") != f"Bearer {KEY}"


def _wrong(status: int, message: str) -> Response:
    return says(status, {"error": {"message": message, "type": "new_api_error", "code": ""}})
