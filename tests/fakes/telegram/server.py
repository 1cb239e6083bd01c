"""The server's thread: uvicorn on a loopback port, lines that can be cut, the webhook's deliveries."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Callable, Iterator

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from tests.fakes.telegram.app import App
from tests.fakes.telegram.core import Core
from tests.fakes.telegram.hooks import Hooks

Line = tuple[str, int]


class Server:
    """Serves a core over HTTP."""

    def __init__(
        self,
        core: Core,
        *,
        port: int = 0,
        poll_seconds: float = 50.0,
        backoff: Callable[[int], float] | None = None,
    ) -> None:
        self._core = core
        self._socket = socket.create_server(("127.0.0.1", port), backlog=256)
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._lines: dict[Line, asyncio.Transport] = {}
        app = App(core, poll_seconds=poll_seconds, cut=self._cut)
        config = uvicorn.Config(
            app.starlette(), http=_lines_of(core, self._lines), ws="none", log_config=None, access_log=False,
            lifespan="off", timeout_keep_alive=75, timeout_graceful_shutdown=2,
        )  # fmt: skip
        self._uvicorn = _Quiet(config)
        self._hooks = Hooks(core, backoff)
        self._thread = threading.Thread(target=self._run, name="fake-telegram", daemon=True)
        self._trouble: BaseException | None = None

    def start(self) -> None:
        """Listen; the port is open before this returns."""
        self._thread.start()

    def stop(self) -> None:
        """End what waits, then the thread."""
        self._core.closing = True
        self._core.news.tell()
        self._uvicorn.should_exit = True
        self._thread.join(20)
        if self._trouble is not None:
            raise RuntimeError("the stand-in failed") from self._trouble

    def wait(self) -> None:
        """Until it is stopped from elsewhere."""
        self._thread.join()

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:  # noqa: BLE001 - told to whoever stops it
            self._trouble = error

    async def _serve(self) -> None:
        hooks = asyncio.create_task(self._hooks.run())
        try:
            await self._uvicorn.serve(sockets=[self._socket])
        finally:
            hooks.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await hooks

    def _cut(self, line: Line) -> None:
        if transport := self._lines.get(line):
            transport.abort()


class _Quiet(uvicorn.Server):
    """A server in a thread, which cannot listen to signals."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _lines_of(core: Core, lines: dict[Line, asyncio.Transport]) -> type[H11Protocol]:
    class Counted(H11Protocol):
        """A connection that is counted and can be cut."""

        line: Line | None = None

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
            if core.unreachable:
                transport.abort()
                return
            # asyncio leaves Nagle's algorithm on for sockets of `create_server`: 40 ms an answer.
            transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            super().connection_made(transport)
            core.stats.connections += 1
            self.line = tuple(transport.get_extra_info("peername")[:2])
            lines[self.line] = transport

        def connection_lost(self, exc: Exception | None) -> None:
            if self.line is not None:
                lines.pop(self.line, None)
                super().connection_lost(exc)

    return Counted
