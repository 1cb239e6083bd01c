"""Model Studio on loopback: two families of voices, sounds at addresses, quotas that look like limits."""

import asyncio
import base64
import html
import re

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.fakes.performing import fetched, hung_up
from tests.fakes.singing import Singing, as_wav, counted, said, seconds, spoilt

KEY = "sk-dashscope"
QWEN, COSY, READER = "qwen3-tts-vc-2026-01-22", "cosyvoice-v3-flash", "qwen3-tts-flash"
_STATUS = {"InvalidApiKey": 401, "AccessDenied": 403, "Arrearage": 400, "ModelNotFound": 404}
_PRICES = {QWEN: 0.8e-4, READER: 0.8e-4, COSY: 1e-4}
_BREAK = re.compile(r'<break time="(\d+)ms"/>')


class DashScope(Singing):
    """A fault is a code, or one of: lost, http500, odd, empty, short, silent, babble, busy sound, gone sound;
    of a clone: fallback, lost. `looks`: how often a CosyVoice is asked for before it is ready."""

    def __init__(self, *faults: str, looks: int = 0) -> None:
        super().__init__(*faults)
        self.looks = looks
        self.voices: dict[str, str] = {}
        self.asks = 0
        self.sound_fault = ""
        self.app = Starlette(
            routes=[
                Route("/services/audio/tts/customization", self._custom, methods=["POST"]),
                Route("/services/aigc/multimodal-generation/generation", self._qwen, methods=["POST"]),
                Route("/services/audio/tts/SpeechSynthesizer", self._cosy, methods=["POST"]),
                Route("/kept/{name}", self._sound),
            ]
        )

    async def _custom(self, request: Request) -> Response:
        ask = await request.json()
        if _stranger(request):
            return _wrong("InvalidApiKey")
        wish, cosy = ask["input"], ask["model"] == "voice-enrollment"
        match wish["action"]:
            case "create" | "create_voice":
                return await self._create(wish, cosy)
            case "list" | "list_voice":
                rows = [{"voice_id" if cosy else "voice": voice} for voice in self.voices]
                return _told({"voice_list": rows, "total_count": len(rows)})
            case "query_voice":
                self.asks += 1
                return _told({"status": "OK" if self.asks > self.looks else "DEPLOYING"})
            case "delete" | "delete_voice":
                gone = self.voices.pop(wish.get("voice_id") or wish.get("voice"), None) is None
                return _wrong("BadRequest.VoiceNotFound", "Voice not found") if gone else _told({})
        return _wrong("InvalidParameter")

    async def _create(self, wish: dict[str, object], cosy: bool) -> Response:
        fault = self.fault()
        if fault in {"Audio.PreprocessError", "Arrearage", "DataInspectionFailed", "Throttling.RateQuota"}:
            return _wrong(fault)
        if cosy:
            sound = await asyncio.to_thread(fetched, str(wish["url"]))
            if sound is None:
                return _wrong("InputDownloadFailed")
            name, pattern, label = str(wish["prefix"]), r"[a-z0-9]{1,10}", "{model}-{name}-0a1b2c3d"
        else:
            audio = wish["audio"]
            assert isinstance(audio, dict)
            sound = base64.b64decode(audio["data"].removeprefix("data:audio/wav;base64,"), validate=True)
            name, pattern = str(wish["preferred_name"]), r"[A-Za-z0-9_]{1,16}"
            label = "qwen-tts-vc-{name}-voice-20261122-1a2b"
        if not re.fullmatch(pattern, name):
            return _wrong("InvalidParameter")
        if not 5.0 <= (seconds(sound) or 0.0) <= 60.0:
            return _wrong("Audio.DurationLimitError")
        voice = label.format(model=wish["target_model"], name=name)
        self.voices[voice] = str(wish["target_model"])
        if fault == "lost":
            return hung_up()
        return _told({"voice_id" if cosy else "voice": voice, "fallback_mode": fault == "fallback"})

    async def _qwen(self, request: Request) -> Response:
        ask = await request.json()
        wish = ask["input"]
        lines = [line for line in wish["text"].split("\n") if line]
        known = wish["voice"] == "Cherry" and ask["model"] == READER
        pauses = [0.4] * len(lines)
        return self._say(request, ask, lines, pauses, known=known and wish["language_type"] == "Chinese")

    async def _cosy(self, request: Request) -> Response:
        ask = await request.json()
        text = ask["input"]["text"]
        if not ask["input"]["enable_ssml"] or not (text.startswith("<speak>") and text.endswith("</speak>")):
            return _wrong("InvalidParameter")
        pieces = _BREAK.split(text[7:-8])
        pauses = [float(each) / 1000 + 0.1 for each in pieces[1::2]]
        return self._say(request, ask, [html.unescape(each) for each in pieces[::2]], pauses, known=False)

    def _say(
        self, request: Request, ask: dict[str, object], lines: list[str], pauses: list[float], *, known: bool
    ) -> Response:
        self.asked.append(ask)
        if _stranger(request):
            return _wrong("InvalidApiKey")
        fault, wish = self.fault(), ask["input"]
        assert isinstance(wish, dict)
        if fault and (fault[0].isupper() or fault == "insufficient_quota"):
            return _wrong(fault)
        if fault == "http500":
            return Response("oops", 500)
        if not known and wish["voice"] not in self.voices:
            return _wrong("InvalidParameter", "Voice not found")
        if not known and self.voices[wish["voice"]] != ask["model"]:
            return _wrong("InvalidParameter", "the model does not match")
        characters = counted("".join(lines))
        self.bills.append(("speech", characters * _PRICES[str(ask["model"])]))
        if fault == "lost":
            return hung_up()
        if fault == "odd":
            return JSONResponse({"ok": True})
        self.sound_fault = fault
        url = self.keep(as_wav(spoilt(said(lines, pauses)[0], fault)), ".wav")
        audio = {"url": "" if fault == "empty" else url, "data": "", "id": "audio_1", "expires_at": 1}
        return _told({"finish_reason": "stop", "audio": audio}, {"characters": characters})

    async def _sound(self, request: Request) -> Response:
        if self.sound_fault == "gone sound":
            return Response("expired", 403)
        if self.sound_fault == "busy sound":
            self.sound_fault = ""
            return Response("later", 503)
        return await self.give(request)


def _told(output: dict[str, object], usage: dict[str, object] | None = None) -> Response:
    return JSONResponse({"output": output, "usage": usage or {"count": 1}, "request_id": "r"})


def _wrong(code: str, message: str = "no") -> Response:
    limited = code.startswith("Throttling") or code == "insufficient_quota"
    return JSONResponse(
        {"request_id": "r", "code": code, "message": message}, 429 if limited else _STATUS.get(code, 400)
    )


def _stranger(request: Request) -> bool:
    return request.headers.get("authorization") != f"Bearer {KEY}"
