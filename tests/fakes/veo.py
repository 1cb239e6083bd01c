"""KIE's Veo and its uploads as their notes say: HTTP 200 for everything, the truth in the body's code."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.fakes.performing import Performing, hung_up, own_sound

KEY, MODEL = "kie-key", "veo3_fast"


class Veo(Performing):
    """A fault may be a code and what is said with it, as "422|rejected by Flow"; with "late:" before it, in
    the job's row. `unknown`: how often a new job is not known yet."""

    def __init__(self, *faults: str, looks: int = 0, unknown: int = 0) -> None:
        super().__init__(*faults, looks=looks)
        self.unknown = unknown
        self.uploads: dict[str, bytes] = {}
        self.app = Starlette(
            routes=[
                Route("/api/file-stream-upload", self._upload, methods=["POST"]),
                Route("/api/v1/veo/generate", self._generate, methods=["POST"]),
                Route("/api/v1/veo/record-info", self._record),
                Route("/api/v1/chat/credit", self._credit),
                self.result(),
            ]
        )

    async def _upload(self, request: Request) -> Response:
        async with request.form() as form:
            file, name = form["file"], str(form["fileName"])
            assert not isinstance(file, str)
            self.uploads[name] = await file.read()
        if not _known(request):
            return _told(401, "You do not have access permissions")
        url = f"{self.address}/upload/{name}"
        return JSONResponse({"success": True, "code": 200, "msg": "ok", "data": {"downloadUrl": url}})

    async def _generate(self, request: Request) -> Response:
        if not _known(request):
            return _told(401, "You do not have access permissions")
        fault, ask = self.fault(), await request.json()
        code, _, said = fault.partition("|")
        if code.isdigit():
            return _told(int(code), said)
        if ask["model"] not in {"veo3", "veo3_fast", "veo3_lite"} or ask["aspect_ratio"] not in {
            "9:16",
            "16:9",
        }:
            return _told(422, "model or ratio")
        if any(url.rpartition("/")[2] not in self.uploads for url in ask["imageUrls"]):
            return _told(451, "Failed to fetch the image")
        says = '"' in ask["prompt"] and not ask["enableTranslation"]
        job = self.begin(
            own_sound(ask["prompt"], fault) if says else None, fault, length=8.0 if says else 0.0
        )
        return hung_up() if fault == "lost" else _told(200, "success", {"taskId": job.id})

    async def _record(self, request: Request) -> Response:
        job = self.jobs.get(request.query_params["taskId"])
        if job is None or self.unknown > 0:
            self.unknown -= 1
            return _told(422, "recordInfo is null")
        row: dict[str, object] = {"taskId": job.id, "createTime": "1763700000000", "successFlag": 0}
        if not self.done(job):
            return _told(200, "success", row)
        if job.fault.startswith("late:"):
            code, _, said = job.fault[5:].partition("|")
            return _told(200, "success", row | {"successFlag": 3, "errorCode": code, "errorMessage": said})
        response = {"taskId": job.id, "resultUrls": [self.url(job)], "originUrls": None, "resolution": "720p"}
        return _told(200, "success", row | {"successFlag": "1", "response": response, "errorCode": None})

    async def _credit(self, request: Request) -> Response:
        return _told(200, "success", 812.5) if _known(request) else _told(401, "no")


def _known(request: Request) -> bool:
    return request.headers.get("authorization") == f"Bearer {KEY}"


def _told(code: int, said: str, data: object = None) -> Response:
    return JSONResponse({"code": code, "msg": said, "data": data})
