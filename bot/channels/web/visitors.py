"""Who is it? A visitor is a cookie nobody can guess; losing it is starting a new chat.

The cookie itself is kept by the browser alone: chats are filed under a digest of it, so that whoever reads
the database or the logs cannot enter a chat.
"""

import hashlib
import hmac
import re
import secrets

from starlette.requests import HTTPConnection
from starlette.responses import Response

from storage.model import Address

VISITOR = "pawlogue"
"""The cookie that is a visitor's chat."""

KEY = "pawlogue_key"
"""The cookie of somebody who has shown the token."""

_YEAR = 365 * 24 * 3600
_ISSUED = re.compile(r"[A-Za-z0-9_-]{43}")


def address_of(connection: HTTPConnection) -> Address | None:
    """The visitor's address; None where no cookie of ours came along."""
    cookie = connection.cookies.get(VISITOR, "")
    if not _ISSUED.fullmatch(cookie):
        return None
    return Address(channel="web", id=hashlib.sha256(cookie.encode()).hexdigest()[:32])


def greet(response: Response, cookie: str | None, *, secure: bool) -> None:
    """Give a visitor a cookie, or the same one for another year."""
    known = cookie is not None and _ISSUED.fullmatch(cookie)
    _set(response, VISITOR, cookie if known and cookie else secrets.token_urlsafe(32), secure=secure)


def admit(response: Response, token: str, *, secure: bool) -> None:
    """Remember in the browser that the token has been shown, without keeping the token there."""
    _set(response, KEY, _proof(token), secure=secure)


def admitted(connection: HTTPConnection, token: str | None) -> bool:
    """Whether this request may pass: no token is asked for, it is shown (header) or was (cookie)."""
    if token is None:
        return True
    bearer = connection.headers.get("authorization", "").removeprefix("Bearer ")
    # Both are always compared, and in constant time: how long a refusal takes says nothing.
    return same(bearer, token) | same(connection.cookies.get(KEY, ""), _proof(token))


def same(one: str, other: str) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(one.encode(), other.encode())


def _proof(token: str) -> str:
    return hmac.new(token.encode(), b"pawlogue web chat", hashlib.sha256).hexdigest()


def _set(response: Response, name: str, value: str, *, secure: bool) -> None:
    response.set_cookie(name, value, max_age=_YEAR, path="/", httponly=True, samesite="lax", secure=secure)
