"""Jimeng OmniHuman (即梦数字人): a picture and a sound become somebody who says it.

Service: Volcengine visual, OmniHuman 1.5 and its quick mode (1.0); BytePlus' twin by its address.
Documentation: www.volcengine.com/docs/85621/1829013, /1829011, /1810471, /6444/69728.
Read on: 2026-11-22.
Auth: access and secret key, signature version 4.
Limits: one job at a time per account; sound under 60 s, 15 s is best, a longer one is accepted and fails
    later; picture up to 5 MB and 4096 pixels a side.
Price: about 1.2 yuan a second, quick mode 1 yuan (clients' notes; the official page was not read).
Keeps data for: 12 hours, a result's address for 1 hour.
Repeats safely: no, and a lost job cannot be found.
Can cancel: no.
Quirks: "done" may have failed; pets are named for 1.5 only; the subject check of step 1 is worded for
    humans and the job takes nothing of it, so it is advice; what it costs was not read; masks come by size,
    so the speaker is told by size.
"""

import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import ValidationError

from pipeline.model import Box
from pipeline.ports.avatar import Job, Performed, Tell
from pipeline.ports.errors import BadInput, Busy, Failed, NoAccess, Refused, Surprise, Trouble
from pipeline.ports.facts import Facts, Paid
from pipeline.ports.http import Http, Reply
from pipeline.wires.shapes import Answer, download, odd, shaped
from pipeline.wires.verdicts import Verdict, Who, Wrong, by_status, trouble
from pipeline.wires.volc_signature import signed

_FINE = 10000
_DETECTION = "jimeng_realman_avatar_object_detection"
_SUBJECT = "jimeng_realman_avatar_picture_create_role_omni"
_SUBJECT_15 = "jimeng_realman_avatar_picture_create_role_omni_v15"
_ABROAD = "byteplusapi.com"
_REFUSED = {50411, 50412, 50413, 50512, 50513, 50514, 50518, 50218}
_OUTPUT_REFUSED = {50511, 50516, 50517, 50519}
_BUSY = {50429, 50430, 50520, 50521, 50522, 100018}
_CLOSED = {50204, 50400, 100013}
_KEY = {100009, 100010, 100024, 100025, 100026}
_CLOCK = 100006
_WAIT = 45.0  # seconds after which another job may be done


class _Job(Answer):
    status: str = ""
    video_url: str | None = None
    task_id: str | None = None
    resp_data: str | None = None


class _Error(Answer):
    CodeN: int = 0


class _Metadata(Answer):
    Error: _Error | None = None


class _Told(Answer):
    """Both envelopes: the service's own, and the gateway's around what never reached it."""

    code: int = 0
    data: _Job | None = None
    ResponseMetadata: _Metadata | None = None

    @property
    def number(self) -> int:
        """The code, whichever envelope it came in."""
        gateway = self.ResponseMetadata and self.ResponseMetadata.Error
        return gateway.CodeN if gateway else self.code


class _Masks(Answer):
    """What lies in a detection's answer, itself JSON in a string."""

    object_detection_result: dict[str, Any] = {}  # noqa: RUF012  pydantic copies it

    @property
    def urls(self) -> list[str]:
        """The masks, largest first."""
        return [str(url) for url in self.object_detection_result.get("mask", {}).get("url", [])]


class Adviser:
    """Says whether there is a person, or something like one, in a picture; asked the way `avatar` is."""

    def __init__(self, avatar: "Avatar", model: str) -> None:
        self._avatar = avatar
        self.facts = avatar.facts.model_copy(
            update={
                "model": model,
                "price": 0.0,
                "unit": "picture",
                "at_once": None,
                "can": None,
                "in_flight": 20.0,
            }
        )

    async def submit(self, job: Job, key: str) -> Paid:
        """Hand the picture over."""
        ask = {"req_key": self.facts.model, "image_url": job.frame_url}
        reply, told = await self._avatar.ask("CVSubmitTask", ask, paid=True)
        if told.data is None or not told.data.task_id:
            raise odd(reply, self._avatar.who, paid=True)
        return Paid(value=told.data.task_id)

    async def seen(self, ticket: str) -> str | None:
        """ "subject" where there is one."""
        _, told = await self._avatar.ask("CVGetResult", {"req_key": self.facts.model, "task_id": ticket})
        if told.data is None or told.data.status in {"not_found", "expired", "canceled"}:
            raise Failed("vendor.lost", {"vendor": self.facts.vendor})
        if told.data.status != "done":
            return None
        verdict = _inside(told.data.resp_data).get("status")
        if verdict not in {0, 1}:
            raise Surprise("vendor.odd", {"vendor": self.facts.vendor, "model": self.facts.model})
        return "subject" if verdict else ""


class Avatar:
    """Performs; `plain`: takes picture and sound only, as quick mode does. There is an `adviser` where the
    name it is asked by is known."""

    adviser: Adviser

    def __init__(
        self,
        http: Http,
        access: str,
        secret: str,
        facts: Facts,
        base_url: str,
        *,
        plain: bool = False,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.facts = facts
        self._http, self._access, self._secret, self._clock = http, access, secret, clock
        self._base, self._plain = base_url.rstrip("/"), plain
        where = urlsplit(self._base)
        usual = {"https": ":443", "http": ":80"}.get(where.scheme, "")
        self._host = where.netloc.removesuffix(usual)
        abroad = (where.hostname or "").endswith(_ABROAD)
        self._region, self._version = (
            ("ap-singapore-1", "2024-06-06") if abroad else ("cn-north-1", "2022-08-31")
        )
        self.who = Who(
            vendor=facts.vendor,
            model=facts.model,
            key="VOLC_ACCESS_KEY + VOLC_SECRET_KEY",
            order="MAKE_AVATAR",
        )
        if not abroad:
            self.adviser = Adviser(self, _SUBJECT if plain else _SUBJECT_15)

    async def submit(self, job: Job, key: str) -> Paid:
        """Hand over the addresses of picture and sound; the sound's seconds are what it costs."""
        if not (job.frame_url and job.speech_url):
            raise NoAccess("lend.nowhere", {"vendor": self.facts.vendor})
        ask: dict[str, object] = {
            "req_key": self.facts.model,
            "image_url": job.frame_url,
            "audio_url": job.speech_url,
        }
        if not self._plain:
            ask |= {"prompt": job.prompt[:300], "output_resolution": 720, "pe_fast_mode": True}
            mask = await self._mask(job)
            ask |= {"mask_url": [mask]} if mask else {}
        reply, told = await self.ask("CVSubmitTask", ask, paid=True)
        if told.data is None or not told.data.task_id:
            raise odd(reply, self.who, paid=True)
        return Paid(value=told.data.task_id, cost=self._cost(job))

    async def poll(self, ticket: str) -> bool:
        """Whether it is done; unknown states are waited through."""
        return await self._address(ticket) is not None

    async def fetch(self, ticket: str, job: Job, out: Path, tell: Tell) -> Performed:
        """Bring the clip home within its address' hour; afterwards the job is asked for a new one."""

        async def address() -> str:
            found = await self._address(ticket)
            if found is None:
                raise Failed("vendor.lost", {"vendor": self.facts.vendor})
            return found

        await download(self._http, address, out, self.who)
        tell(1.0)
        return Performed(track=None, seconds=job.seconds, cost=self._cost(job))

    async def check(self) -> None:
        """Ask for a job that never was: only a key that is let in learns that there is none."""
        ask = {"req_key": self.facts.model, "task_id": "1"}
        try:
            await self.ask("CVGetResult", ask)
        except (Failed, BadInput):  # no such job, in one of the two ways it is said
            return

    async def _address(self, ticket: str) -> str | None:
        reply, told = await self.ask("CVGetResult", {"req_key": self.facts.model, "task_id": ticket})
        job = told.data
        if job is None:
            raise odd(reply, self.who)
        if job.status in {"not_found", "expired", "canceled"}:
            raise Failed("vendor.lost", {"vendor": self.facts.vendor}, job.status)
        if job.status != "done":
            return None
        url = job.video_url or _inside(job.resp_data).get("video_url")
        if not url:
            raise Failed("vendor.failed", {"vendor": self.facts.vendor}, "done without a clip")
        return str(url)

    async def _mask(self, job: Job) -> str | None:
        """Where several faces are in the picture: the mask of the one that speaks, found by its size. A
        detection that does not answer costs nothing but the choice."""
        pet = job.framed.pet
        if pet is None or not job.framed.others:
            return None
        try:
            _, told = await self.ask("CVProcess", {"req_key": _DETECTION, "image_url": job.frame_url})
            masks = _Masks.model_validate(_inside(told.data.resp_data if told.data else None)).urls
        except (Busy, Surprise, NoAccess, Failed, BadInput, Refused, ValidationError):
            return None
        larger = sum(_area(other) > _area(pet.box) for other in job.framed.others)
        return masks[larger] if len(masks) > max(1, larger) else None

    async def ask(self, action: str, ask: Mapping[str, object], *, paid: bool = False) -> tuple[Reply, _Told]:
        """Ask once, signed; an answer with another code than the good one is one of the seven errors."""
        query = f"Action={action}&Version={self._version}"
        body = json.dumps(ask, ensure_ascii=False, separators=(",", ":")).encode()
        headers = signed(
            self._access,
            self._secret,
            host=self._host,
            query=query,
            body=body,
            at=self._clock(),
            region=self._region,
            service="cv",
        )
        reply = await self._http.send(
            "POST", f"{self._base}/?{query}", content=body, headers=headers, paid=paid
        )
        told = shaped(reply, _Told, self.who, paid=paid)
        if told.number != _FINE:
            raise self._wrong(reply, told.number, paid=paid)
        return reply, told

    def _wrong(self, reply: Reply, number: int, *, paid: bool) -> Trouble:
        fields = {"vendor": self.facts.vendor}
        if number == _CLOCK:
            return NoAccess("vendor.clock", fields, str(number))
        if number in _OUTPUT_REFUSED:
            return Failed("vendor.output_refused", fields, str(number))
        if reply.status >= 500 and not paid:
            return Busy("vendor.busy", {**fields, "model": self.facts.model, "seconds": "0"}, str(number))
        if number == 50215 and not paid:
            return Failed("vendor.failed", fields, str(number))
        told = Wrong(status=reply.status, code=str(number), seconds=_WAIT if number == 50430 else None)
        return trouble(_verdict(number, reply.status), self.who, told)

    def _cost(self, job: Job) -> float:
        return round(self.facts.price * job.seconds, 4)


def _verdict(number: int, status: int) -> Verdict:
    for verdict, numbers in _VERDICTS:
        if number in numbers:
            return verdict
    return "unsure" if status >= 500 or number in {50500, 50501} else _unlisted(status)


def _unlisted(status: int) -> Verdict:
    return "odd" if status == 200 else by_status(status)


_VERDICTS: tuple[tuple[Verdict, set[int]], ...] = (
    ("refused", _REFUSED), ("busy", _BUSY), ("closed", _CLOSED), ("key", _KEY), ("unsuited", {50200, 50215}),
)  # fmt: skip


def _inside(words: str | None) -> dict[str, Any]:
    """What a string of JSON holds; nothing where it is none."""
    try:
        value = json.loads(words or "{}")
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _area(box: Box) -> float:
    return box.w * box.h
