"""Nano Banana on loopback, as OpenRouter has it and as Google has it."""

from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.fakes import gemini, openrouter
from tests.fakes.desk import KEY, says
from tests.fakes.painting import Painting, coded, decoded, page, picture, stranger
from tests.fakes.performing import hung_up

_SIDES = (768, 1344)
_RATIOS = {"1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9"}


class RoutedBanana(Painting):
    """OpenRouter's images. A fault is a name in its ERRORS, or: lost, garbled, odd, nothing, no picture."""

    model = "google/gemini-3-pro-image"

    def __init__(self, *faults: str) -> None:
        super().__init__(*faults)
        self.left: float | None = 5.0
        self.app = Starlette(
            routes=[
                Route("/api/v1/images", self.generate, methods=["POST"]),
                Route("/api/v1/images/models", self.models),
                Route("/api/v1/key", self.account),
            ]
        )

    async def account(self, request: Request) -> Response:
        """The key's budget."""
        if stranger(request):
            return says(*openrouter.ERRORS["key"])
        return says(200, {"data": {"limit_remaining": self.left}})

    async def models(self, _: Request) -> Response:
        """What draws here, for everybody."""
        return says(200, {"data": [{"id": self.model}]})

    async def generate(self, request: Request) -> Response:
        """Draw."""
        body: dict[str, Any] = await request.json()
        if stranger(request):
            return says(*openrouter.ERRORS["key"])
        if body.get("model") != self.model:
            return says(*openrouter.ERRORS["deprecated"])
        references = [decoded(one["image_url"]["url"]) for one in body["input_references"]]
        fits = body["aspect_ratio"] in _RATIOS and body["resolution"] in {"1K", "2K", "4K"}
        if not fits or body.get("n", 1) != 1 or any(map(self.looked, references)):
            return says(
                400, {"error": {"code": 400, "message": "no", "metadata": {"error_type": "invalid_image"}}}
            )
        self.asked.append(body)
        fault = self.fault()
        if fault in openrouter.ERRORS and fault != "odd":
            return says(*openrouter.ERRORS[fault], wait=7 if fault == "limit" else None)
        self.bills.append(0.138)
        return hung_up() if fault == "lost" else self._answer(fault)

    def _answer(self, fault: str) -> Response:
        if fault == "garbled":
            return page()
        if fault == "odd":
            return says(200, {"data": {"text": "something somebody wrote"}})
        used = {"prompt_tokens": 0, "completion_tokens": 4175, "total_tokens": 4175, "cost": 0.138}
        drawn = b"words" if fault == "no picture" else picture(*_SIDES)
        entries = [] if fault == "nothing" else [{"b64_json": coded(drawn), "media_type": "image/png"}]
        return says(200, {"created": 1763700200, "data": entries, "usage": used})


class GoogleBanana(Painting):
    """Google's. A fault is a name in its ERRORS, or: lost, garbled, odd, blocked, safety, no image, words,
    drafts, no picture."""

    model = "gemini-3-pro-image"

    def __init__(self, *faults: str) -> None:
        super().__init__(*faults)
        self.app = Starlette(
            routes=[
                Route("/v1beta/models/{model}:generateContent", self.generate, methods=["POST"]),
                Route("/v1beta/models/{model}", self.about),
            ]
        )

    async def about(self, request: Request) -> Response:
        """What a model is."""
        if _stranger(request):
            return says(*gemini.ERRORS["key"])
        known = request.path_params["model"] == self.model
        return says(200, {"name": self.model}) if known else says(*gemini.ERRORS["gone"])

    async def generate(self, request: Request) -> Response:
        """Draw."""
        body: dict[str, Any] = await request.json()
        if _stranger(request):
            return says(*gemini.ERRORS["key"])
        if request.path_params["model"] != self.model:
            return says(*gemini.ERRORS["gone"])
        if not self._sound(body):
            return says(*gemini.ERRORS["argument"])
        self.asked.append(body)
        fault = self.fault()
        if fault in gemini.ERRORS:
            return says(*gemini.ERRORS[fault])
        if fault not in {"blocked", "safety"}:
            self.bills.append(0.134)
        if fault in {"lost", "garbled"}:
            return hung_up() if fault == "lost" else page()
        return says(200, _answer(fault))

    def _sound(self, body: dict[str, Any]) -> bool:
        config = body["generationConfig"]
        parts = body["contents"][0]["parts"]
        photos = [_bytes(one) for one in map(_inline, parts) if one]
        wanted = config["imageConfig"]
        fits = wanted["aspectRatio"] in _RATIOS and wanted["imageSize"] in {"1K", "2K", "4K"}
        return fits and "IMAGE" in config["responseModalities"] and not any(map(self.looked, photos))


def _answer(fault: str) -> dict[str, Any]:
    used = {"promptTokenCount": 1310, "candidatesTokenCount": 1120, "thoughtsTokenCount": 180}
    bare = {"promptTokenCount": 1310}
    if fault == "odd":
        return {"candidates": "something somebody wrote"}
    if fault == "blocked":
        return {"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}, "usageMetadata": bare}
    if fault == "safety":
        return {
            "candidates": [{"finishReason": "IMAGE_SAFETY", "finishMessage": "no"}],
            "usageMetadata": bare,
        }
    if fault == "no image":
        return {"candidates": [{"finishReason": "NO_IMAGE"}], "usageMetadata": used}
    drawn = b"words" if fault == "no picture" else picture(*_SIDES)
    here = {"inlineData": {"mimeType": "image/png", "data": coded(drawn)}, "thoughtSignature": "c2lnbmVk"}
    draft = {"inlineData": {"mimeType": "image/png", "data": coded(picture(64, 64))}, "thought": True}
    parts: list[dict[str, Any]] = [{"text": "Here it is."}]
    pieces: dict[str, list[dict[str, Any]]] = {"words": [], "drafts": [draft, here]}
    parts += pieces.get(fault, [here])
    candidate = {"index": 0, "finishReason": "STOP", "content": {"role": "model", "parts": parts}}
    return {"candidates": [candidate], "usageMetadata": used, "modelVersion": GoogleBanana.model}


def _inline(part: dict[str, Any]) -> dict[str, str] | None:
    return part.get("inlineData")


def _bytes(inline: dict[str, str]) -> bytes:
    """What is inside; names in both spellings and both alphabets of base64 are taken: its own client
    sends the other ones."""
    plain = inline["data"].replace("-", "+").replace("_", "/")
    media_type = inline.get("mimeType") or inline["mime_type"]
    return decoded(f"data:{media_type};base64,{plain}")


def _stranger(request: Request) -> bool:
    return request.headers.get("x-goog-api-key") != KEY
