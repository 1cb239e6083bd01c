"""Volcengine Ark: Doubao Seed models, text and sight; Doubao Seedream, pictures.

Service: Volcengine Ark, chat completions and images (base https://ark.cn-beijing.volces.com/api/v3).
Documentation: volcengine.com/docs/82379/1494384 (chat), /1299023 (errors), /1330310 (models), /1449737
    (thinking), /1568221 (JSON), /1541523 and /1824121 (images). Read on: 2026-11-22; nothing here was tried
    against the live service.
Auth: Authorization: Bearer, one key; keys of other regions are refused.
Limits: per account and model version, not published for Seed 2.x; picture under 10 MB, 196 to 36 million
    pixels; body under 64 MB. Pictures: 500 a minute for an account and model.
Price: per token, by the row; reasoning is charged as output. Per picture that came; refused ones are free.
Keeps data for: not told; addresses of pictures 24 hours, so they are asked for inside the answer.
Repeats safely: no; there is no idempotency key and a lost answer cannot be had again.
Can cancel: no; a client that hangs up pays all the same.
Quirks: thinks unless told not to. Moderation comes as 400 with many codes, and as `content_filter` with 200.
    A model is drained by ever lower limits before it goes, then answers 404. There is no free listing of
    models: a request without messages is refused before anything is charged, and tells key and model; the
    same goes for pictures without a prompt. What a Seedream takes differs by model: the older refuse small
    sizes, the 5.0 pro and flash refuse parameters about groups. A refused picture is an entry with an error
    in a 200. A watermark is drawn unless it is declined.
"""

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from pipeline.ports.errors import Surprise
from pipeline.ports.facts import Facts, Paid
from pipeline.ports.http import Http, Reply
from pipeline.ports.image import Came, DrawAsk
from pipeline.ports.text import Model, Question
from pipeline.wires import chat, pictures
from pipeline.wires.verdicts import Verdict, Who, Wrong, by_status, said, shape, trouble, wrong
from storage.model import Noun

BASE = "https://ark.cn-beijing.volces.com/api/v3"
_DRAWING = 300.0  # seconds one picture may take
_REFUSED = ("Sensitive", "RiskDetection")
_BEGINS: tuple[tuple[str, Verdict], ...] = (
    ("InvalidImageURL", "picture"),
    ("InvalidArgumentError.InvalidPixelLimit", "picture"),
    ("InvalidArgumentError.InvalidImageDetail", "unsuited"),
    ("InvalidParameter.OversizeImage", "picture"),
    ("ContentSecurityDetectionError", "busy"),
    ("InvalidEndpoint.ClosedEndpoint", "gone"),
    ("InvalidSubscription", "balance"),
    ("AccountOverdueError", "balance"),
    ("OperationDenied.ServiceOverdue", "balance"),
    ("SetLimitExceeded", "balance"),
    ("QuotaExceeded", "balance"),
    ("AuthenticationError", "key"),
    ("InvalidAccountStatus", "key"),
    ("SignatureDoesNotMatch", "key"),
    ("InvalidAccessKey", "key"),
    ("AccessDenied", "closed"),
    ("OperationDenied", "closed"),
    ("ModelNotOpen", "gone"),
    ("UnsupportedModel", "gone"),
)


class Able(Noun):
    """What one Seedream takes: `pixels` we ask for; `groups` and `formats`: it knows the parameters about
    several pictures in one answer, and about the file's format."""

    pixels: int = 1080 * 1920
    groups: bool = False
    formats: bool = True


class _Picture(BaseModel):
    b64_json: str = ""
    url: str = ""
    error: dict[str, Any] | None = None


class _Used(BaseModel):
    generated_images: int = 0


class _Pictures(BaseModel):
    data: list[_Picture] = []
    usage: _Used | None = None


class Text:
    """Answers one question."""

    def __init__(self, http: Http, key: str, model: Model, base_url: str = BASE) -> None:
        self._http = http
        self._model = model
        self._url = f"{base_url}/chat/completions"
        self._headers = {"Authorization": f"Bearer {key}"}
        self._who = Who(vendor="ark", model=model.id, key="ARK_API_KEY", order="MAKE_TEXT")
        self.facts = model.facts("ark")

    async def ask(self, question: Question, complaint: str = "") -> Paid:
        """Spend: ask once, with thinking off or short."""
        request = {
            **chat.body(self._model, question, complaint),
            **chat.thinking(self._model),
            "max_completion_tokens": chat.most(self._model, question),
        }
        return await chat.ask(
            self._http, self._url, self._headers, request, seconds=min(self._model.seconds, question.seconds),
            who=self._who, judge=judge, price=chat.tokens(self._model),
        )  # fmt: skip

    async def check(self) -> None:
        """Send a request that is refused for having no messages, once key and model were looked at."""
        await _refused_unread(self._http, self._url, self._headers, {"messages": []}, self._who)


class Image:
    """Draws one picture in a call, after a photo."""

    def __init__(self, http: Http, key: str, facts: Facts, base_url: str = BASE, able: Able = Able()) -> None:  # noqa: B008  frozen
        self.facts = facts
        self._http, self._able = http, able
        self._url = f"{base_url}/images/generations"
        self._headers = {"Authorization": f"Bearer {key}"}
        self._who = Who(vendor=facts.vendor, model=facts.model, key="ARK_API_KEY", order="MAKE_IMAGE")

    async def draw(self, ask: DrawAsk, key: str, out: Path) -> Paid:
        """Spend: ask for one picture of the canvas's shape, inside the answer, without a watermark."""
        wide, high = pictures.sized(ask.width, ask.height, self._able.pixels)
        request = {
            "model": self.facts.model,
            "prompt": ask.words,
            "image": [pictures.data_url(ask.photo)],
            "size": f"{wide}x{high}",
            "response_format": "b64_json",
            "watermark": False,
            **({"sequential_image_generation": "disabled", "stream": False} if self._able.groups else {}),
            **({"output_format": "jpeg"} if self._able.formats else {}),
        }
        reply = await self._http.send(
            "POST", self._url, headers=self._headers, json=request, paid=True, seconds=_DRAWING
        )
        if not reply.fine:
            error = wrong(reply)
            raise trouble(judge(error), self._who, error)
        return self._read(reply, out)

    async def check(self) -> None:
        """Send a request that is refused for having no prompt, once key and model were looked at."""
        await _refused_unread(self._http, self._url, self._headers, {"prompt": ""}, self._who)

    def _read(self, reply: Reply, out: Path) -> Paid:
        raw = pictures.opened(reply, self._who)
        if isinstance(raw, dict) and raw.get("error") and not raw.get("data"):
            error = said(500, raw)
            raise trouble(judge(error), self._who, error)
        try:
            came = _Pictures.model_validate(raw)
        except ValidationError:
            return Paid(value=Came(end="odd", told=shape(raw)).model_dump_json())
        cost = came.usage.generated_images * self.facts.price if came.usage else None
        return Paid(value=_came(came, out).model_dump_json(), cost=cost)


def _came(came: _Pictures, out: Path) -> Came:
    first = came.data[0] if came.data else _Picture()
    if first.error is not None:
        error = said(400, {"error": first.error})
        return Came(end="refused" if judge(error) == "refused" else "broken", told=error.code)
    if first.b64_json:
        return pictures.written(first.b64_json, out)
    return Came(end="broken", told="an address" if first.url else "nothing")


async def _refused_unread(
    http: Http, url: str, headers: dict[str, str], wanting: dict[str, object], who: Who
) -> None:
    """Ask what cannot be answered; key and model are looked at before the rest."""
    body = {"model": who.model, **wanting}
    reply = await http.send("POST", url, headers=headers, json=body, seconds=20.0)
    error = wrong(reply)
    if reply.fine:
        raise Surprise("vendor.odd", {"vendor": who.vendor, "model": who.model})
    if reply.status != 400:
        raise trouble(judge(error), who, error)


def judge(error: Wrong) -> Verdict:
    """What one of Ark's codes means, for text and pictures alike."""
    if any(word in error.code for word in _REFUSED):
        return "refused"
    found = next((verdict for begin, verdict in _BEGINS if error.code.startswith(begin)), None)
    if error.code == "QuotaExceeded" and "queue" in error.message.lower():
        return "busy"
    return found or by_status(error.status)
