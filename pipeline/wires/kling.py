"""Kling's account: how it is asked, its jobs in both generations' shapes, and what its codes mean.

Documentation: klingai.com/document-api (authentication, tasks, errors), read on 2026-11-22. The older paths
say `succeed`, the newer `succeeded`; a failed job comes with code 0; 429 also means no money.
"""

import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from pydantic import SecretStr, field_validator

from pipeline.ports.avatar import Job, Performed, Tell
from pipeline.ports.errors import Busy, Failed, NoAccess, Refused, Trouble
from pipeline.ports.facts import Facts
from pipeline.ports.http import Http, Reply
from pipeline.wires.shapes import Answer, download, odd, shaped
from pipeline.wires.tokens import jwt
from pipeline.wires.verdicts import Verdict, Who, Wrong, trouble

_DOLLARS = 0.14  # of a unit, list price
_UNKNOWN = 1203
_RISKS = ("risk", "safety", "sensitive", "policy", "violat", "敏感", "风险", "违规", "安全")
_VERDICTS: dict[int, Verdict] = {
    1000: "key", 1001: "key", 1002: "key", 1100: "closed", 1101: "balance", 1102: "balance", 1103: "closed",
    1200: "unsuited", 1201: "unsuited", 1202: "unsuited", _UNKNOWN: "gone", 1300: "refused", 1301: "refused",
    1302: "busy", 1303: "busy", 1304: "closed", 5000: "unsure", 5001: "unsure", 5002: "unsure",
}  # fmt: skip
_CLOCK = {1003, 1004}
_PAIR = ("kling_access_key", "kling_secret_key")


class _Clip(Answer):
    url: str = ""


class _Result(Answer):
    videos: tuple[_Clip, ...] = ()


class Task(Answer):
    """A job in the older shape or the newer one."""

    task_id: str = ""
    id: str = ""
    task_status: str = ""
    status: str = ""
    task_status_msg: str = ""
    message: str = ""
    task_result: _Result = _Result()
    outputs: tuple[_Clip, ...] = ()
    final_unit_deduction: str | None = None
    billing: tuple[dict[str, Any], ...] = ()

    @field_validator("task_id", "id", "final_unit_deduction", mode="before")
    @classmethod
    def _text(cls, value: object) -> object:
        return str(value) if isinstance(value, int | float) else value

    @property
    def ticket(self) -> str:
        """Its id."""
        return self.task_id or self.id

    @property
    def url(self) -> str:
        """Where its clip lies; empty as long as there is none."""
        return next((clip.url for clip in (*self.task_result.videos, *self.outputs) if clip.url), "")

    @property
    def units(self) -> float | None:
        """What it did cost, in units; None where that is not said."""
        if self.final_unit_deduction is not None:
            return _number(self.final_unit_deduction)
        paid = [each.get("amount") for each in self.billing if each.get("charge_type") == "unit"]
        return _number(paid[0]) if paid else None


class _Told(Answer):
    code: int
    data: Task | tuple[Task, ...] | None = None

    @property
    def task(self) -> Task | None:
        """The one job that was asked for, if there is one."""
        if isinstance(self.data, tuple):
            return self.data[0] if self.data else None
        return self.data if self.data is not None and self.data.ticket else None


class Account:
    """How Kling is asked, and what its numbers mean."""

    def __init__(
        self,
        http: Http,
        keys: dict[str, SecretStr],
        facts: Facts,
        base_url: str,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.facts, self.http = facts, http
        self._keys, self._base, self._clock = keys, base_url.rstrip("/"), clock
        setting = "KLING_API_KEY" if "kling_api_key" in keys else "KLING_ACCESS_KEY + KLING_SECRET_KEY"
        self.who = Who(vendor=facts.vendor, model=facts.model, key=setting, order="MAKE_AVATAR")

    async def ask(
        self,
        method: str,
        path: str,
        *,
        json: object = None,
        params: dict[str, str] | None = None,
        paid: bool = False,
    ) -> tuple[Reply, _Told]:
        """Ask once; an answer with another code than 0 is one of the seven errors."""
        reply = await self.http.send(
            method,
            self._base + path,
            json=json,
            params=params,
            paid=paid,
            headers={"authorization": f"Bearer {self._bearer()}"},
        )
        told = shaped(reply, _Told, self.who, paid=paid)
        if told.code != 0:
            raise self._wrong(reply, told.code, paid=paid)
        return reply, told

    async def begun(self, path: str, json: object) -> str:
        """Hand a job over and return its ticket."""
        reply, told = await self.ask("POST", path, json=json, paid=True)
        if told.task is None:
            raise odd(reply, self.who, paid=True)
        return told.task.ticket

    async def found(self, path: str, params: dict[str, str] | None = None) -> Task | None:
        """The job that lies there; None when there is none."""
        try:
            _, told = await self.ask("GET", path, params=params)
        except Failed as trouble:
            if trouble.key == "vendor.lost":
                return None
            raise
        return told.task

    def ready(self, task: Task | None) -> Task | None:
        """The job once its clip is there; None while it is being made.

        Raises:
            Failed, Refused: it never will be.
        """
        if task is None:
            raise Failed("vendor.lost", {"vendor": self.facts.vendor})
        state = task.task_status or task.status
        if state == "failed":
            said = f"{task.task_status_msg} {task.message}".lower()
            if any(word in said for word in _RISKS):
                raise Refused("vendor.refused", {"vendor": self.facts.vendor, "model": self.facts.model})
            raise Failed("vendor.failed", {"vendor": self.facts.vendor}, f"{len(said)} characters of reason")
        return task if state in {"succeed", "succeeded"} and task.url else None

    async def bring(
        self, look: Callable[[], Awaitable[Task | None]], job: Job, out: Path, tell: Tell
    ) -> Performed:
        """Bring a job's clip home, with what it did cost."""
        costs: list[float | None] = []

        async def address() -> str:
            task = self.ready(await look())
            if task is None:
                raise Busy("vendor.busy", {"vendor": self.facts.vendor, "model": "", "seconds": "0"})
            costs.append(None if task.units is None else round(task.units * _DOLLARS, 4))
            return task.url

        await download(self.http, address, out, self.who)
        tell(1.0)
        return Performed(track=None, seconds=job.seconds, cost=costs[-1])

    def _bearer(self) -> str:
        key = self._keys.get("kling_api_key")
        if key is not None:
            return key.get_secret_value()
        access, secret = (self._keys[name].get_secret_value() for name in _PAIR)
        return jwt(access, secret, self._clock())

    def _wrong(self, reply: Reply, code: int, *, paid: bool) -> Trouble:
        fields = {"vendor": self.facts.vendor, "model": self.facts.model}
        if code in _CLOCK:
            return NoAccess("vendor.clock", fields, str(code))
        if code == _UNKNOWN and not paid:
            return Failed("vendor.lost", fields, str(code))
        verdict = _VERDICTS.get(code, "unsure" if reply.status >= 500 else "unsuited")
        if verdict == "unsure" and not paid:
            return Busy("vendor.busy", {**fields, "seconds": "0"}, str(code))
        return trouble(verdict, self.who, Wrong(status=reply.status, code=str(code)))


def _number(written: object) -> float | None:
    try:
        return float(str(written))
    except ValueError:
        return None
