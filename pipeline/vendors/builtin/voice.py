"""Voice without a key: presets, and a stand-in tuned towards a sample (never called a clone)."""

from collections.abc import Mapping
from pathlib import Path

from pipeline import crafts
from pipeline.ports.voice import SpeakAsk, Spoken
from pipeline.vendors.builtin.facts import home
from pipeline.workshop import Workshop


class Voice:
    """Speaks with Kokoro, or with espeak-ng where its weights are absent."""

    facts = home("kokoro")

    def __init__(self, workshop: Workshop, weights: Mapping[str, Path | None]) -> None:
        self._workshop = workshop
        self._kokoro = crafts.Kokoro(
            model=weights["kokoro-model"], vocab=weights["kokoro-vocab"], voices=weights["kokoro-voices"]
        )

    async def speak(self, ask: SpeakAsk, out: Path) -> Spoken:
        """Write all lines in one take; each is spoken alone, so where it lies is known exactly."""
        return await self._workshop.run("voice", crafts.speak, ask, self._kokoro, out)

    async def clone(self, sample: Path) -> str:
        """Return the sample's register and colour, as JSON."""
        return await self._workshop.run("voice", crafts.portrait, sample)
