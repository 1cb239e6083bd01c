"""What every request passes: where it comes from, whether the token was shown, and headers for the answer."""

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.channels.web.answers import refusal
from bot.channels.web.visitors import admitted
from pipeline.ports.errors import BadInput

MARK = "x-pawlogue"
"""The header our page sends along: a form on another site cannot."""

_FREE = ("/enter", "/page.css", "/page.js", "/icon.svg")
_HEADERS = {
    "content-security-policy": (
        "default-src 'self'; img-src 'self' blob:; media-src 'self' blob:; object-src 'none';"
        " base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "microphone=(self), camera=(), geolocation=()",
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
}


@dataclass(frozen=True)
class Rules:
    """Who may come in: the token where one is asked for, and the names this page goes by."""

    host: str
    token: str | None = None
    public_base_url: str | None = None

    def check(self) -> None:
        """Find out whether the chat may be opened at this address at all.

        Raises:
            BadInput: it would be open to others, and there is no token.
        """
        if not (self.token or loopback(self.host)):
            raise BadInput("web.token_needed", {"host": self.host})

    def knows(self, name: str) -> bool:
        """Whether the page may be called by this host name.

        Without a token only by this machine's own names: a foreign name that leads here is somebody else's
        page trying to read ours.
        """
        return self.token is not None or loopback(name) or name == self._public_name()

    def own(self, origin: str, host: str) -> bool:
        """Whether a page of this origin is ours, asked for at `host`."""
        return urlsplit(origin).netloc in {host, urlsplit(self.public_base_url or "").netloc or host}

    def _public_name(self) -> str | None:
        return urlsplit(self.public_base_url or "").hostname


def loopback(name: str) -> bool:
    """Whether a host name or address is this machine itself."""
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


class Guard:
    """ASGI middleware that refuses what does not come from our own page."""

    def __init__(self, app: ASGIApp, rules: Rules) -> None:
        self._app = app
        self._rules = rules

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("cache-control", "no-store")
            await send(message)

        request = Request(scope)
        reason = self._reason(request)
        if reason is None:
            await self._app(scope, receive, dressed)
        else:
            status = 401 if reason == "page.error.token" else 403
            await refusal(request, reason, status=status)(scope, receive, dressed)

    def _reason(self, request: Request) -> str | None:
        """The text key of why not; None when the request may pass."""
        if not self._rules.knows(request.url.hostname or ""):
            return "page.error.foreign"
        if request.method not in {"GET", "HEAD"} and self._foreign(request):
            return "page.error.foreign"
        path = request.url.path
        if path not in _FREE and path != "/" and not admitted(request, self._rules.token):
            return "page.error.token"
        return None

    def _foreign(self, request: HTTPConnection) -> bool:
        headers: Headers = request.headers
        if headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
            return True
        origin = headers.get("origin")
        if origin is not None and not self._rules.own(origin, headers.get("host", "")):
            return True
        return request.url.path != "/enter" and MARK not in headers
