"""MiniMax: speech with pauses where we want them, and clones of a sample.

Service: MiniMax open platform, T2A v2, file upload, voice clone (mainland https://api.minimaxi.com, abroad
    https://api.minimax.io).
Documentation: platform.minimaxi.com/docs, speech-t2a-http, voice-cloning-clone, voice-management-get,
    errorcode; platform.minimax.io/docs, the same pages.
Read on: 2026-11-22; nothing here was tried against the live service.
Auth: Authorization: Bearer; a key opens one region only. GroupId is asked for by old accounts alone.
Limits: 10 calls a minute (20 for those who paid); a text under 10,000 characters; a sample of 10 s to 5 min
    and 20 MB, mp3, m4a or wav.
Price: per character, a Chinese one counts twice; a clone 9.9 yuan, charged with the first lines it says.
Keeps data for: a clone goes when it says nothing for 7 days; a sample's file until it is deleted.
Repeats safely: a clone, under the same voice id (2039 says that it is there); speech never.
Can cancel: no.
Quirks: errors come under HTTP 200, in base_resp. Status 0 is no proof of sound: it may be missing, 0.2 s
    long, or other words. Pause marks stand between words only. A deleted id is burnt. Opus is refused.
"""

import contextlib
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict

from pipeline.ports.errors import BadInput, Busy, Failed, NoAccess, Refused, Surprise, Trouble
from pipeline.ports.facts import Facts
from pipeline.ports.http import Files, Http, Reply
from pipeline.ports.voice import CloneAsk, Cloned, SpeakAsk, Uttered, VoiceGone
from pipeline.wires import minimax as wire
from pipeline.wires.lines import feeling, sayable
from pipeline.wires.shapes import odd, shaped
from pipeline.wires.verdicts import Who, Wrong, trouble

MAINLAND, ABROAD = "https://api.minimaxi.com", "https://api.minimax.io"
_HERTZ = 32_000
_MOST_SOUND = 40_000_000  # bytes
_FILE = "uttered.wav"
_PURPOSE = "voice_clone"
_SUBSCRIBED = "sk-cp-"  # keys of a plan: they take no group
_MOODS = {"happy": "happy", "proud": "happy", "sad": "sad", "crying": "sad", "shocked": "surprised"}
_LANGUAGES = {"zh": "Chinese", "en": "English"}


class _Params(BaseModel):
    model_config = ConfigDict(frozen=True)

    voice: str


T = TypeVar("T", bound=wire.Told)


class Voice:
    """Speaks; `voices` are the service's ids by our presets' names, `price` that of a counted character."""

    def __init__(
        self,
        http: Http,
        key: str,
        facts: Facts,
        base_url: str = MAINLAND,
        *,
        voices: Mapping[str, str],
        price: float,
        group: str = "",
    ) -> None:
        self.facts = facts
        self._http, self._voices, self._price = http, voices, price
        self._base = base_url.rstrip("/").removesuffix("/v1")
        self._headers = {"Authorization": f"Bearer {key}"}
        self._group = {"GroupId": group} if group and not key.startswith(_SUBSCRIBED) else {}
        self._who = Who(vendor=facts.vendor, model=facts.model, key="MINIMAX_API_KEY", order="MAKE_VOICE")

    async def speak(self, ask: SpeakAsk, folder: Path) -> Uttered:
        """Say all lines in one call, with marks between them for the pauses."""
        learnt = _Params.model_validate_json(ask.params) if ask.params else None
        voice = learnt.voice if learnt else self._preset(ask)
        mood = _MOODS.get(feeling(ask))
        request = {
            "model": self.facts.model,
            "text": wire.marked(sayable(ask), ask.pause),
            "stream": False,
            "language_boost": _LANGUAGES[ask.lang],
            "output_format": "hex",
            "subtitle_enable": True,
            "subtitle_type": "word",
            "voice_setting": {"voice_id": voice, "speed": 1.0, "vol": 1.0, "pitch": 0}
            | ({"emotion": mood} if mood else {}),
            "audio_setting": {"sample_rate": _HERTZ, "format": "wav", "channel": 1},
        }
        told = await self._told(
            "/v1/t2a_v2", wire.Speech, request, paid=True, seconds=180.0, voice=voice, learnt=learnt
        )
        sound = told.data or wire.Sound()
        raw = wire.sound(sound.audio)
        if raw:
            (folder / _FILE).write_bytes(raw)
        return Uttered(
            voice=f"clone:{self.facts.vendor}" if learnt else ask.voice or "",
            files=(_FILE,) if raw else (),
            words_at=sound.subtitle_file or "",
            cost=self._cost(told.extra_info),
        )

    async def fetch(self, said: Uttered, folder: Path) -> Uttered:
        """Bring home a demo, or when each word is said; without the words' times the sound is cut by ear.

        Raises:
            Failed: the answer had no sound.
        """
        if said.address:
            reply = await self._http.fetch(said.address, folder / _FILE, most=_MOST_SOUND)
            if not reply.fine:
                raise Failed("vendor.expired", {"vendor": self.facts.vendor})
            return said.model_copy(update={"files": (_FILE,)})
        if not said.files:
            raise Failed("voice.no_sound", {}, "status 0 without sound")
        if not said.words_at:
            return said
        try:
            reply = await self._http.fetch(said.words_at, folder / "words.json", most=1_000_000)
            words = wire.words((folder / "words.json").read_bytes()) if reply.fine else ()
        except (Busy, Failed):  # the sound is there, and can be cut without them
            words = ()
        return said.model_copy(update={"words": words})

    async def clone(self, ask: CloneAsk, key: str) -> Cloned:
        """Upload the sample and make a voice of it, whose id follows from `key`; it is tried with a line.

        Only the line is charged now. A second call under the same key finds the voice and has no line; what
        the first one did cost is not told again.
        """
        voice = "paw-" + hashlib.sha256(key.encode()).hexdigest()[:24]
        files: Files = {"file": (_named(voice), ask.sample.read_bytes(), "audio/wav")}
        sent = await self._told(
            "/v1/files/upload", wire.Upload, None, form={"purpose": _PURPOSE}, files=files
        )
        if sent.file is None:
            raise Surprise("vendor.odd", self._fields(), "no file")
        request = {
            "file_id": sent.file.file_id,
            "voice_id": voice,
            "model": self.facts.model,
            "text": ask.words[:300],
            "language_boost": _LANGUAGES[ask.lang],
            "need_volume_normalization": True,
        }
        params = _Params(voice=voice).model_dump_json()
        try:
            told = await self._told("/v1/voice_clone", wire.Clone, request, seconds=120.0)
        except _Exists:
            return Cloned(params=params)
        if told.refused:
            raise Refused("vendor.refused_voice", self._fields())
        return Cloned(params=params, demo=told.demo_audio or "", cost=self._cost(told.extra_info))

    async def learnt(self, voice: Cloned) -> Cloned:
        """At once."""
        return voice

    async def forget_voice(self, params: str) -> None:
        """Delete a clone and the sample it was made from, which is found by its name."""
        voice = _Params.model_validate_json(params).voice
        await self._delete("/v1/delete_voice", {"voice_type": "voice_cloning", "voice_id": voice})
        kept = await self._told("/v1/files/list", wire.Files, None, query={"purpose": _PURPOSE})
        for file in kept.files or ():
            if file.filename == _named(voice):
                await self._delete("/v1/files/delete", {"file_id": file.file_id, "purpose": _PURPOSE})

    async def check(self) -> None:
        """Ask which voices there are; the presets we know have to be among them."""
        told = await self._told("/v1/get_voice", wire.Voices, {"voice_type": "system"})
        there = {each.voice_id for each in told.system_voice or ()}
        missing = sorted(set(self._voices.values()) - there) if there else []
        if missing:
            raise NoAccess("voice.preset_gone", {**self._fields(), "voice": missing[0]})

    async def _delete(self, path: str, request: Mapping[str, str | int]) -> None:
        with contextlib.suppress(_Gone):
            await self._told(path, wire.Told, request, deleting=True)

    def _preset(self, ask: SpeakAsk) -> str:
        voice = self._voices.get(ask.voice or "")
        if voice is None:
            raise NoAccess("voice.preset_gone", {**self._fields(), "voice": ask.voice or ""})
        return voice

    async def _told(
        self,
        path: str,
        kind: type[T],
        request: object,
        *,
        paid: bool = False,
        seconds: float = 60.0,
        query: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
        files: Files | None = None,
        voice: str = "",
        learnt: _Params | None = None,
        deleting: bool = False,
    ) -> T:
        reply = await self._http.send(
            "GET" if query else "POST", self._base + path,
            paid=paid, seconds=seconds, headers=self._headers, params={**self._group, **(query or {})},
            json=request, form=form, files=files,
        )  # fmt: skip
        if reply.status == 200:
            told = shaped(reply, kind, self._who, paid=paid)
            if told.base_resp.status_code == 0:
                return told
            if deleting and told.base_resp.status_code in wire.NOTHING:
                raise _Gone("voice.gone", self._fields())
            raise self._wrong(reply, told.base_resp, paid=paid, voice=voice, learnt=learnt)
        raise self._wrong(reply, wire.status(reply), paid=paid, voice=voice, learnt=learnt)

    def _wrong(
        self, reply: Reply, status: wire.Status, *, paid: bool, voice: str, learnt: _Params | None
    ) -> Trouble:
        code, fields = status.status_code, self._fields()
        if code == wire.EXISTS:
            return _Exists("vendor.odd", fields, str(code))
        if code in {wire.MISSING, wire.ELSEWHERE} and voice:
            gone = NoAccess("voice.preset_gone", {**fields, "voice": voice}, str(code))
            return VoiceGone("voice.gone", fields, str(code)) if learnt else gone
        if code == 2049:
            where = {"setting": self._who.key, "address": "MINIMAX_BASE_URL"}
            return NoAccess("vendor.other_region", {**fields, **where}, str(code))
        if code in wire.SAMPLE or (code == 2013 and "file ext" in status.status_msg):
            return BadInput("vendor.sample", fields, str(code))
        if code in wire.WAITS:
            return trouble(
                "busy", self._who, Wrong(status=reply.status, code=str(code), seconds=wire.WAITS[code])
            )
        verdict = wire.verdict(code, reply.status, paid=paid)
        if verdict == "odd":
            return odd(reply, self._who, paid=paid)
        return trouble(verdict, self._who, Wrong(status=reply.status, code=str(code)))

    def _cost(self, extra: wire.Extra | None) -> float | None:
        if extra is None or extra.usage_characters is None:
            return None
        return round(extra.usage_characters * self._price, 6)

    def _fields(self) -> dict[str, str]:
        return {"vendor": self.facts.vendor, "model": self.facts.model}


class _Exists(Failed):
    """A voice of that id is there already."""


class _Gone(NoAccess):
    """What was to be deleted is not there."""


def _named(voice: str) -> str:
    """The name of the file with a voice's sample."""
    return f"{voice}.wav"
