"""Ark's pictures on loopback: key, model, request, moderation; what a model takes goes by its family."""

import re
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.fakes.ark import wrong
from tests.fakes.desk import says
from tests.fakes.painting import Painting, coded, decoded, page, picture, stranger
from tests.fakes.performing import hung_up

MODELS = {
    "doubao-seedream-5-0-pro-260628": (921_600, 4_624_220),
    "doubao-seedream-5-0-flash-260915": (921_600, 4_624_220),
    "doubao-seedream-4-5-251128": (3_686_400, 16_777_216),
}
PRICE = 0.5
_KNOWN = {"model", "prompt", "image", "size", "response_format", "watermark"}
_GROUPS = {"sequential_image_generation", "sequential_image_generation_options", "stream"}


class Seedream(Painting):
    """A fault is `status code`, or: lost, garbled, odd, refused, failed, hidden, nothing, no picture."""

    def __init__(self, *faults: str) -> None:
        super().__init__(*faults)
        self.marked = 0
        self.app = Starlette(routes=[Route("/api/v3/images/generations", self.generate, methods=["POST"])])

    async def generate(self, request: Request) -> Response:
        """Draw."""
        whole: dict[str, Any] = await request.json()
        body = {name: value for name, value in whole.items() if value is not None}  # its client sends nulls
        if stranger(request):
            return wrong(401, "AuthenticationError")
        if body.get("model") not in MODELS:
            return wrong(404, "InvalidEndpointOrModel.NotFound")
        if complaint := self._complaint(body):
            return wrong(400, complaint)
        self.asked.append(body)
        self.marked += body.get("watermark", True)
        fault = self.fault()
        if fault and fault[0].isdigit():
            status, _, code = fault.partition(" ")
            return wrong(int(status), code)
        return self._answer(body, fault)

    def _answer(self, body: dict[str, Any], fault: str) -> Response:
        if fault == "hidden":
            return says(200, {"error": {"code": "InputImageSensitiveContentDetected", "message": "no"}})
        codes = {"refused": "OutputImageSensitiveContentDetected", "failed": "InternalServiceError"}
        if fault in codes:
            return _told(body, {"error": {"code": codes[fault], "message": "about a cat"}}, 0)
        self.bills.append(PRICE)
        if fault == "lost":
            return hung_up()
        if fault == "garbled":
            return page()
        if fault == "odd":
            return says(200, {"data": "something somebody wrote"})
        if fault == "nothing":
            return _told(body, {"size": body["size"]}, 0)
        wide, high = map(int, body["size"].split("x"))
        drawn = (
            b"no picture at all" if fault == "no picture" else picture(wide, high, "JPEG", len(self.bills))
        )
        return _told(body, {"b64_json": coded(drawn), "size": f"{wide}×{high}"}, 1)

    def _complaint(self, body: dict[str, Any]) -> str:
        old = body["model"].startswith("doubao-seedream-4")
        if not body.get("prompt"):
            return "MissingParameter.prompt"
        if set(body) - _KNOWN - (_GROUPS if old else {"output_format"}):
            return "InvalidParameter.UnsupportedParameter"
        size = re.fullmatch(r"(\d+)x(\d+)", body.get("size", ""))
        least, most = MODELS[body["model"]]
        if size is None or not least <= int(size[1]) * int(size[2]) <= most:
            return "InvalidParameter.size"
        photos = body["image"] if isinstance(body["image"], list) else [body["image"]]
        return "InvalidImageURL.InvalidFormat" if any(self.looked(decoded(one)) for one in photos) else ""


def _told(body: dict[str, Any], entry: dict[str, Any], made: int) -> Response:
    used = {"generated_images": made, "output_tokens": 14400 * made, "total_tokens": 14400 * made}
    return says(200, {"model": body["model"], "created": 1763700000, "data": [entry], "usage": used})
