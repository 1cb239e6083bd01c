"""The one server of the process: it owns the port, says how things stand, and opens what doors there are.

Doors come and go while it serves: the page only where the work is done, a webhook once its bot is known.
"""

import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Callable, Iterator
from typing import Literal

import uvicorn
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.channels.web.guard import loopback
from bot.channels.web.visitors import admitted
from bot.metrics import TYPE
from pipeline.ports.errors import BadInput
from storage.errors import StorageError
from storage.model import Noun

_STOP_SECONDS = 3
_START_SECONDS = 20


class Health(Noun):
    """Whether we are of use; `why` are the text keys of what is wrong, `does` what this process does."""

    ready: bool
    does: Literal["start", "work", "stand_by"]
    why: tuple[str, ...] = ()


class Served:
    """What answers on the port; `page` gets every request that is for nobody else.

    Args:
        metrics: what `/metrics` shows, on this machine and to who has the `token`.
    """

    def __init__(
        self,
        health: Callable[[], Awaitable[Health]],
        metrics: Callable[[], Awaitable[bytes]],
        token: str | None = None,
    ) -> None:
        self._health, self._metrics, self._token = health, metrics, token
        told = [Route("/health", self._say_health), Route("/metrics", self._say_metrics)]
        self._router = Router(told, default=self._rest, redirect_slashes=False)
        self.page: ASGIApp | None = None
        self._shown = asyncio.Event()

    @contextlib.contextmanager
    def opening(self, door: BaseRoute) -> Iterator[None]:
        """Open one more door while the block lasts."""
        self._router.routes.append(door)
        try:
            yield
        finally:
            self._router.routes.remove(door)

    @contextlib.contextmanager
    def showing(self, page: ASGIApp) -> Iterator[None]:
        """Show a page while the block lasts."""
        self.page = page
        self._shown.set()
        try:
            yield
        finally:
            self.page = None
            self._shown.clear()

    async def serve(self, listening: socket.socket) -> None:
        """Serve until cancelled."""
        config = uvicorn.Config(
            self._router,
            log_config=None,
            access_log=False,
            lifespan="off",
            server_header=False,
            timeout_graceful_shutdown=_STOP_SECONDS,
        )
        server = _Server(config)
        running = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            await asyncio.shield(running)
        finally:
            server.should_exit = True
            await running

    async def _say_health(self, _: Request) -> Response:
        health = await self._health()
        return JSONResponse(health.model_dump(mode="json"), 200 if health.ready else 503)

    async def _say_metrics(self, request: Request) -> Response:
        if not self._may_count(request):
            return Response(status_code=403)
        try:
            return Response(await self._metrics(), media_type=TYPE)
        except StorageError:
            return Response(status_code=503)

    def _may_count(self, request: Request) -> bool:
        """Whether it comes from this machine, not through a server in front of us, or shows the token."""
        if self._token is not None and admitted(request, self._token):
            return True
        here = request.client is not None and loopback(request.client.host)
        return here and loopback(request.url.hostname or "") and "forwarded" not in request.headers

    async def _rest(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.page is None and (await self._health()).does == "start":
            with contextlib.suppress(TimeoutError):  # whoever is early waits a moment, as an open tab does
                await asyncio.wait_for(self._shown.wait(), _START_SECONDS)
        answer = self.page or Response(status_code=404)
        await answer(scope, receive, send)


def listen(host: str, port: int) -> socket.socket:
    """Take the port, so that what is wrong with it is known before anything starts.

    Raises:
        BadInput: somebody else has it, or there is no such address here.
    """
    try:
        kind = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listening = socket.create_server(kind[4][:2], family=kind[0], backlog=256)
    except OSError as error:
        raise BadInput("web.port_taken", {"host": host, "port": str(port)}, str(error)) from error
    # What is accepted here inherits it; asyncio, which usually sees to it, passes such sockets over.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


class _Server(uvicorn.Server):
    """A server whose process listens to signals by itself."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
