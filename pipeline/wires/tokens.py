"""Small signed words: a JSON web token (HS256), and the mark by which a job is found again at its vendor."""

import base64
import hashlib
import hmac
import json


def jwt(access: str, secret: str, at: float, *, lives: int = 1800, early: int = 5) -> str:
    """Return a token of `access`, good from `early` seconds ago and for `lives` seconds.

    Source: RFC 7519 and RFC 7515, HS256; the claims' order is that of the vendor's own example.
    """
    head = _part({"alg": "HS256", "typ": "JWT"})
    claims = _part({"iss": access, "exp": int(at) + lives, "nbf": int(at) - early})
    signature = hmac.new(secret.encode(), f"{head}.{claims}".encode(), hashlib.sha256).digest()
    return f"{head}.{claims}.{_plain(signature)}"


def mark(key: str) -> str:
    """Return what a take's key is called at a vendor: nothing of ours can be read from it."""
    return "paw-" + hashlib.sha256(key.encode()).hexdigest()[:32]


def _part(value: dict[str, object]) -> str:
    return _plain(json.dumps(value, separators=(",", ":")).encode())


def _plain(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
