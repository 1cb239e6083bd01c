"""What an error of a hosted service means, in one word each, and the error that follows from the word."""

import json
import re
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field

from pipeline.ports.errors import BadInput, Busy, NoAccess, Refused, Surprise, Trouble, Unsure
from pipeline.ports.http import Reply
from storage.model import Noun

Verdict = Literal[
    "refused", "picture", "key", "balance", "gone", "region", "closed", "busy", "unsuited", "unsure", "odd"
]
_BY_STATUS: dict[int, Verdict] = {
    401: "key", 402: "balance", 403: "closed", 404: "gone", 408: "unsure", 413: "unsuited", 429: "busy",
    451: "refused",
}  # fmt: skip
_NAME = re.compile(r"[A-Za-z][\w.:/-]{0,79}")
_MOST = 600  # characters of a shape


class Who(Noun):
    """Whose error it is, and which settings of ours belong to it."""

    vendor: str
    model: str
    key: str
    order: str


class Wrong(Noun):
    """An error as most services write it: `code` and `kind` are their words for it, `message` is theirs too
    and may repeat what a person wrote, so it is matched and never kept. `more` is the error object whole."""

    status: int
    code: str = ""
    kind: str = ""
    message: str = ""
    seconds: float | None = None
    more: dict[str, Any] = Field(default_factory=dict)


def wrong(reply: Reply) -> Wrong:
    """Read an error answer, however little of it is as it should be."""
    try:
        body = json.loads(reply.body)
    except ValueError:
        return Wrong(status=reply.status, seconds=_seconds(reply.headers))
    return said(reply.status, body, _seconds(reply.headers))


def said(status: int, body: object, seconds: float | None = None) -> Wrong:
    """Read an error object: `{"error": {…}}`, the same in a list of one, a sentence, or flat."""
    if isinstance(body, list) and body:
        body = body[0]
    inner = body.get("error", body) if isinstance(body, dict) else body
    if not isinstance(inner, dict):
        return Wrong(status=status, message=str(inner), seconds=seconds)
    return Wrong(
        status=status,
        code=_word(inner.get("code")),
        kind=_word(inner.get("type") or inner.get("status") or inner.get("error_type")),
        message=_word(inner.get("message") or inner.get("msg")),
        seconds=seconds,
        more=inner,
    )


def by_status(status: int) -> Verdict:
    """What a bare status means: from 500 on the work may have been done, and charged."""
    if status >= 500:
        return "unsure"
    return _BY_STATUS.get(status, "unsuited")


def trouble(verdict: Verdict, who: Who, error: Wrong) -> Trouble:
    """The error that follows from a verdict; its cause is the error's shape, without anybody's words."""
    fields = {"vendor": who.vendor, "model": who.model}
    cause = f"{error.status} {error.code} {error.kind} {shape(error.more)}".strip()
    if verdict == "busy":
        return Busy("vendor.busy", {**fields, "seconds": f"{error.seconds or 0:.0f}"}, cause)
    if verdict == "refused":
        return Refused("vendor.refused", fields, cause)
    if verdict == "picture":
        return BadInput("vendor.picture", fields, cause)
    if verdict == "unsure":
        return Unsure("vendor.unsure", {**fields, "status": str(error.status)}, cause)
    if verdict == "odd":
        return Surprise("vendor.odd", fields, cause)
    return _no_access(verdict, who, fields, cause)


def _no_access(verdict: Verdict, who: Who, fields: dict[str, str], cause: str) -> NoAccess:
    if verdict == "key":
        return NoAccess("vendor.key", {**fields, "setting": who.key}, cause)
    if verdict == "balance":
        return NoAccess("vendor.balance", fields, cause)
    if verdict == "gone":
        return NoAccess("vendor.model_gone", {**fields, "setting": who.order}, cause)
    if verdict == "region":
        return NoAccess("vendor.region", fields, cause)
    if verdict == "closed":
        return NoAccess("vendor.closed", {**fields, "setting": who.key}, cause)
    return NoAccess("vendor.unsuited", fields, cause)


def shape(body: object) -> str:
    """The shape of an answer: its names and figures and short words of one piece; sentences, media and
    whatever a person may have written are told by their length only."""
    return json.dumps(_bare(body), ensure_ascii=False)[:_MOST] if body not in ({}, None) else ""


def _bare(value: object) -> object:
    if isinstance(value, Mapping):
        return {str(name)[:40]: _bare(one) for name, one in list(value.items())[:20]}
    if isinstance(value, list):
        return [_bare(one) for one in value[:3]]
    if isinstance(value, str):
        return value if _NAME.fullmatch(value) and not _secret(value) else f"<{len(value)} characters>"
    return value


def _secret(word: str) -> bool:
    """Keys are long words with digits and no dots between names."""
    return len(word) > 24 and any(mark.isdigit() for mark in word)


def _word(value: object) -> str:
    return "" if value is None or isinstance(value, dict | list) else str(value)


def _seconds(headers: Mapping[str, str]) -> float | None:
    written = headers.get("retry-after", "")
    return float(written) if written.replace(".", "", 1).isdecimal() else None
