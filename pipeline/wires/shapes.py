"""A vendor's JSON becomes a model on arrival; a result lies at an address that may have run out."""

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from pipeline.ports.errors import Failed, Trouble
from pipeline.ports.http import Http, Reply
from pipeline.wires.verdicts import Who, Wrong, trouble

_LARGEST = 300_000_000  # bytes of a clip; a minute in 1080p has about a tenth


class Answer(BaseModel):
    """What a vendor says: fields it adds later are passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore")


A = TypeVar("A", bound=Answer)


def shaped(reply: Reply, kind: type[A], who: Who, *, paid: bool = False) -> A:
    """Return the body as a model.

    Args:
        paid: the call may have cost: then an answer that cannot be read leaves the money in doubt.

    Raises:
        Surprise, Unsure: it is not of that shape; the outline is the cause.
    """
    try:
        return kind.model_validate_json(reply.body)
    except ValidationError as error:
        raise odd(reply, who, paid=paid) from error


def odd(reply: Reply, who: Who, *, paid: bool = False) -> Trouble:
    """The error that an answer which makes no sense becomes; the body's outline is its cause."""
    try:
        body = json.loads(reply.body)
    except ValueError:
        body = {"no JSON": len(reply.body)}
    told = Wrong(status=reply.status, more=body if isinstance(body, dict) else {"body": body})
    return trouble("unsure" if paid else "odd", who, told)


async def download(http: Http, address: Callable[[], Awaitable[str]], out: Path, who: Who) -> None:
    """Write a clip into a file at once; where its address has run out, a new one is asked for, once.

    Raises:
        Failed: the vendor has it no longer, or it is too large. Busy: asked again later.
    """
    tried = set[str]()
    for _ in range(2):
        url = await address()
        if url in tried:
            break
        tried.add(url)
        if (await http.fetch(url, out, most=_LARGEST)).fine:
            return
    raise Failed("vendor.expired", {"vendor": who.vendor})
