"""UiUiAPI, and any other service that speaks chat completions: text and sight; pictures.

Service: UiUiAPI, an aggregator (base https://sg.uiuiapi.com/v1); with another base URL in its setting, any
    such service, also one on this machine (Ollama, vLLM), which then needs no key.
Documentation: none was found; what is here was read in public code. Read on: 2026-11-22; nothing here was
    tried against the live service.
Auth: Authorization: Bearer sk-…. Limits: not published.
Price: not published; words are counted as 0, which they surely are not, so the operator's own books count.
Keeps data for: not told.
Repeats safely: assume not. Can cancel: no.
Quirks: gateways of this kind say an empty balance with 403 or 429, hand on their upstreams' moderation in
    words, and may drop `response_format`; nothing is asked for that only some would understand. A picture
    comes in one of three ways, by the model behind: in the answer, at an address (or a list of them), or as a
    job to be asked after. The shape of a picture is a ratio there, not pixels.
"""

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from pipeline.ports.errors import Failed, NoAccess, Refused
from pipeline.ports.facts import Facts, Paid
from pipeline.ports.http import Http, Reply
from pipeline.ports.image import MOST_BYTES, Came, DrawAsk
from pipeline.ports.text import Model, Question
from pipeline.wires import chat, pictures
from pipeline.wires.verdicts import Verdict, Who, Wrong, by_status, said, shape, trouble, wrong

BASE = "https://sg.uiuiapi.com/v1"
_DRAWING = 240.0  # seconds one picture may take
_BROKE = ("quota", "balance", "insufficient", "额度", "余额", "欠费")
_GONE = ("model_not_found", "no available channel", "无可用渠道", "does not exist", "not found", "model not")
_REFUSED = (
    "content_policy",
    "content policy",
    "safety",
    "moderation",
    "sensitive",
    "content_filter",
    "敏感",
    "违规",
)


class Text:
    """Answers one question."""

    def __init__(self, http: Http, key: str, model: Model, base_url: str = BASE) -> None:
        self._http = http
        self._model = model
        self._base = base_url
        self._headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._who = Who(vendor="uiuiapi", model=model.id, key="UIUIAPI_API_KEY", order="MAKE_TEXT")
        self.facts = model.facts("uiuiapi").model_copy(update={"free": not key})

    async def ask(self, question: Question, complaint: str = "") -> Paid:
        """Spend: ask once, with nothing but what every such service understands."""
        request = {
            **chat.body(self._model, question, complaint),
            "max_tokens": chat.most(self._model, question),
        }
        return await chat.ask(
            self._http, f"{self._base}/chat/completions", self._headers, request,
            seconds=min(self._model.seconds, question.seconds), who=self._who, judge=judge,
            price=chat.tokens(self._model), paid=not self.facts.free,
        )  # fmt: skip

    async def check(self) -> None:
        """Ask for the list of models; where it can be read, the model must be in it."""
        await _listed(self._http, self._base, self._headers, self._who)


class Image:
    """Draws one picture in a call, after a photo."""

    def __init__(self, http: Http, key: str, facts: Facts, base_url: str = BASE) -> None:
        self.facts = facts
        self._http, self._base = http, base_url
        self._headers = {"Authorization": f"Bearer {key}"}
        self._who = Who(vendor=facts.vendor, model=facts.model, key="UIUIAPI_API_KEY", order="MAKE_IMAGE")

    async def draw(self, ask: DrawAsk, key: str, out: Path) -> Paid:
        """Spend: ask for one picture in the shape nearest to the canvas."""
        request = {
            "model": self.facts.model,
            "prompt": ask.words,
            "n": 1,
            "size": pictures.ratio(ask.width, ask.height, pictures.RATIOS),
            "image_urls": [pictures.data_url(ask.photo)],
        }
        reply = await self._http.send(
            "POST", f"{self._base}/images/generations", headers=self._headers, json=request, paid=True,
            seconds=_DRAWING,
        )  # fmt: skip
        raw = self._fine(reply, paid=True)
        try:
            came = _Pictures.model_validate(raw)
        except ValidationError:
            return Paid(value=Came(end="odd", told=shape(raw)).model_dump_json())
        return Paid(value=_came(came.data[0] if came.data else _Picture(), out).model_dump_json())

    async def poll(self, came: Came) -> bool:
        """Whether the job is done; at an address it is."""
        return not came.job or (await self._job(came.job)).address != ""

    async def deliver(self, came: Came, out: Path) -> float | None:
        """Fetch the picture from where it lies now."""
        url = (await self._job(came.job)).address if came.job else came.url
        if not (await self._http.fetch(url, out, most=MOST_BYTES)).fine:
            raise Failed("vendor.expired", {"vendor": self.facts.vendor})
        return None

    async def check(self) -> None:
        """Ask for the list of models."""
        await _listed(self._http, self._base, self._headers, self._who)

    async def _job(self, job: str) -> "_Job":
        """What became of a job; Failed or Refused where nothing will."""
        reply = await self._http.send("GET", f"{self._base}/tasks/{job}", headers=self._headers, seconds=30.0)
        raw = self._fine(reply, paid=False)
        try:
            told = _Task.model_validate(raw).data
        except ValidationError as error:
            raise Failed("vendor.failed", {"vendor": self.facts.vendor}, shape(raw)) from error
        if told.status != "failed":
            return told
        fields = {"vendor": self.facts.vendor, "model": self.facts.model}
        if judge(Wrong(status=400, message=told.error.message if told.error else "")) == "refused":
            raise Refused("vendor.refused", fields)
        raise Failed("vendor.failed", {"vendor": self.facts.vendor})

    def _fine(self, reply: Reply, *, paid: bool) -> Any:  # noqa: ANN401  becomes a model in the caller
        """The body of an answer that is none of its errors, which may come with 200 and a code inside."""
        if not reply.fine:
            raise self._trouble(wrong(reply), paid=paid)
        raw = pictures.opened(reply, self._who) if paid else reply.read()
        if isinstance(raw, dict) and raw.get("error") and not raw.get("data"):
            raise self._trouble(said(chat.status(raw["error"]), raw), paid=paid)
        code = raw.get("code", 200) if isinstance(raw, dict) else 200
        if isinstance(code, int) and code >= 400:
            raise self._trouble(said(code, raw), paid=paid)
        return raw

    def _trouble(self, error: Wrong, *, paid: bool) -> Exception:
        verdict = judge(error)
        return trouble("busy" if verdict == "unsure" and not paid else verdict, self._who, error)


class _Picture(BaseModel):
    b64_json: str = ""
    url: str | list[str] = ""
    task_id: str = ""

    @property
    def address(self) -> str:
        """The first address."""
        return self.url if isinstance(self.url, str) else next(iter(self.url), "")


class _Pictures(BaseModel):
    data: list[_Picture] = []


class _Result(BaseModel):
    images: list[_Picture] = []


class _Why(BaseModel):
    message: str = ""


class _Job(BaseModel):
    status: str = ""
    result: _Result | None = None
    error: _Why | None = None

    @property
    def address(self) -> str:
        """Where the picture lies; empty while there is none."""
        return self.result.images[0].address if self.result and self.result.images else ""


class _Task(BaseModel):
    data: _Job


def _came(picture: _Picture, out: Path) -> Came:
    if picture.b64_json:
        return pictures.written(picture.b64_json, out)
    if picture.task_id:
        return Came(job=picture.task_id)
    return Came(url=picture.address) if picture.address else Came(end="broken", told="nothing")


async def _listed(http: Http, base: str, headers: dict[str, str], who: Who) -> None:
    """Ask for the list of models; where it can be read, the model must be in it."""
    reply = await http.send("GET", f"{base}/models", headers=headers, seconds=20.0)
    if not reply.fine:
        error = wrong(reply)
        verdict = judge(error)
        raise trouble("busy" if verdict == "unsure" else verdict, who, error)
    body = reply.read()
    rows = body.get("data") if isinstance(body, dict) else None
    names = {one.get("id") for one in rows or () if isinstance(one, dict)}
    if names and who.model not in names:
        raise NoAccess("vendor.model_gone", {"vendor": who.vendor, "model": who.model, "setting": who.order})


def judge(error: Wrong) -> Verdict:
    """What an error means, by its words where the status says little; for text and pictures alike."""
    told = f"{error.code} {error.kind} {error.message}".lower()
    if error.status >= 500:
        return "unsure"
    if error.status == 401:
        return "key"
    if any(word in told for word in _BROKE):
        return "balance"
    if any(word in told for word in _REFUSED):
        return "refused"
    return "gone" if any(word in told for word in _GONE) else by_status(error.status)
