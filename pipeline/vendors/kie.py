"""KIE: Nano Banana and its siblings, pictures.

Service: KIE's market of models, jobs (base https://api.kie.ai).
Documentation: docs.kie.ai/market/google/pro-image-to-image, /market/common/get-task-detail,
    /file-upload-api/quickstart. Read on: 2026-11-22; nothing here was tried against the live service.
Auth: Authorization: Bearer, on both hosts.
Limits: 20 new jobs in ten seconds, about 100 at once; photos by address only, uploaded to KIE first.
Price: credits of half a US cent; what a job took stands in its row.
Keeps data for: 14 days by one page, 24 hours by another; uploads 24 hours.
Repeats safely: no, and a lost job cannot be found.
Can cancel: no.
Quirks: those of its envelope; the result is JSON inside a string, empty until there is one.
"""

import json
from pathlib import Path

from pydantic import ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from pipeline.ports.errors import Failed, Refused, Trouble
from pipeline.ports.facts import Facts, Paid
from pipeline.ports.http import Http
from pipeline.ports.image import MOST_BYTES, Came, DrawAsk
from pipeline.wires import pictures
from pipeline.wires.kie import BASE, UPLOAD_BASE, Kie, NotYet, is_refusal
from pipeline.wires.shapes import Answer, odd
from pipeline.wires.tokens import mark
from pipeline.wires.verdicts import Who, shape

_CREDIT = 0.005  # dollars


class _Record(Answer):
    model_config = ConfigDict(alias_generator=to_camel)

    state: str
    result_json: str | None = None
    fail_code: str | int | None = None
    fail_msg: str | None = None
    credits_consumed: float | None = None


class Image:
    """Draws one picture in a job, after a photo."""

    def __init__(
        self, http: Http, key: str, facts: Facts, base_url: str = BASE, upload_url: str = UPLOAD_BASE
    ) -> None:
        self.facts = facts
        self._http = http
        self._who = Who(vendor=facts.vendor, model=facts.model, key="KIE_API_KEY", order="MAKE_IMAGE")
        self._kie = Kie(http, key, self._who, base_url, upload_url)

    async def draw(self, ask: DrawAsk, key: str, out: Path) -> Paid:
        """Upload the photo, which is free, and hand the job over."""
        photo = await self._kie.uploaded(ask.photo.read_bytes(), mark(key), "image/jpeg")
        wanted = {
            "prompt": ask.words,
            "image_input": [photo],
            "aspect_ratio": pictures.ratio(ask.width, ask.height, pictures.RATIOS),
            "resolution": "1K",
            "output_format": "png",
        }
        job = {"model": self.facts.model, "input": wanted}
        reply, told = await self._kie.ask("POST", "/api/v1/jobs/createTask", json=job, paid=True)
        task = told.row.get("taskId")
        if not isinstance(task, str) or not task:
            raise odd(reply, self._who, paid=True)
        return Paid(value=Came(job=task).model_dump_json(), cost=self.facts.price)

    async def poll(self, came: Came) -> bool:
        """Whether the picture is there."""
        record = await self._record(came.job)
        if record is not None and record.state == "fail":
            raise self._ended(record)
        return record is not None and record.state == "success"

    async def deliver(self, came: Came, out: Path) -> float | None:
        """Fetch the picture; what the job took in credits is its cost."""
        record = await self._record(came.job)
        if record is None or not (await self._http.fetch(_address(record), out, most=MOST_BYTES)).fine:
            raise Failed("vendor.expired", {"vendor": self.facts.vendor})
        return None if record.credits_consumed is None else record.credits_consumed * _CREDIT

    async def check(self) -> None:
        """Ask how many credits are left."""
        await self._kie.ask("GET", "/api/v1/chat/credit")

    async def _record(self, task: str) -> _Record | None:
        try:
            reply, told = await self._kie.ask("GET", "/api/v1/jobs/recordInfo", params={"taskId": task})
        except NotYet:
            return None
        try:
            return _Record.model_validate(told.data)
        except ValidationError as error:
            raise odd(reply, self._who) from error

    def _ended(self, record: _Record) -> Trouble:
        fields = {"vendor": self.facts.vendor}
        if is_refusal(record.fail_msg):
            return Refused("vendor.refused", {**fields, "model": self.facts.model}, str(record.fail_code))
        return Failed("vendor.failed", fields, str(record.fail_code))


def _address(record: _Record) -> str:
    """Where the picture lies."""
    try:
        told = json.loads(record.result_json or "")
    except ValueError:
        told = None
    urls = told.get("resultUrls") if isinstance(told, dict) else None
    if not isinstance(urls, list) or not urls or not isinstance(urls[0], str):
        raise Failed("vendor.failed", {"vendor": "kie"}, f"done without a picture {shape(told)}")
    return urls[0]
