"""Volcengine's request signature, version 4, as its visual service wants it.

documentation: www.volcengine.com/docs/6369 (signature chapter), read on 2026-11-22. Like AWS's fourth version
without its prefix, ended by the word `request`. The secret is used as it is written, although it looks like
base64. The host header counts with its port where one is sent; the clock may be 15 minutes off.
"""

import hashlib
import hmac
import time

_JSON = "application/json"


def signed(
    access: str, secret: str, *, host: str, query: str, body: bytes, at: float, region: str, service: str
) -> dict[str, str]:
    """Return the headers of a POST to `/` with that body.

    Args:
        query: sorted by name and percent-encoded already.
        at: seconds since 1970; becomes the date that is signed.
    """
    date = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(at))
    headers = {"content-type": _JSON, "host": host, "x-content-sha256": _sha(body), "x-date": date}
    scope = f"{date[:8]}/{region}/{service}/request"
    names = ";".join(headers)
    lines = "".join(f"{name}:{value}\n" for name, value in headers.items())
    canonical = "\n".join(["POST", "/", query, lines, names, _sha(body)])
    words = "\n".join(["HMAC-SHA256", date, scope, _sha(canonical.encode())])
    key = secret.encode()
    for part in scope.split("/"):
        key = _mac(key, part)
    signature = _mac(key, words).hex()
    told = f"HMAC-SHA256 Credential={access}/{scope}, SignedHeaders={names}, Signature={signature}"
    return {**headers, "authorization": told}


def _sha(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def _mac(key: bytes, words: str) -> bytes:
    return hmac.new(key, words.encode(), hashlib.sha256).digest()
