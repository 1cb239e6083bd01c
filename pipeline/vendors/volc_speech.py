"""Doubao speech (豆包语音): clones of a sample, and speech in them.

Service: Volcengine speech, voice clone V3 and TTS V3 over HTTP (https://openspeech.bytedance.com; BytePlus'
    twin by its address).
Documentation: www.volcengine.com/docs/6561/2534906, /2535742, /2535751, /1598757, read by way of public
    transcriptions: the pages render by script.
Read on: 2026-11-22; nothing here was tried against the live service.
Auth: X-Api-Key, with X-Api-Resource-Id for the model and its bill; every call has a new X-Api-Request-Id.
Limits: a sample up to 10 MB, 10 to 30 s is best; calls at once per account, how many is not told.
Price: not published where we looked: the row holds a guess. A voice is charged with the first lines it says.
Keeps data for: not told; no way to delete a voice is described, so a forgotten one stays owed.
Repeats safely: a clone, because its id is looked up first; speech never.
Can cancel: no.
Quirks: no pause marks and no SSML, so lines are sentences in rows and are cut by the words' times. Answers
    are JSON objects that touch. Presets need ids nobody wrote down, so there are none.
"""

import base64
import hashlib
import json
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipeline.ports.errors import BadInput, Failed, NoAccess, Refused, Trouble
from pipeline.ports.facts import Facts
from pipeline.ports.http import Http, Reply
from pipeline.ports.voice import CloneAsk, Cloned, SpeakAsk, Uttered, VoiceGone, Word
from pipeline.wires.lines import sentences
from pipeline.wires.shapes import Answer, odd, shaped
from pipeline.wires.verdicts import Verdict, Who, Wrong, by_status, trouble

BASE = "https://openspeech.bytedance.com"
_FILE = "uttered.mp3"
_MOST_SOUND = 40_000_000
_CUSTOM = "custom_speaker_id"
_END = 20000000
_NONE, _TRAINING, _FAILED = 0, 1, 3
_LANGUAGES = {"zh": 0, "en": 1}
_REFUSED = {45001104, 45001124, 45001125, 45001127, 45001128}
_SAMPLE = {45001101, 45001102, 45001105, 45001108, 45001109, 45001112, 45001113, 45001114, 45001122}
_UNKNOWN = 45001107
_CODES: dict[int, Verdict] = {
    45001123: "balance", 45001001: "unsuited", 45001126: "unsuited", 45000000: "unsuited",
    40402003: "unsuited",
}  # fmt: skip
_THEIRS = 55_000_000  # and above: it went wrong at theirs
_LIMIT = "quota exceeded for types: concurrency"


class _Told(Answer):
    code: int = 0
    message: str = ""


class _Said(Answer):
    word: str
    start: float = Field(alias="startTime")
    end: float = Field(alias="endTime")


class _Sentence(Answer):
    words: list[_Said] = []  # noqa: RUF012  pydantic copies it


class _Usage(Answer):
    text_words: float | None = None


class _Piece(_Told):
    data: str | None = None
    sentence: _Sentence | None = None
    usage: _Usage | None = None


class _Model(Answer):
    demo_audio: str | None = None


class _Voice(_Told):
    speaker_id: str = ""
    status: int = 0
    speaker_status: list[_Model] | None = None


class _Params(BaseModel):
    model_config = ConfigDict(frozen=True)

    voice: str
    custom: str


T = TypeVar("T", bound=_Told)


class Voice:
    """Speaks in clones only; `style` is the model's own name for how it speaks."""

    def __init__(self, http: Http, key: str, facts: Facts, base_url: str = BASE, *, style: str) -> None:
        self.facts = facts
        self._http, self._key, self._style = http, key, style
        self._base = base_url.rstrip("/")
        self._who = Who(vendor=facts.vendor, model=facts.model, key="VOLC_SPEECH_API_KEY", order="MAKE_VOICE")

    async def speak(self, ask: SpeakAsk, folder: Path) -> Uttered:
        """Say all lines in one call, each a sentence in its own row."""
        if not ask.params:
            raise NoAccess("voice.preset_gone", {**self._fields(), "voice": ask.voice or ""})
        learnt = _Params.model_validate_json(ask.params)
        sound = {"format": "mp3", "sample_rate": 24000, "enable_subtitle": True}
        request = {
            "user": {"uid": "pawlogue"},
            "req_params": {
                "text": sentences(ask),
                "speaker": learnt.voice,
                "model": self._style,
                "audio_params": sound,
            },
        }
        more = {"X-Api-Resource-Id": self.facts.model, "X-Control-Require-Usage-Tokens-Return": "*"}
        reply = await self._send("/api/v3/tts/unidirectional", request, paid=True, more=more)
        pieces = list(_pieces(reply))
        wrong = next((each for each in pieces if each.code not in {0, _END}), None)
        raw = b"".join(_bytes(each.data) for each in pieces)
        if wrong is not None and not raw:
            raise self._wrong(reply, wrong, paid=True, learnt=True)
        if not pieces:
            raise odd(reply, self._who, paid=True)
        if raw:
            (folder / _FILE).write_bytes(raw)
        used = next((each.usage.text_words for each in pieces if each.usage), None)
        return Uttered(
            voice=f"clone:{self.facts.vendor}",
            files=(_FILE,) if raw else (),
            words=tuple(_words(pieces)),
            cost=None if used is None else round(used * self.facts.price, 6),
        )

    async def fetch(self, said: Uttered, folder: Path) -> Uttered:
        """Bring home a demo; speech comes with its answer.

        Raises:
            Failed: there was no sound.
        """
        if said.address:
            if not (await self._http.fetch(said.address, folder / _FILE, most=_MOST_SOUND)).fine:
                raise Failed("vendor.expired", {"vendor": self.facts.vendor})
            return said.model_copy(update={"files": (_FILE,)})
        if not said.files:
            raise Failed("voice.no_sound", {}, "an answer without sound")
        return said

    async def clone(self, ask: CloneAsk, key: str) -> Cloned:
        """Have a voice trained whose id follows from `key`; one that is there is not trained again."""
        custom = "paw-" + hashlib.sha256(key.encode()).hexdigest()[:24]
        told = await self._look(custom)
        if told.status == _NONE:
            request = {
                "speaker_id": _CUSTOM,
                "custom_speaker_id": custom,
                "audio": {"data": base64.b64encode(ask.sample.read_bytes()).decode(), "format": "wav"},
                "language": _LANGUAGES[ask.lang],
                "extra_params": {"demo_text": ask.words[:100]},
            }
            told = await self._told("/api/v3/tts/voice_clone", request, _Voice, seconds=120.0)
        voice = _Params(voice=told.speaker_id or custom, custom=custom)
        return Cloned(params=voice.model_dump_json(), cost=0.0)

    async def learnt(self, voice: Cloned) -> Cloned | None:
        """Look whether it is trained."""
        told = await self._look(_Params.model_validate_json(voice.params).custom)
        if told.status == _TRAINING:
            return None
        if told.status == _FAILED:
            raise BadInput("vendor.sample", self._fields(), "training failed")
        if told.status == _NONE:
            raise Failed("vendor.lost", {"vendor": self.facts.vendor})
        demos = [each.demo_audio for each in told.speaker_status or () if each.demo_audio]
        return voice.model_copy(update={"demo": demos[0] if demos else ""})

    async def check(self) -> None:
        """Ask for a voice that never was."""
        await self._look("paw-nobody")

    async def _look(self, custom: str) -> _Voice:
        request = {"speaker_id": _CUSTOM, "custom_speaker_id": custom}
        try:
            return await self._told("/api/v3/tts/get_voice", request, _Voice)
        except VoiceGone:
            return _Voice(status=_NONE)

    async def _told(self, path: str, request: object, kind: type[T], *, seconds: float = 60.0) -> T:
        reply = await self._send(path, request, seconds=seconds)
        told = shaped(reply, kind, self._who)
        if told.code not in {0, _END}:
            raise self._wrong(reply, told, paid=False, learnt=True)
        return told

    async def _send(
        self,
        path: str,
        request: object,
        *,
        paid: bool = False,
        seconds: float = 90.0,
        more: Mapping[str, str] | None = None,
    ) -> Reply:
        headers = {"X-Api-Key": self._key, "X-Api-Request-Id": str(uuid.uuid4()), **(more or {})}
        reply = await self._http.send(
            "POST", self._base + path, paid=paid, seconds=seconds, headers=headers, json=request
        )
        if not reply.fine:
            told = next(_pieces(reply), _Piece())
            raise self._wrong(reply, told, paid=paid, learnt=True)
        return reply

    def _wrong(self, reply: Reply, told: _Told, *, paid: bool, learnt: bool) -> Trouble:
        code, fields = told.code, self._fields()
        if code == _UNKNOWN and learnt:
            return VoiceGone("voice.gone", fields, str(code))
        if code in _REFUSED:
            return Refused("vendor.refused_voice", fields, str(code))
        if code in _SAMPLE:
            return BadInput("vendor.sample", fields, str(code))
        verdict = self._verdict(code, told.message, reply.status)
        if verdict == "odd":
            return odd(reply, self._who, paid=paid)
        if verdict == "unsure" and not paid:
            verdict = "busy"
        return trouble(verdict, self._who, Wrong(status=reply.status, code=str(code)))

    def _verdict(self, code: int, message: str, status: int) -> Verdict:
        if _LIMIT in message:
            return "busy"
        if code >= _THEIRS:
            return "unsure"
        if code in _CODES:
            return _CODES[code]
        return "odd" if status < 300 else by_status(status)

    def _fields(self) -> dict[str, str]:
        return {"vendor": self.facts.vendor, "model": self.facts.model}


def _pieces(reply: Reply) -> Iterator[_Piece]:
    """The objects of an answer, as far as they can be read: they may touch, and the last may be cut off."""
    text, decoder = reply.body.decode("utf-8", "replace").lstrip(), json.JSONDecoder()
    while text:
        try:
            value, end = decoder.raw_decode(text)
            yield _Piece.model_validate(value)
        except (ValueError, ValidationError):
            return
        text = text[end:].lstrip()


def _bytes(written: str | None) -> bytes:
    try:
        return base64.b64decode(written or "", validate=True)
    except ValueError:
        return b""


def _words(pieces: list[_Piece]) -> Iterator[Word]:
    for piece in pieces:
        for said in piece.sentence.words if piece.sentence else ():
            yield Word(text=said.word, start=said.start, end=said.end)
