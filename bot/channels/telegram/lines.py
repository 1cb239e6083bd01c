"""Lines: short calls over connections that are kept open, with next to nothing around them.

A call of a few hundred bytes costs the general HTTP client about ten times what it costs here, and there is
one for every message that is said. Files, proxies and anything unusual are left to it.

Source: RFC 9112 (HTTP/1.1): status line and fields, a body by length, in chunks or until the end.
"""

import asyncio
import contextlib
import ssl
from typing import NamedTuple
from urllib.parse import urlsplit

_KEPT_SECONDS = 5.0
_HEAD_BYTES = 1 << 16
_FORM = "application/x-www-form-urlencoded"


class ConnectError(Exception):
    """Nothing has left: there is no connection."""


class ReadTimeout(Exception):
    """It left, and no answer came in time."""


class ReadError(Exception):
    """It left, and the connection broke, or what came was no answer."""


class _Line(NamedTuple):
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    since: float


class _Head(NamedTuple):
    status: int
    fields: dict[str, str]


class Lines:
    """Connections to whatever servers are called; each is used by one call at a time.

    Args:
        tls: how certificates are checked.
        most: calls at once; more wait.
    """

    def __init__(self, tls: ssl.SSLContext, *, most: int) -> None:
        self._tls = tls
        self._seats = asyncio.Semaphore(most)
        self._idle: dict[tuple[str, str], list[_Line]] = {}

    async def post(
        self, url: str, body: bytes, *, connect_seconds: float, read_seconds: float
    ) -> tuple[int, bytes]:
        """Return the status and the body of the answer to a form.

        Raises:
            ConnectError: surely not sent. ReadTimeout, ReadError: nobody knows.
        """
        parts = urlsplit(url)
        where = parts.scheme, parts.netloc
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        asked = (
            f"POST {path} HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Type: {_FORM}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        ).encode("ascii")
        async with self._seats:
            line = self._waiting(where) or await self._opened(url, connect_seconds)
            head = None
            try:
                async with asyncio.timeout(read_seconds):
                    line.writer.write(asked + body)
                    await line.writer.drain()
                    head, answer = await _answer(line.reader)
            except TimeoutError as error:
                raise ReadTimeout from error
            except (OSError, EOFError, ValueError, IndexError, asyncio.LimitOverrunError) as error:
                raise ReadError(type(error).__name__) from error
            finally:
                self._keep(where, line, head)
        return head.status, answer

    async def close(self) -> None:
        """Close every connection that is kept."""
        lines = [line for kept in self._idle.values() for line in kept]
        self._idle.clear()
        for line in lines:
            line.writer.close()
        for line in lines:
            with contextlib.suppress(OSError, TimeoutError):
                async with asyncio.timeout(1.0):
                    await line.writer.wait_closed()

    def _waiting(self, where: tuple[str, str]) -> _Line | None:
        """A connection that is open and has not been idle for so long that the server may be closing it."""
        kept = self._idle.get(where, [])
        while kept:
            line = kept.pop()
            fresh = asyncio.get_running_loop().time() - line.since < _KEPT_SECONDS
            if fresh and not line.reader.at_eof() and not line.writer.is_closing():
                return line
            line.writer.close()
        return None

    def _keep(self, where: tuple[str, str], line: _Line, head: _Head | None) -> None:
        """Keep a connection for the next call, unless it broke or the server does not want to."""
        if head is None or head.fields.get("connection", "").lower() == "close" or line.reader.at_eof():
            line.writer.close()
        else:
            now = asyncio.get_running_loop().time()
            self._idle.setdefault(where, []).append(line._replace(since=now))

    async def _opened(self, url: str, seconds: float) -> _Line:
        parts = urlsplit(url)
        secure = parts.scheme == "https"
        try:
            async with asyncio.timeout(seconds):
                reader, writer = await asyncio.open_connection(
                    parts.hostname,
                    parts.port or (443 if secure else 80),
                    ssl=self._tls if secure else None,
                    limit=_HEAD_BYTES,
                )
        except (OSError, TimeoutError, ValueError) as error:
            raise ConnectError(type(error).__name__) from error
        return _Line(reader, writer, 0.0)


async def _answer(reader: asyncio.StreamReader) -> tuple[_Head, bytes]:
    """Read one answer; those that only say that it goes on are passed over."""
    while True:
        status, *rows = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        fields = {
            name.strip().lower(): value.strip() for name, _, value in (row.partition(":") for row in rows)
        }
        head = _Head(int(status.split(" ", 2)[1]), fields)
        if head.status >= 200:
            return head, await _body(reader, fields)


async def _body(reader: asyncio.StreamReader, fields: dict[str, str]) -> bytes:
    if fields.get("transfer-encoding", "").lower() == "chunked":
        blocks = []
        while size := int((await reader.readuntil(b"\r\n")).split(b";")[0], 16):
            blocks.append(await reader.readexactly(size))
            await reader.readexactly(2)
        while await reader.readuntil(b"\r\n") != b"\r\n":
            pass
        return b"".join(blocks)
    if "content-length" in fields:
        return await reader.readexactly(int(fields["content-length"]))
    return await reader.read()
