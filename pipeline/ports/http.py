"""The way to hosted vendors: one client, one pool of connections, errors that say whether anything was sent.

A call that may cost is `paid`: once it may have left this machine, no answer is `Unsure`, and nobody repeats
it. A free one (a poll, a look-up, a download) without an answer is `Busy` and may be asked again. What a
status or a body means is the vendor's business. Addresses may be signed: none is logged or put in an error.
"""

import asyncio
import contextlib
import json as plain
import logging
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any, NoReturn, Self
from urllib.parse import urlsplit

import httpx

from pipeline.ports.errors import Busy, Failed, Surprise, Unsure
from storage.model import Noun

Files = Mapping[str, tuple[str, bytes, str]]
"""Parts of a form: a file's name, bytes and media type by the part's name."""

_AT_ONCE = 200
_CONNECT_SECONDS = 10.0
_MOST_TEXT = 64_000_000  # bytes of an answer; pictures come as base64 in some
_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)
for _name in ("httpx", "httpcore"):  # they would write whole addresses
    logging.getLogger(_name).setLevel(logging.WARNING)


class Reply(Noun):
    """What came back: the status, the headers in lower case, the body whole."""

    host: str
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def fine(self) -> bool:
        """True for 2xx."""
        return 200 <= self.status < 300

    def read(self) -> Any:  # noqa: ANN401  a vendor's JSON becomes a model in the vendor
        """The body as JSON.

        Raises:
            Surprise: it is none.
        """
        try:
            return plain.loads(self.body)
        except ValueError as error:
            fields = {"host": self.host, "status": str(self.status)}
            raise Surprise("http.not_json", fields, self.body[:200].decode("utf-8", "replace")) from error


class Http:
    """One per process."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    @classmethod
    @contextlib.asynccontextmanager
    async def opened(cls, *, trust_env: bool = True) -> AsyncIterator[Self]:
        """Open the pool for as long as the block lasts; `trust_env` honours proxies and private CAs."""
        limits = httpx.Limits(max_connections=_AT_ONCE, max_keepalive_connections=40)
        usual = httpx.Timeout(60.0, connect=_CONNECT_SECONDS)  # each call sets its own
        async with httpx.AsyncClient(limits=limits, timeout=usual, trust_env=trust_env) as client:
            yield cls(client)

    async def send(
        self,
        method: str,
        url: str,
        *,
        paid: bool = False,
        seconds: float = 60.0,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        json: object = None,
        content: bytes | None = None,
        form: Mapping[str, str] | None = None,
        files: Files | None = None,
    ) -> Reply:
        """Ask once and return whatever was answered.

        Args:
            seconds: for the whole call, however slowly the bytes come.

        Raises:
            Busy: surely not sent, or not answered and free.
            Unsure: paid, and perhaps sent.
            Surprise: the answer is larger than any answer should be.
        """
        request = self._client.build_request(
            method, url, headers=headers, params=params, json=json, content=content, data=form, files=files
        )
        async with self._answered(request, paid=paid, seconds=seconds) as response:
            body = bytearray()
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > _MOST_TEXT:
                    raise Surprise("http.too_large", {"host": _host(url)})
            return _reply(response, bytes(body))

    @contextlib.asynccontextmanager
    async def lines(
        self,
        method: str,
        url: str,
        *,
        paid: bool = False,
        seconds: float = 300.0,
        headers: Mapping[str, str] | None = None,
        json: object = None,
    ) -> AsyncIterator[tuple[Reply, AsyncIterator[str]]]:
        """Lend the answer's lines as they come; where the status is no 2xx the reply has its body and there
        are no lines. Errors are those of `send`, also while lines are read inside the block."""
        request = self._client.build_request(method, url, headers=headers, json=json)
        async with self._answered(request, paid=paid, seconds=seconds) as response:
            if response.is_success:
                yield _reply(response, b""), response.aiter_lines()
            else:
                yield _reply(response, await response.aread()), _none()

    async def fetch(
        self,
        url: str,
        out: Path,
        *,
        most: int,
        seconds: float = 300.0,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """Write what lies at an address into a file, as a stream; the reply's body is empty when it is fine.

        Raises:
            Busy: not answered, cut off half-way, 429 or 5xx; may be asked again.
            Failed: it is larger than `most` bytes.
        """
        request = self._client.build_request("GET", url, headers=headers)
        async with self._answered(request, paid=False, seconds=seconds, follow=True) as response:
            if response.status_code == httpx.codes.TOO_MANY_REQUESTS or response.is_server_error:
                raise Busy("http.busy", {"host": _host(url), "status": str(response.status_code)})
            if not response.is_success:
                return _reply(response, (await response.aread())[:2000])
            size = 0
            with out.open("wb") as file:
                async for chunk in response.aiter_bytes():
                    size += len(chunk)
                    if size > most:
                        raise Failed("http.too_large", {"host": _host(url)})
                    file.write(chunk)  # small pieces into the page cache: quicker than a thread each
            return _reply(response, b"")

    @contextlib.asynccontextmanager
    async def _answered(
        self, request: httpx.Request, *, paid: bool, seconds: float, follow: bool = False
    ) -> AsyncIterator[httpx.Response]:
        """Send, and see to the errors of the whole block."""
        request.extensions["timeout"] = {
            "connect": min(_CONNECT_SECONDS, seconds), "pool": seconds, "read": seconds, "write": seconds,
        }  # fmt: skip
        host = request.url.host
        try:
            async with asyncio.timeout(seconds):
                response = await self._client.send(request, stream=True, follow_redirects=follow)
                try:
                    yield response
                finally:
                    await response.aclose()
        except _NEVER_SENT as error:
            raise Busy("http.unreachable", {"host": host}, type(error).__name__) from error
        except (httpx.HTTPError, httpx.StreamError, TimeoutError) as error:
            _unanswered(host, error, paid=paid)


def _unanswered(host: str, error: Exception, *, paid: bool) -> NoReturn:
    if paid:
        raise Unsure("http.no_answer", {"host": host}, type(error).__name__) from error
    raise Busy("http.no_answer", {"host": host}, type(error).__name__) from error


def _reply(response: httpx.Response, body: bytes) -> Reply:
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Reply(host=response.url.host, status=response.status_code, headers=headers, body=body)


def _host(url: str) -> str:
    return urlsplit(url).hostname or ""


async def _none() -> AsyncIterator[str]:
    """No lines."""
    for line in list[str]():
        yield line
