"""UiUiAPI, and any other service that speaks chat completions: text and sight.

Service: UiUiAPI, an aggregator (base https://sg.uiuiapi.com/v1); with another base URL in its setting, any
    such service, also one on this machine (Ollama, vLLM), which then needs no key.
Documentation: none was found; what is here was read in public code. Read on: 2026-11-22; nothing here was
    tried against the live service.
Auth: Authorization: Bearer sk-…. Limits, price: not published; usage is kept as free of charge, which it
    surely is not, so the operator's own books count. Keeps data for: not told.
Repeats safely: assume not. Can cancel: no.
Quirks: gateways of this kind say an empty balance with 403 or 429, hand on their upstreams' moderation in
    words, and may drop `response_format`; nothing is asked for that only some would understand.
"""

from pipeline.ports.errors import NoAccess
from pipeline.ports.facts import Paid
from pipeline.ports.http import Http
from pipeline.ports.text import Model, Question
from pipeline.wires import chat
from pipeline.wires.verdicts import Verdict, Who, Wrong, by_status, trouble, wrong

BASE = "https://sg.uiuiapi.com/v1"
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
            seconds=self._model.seconds, who=self._who, judge=judge, price=chat.tokens(self._model),
            paid=not self.facts.free,
        )  # fmt: skip

    async def check(self) -> None:
        """Ask for the list of models; where it can be read, the model must be in it."""
        reply = await self._http.send("GET", f"{self._base}/models", headers=self._headers, seconds=20.0)
        if not reply.fine:
            error = wrong(reply)
            verdict = judge(error)
            raise trouble("busy" if verdict == "unsure" else verdict, self._who, error)
        body = reply.read()
        rows = body.get("data") if isinstance(body, dict) else None
        names = {one.get("id") for one in rows or () if isinstance(one, dict)}
        if names and self._model.id not in names:
            fields = {"vendor": "uiuiapi", "model": self._model.id, "setting": "MAKE_TEXT"}
            raise NoAccess("vendor.model_gone", fields)


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
