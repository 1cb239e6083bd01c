"""The HTTP skin: paths, tokens, arguments in, JSON out, and whatever is to go wrong on the way."""

import asyncio
import contextlib
import json
from collections.abc import Callable

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from tests.fakes.telegram.args import Args, read
from tests.fakes.telegram.control import Control
from tests.fakes.telegram.core import Core
from tests.fakes.telegram.faults import AFTER, Fault
from tests.fakes.telegram.methods import METHODS
from tests.fakes.telegram.nouns import Json
from tests.fakes.telegram.polls import Gone, Polls
from tests.fakes.telegram.refusals import Refusal, flood

Line = tuple[str, int]


class App:
    """A core behind `/bot<token>/<method>` and `/file/bot<token>/<path>`."""

    def __init__(self, core: Core, *, poll_seconds: float, cut: Callable[[Line], None]) -> None:
        self._core, self._cut = core, cut
        self._polls = Polls(core, poll_seconds)

    def starlette(self) -> Starlette:
        """The application."""
        return Starlette(
            routes=[
                Route("/bot{token}/{method}", self._call, methods=["GET", "POST"]),
                Route("/file/bot{token}/{path:path}", self._file),
                *Control(self._core).routes(),
            ],
            exception_handlers={404: _nothing_there},
        )

    async def _call(self, request: Request) -> Response:
        core, method = self._core, request.path_params["method"].lower()
        if core.unreachable:
            return _Hangup(self._cut)
        try:
            self._check_token(request.path_params["token"])
            if method != "getupdates" and method not in METHODS:
                raise Refusal(404, "Not Found: method not found")
            args = await read(request, local=core.files.folder is not None)
            name = "getUpdates" if method == "getupdates" else METHODS[method].name
            core.stats.calls[name] += 1
            return await self._meet(core.faults.draw(name), name, args, request)
        except Gone:
            return _Hangup(self._cut)
        except Refusal as refusal:
            core.stats.refused[refusal.words.partition(":")[2].strip() or refusal.words] += 1
            return _refused(refusal)

    def _check_token(self, token: str) -> None:
        number, colon, secret = token.partition(":")
        if not (number.isdigit() and colon and secret):
            raise Refusal(404, "Not Found")
        if token != self._core.token or self._core.logged_out:
            raise Refusal(401, "Unauthorized")

    async def _meet(self, fault: Fault | None, name: str, args: Args, request: Request) -> Response:
        """Carry the call out, with the trouble it meets."""
        if fault is None:
            return _ok(await self._carry_out(name, args, request))
        if fault.kind == "slow_before":
            await self._rest(fault.seconds)
        elif fault.kind not in AFTER:
            return self._instead(fault, args)
        try:
            answer = _ok(await self._carry_out(name, args, request))
        except Refusal as refusal:
            answer = _refused(refusal)
        if fault.kind in AFTER - {"slow_after"}:
            self._core.stats.unheard.append((self._core.clock(), args.whole("chat_id")))
        if fault.kind == "slow_after":
            await self._rest(fault.seconds)
        elif fault.kind == "drop_after":
            return _Hangup(self._cut)
        elif fault.kind == "error_after":
            return _refused(Refusal(500, "Internal Server Error"))
        elif fault.kind == "garbage":
            return Response("<not JSON at all", media_type="application/json")
        return answer

    def _instead(self, fault: Fault, args: Args) -> Response:
        """What is answered to a call that is not carried out."""
        if fault.kind == "flood":
            seconds = max(1, round(fault.seconds))
            if (chat := args.whole("chat_id")) is not None:
                self._core.gate.shut(chat, seconds)
                self._core.stats.shut.append((self._core.clock(), chat, seconds))
            return _refused(flood(seconds))
        if fault.kind == "error":
            return _refused(Refusal(500, "Internal Server Error"))
        if fault.kind == "conflict":
            words = "terminated by other getUpdates request; make sure that only one bot instance is running"
            return _refused(Refusal(409, f"Conflict: {words}"))
        if fault.kind == "proxy":
            return Response("<html><h1>502 Bad Gateway</h1></html>", 502, media_type="text/html")
        return _Hangup(self._cut)

    async def _carry_out(self, name: str, args: Args, request: Request) -> object:
        if name == "getUpdates":
            return await self._polls.get(args, request)
        run = METHODS[name.lower()].run
        try:
            if args.parts:  # looking at media takes a while
                return await asyncio.to_thread(run, self._core, args)
            return run(self._core, args)
        except Refusal as refusal:
            if refusal.code == 429:
                self._core.stats.too_soon.append((self._core.clock(), args.whole("chat_id"), name))
            raise

    async def _rest(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await self._core.news.until(lambda: self._core.closing, seconds)

    async def _file(self, request: Request) -> Response:
        core = self._core
        if core.unreachable:
            return _Hangup(self._cut)
        fault = core.faults.draw("file")
        if fault is not None and fault.kind == "slow_before":
            await self._rest(fault.seconds)
        elif fault is not None:
            return self._instead(fault, Args())
        if request.path_params["token"] != core.token:
            return _refused(Refusal(401, "Unauthorized"))
        content = core.files.download(request.path_params["path"])
        if content is None:
            return _refused(Refusal(404, "Not Found"))
        core.stats.downloads += 1
        return Response(content, media_type="application/octet-stream")


class _Hangup(Response):
    """No answer: the connection ends."""

    def __init__(self, cut: Callable[[Line], None]) -> None:
        super().__init__()
        self._cut = cut

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._cut(tuple(scope["client"]))
        while (await receive())["type"] != "http.disconnect":
            pass


def _ok(result: object) -> Response:
    return _json({"ok": True, "result": result}, 200)


def _refused(refusal: Refusal) -> Response:
    headers = {}
    if refusal.parameters and (seconds := refusal.parameters.get("retry_after")):
        headers["retry-after"] = str(seconds)
    return _json(refusal.body(), refusal.code, headers)


def _json(body: Json, status: int, headers: dict[str, str] | None = None) -> Response:
    return Response(json.dumps(body, ensure_ascii=False), status, headers, media_type="application/json")


async def _nothing_there(_: Request, __: Exception) -> Response:
    return _refused(Refusal(404, "Not Found"))
