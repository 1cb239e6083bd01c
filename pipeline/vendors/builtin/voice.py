"""Voice without a key: presets, and a stand-in tuned towards a sample (never called a clone)."""

from collections.abc import Mapping
from pathlib import Path

from pipeline import crafts
from pipeline.ports.voice import CloneAsk, Cloned, SpeakAsk, Uttered
from pipeline.vendors.builtin.facts import home
from pipeline.workshop import Workshop

_FILE = "speech.wav"


class Voice:
    """Speaks with Kokoro, or with espeak-ng where its weights are absent; has every preset."""

    facts = home("kokoro").model_copy(update={"likeness": "stand-in"})

    def __init__(self, workshop: Workshop, weights: Mapping[str, Path | None]) -> None:
        self._workshop = workshop
        self._kokoro = crafts.voice.Kokoro(
            model=weights["kokoro-model"], vocab=weights["kokoro-vocab"], voices=weights["kokoro-voices"]
        )

    async def speak(self, ask: SpeakAsk, folder: Path) -> Uttered:
        """Write all lines in one take; each is spoken alone, so where it lies is known exactly."""
        spoken = await self._workshop.run("voice", crafts.voice.speak, ask, self._kokoro, folder / _FILE)
        return Uttered(files=(_FILE,), spans=spoken.spans, voice=spoken.voice)

    async def fetch(self, said: Uttered, _folder: Path) -> Uttered:
        """Nothing lies elsewhere."""
        return said

    async def clone(self, ask: CloneAsk, _key: str) -> Cloned:
        """Return the sample's register and colour."""
        return Cloned(params=await self._workshop.run("voice", crafts.voice.portrait, ask.sample))

    async def learnt(self, voice: Cloned) -> Cloned:
        """At once."""
        return voice
