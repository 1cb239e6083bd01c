"""Veo 3.1 through KIE: a picture becomes a moving scene of eight seconds; our voice is laid over it, or the
model says the lines by itself.

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
    minute; prompts are translated unless told not to; numbers may come as words. KIE files this path under
    its old ones, without a day for its end; of the new one the input's names are not known. Google's own
    address for Veo ended on 2026-10-22, so there is no row for it.
"""

from pathlib import Path

from pydantic import ConfigDict, ValidationError, field_validator
from pydantic.alias_generators import to_camel

from pipeline.ports.avatar import Job, Performed, Tell
from pipeline.ports.errors import Busy, Failed, Refused, Trouble
from pipeline.ports.facts import Facts, Paid
from pipeline.ports.http import Http
from pipeline.wires.kie import Kie, NotYet, is_refusal
from pipeline.wires.pictures import media_type
from pipeline.wires.shapes import Answer, download, odd
from pipeline.wires.tokens import mark
from pipeline.wires.verdicts import Who


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

    @field_validator("success_flag", "error_code", mode="before")
    @classmethod
    def _number(cls, value: object) -> object:
        return int(value) if isinstance(value, str) and value.strip("-").isdecimal() else value


class Avatar:
    """Makes scenes."""

    def __init__(self, http: Http, key: str, facts: Facts, base_url: str, upload_url: str) -> None:
        self.facts = facts
        self._http = http
        self._who = Who(vendor=facts.vendor, model=facts.model, key="KIE_API_KEY", order="MAKE_AVATAR")
        self._kie = Kie(http, key, self._who, base_url, upload_url)

    async def submit(self, job: Job, key: str) -> Paid:
        """Upload the picture, which is free, and hand the scene over."""
        picture = await self._kie.uploaded(job.frame.read_bytes(), mark(key), media_type(job.frame))
        ask = {
            "prompt": job.prompt,
            "imageUrls": [picture],
            "model": self.facts.model,
            "generationType": "FIRST_AND_LAST_FRAMES_2_VIDEO",
            "aspect_ratio": "9:16",
            "resolution": "720p",
            "enableTranslation": False,
        }
        reply, told = await self._kie.ask("POST", "/api/v1/veo/generate", json=ask, paid=True)
        task = told.row.get("taskId")
        if not isinstance(task, str) or not task:
            raise odd(reply, self._who, paid=True)
        return Paid(value=task, cost=self.facts.price)

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
        await self._kie.ask("GET", "/api/v1/chat/credit")

    async def _address(self, ticket: str) -> str | None:
        try:
            reply, told = await self._kie.ask("GET", "/api/v1/veo/record-info", params={"taskId": ticket})
        except NotYet:
            return None
        try:
            record = _Record.model_validate(told.data)
        except ValidationError as error:
            raise odd(reply, self._who) from error
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
        if is_refusal(record.error_message):
            return Refused("vendor.refused", {**fields, "model": self.facts.model}, str(record.error_code))
        return Failed("vendor.failed", fields, str(record.error_code))
