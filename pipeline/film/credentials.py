"""Content credentials: a signed C2PA manifest in the film that says who made it, and that it is generated.

An extra (`pip install "pawlogue[c2pa]"`); owner of `c2pa`. The manifest lies in a box before the index, which
stays before the pictures, and the film's own fields, `AIGC` among them, stay as they are.
Source: C2PA technical specification 2.2, 18 (claims, actions); digital source types by IPTC.
"""

import importlib.util
import json
from pathlib import Path

from pipeline.film.atomic import replacing
from pipeline.model import Credentials
from pipeline.ports.errors import NoAccess

ROOM = 64_000  # bytes a manifest takes at most: three thousand, and what a long chain of certificates adds
_SOURCE = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"
_CURVES = {"secp256r1": "ES256", "secp384r1": "ES384", "secp521r1": "ES512"}
_OFFLINE = {"verify": {"verify_after_sign": False, "remote_manifest_fetch": False, "ocsp_fetch": False}}


def able() -> bool:
    """Whether the package that signs is installed."""
    return importlib.util.find_spec("c2pa") is not None


def sign(film: Path, credentials: Credentials, producer: str, name: str) -> None:
    """Sign an MP4 in place, whole or not at all; without the package it stays as it is.

    Args:
        producer: who made it; `name` is what the film is called.

    Raises:
        NoAccess: `credentials.unusable`, certificate and key are not a pair that can sign.
    """
    if not able():
        return
    import c2pa

    with replacing(film) as part:
        try:
            with (
                c2pa.Signer.from_info(_signer(credentials)) as signer,
                c2pa.Context.from_dict(_OFFLINE) as context,
                c2pa.Builder(json.dumps(_claim(producer, name)), context) as builder,
                film.open("rb") as source,
                part.open("w+b") as place,
            ):
                builder.sign(signer, "video/mp4", source, place)
        except (c2pa.C2paError, OSError, ValueError, TypeError) as error:
            raise NoAccess("credentials.unusable", {}, str(error)) from error


def trouble(credentials: Credentials) -> bool:
    """Whether certificate and key cannot be read or cannot sign; not known without the package."""
    if not able():
        return False
    import c2pa

    try:
        c2pa.Signer.from_info(_signer(credentials)).close()
    except (c2pa.C2paError, OSError, ValueError, TypeError):
        return True
    return False


def _signer(credentials: Credentials) -> object:
    import c2pa
    from cryptography.hazmat.primitives import serialization

    key = credentials.key.read_bytes()
    loaded = serialization.load_pem_private_key(key, None)
    return c2pa.C2paSignerInfo(_kind(loaded), credentials.certificate.read_bytes(), key, None)


def _kind(key: object) -> str:
    """Return how a key signs, as C2PA calls it.

    Raises:
        ValueError: not in a way that C2PA knows.
    """
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

    if isinstance(key, ec.EllipticCurvePrivateKey) and key.curve.name in _CURVES:
        return _CURVES[key.curve.name]
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return "Ed25519"
    if isinstance(key, rsa.RSAPrivateKey):
        return "PS256"
    raise ValueError(type(key).__name__)


def _claim(producer: str, name: str) -> dict[str, object]:
    maker = {"name": producer or "pawlogue"}
    created = {"action": "c2pa.created", "digitalSourceType": _SOURCE, "softwareAgent": maker}
    return {
        "claim_generator_info": [maker],
        "title": name,
        "format": "video/mp4",
        "assertions": [{"label": "c2pa.actions.v2", "data": {"actions": [created]}}],
    }
