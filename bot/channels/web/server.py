"""The web chat's door: an application with one page, what the page sends, and the events it listens to."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from urllib.parse import parse_qs

import structlog
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from bot.channels.web.answers import language, refusal
from bot.channels.web.board import Boards
from bot.channels.web.desk import Desk
from bot.channels.web.guard import Guard, Rules
from bot.channels.web.inbound import Inbound, lost
from bot.channels.web.media import Media
from bot.channels.web.page import PARTS, door, page, part
from bot.channels.web.visitors import VISITOR, address_of, admit, admitted, greet, same
from storage.errors import StorageError
from storage.model import Address

_PATIENCE = 15.0
"""Seconds of silence after which a listening tab is told that we are still here."""

_GUESS_SECONDS = 0.5
_DOOR_BYTES = 4_000


class Door:
    """The web chat, in front of a desk.

    Raises:
        BadInput: it would be open to others without a token.
    """

    def __init__(
        self, desk: Desk, rules: Rules, scratch: Path, clock: Callable[[], float] = time.time
    ) -> None:
        rules.check()
        self._rules = rules
        self._inbound = Inbound(desk, scratch, clock)
        self._boards = Boards(desk)
        self._media = Media(desk)

    def app(self) -> Starlette:
        """The application."""
        inbound = self._inbound
        routes = [
            Route("/", self._page),
            Route("/enter", self._enter, methods=["POST"]),
            *(Route(f"/{name}", part) for name in PARTS),
            Route("/chat/say", inbound.say, methods=["POST"]),
            Route("/chat/press", inbound.press, methods=["POST"]),
            Route("/chat/tap", inbound.tap, methods=["POST"]),
            Route("/chat/files", inbound.files, methods=["POST"]),
            Route("/chat/events", self._events),
            Route("/chat/file/{asset}", self._media),
        ]
        return Starlette(
            routes=routes,
            middleware=[Middleware(Guard, rules=self._rules)],
            exception_handlers={StorageError: _unable},
        )

    async def close(self) -> None:
        """Send the open tabs away; they come back by themselves when we do."""
        await self._boards.close()

    async def _page(self, request: Request) -> Response:
        shown, token = request.query_params.get("token"), self._rules.token
        if token and shown is not None:
            response: Response = RedirectResponse("/", status_code=303)
            if same(shown, token):
                admit(response, token, secure=self._secure(request))
            return response
        if not admitted(request, token):
            return door(request)
        response = page(request)
        greet(response, request.cookies.get(VISITOR), secure=self._secure(request))
        return response

    async def _enter(self, request: Request) -> Response:
        token, body = self._rules.token, b""
        async for chunk in request.stream():
            body += chunk[:_DOOR_BYTES]
            if len(body) > _DOOR_BYTES:
                break
        shown = parse_qs(body.decode("utf-8", "replace")).get("token", [""])[0]
        if token is None or not same(shown, token):
            await asyncio.sleep(_GUESS_SECONDS)
            return door(request, wrong=True)
        response = RedirectResponse("/", status_code=303)
        admit(response, token, secure=self._secure(request))
        return response

    async def _events(self, request: Request) -> Response:
        address = address_of(request)
        if address is None:
            return lost(request)
        told = self._told(request, address)
        return StreamingResponse(told, media_type="text/event-stream", headers={"x-accel-buffering": "no"})

    async def _told(self, request: Request, address: Address) -> AsyncIterator[str]:
        """The chat as it is, then every change of it."""
        yield "retry: 1500\n\n"
        async with self._boards.looking(address, language(request)) as board:
            seen = board.seen_by(request.headers.get("last-event-id", ""))
            while True:
                try:
                    if not await asyncio.wait_for(board.news(seen), _PATIENCE):
                        return
                except TimeoutError:
                    yield ": still here\n\n"
                    continue
                news, seen = board.since(seen), board.number
                if not board.shown and not board.typing:
                    await self._inbound.start(request, address)
                yield f"id: {board.name}.{seen}\ndata: {json.dumps(news, ensure_ascii=False)}\n\n"

    def _secure(self, request: Request) -> bool:
        public = self._rules.public_base_url or ""
        return request.url.scheme == "https" or public.startswith("https:")


async def _unable(request: Request, error: Exception) -> Response:
    key = getattr(error, "key", "storage.busy")
    structlog.get_logger().error("web.unable", reason=key)
    return refusal(request, "page.error.unable", status=503)
