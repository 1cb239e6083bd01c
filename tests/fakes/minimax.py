"""MiniMax on loopback: errors under HTTP 200, voices that go when unused, sound that is wrong."""

import json
import re

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.fakes.performing import hung_up
from tests.fakes.singing import Said, Singing, as_wav, counted, said, seconds, spoilt

KEY, ABROAD = "sk-api-of-this-region", "sk-api-of-the-other-region"
SYSTEM = (
    "lovely_girl", "clever_boy", "female-tianmei", "cartoon_pig", "cute_boy", "female-chengshu",
    "Chinese (Mandarin)_Gentleman",
)  # fmt: skip
_WEEK = 168 * 3600.0
_ID = re.compile(r"[A-Za-z][A-Za-z0-9_-]{6,254}[A-Za-z0-9]")
_MARK = re.compile(r"<#(\d+(?:\.\d{1,2})?)#>")
_MODELS = {"speech-2.8-hd", "speech-2.8-turbo", "speech-2.6-hd", "speech-2.6-turbo"}
_EMOTIONS = {"happy", "sad", "angry", "fearful", "disgusted", "surprised", "calm", None}
_HD, _CLONE = 3.5e-4, 9.9


class MiniMax(Singing):
    """A fault of speech is a code, or one of: lost, http500, silence, short, silent, babble, hex,
    no subtitles, sentences, other words. One of a clone is a code, or: lost, sensitive, flat."""

    def __init__(self, *faults: str, jitter: float = 0.2) -> None:
        super().__init__(*faults)
        self.jitter = jitter
        self.files: dict[int, float] = {}
        self.names: dict[int, str] = {}
        self.voices: dict[str, float] = {}
        self.bought = set[str]()
        self.burnt = set[str]()
        self.app = Starlette(
            routes=[
                Route("/v1/t2a_v2", self._speak, methods=["POST"]),
                Route("/v1/files/upload", self._upload, methods=["POST"]),
                Route("/v1/files/list", self._files),
                Route("/v1/files/delete", self._drop, methods=["POST"]),
                Route("/v1/voice_clone", self._clone, methods=["POST"]),
                Route("/v1/get_voice", self._list, methods=["POST"]),
                Route("/v1/delete_voice", self._delete, methods=["POST"]),
                Route("/kept/{name}", self.give),
            ]
        )

    async def _speak(self, request: Request) -> Response:
        refusal, ask = _stranger(request), await request.json()
        self.asked.append(ask)
        if refusal is not None:
            return refusal
        fault = self.fault()
        if fault.isdigit():
            return _told(int(fault))
        if fault == "http500":
            return Response("oops", 500)
        text, setting = ask["text"], ask["voice_setting"]
        unfit = self._unfit(ask, text, setting)
        if unfit:
            return _told(2013, unfit)
        if not self._there(setting["voice_id"]):
            return _told(2054)
        self._charge(text, setting["voice_id"])
        if fault == "lost":
            return hung_up()
        pieces = _MARK.split(text)
        pauses = [float(each) + self.jitter for each in pieces[1::2]]
        samples, words = said(pieces[::2], pauses, ask["audio_setting"]["sample_rate"])
        audio = as_wav(spoilt(samples, fault, 32_000), 32_000).hex()
        data = {"audio": audio, "status": 2, "subtitle_file": self._subtitles(words, fault), "ced": ""}
        if fault == "silence":
            data["audio"] = ""
        if fault == "hex":
            data["audio"] = "zz" + audio
        extra = {"audio_length": 1, "usage_characters": counted(_MARK.sub("", text)), "audio_format": "wav"}
        return _told(0, data=data, extra_info=extra)

    def _unfit(self, ask: dict[str, object], text: str, setting: dict[str, object]) -> str:
        pieces = _MARK.split(text)
        if "<#" in _MARK.sub("", text) or not all(any(map(str.isalnum, each)) for each in pieces[::2]):
            return "invalid params, glyph definition format error"
        if setting.get("emotion") not in _EMOTIONS or not isinstance(setting.get("pitch"), int):
            return "invalid params, voice_setting emotion"
        sound = ask["audio_setting"]
        assert isinstance(sound, dict)
        known = ask["model"] in _MODELS and sound == {"sample_rate": 32000, "format": "wav", "channel": 1}
        return "" if known and ask["subtitle_type"] == "word" else "invalid params"

    def _there(self, voice: str) -> bool:
        if voice in SYSTEM:
            return True
        if voice not in self.voices or self.now - self.voices[voice] > _WEEK:
            return False
        self.voices[voice] = self.now
        return True

    def _charge(self, text: str, voice: str) -> None:
        cost = counted(_MARK.sub("", text)) * _HD
        if voice not in SYSTEM and voice not in self.bought:
            self.bought.add(voice)
            cost += _CLONE
        self.bills.append(("speech", cost))

    def _subtitles(self, words: Said, fault: str) -> str:
        if fault == "no subtitles":
            return ""
        rows = [
            {
                "word": word,
                "time_begin": start * 1000,
                "time_end": end * 1000,
                "word_begin": n,
                "word_end": n + 1,
            }
            for n, (word, start, end) in enumerate(words)
        ]
        if fault == "other words":
            rows = rows[1:]
        sentence = {"text": "\ufeff", "time_begin": 0.0, "time_end": 2000.0, "timestamped_words": rows}
        if fault == "sentences":
            sentence.pop("timestamped_words")
        return self.keep(json.dumps([sentence]).encode(), ".json")

    async def _upload(self, request: Request) -> Response:
        refusal = _stranger(request)
        if refusal is not None:
            return refusal
        number = next(self.numbers)
        async with request.form() as form:
            file = form.get("file")
            if form.get("purpose") != "voice_clone" or file is None or isinstance(file, str):
                return _told(2013)
            if not str(file.filename).endswith((".wav", ".mp3", ".m4a")):
                return _told(2013, "invalid params, invalid file ext for voice clone")
            self.names[number] = str(file.filename)
            self.files[number] = seconds(await file.read()) or 0.0
        return _told(
            0, file={"file_id": number, "bytes": 1, "filename": file.filename, "purpose": "voice_clone"}
        )

    async def _clone(self, request: Request) -> Response:
        refusal, ask = _stranger(request), await request.json()
        if refusal is not None:
            return refusal
        fault, voice = self.fault(), ask["voice_id"]
        if fault.isdigit():
            return _told(int(fault))
        if fault in {"sensitive", "flat"}:
            if fault == "flat":
                return _told(0, demo_audio="", input_sensitive=True, input_sensitive_type=2)
            return _told(0, demo_audio="", input_sensitive={"type": 2})
        if (
            not _ID.fullmatch(voice)
            or ask["file_id"] not in self.files
            or ("text" in ask) != ("model" in ask)
        ):
            return _told(2013)
        if voice in self.voices or voice in self.burnt:
            return _told(2039)
        if not 10.0 <= self.files[ask["file_id"]] <= 300.0:
            return _told(2037)
        self.voices[voice] = self.now
        self.bills.append(("demo", counted(ask["text"]) * _HD))
        if fault == "lost":
            return hung_up()
        samples, _ = said([ask["text"]], [], 32_000)
        demo = self.keep(as_wav(samples, 32_000), ".mp3")
        extra = {"usage_characters": counted(ask["text"])}
        return _told(0, demo_audio=demo, input_sensitive={"type": 0}, extra_info=extra)

    async def _list(self, request: Request) -> Response:
        refusal = _stranger(request)
        clones = [{"voice_id": voice, "description": []} for voice in self.voices if voice in self.bought]
        system = [{"voice_id": voice, "voice_name": "x"} for voice in SYSTEM]
        return refusal or _told(0, system_voice=system, voice_cloning=clones, voice_generation=[])

    async def _delete(self, request: Request) -> Response:
        refusal, ask = _stranger(request), await request.json()
        if refusal is not None:
            return refusal
        if self.voices.pop(ask["voice_id"], None) is None:
            return _told(2054)
        self.burnt.add(ask["voice_id"])
        return _told(0)

    async def _files(self, request: Request) -> Response:
        refusal = _stranger(request)
        rows = [{"file_id": number, "filename": self.names[number], "bytes": 1} for number in self.files]
        return refusal or _told(0, files=rows)

    async def _drop(self, request: Request) -> Response:
        refusal, ask = _stranger(request), await request.json()
        if refusal is not None:
            return refusal
        return _told(0 if self.files.pop(ask["file_id"], None) is not None else 2013)


def _told(code: int, message: str = "", **more: object) -> Response:
    status = {"status_code": code, "status_msg": message or ("success" if code == 0 else "no")}
    return JSONResponse({**more, "base_resp": status, "trace_id": "0a1b"})


def _stranger(request: Request) -> Response | None:
    bearer = request.headers.get("authorization", "")
    if bearer == f"Bearer {KEY}":
        return None
    return _told(2049 if bearer == f"Bearer {ABROAD}" else 1004)
