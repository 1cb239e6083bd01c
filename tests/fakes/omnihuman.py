"""Volcengine's visual service as the notes say: signed requests, two envelopes, done that may have failed."""

import asyncio
import calendar
import hashlib
import hmac
import json
import time

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.fakes.performing import Job, Performing, fetched, hung_up

ACCESS, SECRET = "AKLTEXAMPLE", "c2VjcmV0LXVzZWQtYXMtaXQtaXM="
MODEL = "jimeng_realman_avatar_picture_omni_v15"
SUBJECTS = {
    "jimeng_realman_avatar_picture_create_role_omni_v15",
    "jimeng_realman_avatar_picture_create_role_omni",
}
QUICK = "jimeng_realman_avatar_picture_omni_v2"
_NAMES = {
    50411: "Pre Img Risk Not Pass", 50511: "Post Img Risk Not Pass", 50412: "Text Risk Not Pass",
    50514: "Pre Audio Risk Not Pass", 50429: "Request Has Reached API Limit, Please Try Later",
    50430: "Request Has Reached API Concurrent Limit, Please Try Later", 50500: "Internal Error",
    50215: "Input invalid for this service", 50400: "Access Denied", 50204: "req_key not supported",
    50200: "Invalid Input Parameters",
}  # fmt: skip
_STATUS = {50429: 429, 50430: 429, 50500: 500, 50501: 500, 50400: 403}


class OmniHuman(Performing):
    """`at_once` jobs may run; a fault may be any of the service's numbers, at submit or, with "late:" before
    it, when the job is asked for. `subject` is what its check finds in a picture, or the number it refuses
    with; `checks` are the pictures it was asked about."""

    def __init__(
        self,
        *faults: str,
        at_once: int = 1,
        looks: int = 0,
        late: float = 0.0,
        skew: float = 0.0,
        subject: str = "1",
    ) -> None:
        super().__init__(*faults, looks=looks, late=late)
        self.at_once, self.skew, self.subject = at_once, skew, subject
        self.checks: list[str] = []
        self.masks: list[str] = []
        self.app = Starlette(routes=[Route("/", self._ask, methods=["POST"]), self.result()])

    async def _ask(self, request: Request) -> Response:
        body = await request.body()
        refusal = self._unsigned(request, body)
        if refusal is not None:
            return refusal
        if request.query_params["Version"] != "2022-08-31":
            return _gateway(404, 100008, "InvalidActionOrVersion")
        ask = json.loads(body)
        match request.query_params["Action"]:
            case "CVSubmitTask":
                return await self._submit(ask)
            case "CVGetResult":
                return self._get(ask)
            case "CVProcess":
                inner = {"code": 0, "object_detection_result": {"mask": {"url": self.masks}}, "status": 1}
                return _told(10000, {"resp_data": json.dumps(inner)})
        return _gateway(404, 100008, "InvalidActionOrVersion")

    async def _submit(self, ask: dict[str, object]) -> Response:
        if ask["req_key"] in SUBJECTS:
            self.checks.append(str(ask["image_url"]))
            return _told(int(self.subject)) if len(self.subject) > 1 else _told(10000, {"task_id": "s1"})
        fault = self.fault()
        if fault.isdigit():
            return _told(int(fault))
        allowed = {"req_key", "image_url", "audio_url"}
        if ask["req_key"] == MODEL:
            allowed |= {"mask_url", "prompt", "seed", "output_resolution", "pe_fast_mode"}
        elif ask["req_key"] != QUICK:
            return _told(50200)
        if set(ask) - allowed or not str(ask["image_url"]).startswith("http"):
            return _told(50200)
        if self.running() >= self.at_once:
            return _told(50430)
        picture = await asyncio.to_thread(fetched, str(ask["image_url"]))
        sound = await asyncio.to_thread(fetched, str(ask["audio_url"]))
        job = self.begin(sound or b"", fault if picture and sound else "late:50215")
        job.asked = ask
        if fault == "lost":
            return hung_up()
        if fault == "html":
            return Response("<html>bad gateway</html>", 502)
        return _told(10000, {"task_id": job.id})

    def _get(self, ask: dict[str, object]) -> Response:
        if ask["req_key"] in SUBJECTS:
            verdict = json.dumps({"status": int(self.subject)})
            return _told(10000, {"status": "done", "resp_data": verdict})
        job = self.jobs.get(str(ask["task_id"]))
        if job is None:
            return _told(10000, {"status": "not_found"})
        if not self.done(job):
            return _told(10000, {"status": "in_queue" if job.looks == 1 else "generating"})
        if job.fault.startswith("late:"):
            return _told(int(job.fault.removeprefix("late:")), {"status": "done"})
        if job.seconds >= 60:
            return _told(50215)
        return _told(10000, self._clip_of(job))

    def _clip_of(self, job: Job) -> dict[str, object]:
        if job.fault == "empty":
            return {"status": "done", "video_url": ""}
        return {"status": "done", "video_url": self.url(job), "aigc_meta_tagged": False}

    def _unsigned(self, request: Request, body: bytes) -> Response | None:
        """The gateway's refusal of a request that is not rightly signed.

        Source: the service's own description of its fourth signature, for any set of signed headers.
        """
        parts = request.headers.get("authorization", "").removeprefix("HMAC-SHA256 ").split(", ")
        told = dict(part.split("=", 1) for part in parts if "=" in part)
        if set(told) != {"Credential", "SignedHeaders", "Signature"}:
            return _gateway(400, 100024, "InvalidAuthorization")
        access, _, scope = told["Credential"].partition("/")
        date = request.headers["x-date"]
        now = time.time() + self.skew
        if abs(calendar.timegm(time.strptime(date, "%Y%m%dT%H%M%SZ")) - now) > 900:
            return _gateway(400, 100006, "InvalidTimestamp")
        if access != ACCESS:
            return _gateway(401, 100009, "InvalidAccessKey")
        names = told["SignedHeaders"].split(";")
        canonical = [request.method, request.url.path, request.url.query]
        canonical += ["".join(f"{name}:{request.headers[name]}\n" for name in sorted(names))]
        canonical += [told["SignedHeaders"], hashlib.sha256(body).hexdigest()]
        words = ["HMAC-SHA256", date, scope, hashlib.sha256("\n".join(canonical).encode()).hexdigest()]
        key = SECRET.encode()
        for part in scope.split("/"):
            key = hmac.digest(key, part.encode(), "sha256")
        if hmac.digest(key, "\n".join(words).encode(), "sha256").hex() != told["Signature"]:
            return _gateway(401, 100010, "SignatureDoesNotMatch")
        return None


def _told(code: int, data: object = None) -> Response:
    said = "Success" if code == 10000 else _NAMES.get(code, "Error")
    body = {"code": code, "data": data, "message": said, "request_id": "r", "status": code}
    return JSONResponse(body, 200 if code == 10000 else _STATUS.get(code, 400))


def _gateway(status: int, number: int, code: str) -> Response:
    error = {"CodeN": number, "Code": code, "Message": "no"}
    return JSONResponse({"ResponseMetadata": {"RequestId": "r", "Service": "cv", "Error": error}}, status)
