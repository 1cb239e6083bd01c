"""The webhook: what Telegram brings is written down and only then acknowledged.

Whatever is acknowledged badly is brought again, and nothing else of that chat meanwhile: so everything that
can be written down is taken, also what nobody can read.
"""

import hmac
import json
from collections.abc import Awaitable, Callable, Sequence

import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from storage.errors import StorageError

SECRET = "x-telegram-bot-api-secret-token"  # noqa: S105  the name of a header
BODY_BYTES = 1 << 20
"""More than any update has."""

_log = structlog.get_logger(__name__)


class Hook:
    """`POST` of one update to `path`, by whoever knows the secret."""

    def __init__(
        self, path: str, secret: str, take: Callable[[Sequence[dict[str, object]]], Awaitable[None]]
    ) -> None:
        self._path = path
        self._secret = secret.encode()
        self._take = take

    def route(self) -> Route:
        """The route for our server."""
        return Route(self._path, self._brought, methods=["POST"])

    async def _brought(self, request: Request) -> Response:
        shown = request.headers.get(SECRET, "").encode()
        if not hmac.compare_digest(shown, self._secret):
            return Response(status_code=403)
        try:
            body = await _body(request)
        except ClientDisconnect:
            return Response(status_code=400)
        if body is None:
            return Response(status_code=413)
        try:
            raw = json.loads(body)
        except ValueError:
            raw = None
        if not isinstance(raw, dict):
            _log.error("telegram.webhook_not_json")
            return Response(status_code=400)
        try:
            await self._take([raw])
        except StorageError as error:
            _log.error("telegram.not_kept", reason=error.key)
            return Response(status_code=503, headers={"retry-after": "2"})
        return Response(status_code=200)


async def _body(request: Request) -> bytes | None:
    """The body; None when it is larger than it may be."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_BYTES:
            return None
    return body
