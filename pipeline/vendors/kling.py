"""Kling (可灵): a picture says our sound, or moves by itself.

Service: Kling, mainland and international, two accounts that do not know each other.
Documentation: klingai.com/document-api (authentication, avatar, image-to-video, concurrency, callbacks).
Read on: 2026-11-22.
Auth: an API key, or the older access and secret key as a token for the older paths.
Limits: sound 2–300 s and 5 MB, picture 10 MB, from 300 pixels, 1:2.5 to 2.5:1; as many jobs at once as
    the account's largest pack.
Price: 0.4 units a second (better: 0.8), a unit is 0.14 dollars; only what succeeds is charged.
Keeps data for: 30 days.
Repeats safely: no, but a job is found by our own mark.
Can cancel: no.
Quirks: the older paths say `succeed`, the newer `succeeded`; a failed job comes with code 0; 429 also
    means no money; animals are named by resellers only.
"""

import base64
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from pydantic import SecretStr, field_validator

from pipeline.ports.avatar import Avatar as Port
from pipeline.ports.avatar import Job, Looker, Performed, Tell
from pipeline.ports.errors import BadInput, Busy, Failed, NoAccess, Refused, Trouble
from pipeline.ports.facts import Facts, Paid
from pipeline.ports.http import Http, Reply
from pipeline.wires.shapes import Answer, download, odd, shaped
from pipeline.wires.tokens import jwt, mark
from pipeline.wires.verdicts import Verdict, Who, Wrong, trouble

_AVATAR = "/v1/videos/avatar/image2video"
_FACES, _LIPS = "/v1/videos/identify-face", "/v1/videos/advanced-lip-sync"
_DOLLARS = 0.14  # of a unit, list price
_HEAVIEST = 5_000_000  # bytes of a sound
_UNKNOWN = 1203
_RISKS = ("risk", "safety", "sensitive", "policy", "violat", "敏感", "风险", "违规", "安全")
_VERDICTS: dict[int, Verdict] = {
    1000: "key", 1001: "key", 1002: "key", 1100: "closed", 1101: "balance", 1102: "balance", 1103: "closed",
    1200: "unsuited", 1201: "unsuited", 1202: "unsuited", _UNKNOWN: "gone", 1300: "refused", 1301: "refused",
    1302: "busy", 1303: "busy", 1304: "closed", 5000: "unsure", 5001: "unsure", 5002: "unsure",
}  # fmt: skip
_CLOCK = {1003, 1004}


class _Clip(Answer):
    url: str = ""


class _Result(Answer):
    videos: tuple[_Clip, ...] = ()


class _Task(Answer):
    """A job in the older shape or the newer one."""

    task_id: str = ""
    id: str = ""
    task_status: str = ""
    status: str = ""
    task_status_msg: str = ""
    message: str = ""
    task_result: _Result = _Result()
    outputs: tuple[_Clip, ...] = ()
    final_unit_deduction: str | None = None
    billing: tuple[dict[str, Any], ...] = ()

    @field_validator("task_id", "id", "final_unit_deduction", mode="before")
    @classmethod
    def _text(cls, value: object) -> object:
        return str(value) if isinstance(value, int | float) else value

    @property
    def ticket(self) -> str:
        """Its id."""
        return self.task_id or self.id

    @property
    def url(self) -> str:
        """Where its clip lies; empty as long as there is none."""
        return next((clip.url for clip in (*self.task_result.videos, *self.outputs) if clip.url), "")

    @property
    def units(self) -> float | None:
        """What it did cost, in units; None where that is not said."""
        if self.final_unit_deduction is not None:
            return _number(self.final_unit_deduction)
        paid = [each.get("amount") for each in self.billing if each.get("charge_type") == "unit"]
        return _number(paid[0]) if paid else None


class _Told(Answer):
    code: int
    data: _Task | tuple[_Task, ...] | None = None

    @property
    def task(self) -> _Task | None:
        """The one job that was asked for, if there is one."""
        if isinstance(self.data, tuple):
            return self.data[0] if self.data else None
        return self.data if self.data is not None and self.data.ticket else None


class _Face(Answer):
    face_id: str
    start_time: int = 0
    end_time: int = 0


class _Faces(Answer):
    session_id: str = ""
    face_data: tuple[_Face, ...] = ()


class _Found(Answer):
    data: _Faces


class _Account:
    """How Kling is asked, and what its numbers mean."""

    def __init__(
        self, http: Http, keys: dict[str, SecretStr], facts: Facts, base_url: str, clock: Callable[[], float]
    ) -> None:
        self.facts, self.http = facts, http
        self._keys, self._base, self._clock = keys, base_url.rstrip("/"), clock
        setting = "KLING_API_KEY" if "kling_api_key" in keys else "KLING_ACCESS_KEY + KLING_SECRET_KEY"
        self.who = Who(vendor=facts.vendor, model=facts.model, key=setting, order="MAKE_AVATAR")

    async def ask(
        self,
        method: str,
        path: str,
        *,
        json: object = None,
        params: dict[str, str] | None = None,
        paid: bool = False,
    ) -> tuple[Reply, _Told]:
        """Ask once; an answer with another code than 0 is one of the seven errors."""
        reply = await self.http.send(
            method,
            self._base + path,
            json=json,
            params=params,
            paid=paid,
            headers={"authorization": f"Bearer {self._bearer()}"},
        )
        told = shaped(reply, _Told, self.who, paid=paid)
        if told.code != 0:
            raise self._wrong(reply, told.code, paid=paid)
        return reply, told

    async def begun(self, path: str, json: object) -> str:
        """Hand a job over and return its ticket."""
        reply, told = await self.ask("POST", path, json=json, paid=True)
        if told.task is None:
            raise odd(reply, self.who, paid=True)
        return told.task.ticket

    async def found(self, path: str, params: dict[str, str] | None = None) -> _Task | None:
        """The job that lies there; None when there is none."""
        try:
            _, told = await self.ask("GET", path, params=params)
        except Failed as trouble:
            if trouble.key == "vendor.lost":
                return None
            raise
        return told.task

    def ready(self, task: _Task | None) -> _Task | None:
        """The job once its clip is there; None while it is being made.

        Raises:
            Failed, Refused: it never will be.
        """
        if task is None:
            raise Failed("vendor.lost", {"vendor": self.facts.vendor})
        state = task.task_status or task.status
        if state == "failed":
            said = f"{task.task_status_msg} {task.message}".lower()
            if any(word in said for word in _RISKS):
                raise Refused("vendor.refused", {"vendor": self.facts.vendor, "model": self.facts.model})
            raise Failed("vendor.failed", {"vendor": self.facts.vendor}, f"{len(said)} characters of reason")
        return task if state in {"succeed", "succeeded"} and task.url else None

    async def bring(self, look: Callable[[], Any], job: Job, out: Path, tell: Tell) -> Performed:
        """Bring a job's clip home, with what it did cost."""
        costs: list[float | None] = []

        async def address() -> str:
            task = self.ready(await look())
            if task is None:
                raise Busy("vendor.busy", {"vendor": self.facts.vendor, "model": "", "seconds": "0"})
            costs.append(None if task.units is None else round(task.units * _DOLLARS, 4))
            return task.url

        await download(self.http, address, out, self.who)
        tell(1.0)
        return Performed(track=None, seconds=job.seconds, cost=costs[-1])

    def _bearer(self) -> str:
        key = self._keys.get("kling_api_key")
        if key is not None:
            return key.get_secret_value()
        access, secret = (self._keys[name].get_secret_value() for name in _PAIR)
        return jwt(access, secret, self._clock())

    def _wrong(self, reply: Reply, code: int, *, paid: bool) -> Trouble:
        fields = {"vendor": self.facts.vendor, "model": self.facts.model}
        if code in _CLOCK:
            return NoAccess("vendor.clock", fields, str(code))
        if code == _UNKNOWN and not paid:
            return Failed("vendor.lost", fields, str(code))
        verdict = _VERDICTS.get(code, "unsure" if reply.status >= 500 else "unsuited")
        if verdict == "unsure" and not paid:
            return Busy("vendor.busy", {**fields, "seconds": "0"}, str(code))
        return trouble(verdict, self.who, Wrong(status=reply.status, code=str(code)))


_PAIR = ("kling_access_key", "kling_secret_key")


class _Seen(Answer):
    """The face that is to speak, among those found on a clip; kept for a day."""

    session: str
    face: str


class Faces:
    """Looks for faces on a clip, which may fail on animals and is charged whatever it finds."""

    def __init__(
        self,
        http: Http,
        keys: dict[str, SecretStr],
        facts: Facts,
        base_url: str,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.facts = facts
        self._account = _Account(http, keys, facts, base_url, clock)

    async def submit(self, job: Job, key: str) -> Paid:
        """Have the clip looked at; the answer comes at once."""
        if job.clip_url is None:
            raise NoAccess("lend.nowhere", {"vendor": self.facts.vendor})
        reply, _ = await self._account.ask("POST", _FACES, json={"video_url": job.clip_url}, paid=True)
        found = shaped(reply, _Found, self._account.who, paid=True).data
        if not found.face_data:
            return Paid(value="", cost=self.facts.price)
        face = max(found.face_data, key=lambda each: each.end_time - each.start_time)
        seen = _Seen(session=found.session_id, face=face.face_id)
        return Paid(value=seen.model_dump_json(), cost=self.facts.price)

    async def seen(self, ticket: str) -> str | None:
        """The answer that came."""
        return ticket


class LipSync:
    """The mouth of a clip that is there already is made to follow our sound, once `looker` found a face on
    it. A lost job is not found again: it is known by its own number only."""

    def __init__(
        self,
        http: Http,
        keys: dict[str, SecretStr],
        facts: Facts,
        base_url: str,
        looker: Looker,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.facts, self.looker = facts, looker
        self._account = _Account(http, keys, facts, base_url, clock)

    async def submit(self, job: Job, key: str) -> Paid:
        """Hand over the sound for the face that was found."""
        seen = _Seen.model_validate_json(job.seen)
        chosen = {
            "face_id": seen.face,
            "sound_file": _plain(job.speech.read_bytes()),
            "sound_start_time": 0,
            "sound_end_time": int(job.seconds * 1000),
            "sound_insert_time": 0,
            "sound_volume": 1,
            "original_audio_volume": 0,
        }
        ask = {"session_id": seen.session, "face_choose": [chosen], "external_task_id": mark(key)}
        ticket = await self._account.begun(_LIPS, ask)
        return Paid(value=ticket, cost=round(self.facts.price * job.seconds, 4))

    async def poll(self, ticket: str) -> bool:
        """Whether its clip is there."""
        return self._account.ready(await self._look(ticket)) is not None

    async def fetch(self, ticket: str, job: Job, out: Path, tell: Tell) -> Performed:
        """Bring the clip home."""
        return await self._account.bring(lambda: self._look(ticket), job, out, tell)

    async def _look(self, ticket: str) -> _Task | None:
        return await self._account.found(f"{_LIPS}/{ticket}")


class Avatar:
    """A picture says our sound; the model's name is the mode, `avatar-std` or `avatar-pro`."""

    def __init__(
        self,
        http: Http,
        keys: dict[str, SecretStr],
        facts: Facts,
        base_url: str,
        *,
        mode: str = "std",
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.facts, self._mode = facts, mode
        self._account = _Account(http, keys, facts, base_url, clock)

    async def submit(self, job: Job, key: str) -> Paid:
        """Hand over picture and sound, under a mark by which the job is found again."""
        sound = job.speech.read_bytes()
        if len(sound) > _HEAVIEST:
            raise BadInput("performance.sound_too_long", {"vendor": self.facts.vendor})
        ask = {
            "image": _plain(job.frame.read_bytes()),
            "sound_file": _plain(sound),
            "prompt": job.prompt[:2500],
            "mode": self._mode,
            "external_task_id": mark(key),
        }
        ticket = await self._account.begun(_AVATAR, ask)
        return Paid(value=ticket, cost=round(self.facts.price * job.seconds, 4))

    async def poll(self, ticket: str) -> bool:
        """Whether its clip is there."""
        return self._account.ready(await self._look(ticket)) is not None

    async def fetch(self, ticket: str, job: Job, out: Path, tell: Tell) -> Performed:
        """Bring the clip home."""
        return await self._account.bring(lambda: self._look(ticket), job, out, tell)

    async def find(self, key: str) -> str | None:
        """The job under our own mark."""
        task = await self._look(mark(key))
        return None if task is None else task.ticket

    async def check(self) -> None:
        """Ask for the newest job's row."""
        await self._account.ask("GET", _AVATAR, params={"pageNum": "1", "pageSize": "1"})

    async def _look(self, ticket: str) -> _Task | None:
        return await self._account.found(f"{_AVATAR}/{ticket}")


class Scene:
    """A picture moves by itself, silent; `dubber` makes its mouth follow. Or it says lines in the model's own
    voice, which has its own price and resolution (`heard`). The model's name is in the path; `more` are
    settings only it knows."""

    def __init__(
        self,
        http: Http,
        keys: dict[str, SecretStr],
        facts: Facts,
        base_url: str,
        dubber: Port,
        *,
        heard: str = "720p",
        more: Mapping[str, object] | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.facts, self.dubber = facts, dubber
        self._heard, self._more = heard, dict(more or {})
        self._account = _Account(http, keys, facts, base_url, clock)

    async def submit(self, job: Job, key: str) -> Paid:
        """Hand over the picture."""
        assert self.facts.can is not None
        seconds, price = round(self.facts.can.most), self.facts.price
        settings: dict[str, object] = {"audio": "off", "resolution": "720p"}
        if job.words and self.facts.can.speaks:
            seconds, price = round(job.seconds), self.facts.can.speaks.price
            settings = {"audio": "native", "resolution": self._heard}
        ask = {
            "contents": [
                {"type": "prompt", "text": job.prompt[:2500]},
                {"type": "first_frame", "url": _plain(job.frame.read_bytes())},
            ],
            "settings": settings | self._more | {"duration": seconds},
            "options": {"external_task_id": mark(key), "watermark_info": {"enabled": False}},
        }
        ticket = await self._account.begun(f"/image-to-video/{self.facts.model}", ask)
        return Paid(value=ticket, cost=round(price * seconds, 4))

    async def poll(self, ticket: str) -> bool:
        """Whether its clip is there."""
        return self._account.ready(await self._look("task_ids", ticket)) is not None

    async def fetch(self, ticket: str, job: Job, out: Path, tell: Tell) -> Performed:
        """Bring the clip home."""
        return await self._account.bring(lambda: self._look("task_ids", ticket), job, out, tell)

    async def find(self, key: str) -> str | None:
        """The job under our own mark."""
        task = await self._look("external_task_ids", mark(key))
        return None if task is None else task.ticket

    async def check(self) -> None:
        """Ask for a job that never was."""
        await self._look("task_ids", "1")

    async def _look(self, by: str, name: str) -> _Task | None:
        return await self._account.found("/tasks", {by: name})


def _plain(media: bytes) -> str:
    """Base64 without a prefix, as both generations of the service take it."""
    return base64.b64encode(media).decode()


def _number(written: object) -> float | None:
    try:
        return float(str(written))
    except ValueError:
        return None
