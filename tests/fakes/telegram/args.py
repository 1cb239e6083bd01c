"""A call's arguments, however they came: a form, JSON, parts with files."""

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from starlette.datastructures import UploadFile
from starlette.requests import Request

from tests.fakes.telegram.refusals import Refusal, bad

_LARGEST_BODY = 51 << 20


@dataclass(frozen=True)
class Part:
    """A file in the request."""

    content: bytes
    name: str | None
    mime: str | None


@dataclass
class Args:
    """Arguments by name; a form holds words, JSON may hold anything."""

    values: dict[str, Any] = field(default_factory=dict)
    parts: dict[str, Part] = field(default_factory=dict)

    def words(self, name: str) -> str | None:
        """A string, or None where it is absent."""
        value = self.values.get(name)
        return None if value is None else str(value)

    def whole(self, name: str) -> int | None:
        """An integer, or None where it is absent.

        Raises:
            Refusal: not a number.
        """
        value = self.values.get(name)
        if value in (None, ""):
            return None
        try:
            return int(float(str(value)))
        except ValueError:
            raise bad(f"parameter {name} must be an integer") from None

    def yes(self, name: str) -> bool:
        """Whether a flag is set."""
        return str(self.values.get(name, "")).lower() in {"true", "1", "yes"}

    def shape(self, name: str) -> Any:  # noqa: ANN401 - any JSON
        """A JSON value, or None where it is absent.

        Raises:
            Refusal: not JSON.
        """
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return json.loads(value)
        except ValueError:
            raise bad(f"can't parse {name.replace('_', ' ')} JSON object") from None


async def read(request: Request, *, local: bool) -> Args:
    """Read a request's arguments.

    Raises:
        Refusal: 413, or a body that is not what it says.
    """
    length = int(request.headers.get("content-length", 0))
    if length > _LARGEST_BODY and not local:
        async for _ in request.stream():
            pass
        raise Refusal(413, "Request Entity Too Large")
    args = Args(dict(request.query_params)) if request.url.query else Args()
    kind = request.headers.get("content-type", "")
    if kind.startswith("multipart/form-data"):
        await _read_parts(request, args)
    elif kind.startswith("application/json"):
        args.values |= _object(await request.body())
    elif length:
        args.values |= dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
    return args


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body or b"{}")
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise bad("can't parse request JSON object")
    return found


async def _read_parts(request: Request, args: Args) -> None:
    async with request.form() as form:
        for name, value in form.multi_items():
            if isinstance(value, UploadFile):
                args.parts[name] = Part(await value.read(), value.filename, value.content_type)
            else:
                args.values[name] = value
