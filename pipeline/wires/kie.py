"""KIE's envelope and uploads, as its pictures and its films are asked for.

Documentation: docs.kie.ai (getting started, file upload), read on 2026-11-22. Errors come with HTTP 200 and
the real code in the body; numbers may come as words; a job may not be known for half a minute after it was
handed over. Uploads are free, kept for a day, and readable by whoever knows their address.
"""

from typing import Any

from pydantic import field_validator

from pipeline.ports.errors import Busy, Failed, Trouble
from pipeline.ports.http import Http, Reply
from pipeline.wires.shapes import Answer, odd, shaped
from pipeline.wires.verdicts import Verdict, Who, Wrong, by_status, trouble

BASE, UPLOAD_BASE = "https://api.kie.ai", "https://kieai.redpandaai.co"
_FINE = 200
_NOT_YET = "recordinfo is null"
_UPLOADED = "pawlogue"
_ENDINGS = {"image/png": "png", "image/jpeg": "jpg"}
_RISKS = ("content polic", "public error", "prominent people", "rejected by flow", "prohibited", "safety")
_VERDICTS: dict[int, Verdict] = {
    401: "key", 402: "balance", 404: "gone", 408: "unsure", 422: "unsuited", 429: "busy", 433: "balance",
    451: "busy", 455: "busy", 500: "unsure", 501: "unsure", 505: "closed", 531: "unsure",
}  # fmt: skip


class Told(Answer):
    """The envelope: `data` is an object, a bare number, or nothing."""

    code: int
    msg: str | None = ""
    data: dict[str, Any] | float | str | None = None

    @field_validator("code", mode="before")
    @classmethod
    def _number(cls, value: object) -> object:
        return int(value) if isinstance(value, str) and value.isdecimal() else value

    @property
    def row(self) -> dict[str, Any]:
        """The object inside; empty where there is none."""
        return self.data if isinstance(self.data, dict) else {}


class Kie:
    """One account."""

    def __init__(self, http: Http, key: str, who: Who, base_url: str, upload_url: str) -> None:
        self._http, self._who = http, who
        self._base, self._upload_base = base_url.rstrip("/"), upload_url.rstrip("/")
        self._headers = {"authorization": f"Bearer {key}"}

    async def ask(
        self,
        method: str,
        path: str,
        *,
        json: object = None,
        params: dict[str, str] | None = None,
        paid: bool = False,
    ) -> tuple[Reply, Told]:
        """Ask; what comes back says that all is well.

        Raises:
            NotYet: there is no such job, or not yet.
        """
        reply = await self._http.send(
            method, self._base + path, json=json, params=params, paid=paid, headers=self._headers
        )
        return reply, self._read(reply, paid=paid)

    async def uploaded(self, picture: bytes, name: str, media_type: str) -> str:
        """Return the address at which a picture lies from now on, for a day."""
        whole = f"{name}.{_ENDINGS[media_type]}"
        reply = await self._http.send(
            "POST",
            f"{self._upload_base}/api/file-stream-upload",
            headers=self._headers,
            form={"uploadPath": _UPLOADED, "fileName": whole},
            files={"file": (whole, picture, media_type)},
        )
        address = self._read(reply).row.get("downloadUrl")
        if not isinstance(address, str) or not address:
            raise odd(reply, self._who)
        return address

    def _read(self, reply: Reply, *, paid: bool = False) -> Told:
        """The envelope, if all is well: both the HTTP status and the code in the body have to say so."""
        if reply.status >= 400:
            raise self._wrong(reply.status, "", paid=paid)
        told = shaped(reply, Told, self._who, paid=paid)
        if told.code != _FINE:
            raise self._wrong(told.code, told.msg or "", paid=paid)
        return told

    def _wrong(self, code: int, said: str, *, paid: bool) -> Trouble:
        fields: dict[str, str] = {"vendor": self._who.vendor, "model": self._who.model}
        if not paid and code == 422 and _NOT_YET in said.lower():
            return NotYet("vendor.lost", fields)
        if code == 400:
            verdict: Verdict = "refused" if is_refusal(said) else "picture"
        elif code == 422 and is_refusal(said):
            verdict = "refused"
        else:
            verdict = _VERDICTS.get(code, by_status(code))
        if verdict == "unsure" and not paid:
            return Busy("vendor.busy", {**fields, "seconds": "0"}, str(code))
        return trouble(verdict, self._who, Wrong(status=code, seconds=10.0 if verdict == "busy" else None))


class NotYet(Failed):
    """There is no such job, or not yet: told apart by time only, which whoever waits counts."""


def is_refusal(said: str | None) -> bool:
    """Whether words that came with an error are a content policy's."""
    return any(word in (said or "").lower() for word in _RISKS)
