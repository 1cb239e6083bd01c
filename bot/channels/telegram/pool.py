"""The pool of connections everything goes through: calls, uploads, long polls and downloads.

The library's own pool reads every file whole into memory; this one also writes one straight to the disk, and
makes short calls over lines of its own where no proxy stands in between.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import getproxies

import httpx
from telegram.error import NetworkError, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData

from bot.channels.telegram.lines import ConnectError, Lines, ReadError, ReadTimeout

CONNECTIONS = 16
"""Connections at most: more at once cost many times the work per call."""

READ_SECONDS = 60.0
"""A large film is answered long after its last byte; a shorter wait would take it for lost."""

UPLOAD_SECONDS = 120.0
_POOL_SECONDS = 60.0
_CONNECT_SECONDS = 10.0
_BLOCK = 1 << 16


class Pool(BaseRequest):
    """What the library calls a request, with a pool of `connections`.

    Args:
        trust_env: whether proxies and certificates may be set in the environment, the usual way.
    """

    def __init__(self, *, connections: int = CONNECTIONS, trust_env: bool = True) -> None:
        self._limits = httpx.Limits(max_connections=connections, max_keepalive_connections=connections)
        self._trust_env = trust_env
        self._client = self._new()
        self._lines = Lines(httpx.create_ssl_context(trust_env=trust_env), most=connections)
        self._direct = not (trust_env and getproxies())

    def _new(self) -> httpx.AsyncClient:
        timeout = httpx.Timeout(READ_SECONDS, connect=_CONNECT_SECONDS, pool=_POOL_SECONDS)
        return httpx.AsyncClient(timeout=timeout, limits=self._limits, trust_env=self._trust_env)

    @property
    def read_timeout(self) -> float:
        """Seconds to wait for an answer when a call says nothing else."""
        return READ_SECONDS

    async def initialize(self) -> None:
        """Open it again if it was closed."""
        if self._client.is_closed:
            self._client = self._new()

    async def shutdown(self) -> None:
        """Close every connection."""
        await self._lines.close()
        await self._client.aclose()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: object = None,
        write_timeout: object = None,
        connect_timeout: object = None,
        pool_timeout: object = None,
    ) -> tuple[int, bytes]:
        """Call the server; what goes wrong on the way is one of the library's errors, with its cause."""
        files = request_data.multipart_data if request_data else None
        if self._direct and not files and method == "POST":
            return await self._short(url, request_data, connect_timeout, read_timeout)
        timeout = httpx.Timeout(
            connect=_seconds(connect_timeout, _CONNECT_SECONDS),
            read=_seconds(read_timeout, READ_SECONDS),
            write=_seconds(write_timeout, UPLOAD_SECONDS if files else READ_SECONDS),
            pool=_seconds(pool_timeout, _POOL_SECONDS),
        )
        try:
            answer = await self._client.request(
                method,
                url,
                timeout=timeout,
                files=files,
                data=request_data.json_parameters if request_data else None,
            )
        except httpx.HTTPError as error:
            raise _said(error) from error
        return answer.status_code, answer.content

    async def _short(
        self, url: str, request_data: RequestData | None, connect_timeout: object, read_timeout: object
    ) -> tuple[int, bytes]:
        form = urlencode(request_data.json_parameters) if request_data else ""
        try:
            return await self._lines.post(
                url,
                form.encode(),
                connect_seconds=_seconds(connect_timeout, _CONNECT_SECONDS) or _CONNECT_SECONDS,
                read_seconds=_seconds(read_timeout, READ_SECONDS) or READ_SECONDS,
            )
        except ReadTimeout as error:
            raise TimedOut(type(error).__name__) from error
        except (ConnectError, ReadError) as error:
            raise NetworkError(type(error).__name__) from error

    @asynccontextmanager
    async def opened(self, url: str) -> AsyncIterator[AsyncIterator[bytes]]:
        """Lend the blocks of a file while they arrive.

        Raises:
            NetworkError: it is not there, or the connection broke.
        """
        try:
            async with self._client.stream("GET", url) as answer:
                if answer.status_code != httpx.codes.OK:
                    raise NetworkError(f"status {answer.status_code}")
                yield answer.aiter_bytes(_BLOCK)
        except httpx.HTTPError as error:
            raise _said(error) from error

    async def download(self, url: str, path: Path, most: int) -> int:
        """Write a file to the disk as it arrives, and return how many bytes it has.

        Raises:
            Overlong: it has more than `most`.
            NetworkError: as in `opened`.
        """
        size = 0
        with path.open("wb") as file:  # blocks of 64 kB, into the disk's cache
            async with self.opened(url) as blocks:
                async for block in blocks:
                    size += len(block)
                    if size > most:
                        raise Overlong(str(most))
                    file.write(block)
        return size


class Overlong(TelegramError):
    """A file that is larger than its sender or the server said."""


def _said(error: httpx.HTTPError) -> TelegramError:
    """An error in the library's classes. The client's own words stay out of it: they may hold the address."""
    name = f"httpx.{type(error).__name__}"
    return TimedOut(name) if isinstance(error, httpx.TimeoutException) else NetworkError(name)


def _seconds(given: object, otherwise: float) -> float | None:
    """The library hands over a number, None for no limit, or a mark of its own for "not said"."""
    if isinstance(given, int | float):
        return float(given)
    return None if given is None else otherwise
