"""Answers in words: one sentence in the language the page asked in."""

import asyncio
import contextlib
from collections.abc import Mapping

from starlette.requests import ClientDisconnect, HTTPConnection, Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from bot.texts import say
from storage.model import Lang

LANGUAGES: tuple[Lang, ...] = ("zh", "en")

_DRAIN_SECONDS = 2.0


def language(connection: HTTPConnection) -> Lang:
    """The language of whoever asks: as the page says, else the first of the browser's that we speak."""
    chosen = connection.headers.get("x-lang") or connection.query_params.get("lang", "")
    for word in (chosen, *connection.headers.get("accept-language", "").split(",")):
        for lang in LANGUAGES:
            if word.strip().lower().startswith(lang):
                return lang
    return "en"


def refusal(
    connection: HTTPConnection, key: str, fields: Mapping[str, str] | None = None, *, status: int = 400
) -> JSONResponse:
    """One clear sentence about why not."""
    words = say(key, language(connection), fields)
    return JSONResponse({"key": key, "words": words}, status_code=status)


class Early(Response):
    """An answer given while the other side is still sending: said, then the connection is closed.

    What is still on its way is thrown away for a moment, or closing would take the answer away as well.
    """

    def __init__(self, request: Request, answer: Response) -> None:
        super().__init__(answer.body, answer.status_code, media_type=answer.media_type)
        self.headers["connection"] = "close"
        self._request = request

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": self.body, "more_body": True})
        with contextlib.suppress(TimeoutError, ClientDisconnect, RuntimeError):
            async with asyncio.timeout(_DRAIN_SECONDS):
                async for _ in self._request.stream():
                    pass
        await send({"type": "http.response.body", "body": b"", "more_body": False})
