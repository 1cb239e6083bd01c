"""Edge's read-aloud voices, through the package `edge-tts` where it is installed: presets only.

Service: the endpoint that the Edge browser reads pages aloud with. UNOFFICIAL: no contract, no promise, no
    published limits, and it has locked other clients out more than once. Whether a product may use it is the
    operator's to decide, so it is asked only when `MAKE_VOICE` names it.
Documentation: github.com/rany2/edge-tts, version 7.3.1, as source.
Read on: 2026-11-22; the real service was not called.
Auth: none; a token made of the time, so the clock must be right.
Limits: not told; about four calls at a time brought 503 to others, so ours wait for each other.
Price: none.
Keeps data for: not told.
Repeats safely: yes, nothing is charged.
Can cancel: yes, by hanging up.
Quirks: no clones, no pauses, no SSML: each line is a call of its own. The package never gives up by itself,
    and a connection that closes half-way looks like success: the last word's end is held against the sound.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import Any

from pipeline.ports.errors import Busy, Failed, NoAccess, Surprise
from pipeline.ports.facts import Facts
from pipeline.ports.voice import CloneAsk, Cloned, SpeakAsk, Uttered
from pipeline.wires.lines import sayable
from storage.model import Noun

_BYTES_A_SECOND = 6000  # 48 kbit/s, always
_TICKS = 10_000_000  # in a second
_LATE = 0.4  # seconds by which the last word may end after the sound
_PATIENCE = 40.0  # seconds for a line
_LIMITED = {429, 503, 504}


class Reader(Noun):
    """One of its voices, and how it is asked to speak: `pitch` in hertz, `rate` in percent, both signed."""

    voice: str
    pitch: str = "+0Hz"
    rate: str = "+0%"


Stream = Callable[[str, Reader], AsyncIterator[Mapping[str, Any]]]


class Voice:
    """Speaks; `readers` are its voices by language and our presets' names."""

    def __init__(
        self,
        facts: Facts,
        *,
        readers: Mapping[str, Mapping[str, Reader]],
        stream: Stream | None = None,
        seconds: float = _PATIENCE,
    ) -> None:
        self.facts = facts
        self._readers, self._stream, self._seconds = readers, stream or _streamed, seconds
        self._turn = asyncio.Lock()

    async def speak(self, ask: SpeakAsk, folder: Path) -> Uttered:
        """Say each line in a call of its own, one after the other."""
        reader = self._readers[ask.lang].get(ask.voice or "")
        if reader is None:
            raise NoAccess("voice.preset_gone", {"vendor": self.facts.vendor, "voice": ask.voice or ""})
        names = []
        for number, line in enumerate(sayable(ask)):
            names.append(f"line-{number}.mp3")
            async with self._turn:
                (folder / names[-1]).write_bytes(await self._line(line, reader))
        return Uttered(voice=ask.voice or "", files=tuple(names), cost=0.0)

    async def fetch(self, said: Uttered, _folder: Path) -> Uttered:
        """Nothing lies elsewhere."""
        return said

    async def clone(self, _ask: CloneAsk, _key: str) -> Cloned:
        """It cannot; nobody asks who reads its facts."""
        raise NoAccess("vendor.unsuited", {"vendor": self.facts.vendor, "model": self.facts.model})

    async def learnt(self, voice: Cloned) -> Cloned:
        """There is none."""
        return voice

    async def check(self) -> None:
        """Have one word said."""
        reader = self._readers["zh"].get("mama") or next(iter(self._readers["zh"].values()))
        await self._line("好", reader)

    async def _line(self, line: str, reader: Reader) -> bytes:
        sound, ends = bytearray(), 0.0
        try:
            async with asyncio.timeout(self._seconds):
                async for part in self._stream(line, reader):
                    if part["type"] == "audio":
                        sound += part["data"]
                    else:
                        ends = max(ends, (part["offset"] + part["duration"]) / _TICKS)
        except TimeoutError as error:
            raise Busy("http.no_answer", {"host": self.facts.vendor}) from error
        if not sound:
            raise Failed("voice.no_sound", {}, "no audio")
        if len(sound) / _BYTES_A_SECOND < ends - _LATE:
            raise Failed("voice.wrong_sound", {"expected": "1", "found": "0"}, "cut off")
        return bytes(sound)


async def _streamed(line: str, reader: Reader) -> AsyncIterator[Mapping[str, Any]]:
    """The package's own stream, with its errors as ours."""
    try:
        import edge_tts  # optional
        from aiohttp import ClientError, WSServerHandshakeError
    except ImportError as error:
        raise NoAccess("voice.edge_missing") from error
    fields = {"vendor": "edge-tts", "model": reader.voice, "seconds": "5"}
    said = edge_tts.Communicate(
        line, reader.voice, rate=reader.rate, pitch=reader.pitch, boundary="WordBoundary"
    )
    try:
        async for part in said.stream():
            yield part
    except WSServerHandshakeError as error:
        if error.status in _LIMITED:
            raise Busy("vendor.busy", fields, str(error.status)) from error
        raise NoAccess("voice.edge_shut", {}, str(error.status)) from error
    except edge_tts.exceptions.SkewAdjustmentError as error:
        raise NoAccess("voice.edge_shut", {}, "clock") from error
    except edge_tts.exceptions.NoAudioReceived as error:
        raise Failed("voice.no_sound", {}, "no audio") from error
    except (edge_tts.exceptions.WebSocketError, ClientError) as error:
        raise Busy("http.unreachable", {"host": "edge-tts"}, type(error).__name__) from error
    except edge_tts.exceptions.EdgeTTSException as error:
        raise Surprise("vendor.odd", fields, type(error).__name__) from error
