"""Seedance on Ark (火山方舟): a picture moves and repeats our sound.

Service: Volcengine Ark, content generation tasks, Seedance 2.x.
Documentation: www.volcengine.com/docs/82379/1520757, /1521309, /1521675, /1299023, /1544106.
Read on: 2026-11-22.
Auth: an API key.
Limits: 2–15 s of sound, one clip of 4–15 s; picture under 30 MB, 300–6000 pixels, 0.4–2.5; 3 jobs at once
    for a person, 10 for a company; a list once a second.
Price: yuan per million tokens (2.0: 46), tokens = width × height × 24 × seconds / 1024; only what
    succeeds is charged, and `usage` says how much.
Keeps data for: 7 days, a result's address for 24 hours.
Repeats safely: no; a job is found in the list by the mark we sent as `safety_identifier`.
Can cancel: what is queued.
Quirks: our sound is a reference, not a track that lips follow frame by frame, and excludes a first frame:
    the picture is a reference too; without `duration` the newest model chooses, and charges, up to 30 s;
    1.5 ended at BytePlus on 2026-11-11, takes no sound of ours and is asked only where somebody names it.
"""

import base64
import math
from pathlib import Path

from pipeline.ports.avatar import Job, Performed, Tell
from pipeline.ports.errors import Busy, Failed, Refused, Trouble, Unsure
from pipeline.ports.facts import Facts, Paid
from pipeline.ports.http import Http, Reply
from pipeline.wires.pictures import media_type
from pipeline.wires.shapes import Answer, download, odd, shaped
from pipeline.wires.tokens import mark
from pipeline.wires.verdicts import Verdict, Who, Wrong, by_status, trouble, wrong

_TASKS = "/contents/generations/tasks"
_PAGE, _PAGES = 500, 4
_RATIOS = {"9:16": 9 / 16, "3:4": 3 / 4, "1:1": 1.0, "4:3": 4 / 3, "16:9": 16 / 9, "21:9": 21 / 9}
_BALANCE = ("AccountOverdueError", "OperationDenied.ServiceOverdue", "SetLimitExceeded")
_CLOSED = ("AccessDenied", "OperationDenied", "ModelNotOpen", "InvalidAccountStatus")


class _Error(Answer):
    code: str = ""


class _Content(Answer):
    video_url: str | None = None


class _Usage(Answer):
    total_tokens: int = 0


class _Task(Answer):
    id: str
    status: str = ""
    error: _Error | None = None
    content: _Content | None = None
    usage: _Usage | None = None
    safety_identifier: str | None = None


class _List(Answer):
    total: int = 0
    items: tuple[_Task, ...] = ()


class Avatar:
    """Performs; `per_million` are the prices of a million tokens, in the facts' currency: as a rule, and
    where the model speaks for itself."""

    def __init__(
        self, http: Http, key: str, facts: Facts, base_url: str, *, per_million: tuple[float, float]
    ) -> None:
        self.facts = facts
        self._http, self._key, self._base = http, key, base_url.rstrip("/")
        self._per_million = per_million
        self._who = Who(vendor=facts.vendor, model=facts.model, key="ARK_API_KEY", order="MAKE_AVATAR")

    async def submit(self, job: Job, key: str) -> Paid:
        """Hand over picture and sound as references, or the picture as the first frame of what the model
        does or says by itself; with a length that bounds the bill."""
        can = self.facts.can
        assert can is not None
        own = can.speaks if job.words else None
        least, most = (own.clips[0], own.clips[-1]) if own else (can.least, can.most)
        seconds = math.ceil(max(least, min(most, job.seconds)))
        ask = {
            "model": self.facts.model,
            **(_first_frame(job) if own or can.sound == "own" else _references(job)),
            "resolution": "720p",
            "duration": seconds,
            "watermark": False,
            "execution_expires_after": 3600,
            "safety_identifier": mark(key),
        }
        reply = await self._ask("POST", _TASKS, json=ask, paid=True)
        task = shaped(reply, _Task, self._who, paid=True)
        price = own.price if own else self.facts.price
        return Paid(value=task.id, cost=round(price * seconds, 4))

    async def poll(self, ticket: str) -> bool:
        """Whether its clip is there."""
        return self._address(await self._look(ticket)) is not None

    async def fetch(self, ticket: str, job: Job, out: Path, tell: Tell) -> Performed:
        """Bring the clip home, with what it did cost."""
        tokens: list[int] = []

        async def address() -> str:
            task = await self._look(ticket)
            url = self._address(task)
            if url is None:
                raise Busy("vendor.busy", {"vendor": self.facts.vendor, "model": "", "seconds": "0"})
            tokens.append(task.usage.total_tokens if task.usage else 0)
            return url

        await download(self._http, address, out, self._who)
        tell(1.0)
        per_million = self._per_million[bool(job.words)]
        cost = round(tokens[-1] * per_million / 1e6, 4) if tokens[-1] else None
        return Performed(track=None, seconds=job.seconds, cost=cost)

    async def find(self, key: str) -> str | None:
        """The job that carries our mark.

        Raises:
            Unsure: there are jobs whose mark is not shown, so that ours may be one of them.
        """
        unmarked, seen = False, 0
        for page in range(1, _PAGES + 1):
            params = {"page_num": str(page), "page_size": str(_PAGE), "filter.model": self.facts.model}
            listed = shaped(await self._ask("GET", _TASKS, params=params), _List, self._who)
            for task in listed.items:
                if task.safety_identifier == mark(key):
                    return task.id
                unmarked = unmarked or not task.safety_identifier
            seen += len(listed.items)
            if seen >= listed.total or not listed.items:
                break
        else:
            unmarked = True
        if unmarked:
            raise Unsure(
                "vendor.unsure", {"vendor": self.facts.vendor, "model": self.facts.model, "status": ""}
            )
        return None

    async def cancel(self, ticket: str) -> bool:
        """Stop a job that still waits: the same verb would delete the row of one that is done."""
        if (await self._look(ticket)).status != "queued":
            return False
        reply = await self._http.send("DELETE", f"{self._base}{_TASKS}/{ticket}", headers=self._headers())
        return reply.fine

    async def check(self) -> None:
        """Ask for one row of the list."""
        reply = await self._ask("GET", _TASKS, params={"page_num": "1", "page_size": "1"})
        shaped(reply, _List, self._who)

    async def _look(self, ticket: str) -> _Task:
        return shaped(await self._ask("GET", f"{_TASKS}/{ticket}"), _Task, self._who)

    def _address(self, task: _Task) -> str | None:
        fields = {"vendor": self.facts.vendor}
        if task.status in {"expired", "cancelled"}:
            raise Failed("vendor.lost", fields, task.status)
        if task.status == "failed":
            code = task.error.code if task.error else ""
            if code.startswith("Input") and "Sensitive" in code:
                raise Refused("vendor.refused", {**fields, "model": self.facts.model}, code)
            key = "vendor.output_refused" if "Sensitive" in code else "vendor.failed"
            raise Failed(key, fields, code)
        if task.status != "succeeded":
            return None
        if task.content is None or not task.content.video_url:
            raise Failed("vendor.failed", fields, "succeeded without a clip")
        return task.content.video_url

    async def _ask(
        self,
        method: str,
        path: str,
        *,
        json: object = None,
        params: dict[str, str] | None = None,
        paid: bool = False,
    ) -> Reply:
        reply = await self._http.send(
            method, self._base + path, json=json, params=params, paid=paid, headers=self._headers()
        )
        if reply.fine:
            return reply
        if reply.status < 400:
            raise odd(reply, self._who, paid=paid)
        raise self._wrong(wrong(reply), paid=paid)

    def _headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self._key}"}

    def _wrong(self, error: Wrong, *, paid: bool) -> Trouble:
        fields = {"vendor": self.facts.vendor, "model": self.facts.model}
        if error.status >= 500 and not paid:
            return Busy("vendor.busy", {**fields, "seconds": "0"}, error.code)
        if error.status == 404 and error.code == "NotFound":
            return Failed("vendor.lost", fields, error.code)
        return trouble(_verdict(error), self._who, error)


def _references(job: Job) -> dict[str, object]:
    """Picture and sound, both to be repeated about as they are."""
    pane = job.framed.layout.pane
    ratio = min(_RATIOS, key=lambda name: abs(math.log(_RATIOS[name] / (pane.w / pane.h))))
    words = f"{job.prompt} @Image 1 @Audio 1".strip()
    content = [
        {"type": "text", "text": words},
        _media("image_url", "reference_image", media_type(job.frame), job.frame.read_bytes()),
        _media("audio_url", "reference_audio", "audio/wav", job.speech.read_bytes()),
    ]
    return {"content": content, "generate_audio": True, "ratio": ratio}


def _first_frame(job: Job) -> dict[str, object]:
    """The picture, and what the model makes of it: with its own sound where it has words to say."""
    picture = _media("image_url", "first_frame", media_type(job.frame), job.frame.read_bytes())
    content = [{"type": "text", "text": job.prompt}, picture]
    return {"content": content, "generate_audio": bool(job.words), "ratio": "adaptive"}


def _verdict(error: Wrong) -> Verdict:
    code = error.code
    if "Sensitive" in code or "PolicyViolation" in code:
        return "refused"
    if code.startswith(_BALANCE):
        return "balance"
    if code.startswith(_CLOSED):
        return "closed"
    if code.startswith("InvalidEndpoint"):
        return "gone"
    if code.startswith("InvalidImageURL"):
        return "picture"
    if code.startswith("QuotaExceeded"):  # one code for too many waiting jobs and for no money
        return "busy" if "queue" in error.message.lower() else "balance"
    return by_status(error.status)


def _media(kind: str, role: str, media_type: str, media: bytes) -> dict[str, object]:
    written = base64.b64encode(media).decode()
    return {"type": kind, kind: {"url": f"data:{media_type};base64,{written}"}, "role": role}
