"""Pictures on the way: as text inside a request or an answer, and in the sizes and shapes a service takes."""

import base64
import binascii
import json
import math
from pathlib import Path
from typing import Any

from pipeline.ports.errors import Unsure
from pipeline.ports.http import Reply
from pipeline.ports.image import Came
from pipeline.wires.verdicts import Who

_STARTS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF")
_STEP = 8  # pixels: sides are multiples of it


def coded(picture: Path) -> str:
    """Return a file as base64."""
    return base64.b64encode(picture.read_bytes()).decode()


def data_url(picture: Path) -> str:
    """Return a JPEG as an address that holds it."""
    return f"data:image/jpeg;base64,{coded(picture)}"


def opened(reply: Reply, who: Who) -> Any:  # noqa: ANN401  a vendor makes it a model
    """Return the JSON of an answer that was paid for.

    Raises:
        Unsure: it cannot be read, so nobody knows what was charged.
    """
    try:
        return json.loads(reply.body)
    except ValueError as garbled:
        fields = {"vendor": who.vendor, "model": who.model, "status": str(reply.status)}
        raise Unsure("vendor.unsure", fields, type(garbled).__name__) from garbled


def written(text: str, out: Path) -> Came:
    """Write a picture that came as base64 or as a data URL; what is none is odd."""
    head, comma, rest = text.partition(",")
    body = rest if comma and head.startswith("data:") else text
    try:
        picture = base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError):
        return Came(end="odd", told=f"no base64: {len(text)} characters")
    if not picture.startswith(_STARTS):
        return Came(end="odd", told=f"no picture: {len(picture)} bytes")
    out.write_bytes(picture)
    return Came()


def media_type(picture: Path) -> str:
    """Return what a picture is, by its first bytes."""
    with picture.open("rb") as file:
        head = file.read(12)
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    return "image/webp" if head[8:] == b"WEBP" else "image/png"


def sized(width: int, height: int, pixels: int) -> tuple[int, int]:
    """Return sides of the canvas's shape with at least so many pixels."""
    scale = math.sqrt(pixels / (width * height))
    wide, high = (_STEP * math.ceil(round(side * scale, 3) / _STEP) for side in (width, height))
    return wide, high


def ratio(width: int, height: int, known: tuple[str, ...]) -> str:
    """Return the nearest shape a service has a name for, written as 9:16."""
    return min(known, key=lambda name: abs(math.log(_shape(name) * height / width)))


def _shape(name: str) -> float:
    wide, _, high = name.partition(":")
    return float(wide) / float(high)


RATIOS = ("1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9")
"""The shapes Gemini's pictures come in, wherever they are drawn."""
