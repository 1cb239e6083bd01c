"""KIE's pictures on loopback: HTTP 200 for everything, results as JSON inside a string."""

import itertools
import json
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.fakes.desk import says
from tests.fakes.painting import Painting, page, picture, stranger
from tests.fakes.performing import hung_up

_STATES = ("waiting", "queuing", "generating")


class KieBanana(Painting):
    """A fault is `code|message`, with "late:" before it in the job's row, or: lost, garbled, odd, gone,
    empty, no picture. `unknown`: how often a new job is not known yet; `looks`: how often it is not done."""

    model = "nano-banana-pro"

    def __init__(self, *faults: str, unknown: int = 0, looks: int = 0) -> None:
        super().__init__(*faults)
        self.unknown, self.looks = unknown, looks
        self.uploads: dict[str, bytes] = {}
        self.jobs: dict[str, str] = {}
        self._numbers = itertools.count(1)
        self.app = Starlette(
            routes=[
                Route("/api/file-stream-upload", self.upload, methods=["POST"]),
                Route("/api/v1/jobs/createTask", self.create, methods=["POST"]),
                Route("/api/v1/jobs/recordInfo", self.record),
                Route("/api/v1/chat/credit", self.credit),
                Route("/result/{job}.png", self.result),
            ]
        )

    async def credit(self, request: Request) -> Response:
        """What is left."""
        return _told(401, "no") if stranger(request) else _told(200, "success", 812.5)

    async def upload(self, request: Request) -> Response:
        """Keep a photo."""
        if stranger(request):
            return _told(401, "You do not have access permissions")
        async with request.form() as form:
            file, name = form["file"], str(form["fileName"])
            assert not isinstance(file, str)
            self.uploads[name] = await file.read()
        return _told(200, "File uploaded successfully", {"downloadUrl": f"{self.address}/upload/{name}"})

    async def create(self, request: Request) -> Response:
        """Take a job."""
        if stranger(request):
            return _told(401, "You do not have access permissions")
        body: dict[str, Any] = await request.json()
        fault, wanted = self.fault(), body["input"]
        code, _, said = fault.partition("|")
        if code.isdigit():
            return _told(int(code), said)
        names = [url.rpartition("/")[2] for url in wanted["image_input"]]
        if (
            body["model"] != self.model
            or not wanted["prompt"]
            or wanted["resolution"] not in {"1K", "2K", "4K"}
        ):
            return _told(422, "model is not supported")
        if any(name not in self.uploads or self.looked(self.uploads[name]) for name in names):
            return _told(451, "Failed to fetch the image")
        self.asked.append(body)
        self.bills.append(0.09)
        job = f"task_nano_{next(self._numbers)}"
        self.jobs[job] = fault
        if fault in {"lost", "garbled"}:
            return hung_up() if fault == "lost" else page()
        return _told(200, "success", {"recordId": "x"} if fault == "odd" else {"taskId": job})

    async def record(self, request: Request) -> Response:
        """What became of a job."""
        job = request.query_params["taskId"]
        if job not in self.jobs or self.unknown > 0:
            self.unknown -= 1
            return _told(422, "recordInfo is null")
        if self.looks > 0:
            self.looks -= 1
            return _told(200, "success", _row(job, state=_STATES[self.looks % 3], resultJson=""))
        fault = self.jobs[job]
        if fault.startswith("late:"):
            code, _, said = fault[5:].partition("|")
            return _told(200, "success", _row(job, state="fail", failCode=code, failMsg=said))
        urls = [] if fault == "empty" else [f"{self.address}/result/{job}.png"]
        made = json.dumps({"resultUrls": urls})
        return _told(200, "success", _row(job, state="success", resultJson=made, creditsConsumed=18))

    async def result(self, request: Request) -> Response:
        """The picture."""
        fault = self.jobs[request.path_params["job"]]
        if fault == "gone":
            return Response("expired", 403)
        return Response(b"words" if fault == "no picture" else picture(768, 1344), media_type="image/png")


def _row(job: str, **more: object) -> dict[str, object]:
    return {"taskId": job, "model": KieBanana.model, "param": "{}", "failCode": None, "failMsg": None, **more}


def _told(code: int, said: str, data: object = None) -> Response:
    return says(200, {"code": code, "msg": said, "data": data})
