"""Doubao speech on loopback: training that takes a while, answers in touching pieces, no pauses."""

import base64
import json
import re

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.fakes.performing import hung_up
from tests.fakes.singing import Singing, as_mp3, said, seconds, spoilt

KEY = "volc-speech-key"
_ID = re.compile(r"(?!S_|ICL_|MIX_|DiT_|BV)[A-Za-z][A-Za-z0-9_-]{6,254}[A-Za-z0-9]")
_PRICE, _SLOT = 6e-4, 9.9


class VolcSpeech(Singing):
    """`looks`: how often a voice is asked for before it is trained. A fault of speech is a code, or one of:
    lost, http500, concurrency, empty, cut off, short, silent, babble, no words. One of a clone is a code, or:
    lost, untrained."""

    def __init__(self, *faults: str, looks: int = 0) -> None:
        super().__init__(*faults)
        self.looks = looks
        self.trainings = 0
        self.voices: dict[str, dict[str, object]] = {}
        self.bought = set[str]()
        self.app = Starlette(
            routes=[
                Route("/api/v3/tts/voice_clone", self._clone, methods=["POST"]),
                Route("/api/v3/tts/get_voice", self._get, methods=["POST"]),
                Route("/api/v3/tts/unidirectional", self._speak, methods=["POST"]),
                Route("/kept/{name}", self.give),
            ]
        )

    async def _clone(self, request: Request) -> Response:
        refusal, ask = _stranger(request), await request.json()
        if refusal is not None:
            return refusal
        fault = self.fault()
        if fault.isdigit():
            return _told(int(fault))
        name, sound = ask["custom_speaker_id"], base64.b64decode(ask["audio"]["data"])
        if ask["speaker_id"] != "custom_speaker_id" or not _ID.fullmatch(name) or len(sound) > 10_000_000:
            return _told(45001001)
        if ask["audio"]["format"] != "wav" or not seconds(sound):
            return _told(45001108)
        self.trainings += 1
        demo = self.keep(as_mp3(said([ask["extra_params"]["demo_text"]], [])[0]), ".mp3")
        voice = {"speaker_id": f"S_{name[-6:]}", "demo": demo, "looks": 0, "fault": fault}
        self.voices[name] = voice
        if fault == "lost":
            return hung_up()
        return _told(0, speaker_id=voice["speaker_id"], status=1)

    async def _get(self, request: Request) -> Response:
        refusal, ask = _stranger(request), await request.json()
        if refusal is not None:
            return refusal
        voice = self.voices.get(ask["custom_speaker_id"])
        if voice is None:
            return _told(0, speaker_id="", status=0)
        voice["looks"] = int(str(voice["looks"])) + 1
        if int(str(voice["looks"])) <= self.looks:
            return _told(0, speaker_id=voice["speaker_id"], status=1)
        if voice["fault"] == "untrained":
            return _told(0, speaker_id=voice["speaker_id"], status=3)
        made = [{"model_type": 4, "demo_audio": voice["demo"]}]
        return _told(0, speaker_id=voice["speaker_id"], status=2, speaker_status=made)

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
        if fault == "concurrency":
            return _told(45000292, "quota exceeded for types: concurrency")
        wish = ask["req_params"]
        if request.headers.get("x-api-resource-id") != "seed-icl-2.0" or "<" in wish["text"]:
            return _told(45000000)
        if wish["speaker"] not in {voice["speaker_id"] for voice in self.voices.values()}:
            return _told(45001107)
        new = wish["speaker"] not in self.bought
        self.bought.add(wish["speaker"])
        letters = sum(map(str.isalnum, wish["text"]))
        self.bills.append(("speech", letters * _PRICE + (_SLOT if new else 0.0)))
        if fault == "lost":
            return hung_up()
        return Response(self._answer(wish["text"], fault, letters), media_type="application/json")

    def _answer(self, text: str, fault: str, letters: int) -> str:
        lines = [line for line in text.split("\n") if line]
        samples, words = said(lines, [0.45] * len(lines))
        sound = as_mp3(spoilt(samples, fault))
        parts = [] if fault == "empty" else [sound[: len(sound) // 2], sound[len(sound) // 2 :]]
        if fault == "cut off":
            parts = [sound[: len(sound) // 6]]
        pieces = [{"code": 0, "message": "", "data": base64.b64encode(part).decode()} for part in parts]
        told = [
            {"word": word, "startTime": start, "endTime": end, "confidence": 0.9}
            for word, start, end in words
        ]
        if fault != "no words":
            pieces.append({"code": 0, "message": "", "data": None, "sentence": {"text": text, "words": told}})
        if fault == "cut off":
            return "".join(map(json.dumps, pieces))[:-5]
        pieces.append({"code": 20000000, "message": "ok", "data": None, "usage": {"text_words": letters}})
        return "".join(map(json.dumps, pieces))


def _told(code: int, message: str = "no", **more: object) -> Response:
    return JSONResponse({"code": code, "message": "" if code == 0 else message, **more})


def _stranger(request: Request) -> Response | None:
    if not request.headers.get("x-api-request-id"):
        return _told(45001001)
    right = request.headers.get("x-api-key") == KEY
    return None if right else JSONResponse({"code": 45000010, "message": "invalid key"}, 401)
