"""Ark's content generation tasks as their notes say: modes that exclude each other, a list, bills."""

import base64
import time
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.fakes.performing import Job, Performing, hung_up, own_sound

KEY, MODEL = "ark-key", "doubao-seedance-2-0-260128"
OLDER = "doubao-seedance-1-5-pro-251215"
_TASKS = "/contents/generations/tasks"
_STATUS = {"AuthenticationError": 401, "AccountOverdueError": 403, "ModelNotOpen": 404, "NotFound": 404,
           "InvalidEndpointOrModel.NotFound": 404, "QuotaExceeded": 429, "SetLimitExceeded": 429,
           "ServerOverloaded": 429, "InternalServiceError": 500}  # fmt: skip


class Seedance(Performing):
    """A fault may be any of the service's codes, with "late:" before it in the finished task, or "odd" while
    it runs; `echoes`: whether the list shows our marks."""

    def __init__(self, *faults: str, looks: int = 0, late: float = 0.0, echoes: bool = True) -> None:
        super().__init__(*faults, looks=looks, late=late)
        self.echoes = echoes
        self.app = Starlette(
            routes=[
                Route(_TASKS, self._create, methods=["POST"]),
                Route(_TASKS, self._list),
                Route(_TASKS + "/{name}", self._get),
                Route(_TASKS + "/{name}", self._delete, methods=["DELETE"]),
                self.result(),
            ]
        )

    async def _create(self, request: Request) -> Response:
        refusal = self._unknown(request)
        if refusal is not None:
            return refusal
        fault, ask = self.fault(), await request.json()
        code, _, said = fault.partition("|")
        if code[:1].isupper():
            return _error(code, said)
        if ask["model"] not in {MODEL, OLDER}:
            return _error("InvalidEndpointOrModel.NotFound")
        roles = {part.get("role"): part for part in ask["content"]}
        if "first_frame" in roles:
            return self._from_first_frame(ask, roles, fault)
        if ask["model"] == OLDER:
            return _error("InvalidParameter")
        whole = {None, "reference_image", "reference_audio"}
        if set(roles) != whole or not 4 <= ask["duration"] <= 15 or len(ask["safety_identifier"]) > 64:
            return _error("InvalidParameter")
        sound = _media(roles["reference_audio"]["audio_url"]["url"], "audio/wav")
        url = roles["reference_image"]["image_url"]["url"]
        picture = _media(url, "image/png", b"\x89PNG") or _media(url, "image/jpeg", b"\xff\xd8\xff")
        if not sound or not picture or not 2.0 <= (len(sound) - 44) / 96_000 <= 15.0:
            return _error("InvalidParameter")
        job = self.begin(sound, fault, mark=ask["safety_identifier"], model=ask["model"])
        job.asked = ask
        return hung_up() if fault == "lost" else JSONResponse({"id": job.id})

    def _from_first_frame(
        self, ask: dict[str, Any], roles: dict[str | None, dict[str, Any]], fault: str
    ) -> Response:
        """A clip that begins with a picture; what stands in quotation marks is said where sound is wanted."""
        most = 12 if ask["model"] == OLDER else 15
        picture = _media(roles["first_frame"]["image_url"]["url"], "image/png", b"\x89PNG")
        if set(roles) != {None, "first_frame"} or not picture or not 4 <= ask["duration"] <= most:
            return _error("InvalidParameter")
        sound = own_sound(roles[None]["text"], fault) if ask["generate_audio"] else None
        mark, length = ask["safety_identifier"], float(ask["duration"])
        job = self.begin(sound, fault, mark=mark, model=ask["model"], length=length)
        job.asked = ask
        return hung_up() if fault == "lost" else JSONResponse({"id": job.id})

    async def _get(self, request: Request) -> Response:
        job = self.jobs.get(request.path_params["name"])
        return self._unknown(request) or (_error("NotFound") if job is None else JSONResponse(self._row(job)))

    async def _list(self, request: Request) -> Response:
        wanted = request.query_params.get("filter.model")
        jobs = [job for job in self.jobs.values() if wanted in {None, job.model}]
        rows = [{"id": job.id, "model": job.model, "status": "queued"} for job in jobs]
        if self.echoes:
            rows = [row | {"safety_identifier": job.mark} for row, job in zip(rows, jobs, strict=True)]
        return self._unknown(request) or JSONResponse({"total": len(rows), "items": rows})

    async def _delete(self, request: Request) -> Response:
        job = self.jobs[request.path_params["name"]]
        if job.looks:
            return _error("InvalidParameter")
        job.fault = "cancelled"
        return JSONResponse({})

    def _row(self, job: Job) -> dict[str, object]:
        row: dict[str, object] = {"id": job.id, "model": job.model, "created_at": int(time.time())}
        if job.fault in {"cancelled", "expired_task"}:
            return row | {"status": "cancelled" if job.fault == "cancelled" else "expired"}
        if job.fault == "queued":
            return row | {"status": "queued"}
        if not self.done(job):
            return {"page": "of a gateway"} if job.fault == "odd" else row | {"status": "running"}
        if job.fault.startswith("late:"):
            return row | {"status": "failed", "error": {"code": job.fault[5:], "message": "refused"}}
        tokens = round(720 * 1280 * 24 * int(str(job.asked["duration"])) / 1024)
        usage = {"completion_tokens": tokens, "total_tokens": tokens}
        content = {"video_url": self.url(job), "last_frame_url": None}
        return row | {"status": "succeeded", "error": None, "content": content, "usage": usage, "duration": 5}

    def _unknown(self, request: Request) -> Response | None:
        known = request.headers.get("authorization") == f"Bearer {KEY}"
        return None if known else _error("AuthenticationError")


def _error(code: str, said: str = "no") -> Response:
    body = {"error": {"code": code, "message": said, "param": "", "type": "BadRequest"}}
    return JSONResponse(body, _STATUS.get(code, 400))


def _media(url: str, kind: str, begins: bytes = b"") -> bytes | None:
    """What a data address holds, if it is what it says it is."""
    head, _, written = url.partition(",")
    media = base64.b64decode(written) if head == f"data:{kind};base64" else b""
    return media if media.startswith(begins) else None
