"""What the page sends: words, files, presses and taps become `Incoming`, once each."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import structlog
from pydantic import Field, ValidationError
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from bot.channels.web.answers import Early, language, refusal
from bot.channels.web.desk import Desk
from bot.channels.web.uploads import Broken, Form, received
from bot.channels.web.visitors import address_of
from bot.messages import File, Incoming
from pipeline.ports.errors import BadInput, Trouble
from storage.errors import StorageError
from storage.model import Address, Lang, Noun

TEXT = 8_000
"""The longest message, in characters."""

_BODY_BYTES = 64_000
_ID = re.compile(r"[A-Za-z0-9-]{8,64}")


class _Sent(Noun):
    """A message as the page sends it; `id` is made there, so that sending it again is harmless."""

    id: str = Field(pattern=_ID.pattern)
    text: str = ""
    press: str = Field(default="", max_length=500)
    x: float = Field(default=0.0, ge=0, le=1)
    y: float = Field(default=0.0, ge=0, le=1)
    lang: Lang | None = None


class Inbound:
    """The endpoints the page posts to."""

    def __init__(self, desk: Desk, scratch: Path, clock: Callable[[], float]) -> None:
        self._desk = desk
        self._scratch = scratch
        self._clock = clock

    async def start(self, request: Request, address: Address) -> None:
        """A visitor who has never said anything has arrived."""
        await self._desk.receive(self._incoming(request, address, "start", kind="start"))

    async def say(self, request: Request) -> Response:
        """Words."""
        return await self._sent(request, "text")

    async def press(self, request: Request) -> Response:
        """A button's value."""
        return await self._sent(request, "press")

    async def tap(self, request: Request) -> Response:
        """A place on the picture of a message, in fractions of its sides."""
        return await self._sent(request, "tap")

    async def files(self, request: Request) -> Response:
        """Files, with or without words."""
        address = address_of(request)
        if address is None:
            return Early(request, lost(request))
        try:
            async with received(request, self._scratch) as form:
                if not _ID.fullmatch(form.fields.get("id", "")):
                    return _not_understood(request)
                await self._desk.receive(await self._with_files(request, address, form))
        except Broken as error:
            # Mostly a page that was closed in the middle: the person sends it again if they want to.
            structlog.get_logger().info("web.upload_broken", reason=type(error.__cause__).__name__)
            return Early(request, _not_understood(request))
        except ClientDisconnect:
            return _not_understood(request)
        except (Trouble, StorageError) as error:
            status = 413 if error.key == "web.upload_too_big" else 400
            return Early(request, refusal(request, error.key, error.fields, status=status))
        return JSONResponse({"taken": True})

    async def _with_files(self, request: Request, address: Address, form: Form) -> Incoming:
        files: list[File] = [await self._desk.keep(address, path, name) for path, name in form.files]
        text = form.fields.get("text", "")[:TEXT]
        return self._incoming(
            request,
            address,
            form.fields["id"],
            kind="files" if files else "text",
            files=tuple(files),
            text=text,
        )

    async def _sent(self, request: Request, kind: str) -> Response:
        address = address_of(request)
        if address is None:
            return lost(request)
        try:
            sent = _Sent.model_validate(json.loads(await _body(request)))
        except (ValidationError, ValueError, ClientDisconnect):
            return _not_understood(request)
        except BadInput as error:
            return Early(request, refusal(request, error.key, error.fields, status=413))
        if len(sent.text) > TEXT:
            return refusal(request, "web.too_long", {"most": str(TEXT)}, status=413)
        if (kind == "text" and not sent.text.strip()) or (kind == "press" and not sent.press):
            return _not_understood(request)
        said = {"text": sent.text} if kind == "text" else {"press": sent.press}
        tap = (sent.x, sent.y) if kind == "tap" else None
        await self._desk.receive(self._incoming(request, address, sent.id, kind=kind, tap=tap, **said))
        return JSONResponse({"taken": True})

    def _incoming(self, request: Request, address: Address, identity: str, **said: object) -> Incoming:
        return Incoming.model_validate(
            {
                "id": f"web:{address.id}:{identity}",
                "address": address,
                "at": self._clock(),
                "lang": language(request),
                **said,
            }
        )


def lost(request: Request) -> Response:
    """The answer to a page whose cookie is gone: it begins a new chat."""
    return refusal(request, "page.error.no_chat", status=401)


def _not_understood(request: Request) -> Response:
    return refusal(request, "page.error.form")


async def _body(request: Request) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _BODY_BYTES:
            raise BadInput("web.too_long", {"most": str(TEXT)})
    return body
