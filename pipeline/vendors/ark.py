"""Volcengine Ark: Doubao Seed models, text and sight.

Service: Volcengine Ark, chat completions (base https://ark.cn-beijing.volces.com/api/v3).
Documentation: volcengine.com/docs/82379/1494384 (chat), /1299023 (errors), /1330310 (models), /1449737
    (thinking), /1568221 (JSON). Read on: 2026-11-22; nothing here was tried against the live service.
Auth: Authorization: Bearer, one key; keys of other regions are refused.
Limits: per account and model version, not published for Seed 2.x; picture under 10 MB, 196 to 36 million
    pixels; body under 64 MB.
Price: per token, by the row; reasoning is charged as output. Keeps data for: not told.
Repeats safely: no; there is no idempotency key and a lost answer cannot be had again.
Can cancel: no; a client that hangs up pays all the same.
Quirks: thinks unless told not to. Moderation comes as 400 with many codes, and as `content_filter` with 200.
    A model is drained by ever lower limits before it goes, then answers 404. There is no free listing of
    models: a request without messages is refused before anything is charged, and tells key and model.
"""

from pipeline.ports.errors import Surprise
from pipeline.ports.facts import Paid
from pipeline.ports.http import Http
from pipeline.ports.text import Model, Question
from pipeline.wires import chat
from pipeline.wires.verdicts import Verdict, Who, Wrong, by_status, trouble, wrong

BASE = "https://ark.cn-beijing.volces.com/api/v3"
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
        off = self._model.thinks == "off"
        request = {
            **chat.body(self._model, question, complaint),
            "thinking": {"type": "disabled" if off else "enabled"},
            "max_completion_tokens": chat.most(self._model, question),
            **({} if off else {"reasoning_effort": "low"}),
        }
        return await chat.ask(
            self._http, self._url, self._headers, request, seconds=self._model.seconds,
            who=self._who, judge=judge, price=chat.tokens(self._model),
        )  # fmt: skip

    async def check(self) -> None:
        """Send a request that is refused for having no messages, once key and model were looked at."""
        reply = await self._http.send(
            "POST",
            self._url,
            headers=self._headers,
            json={"model": self._model.id, "messages": []},
            seconds=20.0,
        )
        error = wrong(reply)
        if reply.fine:
            raise Surprise("vendor.odd", {"vendor": "ark", "model": self._model.id})
        if reply.status != 400:
            raise trouble(judge(error), self._who, error)


def judge(error: Wrong) -> Verdict:
    """What one of Ark's codes means, for text and pictures alike."""
    if any(word in error.code for word in _REFUSED):
        return "refused"
    found = next((verdict for begin, verdict in _BEGINS if error.code.startswith(begin)), None)
    if error.code == "QuotaExceeded" and "queue" in error.message.lower():
        return "busy"
    return found or by_status(error.status)
