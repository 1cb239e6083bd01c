"""DeepSeek: its own chat models.

Service: DeepSeek platform, chat completions (base https://api.deepseek.com).
Documentation: api-docs.deepseek.com (pricing, error codes, rate limit, JSON mode, thinking mode).
    Read on: 2026-11-22; nothing here was tried against the live service.
Auth: Authorization: Bearer sk-….
Limits: 2,500 calls at once (deepseek-flash), 500 (deepseek-v4-pro), per account.
Price: CNY per token, twice as much on Beijing workdays 9–12 and 14–18; the row holds the peak price, so an
    estimate is never too low, and public holidays are counted as workdays.
Keeps data for: not told. Repeats safely: no. Can cancel: no.
Quirks: no JSON schema, only `json_object`, and the prompt must contain the word json. Thinks unless told not
    to. Waiting calls are kept alive with blank lines, so only the overall deadline ends them. JSON mode may
    answer with blanks. `Content Exists Risk` is moderation under the code of a malformed request.
"""

from datetime import datetime, timedelta, timezone

from pydantic import BaseModel, ValidationError

from pipeline.ports.errors import NoAccess, Surprise
from pipeline.ports.facts import Paid
from pipeline.ports.http import Http, Reply
from pipeline.ports.text import Model, Question
from pipeline.wires import chat
from pipeline.wires.verdicts import Verdict, Who, Wrong, by_status, shape, trouble, wrong

BASE = "https://api.deepseek.com"
_BEIJING = timezone(timedelta(hours=8))
_CACHED = 0.02  # of the price of asking, for what the service still remembers


class _Balance(BaseModel):
    is_available: bool


class Text:
    """Answers one question."""

    def __init__(self, http: Http, key: str, model: Model, base_url: str = BASE) -> None:
        self._http = http
        self._model = model
        self._base = base_url
        self._headers = {"Authorization": f"Bearer {key}"}
        self._who = Who(vendor="deepseek", model=model.id, key="DEEPSEEK_API_KEY", order="MAKE_TEXT")
        self.facts = model.facts("deepseek")

    async def ask(self, question: Question, complaint: str = "") -> Paid:
        """Spend: ask once, without thinking."""
        request = {
            **chat.body(self._model, question, complaint),
            **chat.thinking(self._model),
            "max_tokens": chat.most(self._model, question),
        }
        return await chat.ask(
            self._http, f"{self._base}/chat/completions", self._headers, request,
            seconds=min(self._model.seconds, question.seconds), who=self._who, judge=judge, price=self._price,
        )  # fmt: skip

    async def check(self) -> None:
        """Look at the balance, and whether the model is listed."""
        reply = await self._get("/user/balance")
        try:
            balance = _Balance.model_validate(reply.read())
        except ValidationError as error:
            raise Surprise("vendor.odd", self._fields(), shape(reply.read())) from error
        if not balance.is_available:
            raise NoAccess("vendor.balance", self._fields())
        listed = (await self._get("/models")).read()
        names = {one.get("id") for one in listed.get("data", ())} if isinstance(listed, dict) else set()
        if self._model.id not in names:
            raise NoAccess("vendor.model_gone", {**self._fields(), "setting": self._who.order})

    async def _get(self, path: str) -> Reply:
        reply = await self._http.send("GET", self._base + path, headers=self._headers, seconds=20.0)
        if not reply.fine:
            error = wrong(reply)
            verdict = judge(error)
            raise trouble("busy" if verdict == "unsure" else verdict, self._who, error)
        return reply

    def _price(self, came: chat.Completion) -> float | None:
        if came.usage is None:
            return None
        known = came.usage.prompt_cache_hit_tokens * (1 - _CACHED)
        whole = self._model.cost(came.usage.prompt_tokens, came.usage.completion_tokens)
        cost = whole - known * self._model.asks / 1_000_000
        return cost if came.created is None or at_peak(came.created) else cost / 2

    def _fields(self) -> dict[str, str]:
        return {"vendor": self._who.vendor, "model": self._who.model}


def at_peak(created: float) -> bool:
    """Whether a moment (seconds since the epoch) is in Beijing's working hours, when all costs double."""
    then = datetime.fromtimestamp(created, _BEIJING)
    return then.weekday() < 5 and (9 <= then.hour < 12 or 14 <= then.hour < 18)


def judge(error: Wrong) -> Verdict:
    """What one of its errors means; moderation and unknown models are told by their message alone."""
    message = error.message.lower()
    if error.status == 400 and "content exists risk" in message:
        return "refused"
    if error.status == 400 and "model" in message and ("exist" in message or "not found" in message):
        return "gone"
    return by_status(error.status)
