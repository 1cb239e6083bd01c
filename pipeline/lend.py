"""Lending: one kept file, for a while, to a vendor that wants an address instead of bytes.

A bucket signs its own addresses. A folder is reached through this program's own public address: a token
names one asset and when it ends, sealed with a secret that lies in the store itself, so that every process
which shares the store honours it. A token cannot be guessed, listed, or turned to another file or a later
end.
"""

import base64
import hashlib
import hmac
import json
import secrets

from pipeline.ports.errors import NoAccess
from pipeline.studio import Studio
from storage import assets
from storage.model import Asset

_SECRET = "lending/secret"  # noqa: S105  where it lies, not what it is
_PATH = "media"
_SEAL_BYTES = 24


def lends(studio: Studio) -> bool:
    """Whether an outsider can be given an address at all."""
    return studio.blobs.folder is None or studio.settings.public_base_url is not None


async def lend(studio: Studio, asset: str, seconds: float, vendor: str) -> str:
    """Return an address at which the file can be read for so many seconds; it must not be logged.

    Raises:
        NoAccess: `lend.nowhere`, there is no way to reach us.
    """
    row = await studio.asset(asset)
    signed = await studio.blobs.signed_url(row.key, seconds)
    if signed is not None:
        return signed
    base = studio.settings.public_base_url
    if base is None:
        raise NoAccess("lend.nowhere", {"vendor": vendor})
    words = {"a": row.id, "e": int(studio.clock() + seconds)}
    payload = _written(json.dumps(words, separators=(",", ":")).encode())
    seal = _written(_seal(await _secret(studio), payload))
    return f"{base.rstrip('/')}/{_PATH}/{payload}.{seal}{_ending(row)}"


async def lent(studio: Studio, token: str) -> Asset | None:
    """Return the asset that a token lends now; None for any that is not ours, not whole, or at its end."""
    payload, _, rest = token.partition(".")
    seal, _, ending = rest.partition(".")
    if not hmac.compare_digest(seal.encode(), _written(_seal(await _secret(studio), payload)).encode()):
        return None
    words = json.loads(_read(payload))
    if studio.clock() >= words["e"]:
        return None
    row = await assets.get(studio.db, words["a"])
    return row if row is not None and _ending(row) == (f".{ending}" if ending else "") else None


async def _secret(studio: Studio) -> bytes:
    return await studio.blobs.put_first(_SECRET, secrets.token_bytes(32))


def _seal(secret: bytes, payload: str) -> bytes:
    return hmac.new(secret, payload.encode(), hashlib.sha256).digest()[:_SEAL_BYTES]


def _ending(row: Asset) -> str:
    """What the file's name ends with: some vendors go by it."""
    return "." + row.key.rpartition(".")[2] if "." in row.key.rpartition("/")[2] else ""


def _written(words: bytes) -> str:
    return base64.urlsafe_b64encode(words).rstrip(b"=").decode()


def _read(words: str) -> bytes:
    return base64.urlsafe_b64decode(words + "=" * (-len(words) % 4))
