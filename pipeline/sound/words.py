"""From a line to the phonemes of its language, or a plain refusal."""

import re

from pipeline.ports.errors import BadInput
from pipeline.sound import english, mandarin
from pipeline.sound.plain import plain
from storage.model import Lang

_HAN_RUN = re.compile(rf"([{mandarin.HAN}][{mandarin.HAN}\d%.,!?;:…—\s]*)")


def phonemes(text: str, lang: Lang) -> str:
    """Return the phonemes of a line.

    Chinese characters inside an English line are read in Mandarin, English words inside a Mandarin line as
    Mandarin speakers say them.

    Raises:
        BadInput: `text.nothing_to_say` for emoji and marks alone; `text.language_unknown` for letters
            of a script neither front end reads.
    """
    if lang == "zh":
        said = mandarin.phonemes(text)
    else:
        said = " ".join(
            mandarin.phonemes(part) if _HAN_RUN.match(part) else english.phonemes(part)
            for part in _HAN_RUN.split(plain(text))
            if part.strip()
        )
    if any(c.isalpha() for c in said):
        return said
    unread = any(c.isalpha() for c in plain(text))
    raise BadInput("text.language_unknown" if unread else "text.nothing_to_say", {"text": text[:40]})


def syllables(text: str, lang: Lang) -> int:
    """Return about how many syllables a line has; 0 when nothing in it can be said."""
    try:
        said = phonemes(text, lang)
    except BadInput:
        return 0
    return len(re.findall(r"[aeiouyæɑɒɔəɛɜɪʊʌᵻᵊɐɚɤɨøœAIOQWY]+|(?<![a-zɕʂʰ])[nmŋ][→↗↘↓]", said))
