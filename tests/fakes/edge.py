"""Edge's read-aloud service on loopback: a web socket that hangs, hangs up and shuts its door."""

import json
import re
from collections import deque

from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket

from tests.fakes.singing import as_mp3, said

_TEXT = re.compile(r"<prosody[^>]*>(.*?)</prosody>", re.DOTALL)
_VOICE = re.compile(r"name=['\"]([^'\"]+)['\"]")
_PIECE = 3000  # bytes


class Edge:
    """A fault is a status of the handshake, or one of: no audio, cut off, unknown."""

    def __init__(self, *faults: str) -> None:
        self.faults = deque(faults)
        self.asked: list[str] = []
        self.app = Starlette(routes=[WebSocketRoute("/edge/v1", self._read)])

    async def _read(self, socket: WebSocket) -> None:
        fault = self.faults.popleft() if self.faults else ""
        if fault.isdigit():
            await socket.send_denial_response(Response("no", int(fault)))
            return
        await socket.accept()
        assert "Path:speech.config" in await socket.receive_text()
        ssml = await socket.receive_text()
        text, voice = _TEXT.search(ssml), _VOICE.search(ssml)
        assert text
        assert voice
        self.asked.append(voice[1])
        await self._say(socket, text[1], fault)
        await socket.close()

    async def _say(self, socket: WebSocket, text: str, fault: str) -> None:
        await socket.send_text("X-RequestId:1\r\nPath:turn.start\r\n\r\n{}")
        if fault == "unknown":
            await socket.send_text("X-RequestId:1\r\nPath:something.new\r\n\r\n{}")
        samples, words = said([text], [])
        sound = b"" if fault == "no audio" else as_mp3(samples)
        for word, start, end in words:
            bounds = {"Offset": round(start * 1e7), "Duration": round((end - start) * 1e7)}
            bounds["text"] = {"Text": word, "Length": 1, "BoundaryType": "WordBoundary"}  # type: ignore[assignment]  # as mixed as theirs
            told = json.dumps({"Metadata": [{"Type": "WordBoundary", "Data": bounds}]})
            await socket.send_text(f"X-RequestId:1\r\nPath:audio.metadata\r\n\r\n{told}")
        head = b"X-RequestId:1\r\nContent-Type:audio/mpeg\r\nPath:audio\r\n"
        for at in range(0, len(sound), _PIECE):
            await socket.send_bytes(len(head).to_bytes(2, "big") + head + sound[at : at + _PIECE])
            if fault == "cut off":
                return
        await socket.send_text("X-RequestId:1\r\nPath:turn.end\r\n\r\n{}")
