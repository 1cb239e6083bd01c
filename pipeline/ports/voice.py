"""Voice: lines spoken in one call, and a voice made from a sample.

What a call brings is kept as it came before anybody cuts it: a sound that was paid for can be cut again.
"""

from pathlib import Path
from typing import Literal, Protocol, runtime_checkable

from pipeline.model import Span
from pipeline.ports.errors import NoAccess
from pipeline.ports.facts import Facts
from storage.model import Lang, Noun


class VoiceGone(NoAccess):
    """The vendor has this learnt voice no longer: learn it again from the sample, then ask again."""


class SpeakAsk(Noun):
    """`voice` is a preset's name; `params` are those of a voice made by `clone`, as JSON. `feelings` say how
    each line is played, in the words of `Direction.emotion`; empty where nobody says."""

    lines: tuple[str, ...]
    role: Literal["pet", "person"]
    lang: Lang = "zh"
    voice: str | None = None
    params: str | None = None
    pause: float = 0.5
    feelings: tuple[str, ...] = ()


class Word(Noun):
    """One word, or one character, and when it is said, in seconds."""

    text: str
    start: float
    end: float


class Spoken(Noun):
    """Where each line lies in the written sound, seconds; `voice` is what really spoke."""

    spans: tuple[Span, ...]
    seconds: float
    voice: str


class Uttered(Noun):
    """What one call brought, uncut.

    `files` are names in the folder it was given, one for all lines or one for each, in any format; without
    any, the sound lies at `address` for a while, and the words' times at `words_at`. `spans` say where each
    line lies, where the vendor knows it exactly. `voice` is what really spoke.
    """

    voice: str
    files: tuple[str, ...] = ()
    address: str = ""
    words_at: str = ""
    words: tuple[Word, ...] = ()
    spans: tuple[Span, ...] = ()
    cost: float | None = None


class CloneAsk(Noun):
    """`sample` is a mono WAV of as many seconds as the vendor's facts ask for, or the file as it came where
    they ask for none; `url` is where it can be fetched, for who wants that. `words` is a line to try it."""

    sample: Path
    url: str | None = None
    words: str = ""
    lang: Lang = "zh"


class Cloned(Noun):
    """A voice: `params` are what later `speak` calls need, as JSON; `demo` an address where it says the line
    it was to be tried with, where the vendor makes one."""

    params: str
    demo: str = ""
    cost: float | None = None


class Voice(Protocol):
    """Speaks, and learns a voice."""

    facts: Facts

    async def speak(self, ask: SpeakAsk, folder: Path) -> Uttered:
        """Spend: say all lines, pauses between.

        Raises:
            VoiceGone: the voice of `params` is not there any more; nothing was said.
            The seven.
        """
        ...

    async def fetch(self, said: Uttered, folder: Path) -> Uttered:
        """Bring home what lies elsewhere; may be repeated.

        Raises:
            Failed: there is no sound. Busy: ask again.
        """
        ...

    async def clone(self, ask: CloneAsk, key: str) -> Cloned:
        """Make a voice of the sample; under the same key there is only ever one."""
        ...

    async def learnt(self, voice: Cloned) -> Cloned | None:
        """Return the voice as soon as it can speak; None before.

        Raises:
            Failed, BadInput, Refused: it never will.
        """
        ...


@runtime_checkable
class Forgets(Protocol):
    """Can delete a voice it has learnt."""

    async def forget_voice(self, params: str) -> None:
        """Delete the voice these params speak in, as `clone` gave them; one that is gone is no trouble.

        Raises:
            Busy: ask again later; NoAccess, Surprise: it could not be deleted.
        """
        ...
