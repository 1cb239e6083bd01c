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
from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path

from pipeline.ports.avatar import Avatar as Port
from pipeline.ports.avatar import Job, Looker, Performed, Tell
from pipeline.ports.errors import BadInput, NoAccess
from pipeline.ports.facts import Paid
from pipeline.wires.kling import Account, Task
from pipeline.wires.shapes import Answer, shaped
from pipeline.wires.tokens import mark

_AVATAR = "/v1/videos/avatar/image2video"
_FACES, _LIPS = "/v1/videos/identify-face", "/v1/videos/advanced-lip-sync"
_HEAVIEST = 5_000_000  # bytes of a sound


class _Face(Answer):
    face_id: str
    start_time: int = 0
    end_time: int = 0


class _Faces(Answer):
    session_id: str = ""
    face_data: tuple[_Face, ...] = ()


class _Found(Answer):
    data: _Faces


class _Seen(Answer):
    """The face that is to speak, among those found on a clip; kept for a day."""

    session: str
    face: str


class Faces:
    """Looks for faces on a clip, which may fail on animals and is charged whatever it finds."""

    def __init__(self, account: Account) -> None:
        self.facts, self._account = account.facts, account

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


class _Jobs(ABC):
    """Jobs that are handed over and asked for again until their clip is there."""

    def __init__(self, account: Account) -> None:
        self.facts, self._account = account.facts, account

    async def poll(self, ticket: str) -> bool:
        """Whether its clip is there."""
        return self._account.ready(await self._look(ticket)) is not None

    async def fetch(self, ticket: str, job: Job, out: Path, tell: Tell) -> Performed:
        """Bring the clip home."""
        return await self._account.bring(lambda: self._look(ticket), job, out, tell)

    @abstractmethod
    async def _look(self, ticket: str) -> Task | None:
        """The job as it stands; None where there is none."""


class LipSync(_Jobs):
    """The mouth of a clip that is there already is made to follow our sound, once `looker` found a face on
    it. A lost job is not found again: it is known by its own number only."""

    def __init__(self, account: Account, looker: Looker) -> None:
        super().__init__(account)
        self.looker = looker

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

    async def _look(self, ticket: str) -> Task | None:
        return await self._account.found(f"{_LIPS}/{ticket}")


class Avatar(_Jobs):
    """A picture says our sound; the model's name is the mode, `avatar-std` or `avatar-pro`."""

    def __init__(self, account: Account, *, mode: str = "std") -> None:
        super().__init__(account)
        self._mode = mode

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

    async def find(self, key: str) -> str | None:
        """The job under our own mark."""
        task = await self._look(mark(key))
        return None if task is None else task.ticket

    async def check(self) -> None:
        """Ask for the newest job's row."""
        await self._account.ask("GET", _AVATAR, params={"pageNum": "1", "pageSize": "1"})

    async def _look(self, ticket: str) -> Task | None:
        return await self._account.found(f"{_AVATAR}/{ticket}")


class Scene(_Jobs):
    """A picture moves by itself, silent; `dubber` makes its mouth follow. Or it says lines in the model's own
    voice, which has its own price and resolution (`heard`). The model's name is in the path; `more` are
    settings only it knows."""

    def __init__(
        self,
        account: Account,
        dubber: Port,
        *,
        heard: str = "720p",
        more: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(account)
        self.dubber = dubber
        self._heard, self._more = heard, dict(more or {})

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

    async def find(self, key: str) -> str | None:
        """The job under our own mark."""
        task = await self._account.found("/tasks", {"external_task_ids": mark(key)})
        return None if task is None else task.ticket

    async def check(self) -> None:
        """Ask for a job that never was."""
        await self._look("1")

    async def _look(self, ticket: str) -> Task | None:
        return await self._account.found("/tasks", {"task_ids": ticket})


def _plain(media: bytes) -> str:
    """Base64 without a prefix, as both generations of the service take it."""
    return base64.b64encode(media).decode()
