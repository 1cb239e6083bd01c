"""A vendor's JSON becomes a model on arrival; what does not fit is told by its outline only."""

import json
from typing import NoReturn, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from pipeline.ports.errors import Surprise, Unsure
from pipeline.ports.http import Reply

_MOST = 400  # characters of an outline


class Answer(BaseModel):
    """What a vendor says: fields it adds later are passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore")


A = TypeVar("A", bound=Answer)


def shaped(reply: Reply, kind: type[A], vendor: str, *, paid: bool = False) -> A:
    """Return the body as a model.

    Args:
        paid: the call may have cost: then an answer that cannot be read leaves the money in doubt.

    Raises:
        Surprise, Unsure: it is not of that shape; the outline is the cause.
    """
    try:
        return kind.model_validate_json(reply.body)
    except ValidationError:
        odd(reply, vendor, paid=paid)


def odd(reply: Reply, vendor: str, *, paid: bool = False) -> NoReturn:
    """Say that an answer makes no sense.

    Raises:
        Surprise; Unsure where the call may have cost.
    """
    fields = {"vendor": vendor, "status": str(reply.status)}
    if paid:
        raise Unsure("vendor.odd", fields, outline(reply.body))
    raise Surprise("vendor.odd", fields, outline(reply.body))


def outline(body: bytes) -> str:
    """Return what may be shown of an answer: names, kinds and short words; no addresses, no media."""
    try:
        return json.dumps(_drawn(json.loads(body)), ensure_ascii=False)[:_MOST]
    except ValueError:
        return f"{len(body)} bytes, no JSON"


def _drawn(value: object) -> object:
    if isinstance(value, dict):
        return {str(name)[:40]: _drawn(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_drawn(each) for each in value[:3]]
    if isinstance(value, str) and ("://" in value or len(value) > 60):
        return f"text of {len(value)}"
    return value
