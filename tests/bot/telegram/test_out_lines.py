"""Lines: short calls over kept connections, against a server that answers as it is told, byte by byte."""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import AsyncIterator

import pytest

from bot.channels.telegram.lines import ConnectError, Lines, ReadError, ReadTimeout

_OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
_CHUNKS = b"2;x=1\r\nok\r\n1\r\n!\r\n0\r\nA: b\r\n\r\n"


class Server:
    """Answers each call with the next of its answers; None hangs up, nothing stays silent."""

    def __init__(self, *answers: bytes | None) -> None:
        self.answers = list(answers)
        self.asked: list[bytes] = []
        self.was_asked = asyncio.Event()
        self.connections = 0
        self.port = 0
        self._writers: list[asyncio.StreamWriter] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection."""
        self.connections += 1
        self._writers.append(writer)
        with contextlib.suppress(EOFError, OSError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                size = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
                self.asked.append(head + await reader.readexactly(size))
                self.was_asked.set()
                answer = self.answers.pop(0)
                if answer is None:
                    break
                writer.write(answer)
                await writer.drain()
                if b"Connection: close" in answer:
                    break
        writer.close()

    def hang_up(self) -> None:
        """End every connection."""
        for writer in self._writers:
            writer.close()


@contextlib.asynccontextmanager
async def _served(*answers: bytes | None) -> AsyncIterator[tuple[Lines, Server]]:
    server = Server(*answers)
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    server.port = listening.sockets[0].getsockname()[1]
    lines = Lines(ssl.create_default_context(), most=4)
    try:
        yield lines, server
    finally:
        await lines.close()
        server.hang_up()
        listening.close()


async def _post(lines: Lines, port: int, seconds: float = 5.0) -> tuple[int, bytes]:
    url = f"http://127.0.0.1:{port}/bot1:a/sendMessage"
    return await lines.post(url, b"text=%F0", connect_seconds=5.0, read_seconds=seconds)


@pytest.mark.parametrize(
    ("answer", "status", "body"),
    [
        (_OK, 200, b"ok"),
        (b"HTTP/1.1 429 Too Many\r\ncontent-length:3\r\n\r\n{ }", 429, b"{ }"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + _CHUNKS, 200, b"ok!"),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + _OK, 200, b"ok"),
        (b"HTTP/1.1 502 Bad\r\nConnection: close\r\n\r\n<html>", 502, b"<html>"),
    ],
)
async def test_answers_of_every_shape(answer: bytes, status: int, body: bytes) -> None:
    """By length, in chunks, until the end, after a "go on": it arrives whole, and so does the next."""
    async with _served(answer, _OK) as (lines, server):
        assert await _post(lines, server.port) == (status, body)
        assert await _post(lines, server.port) == (200, b"ok")
        assert server.connections == (2 if b"close" in answer else 1)
        assert server.asked[0].startswith(b"POST /bot1:a/sendMessage HTTP/1.1\r\n")
        assert server.asked[0].endswith(b"\r\n\r\ntext=%F0")


async def test_calls_share_connections() -> None:
    """As many connections as calls at once, not as calls; and no more than there may be."""
    async with _served(*[_OK] * 40) as (lines, server):
        assert await asyncio.gather(*(_post(lines, server.port) for _ in range(40))) == [(200, b"ok")] * 40
        assert server.connections <= 4


async def test_a_connection_that_was_closed_meanwhile_is_not_used() -> None:
    """A server that hangs up on an idle line costs nobody a message."""
    async with _served(_OK, _OK) as (lines, server):
        await _post(lines, server.port)
        server.hang_up()
        await asyncio.sleep(0.05)
        assert await _post(lines, server.port) == (200, b"ok")
        assert server.connections == 2


@pytest.mark.parametrize(
    "answer", [None, b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n"]
)
async def test_a_line_that_breaks(answer: bytes | None) -> None:
    """Nobody knows whether it was done; the next call has a line of its own."""
    async with _served(answer, _OK) as (lines, server):
        with pytest.raises(ReadError):
            await _post(lines, server.port)
        assert await _post(lines, server.port) == (200, b"ok")
        assert server.connections == 2


async def test_no_answer_in_time() -> None:
    """A late answer to one call is never taken for the answer to the next."""
    async with _served(b"", _OK) as (lines, server):
        with pytest.raises(ReadTimeout):
            await _post(lines, server.port, 0.05)
        assert await _post(lines, server.port) == (200, b"ok")
        assert server.connections == 2


async def test_nobody_there() -> None:
    """Without a connection nothing was sent, and that is known."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    lines = Lines(ssl.create_default_context(), most=1)
    with pytest.raises(ConnectError):
        await _post(lines, port)
    await lines.close()


async def test_a_call_that_is_stopped_leaves_no_line_behind() -> None:
    """Whoever stops waiting does not leave a half-read answer for the next one."""
    async with _served(b"", _OK) as (lines, server):
        call = asyncio.create_task(_post(lines, server.port))
        await server.was_asked.wait()
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        assert await _post(lines, server.port) == (200, b"ok")
        assert server.connections == 2
