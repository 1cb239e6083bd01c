"""Veo 3.1 through KIE: a picture becomes a moving scene of eight seconds; our voice is laid over it.

Service: KIE's Veo 3.1.
Documentation: docs.kie.ai/veo3-api/generate-veo-3-video, …/get-veo-3-video-details,
    /file-upload-api/quickstart.
Read on: 2026-11-22.
Auth: an API key, on both hosts.
Limits: 20 new jobs in ten seconds, about 100 at once; pictures by address only, uploaded to KIE first.
Price: dollars a clip (lite 0.175, fast 0.325, best 1.275; an audit's figures for 1080p).
Keeps data for: 14 days, uploads 24 hours.
Repeats safely: no, and a lost job cannot be found.
Can cancel: no.
Quirks: errors come with HTTP 200 and the real code in the body; a new job may not be known for half a
    minute; prompts are translated unless told not to; numbers may come as words. Google's own address for
    Veo is closed to AI Studio keys in its present clients, so there is no row for it.
"""

from pathlib import Path
from typing import Any

from pydantic import ConfigDict, field_validator
from pydantic.alias_generators import to_camel

from pipeline.ports.avatar import Job, Performed, Tell
from pipeline.ports.errors import Busy, Failed, Refused, Trouble
from pipeline.ports.facts import Facts, Paid
from pipeline.ports.http import Http, Reply
from pipeline.wires.shapes import Answer, download, odd, shaped
from pipeline.wires.tokens import mark
from pipeline.wires.verdicts import Verdict, Who, Wrong, by_status, trouble

_FINE = 200
_NOT_YET = "recordinfo is null"
_UPLOADED = "pawlogue"
_RISKS = ("content polic", "public error", "prominent people", "rejected by flow", "prohibited", "safety")
_VERDICTS: dict[int, Verdict] = {
    401: "key", 402: "balance", 404: "gone", 408: "unsure", 422: "unsuited", 429: "busy", 433: "balance",
    451: "busy", 455: "busy", 500: "unsure", 501: "unsure", 505: "closed", 531: "unsure",
}  # fmt: skip


class _Camel(Answer):
    model_config = ConfigDict(alias_generator=to_camel)


class _Response(_Camel):
    result_urls: tuple[str, ...] | None = None


class _Record(_Camel):
    task_id: str = ""
    success_flag: int = 0
    response: _Response | None = None
    error_code: int | None = None
    error_message: str | None = None
    download_url: str = ""

    @field_validator("success_flag", "error_code", mode="before")
    @classmethod
    def _number(cls, value: object) -> object:
        return int(value) if isinstance(value, str) and value.strip("-").isdecimal() else value


class _Told(Answer):
    code: int
    msg: str | None = ""
    data: _Record | float | None = None

    @field_validator("code", mode="before")
    @classmethod
    def _number(cls, value: object) -> object:
        return int(value) if isinstance(value, str) and value.isdecimal() else value

    @property
    def record(self) -> _Record | None:
        """The job's row, where one came."""
        return self.data if isinstance(self.data, _Record) else None


class Avatar:
    """Makes scenes."""

    def __init__(self, http: Http, key: str, facts: Facts, base_url: str, upload_url: str) -> None:
        self.facts = facts
        self._http, self._key = http, key
        self._base, self._upload_base = base_url.rstrip("/"), upload_url.rstrip("/")
        self._who = Who(vendor=facts.vendor, model=facts.model, key="KIE_API_KEY", order="MAKE_AVATAR")

    async def submit(self, job: Job, key: str) -> Paid:
        """Upload the picture, which is free, and hand the scene over."""
        picture = await self._uploaded(job.frame.read_bytes(), mark(key))
        ask = {
            "prompt": job.prompt,
            "imageUrls": [picture],
            "model": self.facts.model,
            "generationType": "FIRST_AND_LAST_FRAMES_2_VIDEO",
            "aspect_ratio": "9:16",
            "resolution": "720p",
            "enableTranslation": False,
        }
        reply, told = await self._ask("POST", "/api/v1/veo/generate", json=ask, paid=True)
        if told.record is None or not told.record.task_id:
            raise odd(reply, self._who, paid=True)
        return Paid(value=told.record.task_id, cost=self.facts.price)

    async def poll(self, ticket: str) -> bool:
        """Whether its clip is there."""
        return await self._address(ticket) is not None

    async def fetch(self, ticket: str, job: Job, out: Path, tell: Tell) -> Performed:
        """Bring the clip home."""

        async def address() -> str:
            found = await self._address(ticket)
            if found is None:
                raise Busy("vendor.busy", {"vendor": self.facts.vendor, "model": "", "seconds": "0"})
            return found

        await download(self._http, address, out, self._who)
        tell(1.0)
        return Performed(track=None, seconds=job.seconds)

    async def check(self) -> None:
        """Ask how many credits are left."""
        await self._ask("GET", "/api/v1/chat/credit")

    async def _uploaded(self, picture: bytes, name: str) -> str:
        reply = await self._http.send(
            "POST",
            f"{self._upload_base}/api/file-stream-upload",
            headers=self._headers(),
            form={"uploadPath": _UPLOADED, "fileName": f"{name}.png"},
            files={"file": (f"{name}.png", picture, "image/png")},
        )
        told = self._read(reply)
        if told.record is None or not told.record.download_url:
            raise odd(reply, self._who)
        return told.record.download_url

    async def _address(self, ticket: str) -> str | None:
        try:
            reply, told = await self._ask("GET", "/api/v1/veo/record-info", params={"taskId": ticket})
        except _NotYet:
            return None
        record = told.record
        if record is None:
            raise odd(reply, self._who)
        if record.success_flag in {2, 3}:
            raise self._ended(record)
        if record.success_flag != 1:
            return None
        urls = record.response.result_urls if record.response else None
        if not urls:
            raise Failed("vendor.failed", {"vendor": self.facts.vendor}, "done without a clip")
        return urls[0]

    def _ended(self, record: _Record) -> Trouble:
        fields = {"vendor": self.facts.vendor}
        if _refused(record.error_message):
            return Refused("vendor.refused", {**fields, "model": self.facts.model}, str(record.error_code))
        return Failed("vendor.failed", fields, str(record.error_code))

    async def _ask(
        self,
        method: str,
        path: str,
        *,
        json: object = None,
        params: dict[str, str] | None = None,
        paid: bool = False,
    ) -> tuple[Reply, _Told]:
        reply = await self._http.send(
            method, self._base + path, json=json, params=params, paid=paid, headers=self._headers()
        )
        return reply, self._read(reply, paid=paid)

    def _read(self, reply: Reply, *, paid: bool = False) -> _Told:
        """The envelope, if all is well: both the HTTP status and the code in the body have to say so."""
        if reply.status >= 400:
            raise self._wrong(reply.status, "", paid=paid)
        told = shaped(reply, _Told, self._who, paid=paid)
        if told.code != _FINE:
            raise self._wrong(told.code, told.msg or "", paid=paid)
        return told

    def _wrong(self, code: int, said: str, *, paid: bool) -> Trouble:
        fields: dict[str, str] = {"vendor": self.facts.vendor, "model": self.facts.model}
        if not paid and code == 422 and _NOT_YET in said.lower():
            return _NotYet("vendor.lost", fields)
        if code == 400:
            verdict: Verdict = "refused" if _refused(said) else "picture"
        elif code == 422 and _refused(said):
            verdict = "refused"
        else:
            verdict = _VERDICTS.get(code, by_status(code))
        if verdict == "unsure" and not paid:
            return Busy("vendor.busy", {**fields, "seconds": "0"}, str(code))
        return trouble(verdict, self._who, Wrong(status=code, seconds=10.0 if verdict == "busy" else None))

    def _headers(self) -> dict[str, Any]:
        return {"authorization": f"Bearer {self._key}"}


class _NotYet(Failed):
    """There is no such job, or not yet: told apart by time only, which whoever waits counts."""


def _refused(said: str | None) -> bool:
    return any(word in (said or "").lower() for word in _RISKS)
