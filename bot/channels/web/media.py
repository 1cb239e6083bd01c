"""Files on the page: only to whom they belong, only as what they are, and piece by piece for players."""

import re
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import FileResponse
from starlette.types import Receive, Scope, Send

from bot.channels.web.answers import refusal
from bot.channels.web.desk import Desk
from bot.channels.web.visitors import address_of

# What a browser shows or plays, and never runs. Everything else is handed over as a file to be saved.
_SHOWN = {
    *("image/jpeg", "image/png", "image/webp", "image/gif", "image/avif", "image/heic", "image/heif"),
    *("audio/wav", "audio/x-wav", "audio/mpeg", "audio/mp4", "audio/ogg", "audio/webm", "audio/flac"),
    *("video/mp4", "video/webm", "video/quicktime"),
}
_NAME = re.compile(r"[\w. -]{1,80}")


class Media:
    """`GET /chat/file/{asset}`; `?name=` has it saved under a name. Understands Range."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope)
        address = address_of(request)
        if address is None:
            await refusal(request, "page.error.no_chat", status=401)(scope, receive, send)
            return
        async with self._desk.lend(address, request.path_params["asset"]) as lent:
            if lent is None:
                # The same for what is not there and for what is somebody else's.
                await refusal(request, "page.error.no_file", status=404)(scope, receive, send)
                return
            safe = lent.media_type in _SHOWN
            headers = {
                "cache-control": "private, max-age=86400, immutable",
                "content-security-policy": "default-src 'none'; media-src 'self'; sandbox",
                "etag": f'"{lent.sha256}"',
            }
            name = request.query_params.get("name", "" if safe else "file")
            if _NAME.fullmatch(name):
                headers["content-disposition"] = f"attachment; filename*=utf-8''{quote(name)}"
            kind = lent.media_type if safe else "application/octet-stream"
            await FileResponse(lent.path, media_type=kind, headers=headers)(scope, receive, send)
