"""Alibaba Model Studio (百炼): Qwen and CosyVoice, clones of a sample and a few presets.

Service: DashScope, speech over HTTP and voice customization (https://dashscope.aliyuncs.com/api/v1).
Documentation: help.aliyun.com/zh/model-studio/voice-clone-design-http-api, cosyvoice-clone-api, qwen-tts,
    cosyvoice-tts-http-api, error-code-start.
Read on: 2026-11-22; nothing here was tried against the live service.
Auth: Authorization: Bearer; keys open one region.
Limits: a sample of 10 to 20 s, up to 60 s and 10 MB; 600 characters a call (Qwen), 2,000 (CosyVoice); 1,000
    voices an account; calls a minute are not told.
Price: per 10,000 characters, a Chinese one counts twice: Qwen about 0.8 yuan, CosyVoice 1 to 2; a clone is
    free with CosyVoice, and not told for Qwen.
Keeps data for: a sound's address 24 hours; a voice nobody uses for a year is removed.
Repeats safely: a clone, because it is looked for by its name first; speech never.
Can cancel: no.
Quirks: a voice speaks with the model it was made for only. Qwen takes the sample itself, CosyVoice an
    address. `fallback_mode` is a poor clone of a poor sample. Qwen knows no pauses; CosyVoice takes SSML.
"""

import base64
import hashlib
import html
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from pipeline.ports.errors import BadInput, Failed, NoAccess, Surprise, Trouble
from pipeline.ports.facts import Facts
from pipeline.ports.http import Http, Reply
from pipeline.ports.voice import CloneAsk, Cloned, SpeakAsk, Uttered, VoiceGone
from pipeline.wires.lines import sayable, sentences
from pipeline.wires.shapes import Answer, shaped
from pipeline.wires.verdicts import Verdict, Who, Wrong, by_status, trouble, wrong

BASE = "https://dashscope.aliyuncs.com/api/v1"
_CUSTOM = "/services/audio/tts/customization"
_QWEN_SAYS = "/services/aigc/multimodal-generation/generation"
_COSY_SAYS = "/services/audio/tts/SpeechSynthesizer"
_FILE = "uttered.wav"
_MOST_SOUND = 40_000_000
_READY = "OK"
_LANGUAGES = {"zh": "Chinese", "en": "English"}


class _Sound(Answer):
    url: str | None = None
    data: str | None = None


class _Listed(Answer):
    voice: str = ""
    voice_id: str = ""


class _Output(Answer):
    audio: _Sound | None = None
    voice: str = ""
    voice_id: str = ""
    status: str = ""
    fallback_mode: bool = False
    voice_list: list[_Listed] | None = None


class _Usage(Answer):
    characters: float | None = None


class _Told(Answer):
    output: _Output
    usage: _Usage | None = None


class _Params(BaseModel):
    model_config = ConfigDict(frozen=True)

    voice: str
    model: str


class Voice:
    """Speaks; `voices` are the service's presets by our names, spoken by the model `reader`; `price` is that
    of one counted character; `cosy`: it is a CosyVoice, which is asked in other words."""

    def __init__(
        self,
        http: Http,
        key: str,
        facts: Facts,
        base_url: str = BASE,
        *,
        voices: Mapping[str, str],
        reader: str,
        price: float,
        cosy: bool = False,
    ) -> None:
        self.facts = facts
        self._http, self._voices, self._reader, self._price = http, voices, reader, price
        self._cosy, self._base = cosy, base_url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {key}"}
        self._who = Who(vendor=facts.vendor, model=facts.model, key="DASHSCOPE_API_KEY", order="MAKE_VOICE")

    async def speak(self, ask: SpeakAsk, folder: Path) -> Uttered:
        """Say all lines in one call; the sound lies at an address."""
        learnt = _Params.model_validate_json(ask.params) if ask.params else None
        voice = learnt.voice if learnt else self._voices.get(ask.voice or "")
        if voice is None:
            raise NoAccess("voice.preset_gone", {**self._fields(), "voice": ask.voice or ""})
        model = learnt.model if learnt else self._reader
        if self._cosy:
            words = {"text": _ssml(ask), "enable_ssml": True, "format": "wav", "sample_rate": 24000}
        else:
            words = {"text": sentences(ask), "language_type": _LANGUAGES[ask.lang]}
        request = {"model": model, "input": {"voice": voice, **words}}
        path = _COSY_SAYS if self._cosy else _QWEN_SAYS
        told = await self._told(path, request, paid=True, voice=voice, learnt=learnt)
        sound = told.output.audio or _Sound()
        raw = _bytes(sound.data)
        if raw:
            (folder / _FILE).write_bytes(raw)
        return Uttered(
            voice=f"clone:{self.facts.vendor}" if learnt else ask.voice or "",
            files=(_FILE,) if raw else (),
            address="" if raw else sound.url or "",
            cost=self._cost(told.usage),
        )

    async def fetch(self, said: Uttered, folder: Path) -> Uttered:
        """Bring the sound home.

        Raises:
            Failed: there was none, or it is there no longer.
        """
        if said.files:
            return said
        if not said.address:
            raise Failed("voice.no_sound", {}, "an answer without sound")
        if not (await self._http.fetch(said.address, folder / _FILE, most=_MOST_SOUND)).fine:
            raise Failed("vendor.expired", {"vendor": self.facts.vendor})
        return said.model_copy(update={"files": (_FILE,)})

    async def clone(self, ask: CloneAsk, key: str) -> Cloned:
        """Make a voice whose name follows from `key`, unless it is there already."""
        name = "p" + hashlib.sha256(key.encode()).hexdigest()[:9]
        voice = await self._named(name)
        if voice is None:
            made = await self._make(ask, name)
            voice = made.voice_id if self._cosy else made.voice
            if not voice:
                raise Surprise("vendor.odd", self._fields(), "a voice without an id")
            if made.fallback_mode:
                await self._drop(voice)
                raise BadInput("vendor.sample", self._fields(), "fallback_mode")
        return Cloned(params=_Params(voice=voice, model=self.facts.model).model_dump_json(), cost=0.0)

    async def learnt(self, voice: Cloned) -> Cloned | None:
        """Qwen's can speak at once; CosyVoice's are looked at until they are ready."""
        if not self._cosy:
            return voice
        told = await self._custom(
            "query_voice", {"voice_id": _Params.model_validate_json(voice.params).voice}
        )
        return voice if told.output.status == _READY else None

    async def forget_voice(self, params: str) -> None:
        """Delete a clone."""
        await self._drop(_Params.model_validate_json(params).voice)

    async def check(self) -> None:
        """List our voices."""
        await self._listed("nobody")

    async def _make(self, ask: CloneAsk, name: str) -> _Output:
        if self._cosy:
            if ask.url is None:
                raise NoAccess("lend.nowhere", {"vendor": self.facts.vendor})
            wanted: dict[str, Any] = {"prefix": name, "url": ask.url, "language_hints": [ask.lang]}
            action = "create_voice"
        else:
            sample = base64.b64encode(ask.sample.read_bytes()).decode()
            wanted = {"preferred_name": name, "audio": {"data": f"data:audio/wav;base64,{sample}"}}
            action = "create"
        wanted["target_model"] = self.facts.model
        return (await self._custom(action, wanted, seconds=120.0, learning=True)).output

    async def _named(self, name: str) -> str | None:
        """The voice of that name, where it was made before."""
        try:
            told = await self._listed(name)
        except Surprise:  # a list that cannot be read hides at worst a spare voice
            return None
        ids = [each.voice_id or each.voice for each in told.output.voice_list or ()]
        return next((each for each in ids if f"-{name}-" in each), None)

    async def _listed(self, name: str) -> _Told:
        """Our voices; those of that name, where it can be asked for."""
        wanted: dict[str, Any] = {"page_index": 0, "page_size": 100}
        if self._cosy:
            wanted["prefix"] = name
        return await self._custom("list_voice" if self._cosy else "list", wanted)

    async def _drop(self, voice: str) -> None:
        wanted = {"voice_id": voice} if self._cosy else {"voice": voice}
        try:
            await self._custom("delete_voice" if self._cosy else "delete", wanted, voice=voice)
        except VoiceGone:
            return

    async def _custom(
        self,
        action: str,
        wanted: Mapping[str, Any],
        *,
        seconds: float = 60.0,
        voice: str = "",
        learning: bool = False,
    ) -> _Told:
        model = "voice-enrollment" if self._cosy else "qwen-voice-enrollment"
        request = {"model": model, "input": {"action": action, **wanted}}
        learnt = _Params(voice=voice, model="") if voice else None
        return await self._told(
            _CUSTOM, request, seconds=seconds, voice=voice, learnt=learnt, learning=learning
        )

    async def _told(
        self,
        path: str,
        request: object,
        *,
        paid: bool = False,
        seconds: float = 120.0,
        voice: str = "",
        learnt: _Params | None = None,
        learning: bool = False,
    ) -> _Told:
        reply = await self._http.send(
            "POST", self._base + path, paid=paid, seconds=seconds, headers=self._headers, json=request
        )
        if reply.fine:
            return shaped(reply, _Told, self._who, paid=paid)
        error = wrong(reply)
        if voice and _is_gone(error):
            gone = NoAccess("voice.preset_gone", {**self._fields(), "voice": voice}, error.code)
            raise VoiceGone("voice.gone", self._fields(), error.code) if learnt else gone
        raise self._wrong(reply, error, paid=paid, learning=learning)

    def _wrong(self, reply: Reply, error: Wrong, *, paid: bool, learning: bool) -> Trouble:
        if learning and (error.code.startswith("Audio.") or error.code == "InvalidParameter"):
            return BadInput("vendor.sample", self._fields(), error.code)
        verdict = judge(error)
        if verdict == "unsure" and not paid:
            verdict = "busy"
        return trouble(verdict, self._who, error)

    def _cost(self, usage: _Usage | None) -> float | None:
        return None if usage is None or usage.characters is None else round(usage.characters * self._price, 6)

    def _fields(self) -> dict[str, str]:
        return {"vendor": self.facts.vendor, "model": self.facts.model}


def judge(error: Wrong) -> Verdict:
    """What one of its errors means: quotas that are used up come under the status of limits that pass."""
    code = error.code
    if code.startswith("Arrearage") or "AllocationQuota" in code or code == "insufficient_quota":
        return "balance"
    if code.startswith("DataInspectionFailed"):
        return "refused"
    if code.startswith("InvalidApiKey"):
        return "key"
    if code.startswith("ModelNotFound"):
        return "gone"
    if code.startswith(("Throttling", "InputDownloadFailed")):
        return "busy"
    return by_status(error.status)


def _is_gone(error: Wrong) -> bool:
    """Nobody wrote down what is said of a voice that is not there: its words are taken for it."""
    words = f"{error.code} {error.message}".lower()
    missing = any(each in words for each in ("not found", "notfound", "not exist"))
    return error.status in {400, 404} and "voice" in words and missing


def _ssml(ask: SpeakAsk) -> str:
    pause = f'<break time="{round(ask.pause * 1000)}ms"/>'
    return f"<speak>{pause.join(html.escape(line) for line in sayable(ask))}</speak>"


def _bytes(written: str | None) -> bytes:
    try:
        return base64.b64decode(written or "", validate=True)
    except ValueError:
        return b""
