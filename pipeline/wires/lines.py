"""Lines as voices are given them: words alone, and how they are played."""

from collections import Counter

from pipeline.ports.errors import BadInput
from pipeline.ports.voice import SpeakAsk
from pipeline.themes.words import has_words, plain

_STOPS = "。！？!?…."


def sayable(ask: SpeakAsk) -> tuple[str, ...]:
    """Return the lines without marks that a voice would read out or stumble over.

    Raises:
        BadInput: there is nothing to say in one of them.
    """
    lines = tuple(" ".join(plain(line).split()) for line in ask.lines)
    if not lines or not all(map(has_words, lines)):
        raise BadInput("voice.silent", {"voice": ask.voice or ""})
    return lines


def sentences(ask: SpeakAsk) -> str:
    """Return the lines as one text for voices that know no pause marks: each ends, in its own row."""
    stop = "。" if ask.lang == "zh" else "."
    return "\n".join(line if line[-1] in _STOPS else line + stop for line in sayable(ask))


def feeling(ask: SpeakAsk) -> str:
    """Return how most of the lines are played, of equals the last: a take has one mood; empty: calm."""
    felt = [each for each in ask.feelings if each != "calm"]
    counts = Counter(felt)
    return max(reversed(felt), key=counts.__getitem__, default="")
