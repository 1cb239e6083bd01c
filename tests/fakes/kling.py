"""Kling as its notes say: two generations side by side, jobs found by our mark, money among limits."""

import asyncio
import base64
import hmac
import io
import json
import time

import av
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.fakes.performing import Job, Performing, fetched, hung_up, own_sound

KEY, ACCESS, SECRET = "key-of-this-region", "ak-example", "sk-example-not-to-be-used-anywhere"
_STATUS = {1000: 401, 1001: 401, 1002: 401, 1003: 401, 1004: 401, 1103: 403, 1203: 404, 5000: 500, 5001: 503,
           5002: 504, 1100: 429, 1101: 429, 1102: 429, 1302: 429, 1303: 429, 1304: 429}  # fmt: skip
_PATH = "/v1/videos/avatar/image2video"
_LIPS = "/v1/videos/advanced-lip-sync"
_LENGTHS = {"kling-2.6": {5, 10}, "kling-3.0": range(3, 16), "kling-3.0-turbo": range(3, 16)}  # seconds


class Kling(Performing):
    """`at_once` jobs may run; a fault may be any of the service's numbers. A second job under the same mark
    is refused, which is stricter than anybody knows."""

    def __init__(self, *faults: str, at_once: int = 3, looks: int = 0, late: float = 0.0) -> None:
        super().__init__(*faults, looks=looks, late=late)
        self.at_once = at_once
        self.sessions: list[str] = []
        self.app = Starlette(
            routes=[
                Route(_PATH, self._avatar, methods=["POST"]),
                Route(_PATH, self._list),
                Route(_PATH + "/{name}", self._task),
                Route("/image-to-video/{model}", self._scene, methods=["POST"]),
                Route("/tasks", self._tasks),
                Route("/v1/videos/identify-face", self._faces, methods=["POST"]),
                Route(_LIPS, self._lips, methods=["POST"]),
                Route(_LIPS + "/{name}", self._task),
                self.result(),
            ]
        )

    async def _avatar(self, request: Request) -> Response:
        refusal = self._unknown(request, older=True)
        if refusal is not None:
            return refusal
        ask = await request.json()
        picture, sound = _media(ask.get("image")), _media(ask.get("sound_file"))
        unfit = not picture or not sound or len(sound) > 5_000_000 or ask.get("mode") not in {"std", "pro"}
        if unfit or not 2.0 <= (len(sound or b"") - 44) / 96_000 <= 300.0:
            return _told(1201)
        return self._begun(sound, str(ask.get("external_task_id")), older=True)

    async def _scene(self, request: Request) -> Response:
        refusal = self._unknown(request, older=False)
        if refusal is not None:
            return refusal
        ask = await request.json()
        model, settings = request.path_params["model"], ask["settings"]
        if model not in _LENGTHS:
            return _told(1203)
        kinds = {part["type"]: part for part in ask["contents"]}
        if settings["duration"] not in _LENGTHS[model] or not _media(kinds["first_frame"]["url"]):
            return _told(1201)
        mark, prompt = ask["options"]["external_task_id"], kinds["prompt"]["text"]
        if settings["audio"] == "off":
            return self._begun(None, mark, older=False)
        if model == "kling-2.6" and settings["resolution"] != "1080p":
            return _told(1201)
        fault = self.fault()
        return self._begun(
            own_sound(prompt, fault), mark, older=False, length=settings["duration"], fault=fault
        )

    def _begun(
        self, sound: bytes | None, mark: str, *, older: bool, length: float = 0.0, fault: str | None = None
    ) -> Response:
        fault = self.fault() if fault is None else fault
        if fault.isdigit():
            return _told(int(fault))
        if self.running() >= self.at_once:
            return _told(1303)
        if any(job.mark == mark for job in self.jobs.values()):
            return _told(1201)
        job = self.begin(sound, fault, mark=mark, length=length)
        if fault == "lost":
            return hung_up()
        if older:
            return _told(
                0, {"task_id": job.id, "task_status": "submitted", "task_info": {"external_task_id": mark}}
            )
        return _told(0, {"id": job.id, "status": "submitted", "external_id": mark})

    async def _faces(self, request: Request) -> Response:
        """Look for faces on a clip, which has to be there and large enough; a fault "faceless" finds none."""
        refusal = self._unknown(request, older=True)
        clip = await asyncio.to_thread(fetched, (await request.json())["video_url"])
        if refusal is not None or clip is None:
            return refusal or _told(1201)
        with av.open(io.BytesIO(clip)) as source:
            stream = source.streams.video[0]
            sides, seconds = (
                (stream.width, stream.height),
                float((stream.duration or 0) * (stream.time_base or 0)),
            )
        if min(sides) < 512 or max(sides) > 2160 or not 2 <= seconds <= 60:
            return _told(1201)
        face = {"face_id": "0", "face_image": "", "start_time": 0, "end_time": round(seconds * 1000)}
        self.sessions.append(str(len(self.sessions)))
        faces = [] if self.faults and self.fault() == "faceless" else [face]
        return _told(0, {"session_id": self.sessions[-1], "face_data": faces})

    async def _lips(self, request: Request) -> Response:
        ask = await request.json()
        (chosen,) = ask["face_choose"]
        sound = _media(chosen["sound_file"])
        if ask["session_id"] not in self.sessions or not sound or chosen["sound_end_time"] < 2000:
            return _told(1201)
        return self._unknown(request, older=True) or self._begun(sound, ask["external_task_id"], older=True)

    async def _list(self, request: Request) -> Response:
        return self._unknown(request, older=True) or _told(
            0, [self._older(job) for job in self.jobs.values()]
        )

    async def _task(self, request: Request) -> Response:
        refusal = self._unknown(request, older=True)
        name = request.path_params["name"]
        job = next((job for job in self.jobs.values() if name in {job.id, job.mark}), None)
        return refusal or (_told(1203) if job is None else _told(0, self._older(job)))

    async def _tasks(self, request: Request) -> Response:
        refusal = self._unknown(request, older=False)
        name = request.query_params.get("task_ids") or request.query_params.get("external_task_ids")
        jobs = [job for job in self.jobs.values() if name in {job.id, job.mark}]
        return refusal or _told(0, [self._newer(job) for job in jobs])

    def _older(self, job: Job) -> dict[str, object]:
        row: dict[str, object] = {"task_id": job.id, "task_info": {"external_task_id": job.mark}}
        if not self.done(job):
            return row | {"task_status": "processing"}
        if job.fault in {"failed", "moderated"}:
            said = "content risk control" if job.fault == "moderated" else "internal"
            return row | {"task_status": "failed", "task_status_msg": said}
        clip = {"id": "v", "url": self.url(job), "watermark_url": "", "duration": f"{job.seconds:.1f}"}
        units = f"{0.4 * job.seconds:.2f}"
        return row | {
            "task_status": "succeed",
            "task_result": {"videos": [clip]},
            "final_unit_deduction": units,
        }

    def _newer(self, job: Job) -> dict[str, object]:
        row: dict[str, object] = {"id": job.id, "external_id": job.mark, "message": ""}
        if not self.done(job):
            return row | {"status": "processing"}
        clip = {"type": "video", "id": "v", "url": self.url(job), "duration": "5.041"}
        amount = "1.5" if job.sound is None else f"{1.0 * job.length:g}"
        bill = {"charge_type": "unit", "amount": amount, "package_type": "video"}
        return row | {"status": "succeeded", "outputs": [clip], "billing": [bill]}

    def _unknown(self, request: Request, *, older: bool) -> Response | None:
        """The refusal of whoever does not belong here."""
        bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
        if bearer == KEY:
            return None
        if not older or bearer.count(".") != 2:
            return _told(1002)
        head, claims, seal = bearer.split(".")
        right = hmac.digest(SECRET.encode(), f"{head}.{claims}".encode(), "sha256")
        words = json.loads(_unpadded(claims))
        if _unpadded(seal) != right or words["iss"] != ACCESS:
            return _told(1002)
        if words["nbf"] > time.time():
            return _told(1003)
        return _told(1004) if words["exp"] < time.time() else None


def _told(code: int, data: object = None) -> Response:
    said = {"code": code, "message": "SUCCEED" if code == 0 else "no", "request_id": "r"}
    return JSONResponse(
        said | ({} if data is None else {"data": data}), _STATUS.get(code, 400 if code else 200)
    )


def _media(written: object) -> bytes | None:
    """What is inside bare base64; nothing where there is a prefix, or none at all."""
    try:
        return base64.b64decode(str(written), validate=True)
    except ValueError:
        return None


def _unpadded(words: str) -> bytes:
    return base64.urlsafe_b64decode(words + "=" * (-len(words) % 4))
