"""A plain HTTP client with lines kept open: a real one, forty posts at once, is most of the work."""

import asyncio
import contextlib
from dataclasses import dataclass
from urllib.parse import urlsplit

_SECONDS = 60.0


@dataclass(frozen=True)
class Answer:
    """What came back; headers by their small names."""

    status: int
    headers: dict[str, str]


_Line = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Poster:
    """Posts JSON and reads the status; bodies that come back are thrown away."""

    def __init__(self) -> None:
        self._free: dict[str, list[_Line]] = {}

    async def post(self, url: str, body: bytes, headers: dict[str, str]) -> Answer:
        """Post once; a line that was closed while it rested is replaced.

        Raises:
            OSError: nobody there, or the line broke.
            TimeoutError: no answer for a minute.
        """
        async with asyncio.timeout(_SECONDS):
            while lines := self._free.get(_place(url)):
                line = lines.pop()
                if not line[0].at_eof() and not line[1].is_closing():
                    return await self._ask(line, url, body, headers)
                line[1].close()
            return await self._ask(await _connect(url), url, body, headers)

    async def close(self) -> None:
        """Close what rests."""
        for line in [line for lines in self._free.values() for line in lines]:
            line[1].close()
            with contextlib.suppress(OSError):
                await line[1].wait_closed()

    async def _ask(self, line: _Line, url: str, body: bytes, headers: dict[str, str]) -> Answer:
        reader, writer = line
        try:
            writer.write(_request(url, body, headers))
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            answer = Answer(int(head[0].split()[1]), _headers(head[1:]))
            length = answer.headers.get("content-length")
            await reader.readexactly(int(length or 0))
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError, IndexError) as error:
            writer.close()
            raise ConnectionError(type(error).__name__) from error
        except BaseException:
            writer.close()
            raise
        if length is None or answer.headers.get("connection", "").lower() == "close":
            writer.close()
        else:
            self._free.setdefault(_place(url), []).append(line)
        return answer


async def _connect(url: str) -> _Line:
    parts = urlsplit(url)
    secure = parts.scheme == "https"
    return await asyncio.open_connection(
        parts.hostname, parts.port or (443 if secure else 80), ssl=secure or None
    )


def _place(url: str) -> str:
    return "//".join(urlsplit(url)[:2])


def _request(url: str, body: bytes, headers: dict[str, str]) -> bytes:
    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    lines = [f"POST {target} HTTP/1.1", f"Host: {parts.netloc}", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + body


def _headers(lines: list[str]) -> dict[str, str]:
    split = (line.partition(":") for line in lines if line)
    return {name.strip().lower(): value.strip() for name, _, value in split}
