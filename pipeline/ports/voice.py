"""Voice: lines spoken in one take, and a voice made from a sample."""

from pathlib import Path
from typing import Literal, Protocol, runtime_checkable

from pipeline.model import Span
from pipeline.ports.facts import Facts
from storage.model import Lang, Noun


class SpeakAsk(Noun):
    """`voice` is a preset's name; `params` are those of a voice made by `clone`, as JSON."""

    lines: tuple[str, ...]
    role: Literal["pet", "person"]
    lang: Lang = "zh"
    voice: str | None = None
    params: str | None = None
    pause: float = 0.5


class Spoken(Noun):
    """Where each line lies in the written sound, seconds; `voice` is what really spoke."""

    spans: tuple[Span, ...]
    seconds: float
    voice: str


class Voice(Protocol):
    """Speaks, and learns a voice."""

    facts: Facts

    async def speak(self, ask: SpeakAsk, out: Path) -> Spoken:
        """Write all lines in one take, pauses between, as a mono WAV."""
        ...

    async def clone(self, sample: Path) -> str:
        """Return what later `speak` calls need to sound like the sample, as JSON."""
        ...


@runtime_checkable
class Forgets(Protocol):
    """Can delete a voice it has learnt."""

    async def forget_voice(self, params: str) -> None:
        """Delete the voice these params, as `clone` gave them, speak in; one that is gone is no trouble.

        Raises:
            Busy: ask again later; NoAccess, Surprise: it could not be deleted.
        """
        ...
