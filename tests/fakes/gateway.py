"""An aggregator's pictures on loopback, in the three ways such answers come."""

from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.fakes.desk import says
from tests.fakes.painting import Painting, coded, decoded, page, picture, stranger
from tests.fakes.performing import hung_up
from tests.fakes.uiuiapi import ERRORS

_RATIOS = {"1:1", "9:16", "16:9", "3:4", "4:3"}


class Gateway(Painting):
    """A fault is a name in its ERRORS, or: lost, garbled, odd, nothing, gone, job failed, job refused, no
    picture. `way`: inside, url, urls, job."""

    model = "gpt-image-2-all"

    def __init__(self, *faults: str, way: str = "inside", looks: int = 0) -> None:
        super().__init__(*faults)
        self.way, self.looks, self._last = way, looks, ""
        self.app = Starlette(
            routes=[
                Route("/v1/images/generations", self.generate, methods=["POST"]),
                Route("/v1/tasks/{job}", self.job),
                Route("/v1/models", self.models),
                Route("/result.png", self.result),
            ]
        )

    async def models(self, request: Request) -> Response:
        """What there is."""
        if stranger(request):
            return _wrong(401, "无效的令牌")
        return says(200, {"object": "list", "data": [{"id": self.model}]})

    async def generate(self, request: Request) -> Response:
        """Draw."""
        body: dict[str, Any] = await request.json()
        if stranger(request):
            return _wrong(401, "无效的令牌")
        if body["size"] not in _RATIOS or any(self.looked(decoded(one)) for one in body["image_urls"]):
            return _wrong(400, "invalid size or image")
        self.asked.append(body)
        fault = self._last = self.fault()
        if fault in ERRORS:
            return _wrong(*ERRORS[fault])
        self.bills.append(0.05)
        if fault in {"lost", "garbled"}:
            return hung_up() if fault == "lost" else page()
        return says(200, self._answer(fault))

    def _answer(self, fault: str) -> dict[str, Any]:
        if fault == "odd":
            return {"data": "something somebody wrote"}
        if fault == "nothing":
            return {"data": []}
        url = f"{self.address}/result.png?sig=secret"
        drawn = coded(b"words" if fault == "no picture" else picture(864, 1536))
        entry = {
            "inside": {"b64_json": drawn},
            "url": {"url": url},
            "urls": {"url": [url]},
            "job": {"task_id": "task_a"},
        }[self.way]
        return {"code": 200, "data": [entry]} if self.way == "job" else {"data": [entry]}

    async def job(self, request: Request) -> Response:
        """What became of a job."""
        if self.looks > 0:
            self.looks -= 1
            return says(200, {"code": 200, "data": {"status": "in_progress", "progress": 10}})
        whys = {"job failed": "upstream timeout", "job refused": "flagged by content policy"}
        if self._last in whys:
            return says(
                200, {"code": 200, "data": {"status": "failed", "error": {"message": whys[self._last]}}}
            )
        images = [{"url": [f"{self.address}/result.png?sig=secret"]}]
        done = {"status": "completed", "progress": 100, "actual_time": 41, "result": {"images": images}}
        return says(200, {"code": 200, "data": done})

    async def result(self, _: Request) -> Response:
        """The picture."""
        if self._last == "gone":
            return Response("expired", 403)
        drawn = b"words" if self._last == "no picture" else picture(864, 1536)
        return Response(drawn, media_type="image/png")


def _wrong(status: int, message: str) -> Response:
    return says(status, {"error": {"message": message, "type": "new_api_error", "code": ""}})
