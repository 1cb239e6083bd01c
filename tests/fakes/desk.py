"""What the fake text services share: counting, faults to come, and answers that get lost on the way."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from tests.fakes.mind import Mind

KEY = "sk-good"


class Desk:
    """`bills` are what was charged, `faults` what goes wrong with the next calls, one entry each."""

    def __init__(self) -> None:
        self.mind = Mind()
        self.bills: list[float] = []
        self.asked: list[dict[str, Any]] = []
        self.faults: deque[str] = deque()

    def fault(self) -> str:
        """What goes wrong with this call."""
        return self.faults.popleft() if self.faults else ""

    async def lost(self, request: Request, cost: float) -> Response:
        """Do the work, charge for it, and never answer: the client gives up first."""
        self.bills.append(cost)
        while (await request.receive())["type"] != "http.disconnect":
            pass
        return Response(status_code=499)


def says(status: int, body: object, wait: int | None = None) -> Response:
    """A JSON answer, with the seconds to wait where they are told."""
    return JSONResponse(body, status, {} if wait is None else {"Retry-After": str(wait)})


def kept_alive() -> Response:
    """Blank lines for ever."""

    async def lines() -> AsyncIterator[bytes]:
        while True:
            yield b"\n"
            await asyncio.sleep(0.02)

    return StreamingResponse(lines(), media_type="application/json")


def texts(messages: list[dict[str, Any]]) -> tuple[str, str, list[str]]:
    """The instructions, the words, and the pictures' addresses of a chat's messages."""
    system = " ".join(one["content"] for one in messages if one["role"] == "system")
    words, pictures = "", []
    for one in messages:
        if one["role"] != "user":
            continue
        parts = (
            one["content"] if isinstance(one["content"], list) else [{"type": "text", "text": one["content"]}]
        )
        words += "".join(part["text"] for part in parts if part["type"] == "text")
        pictures += [part["image_url"]["url"] for part in parts if part["type"] == "image_url"]
    return system, words, pictures


def closed(schema: object) -> bool:
    """Whether every object of a schema is closed and complete, and nothing is referred to."""
    if isinstance(schema, list):
        return all(closed(one) for one in schema)
    if not isinstance(schema, dict):
        return True
    if "$ref" in schema:
        return False
    if schema.get("type") == "object":
        whole = set(schema.get("required", ())) == set(schema.get("properties", {}))
        if not whole or schema.get("additionalProperties") is not False:
            return False
    return all(closed(one) for one in schema.values())
