"""Loans: `GET /media/<token>` hands one file to a vendor that fetches it, for as long as its token holds.

A token names one file and its end, and is sealed: it cannot be guessed, listed, widened or used afterwards.
Whatever is wrong with one, the answer is the same.
"""

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from pipeline.lend import lent
from pipeline.studio import Studio


def lending(studio: Studio) -> Route:
    """The door at which lent files are fetched."""
    return Route("/media/{token}", _Loans(studio))


class _Loans:
    def __init__(self, studio: Studio) -> None:
        self._studio = studio

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        studio = self._studio
        row = await lent(studio, Request(scope).path_params["token"])
        if row is None or not await studio.blobs.exists(row.key):
            await Response(status_code=404)(scope, receive, send)
            return
        headers = {"cache-control": "no-store", "x-content-type-options": "nosniff"}
        async with studio.blobs.lend(row.key, studio.scratch) as path:
            await FileResponse(path, media_type=row.media_type, headers=headers)(scope, receive, send)
