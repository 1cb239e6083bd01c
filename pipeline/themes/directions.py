"""A direction in one sentence, and a sentence back as a direction; the words are in `directions.toml`."""

import re
import tomllib
from functools import cache
from pathlib import Path

from storage.model import Direction, Lang, Noun

# What stands right before a word and takes it back: 不哭, without crying.
_DENIED = re.compile(
    r"(?:不|别|没|没有|不要|不再|别再|不用|\b(?:no|not|never|without|don'?t|stop)\s+)$", re.IGNORECASE
)


class Wording(Noun):
    """One value of a direction in words; `heard` are patterns that mean it."""

    zh: str
    en: str
    heard: tuple[str, ...]


def note(direction: Direction, lang: Lang) -> str:
    """Return the direction as one sentence, e.g. 「镜头推进，它咬了口包子，对着镜头哭着说」."""
    words = _wordings()
    camera = words["camera"][direction.camera]
    emotion = words["emotion"][direction.emotion]
    action = words["action"][direction.action]
    prop = words["prop"]["none" if direction.action == "bite" else direction.prop]
    if lang == "zh":
        return f"{camera.zh}，它" + "，".join(filter(None, (prop.zh, action.zh, emotion.zh)))
    before = f"{prop.en}, " if prop.en else ""
    played = " and ".join(filter(None, (action.en, emotion.en)))
    return f"{camera.en.capitalize()}; {before}it {played}"


def noted(direction: Direction, lang: Lang) -> Direction:
    """Return the same direction with its note in this language, and its notes in both."""
    notes: dict[Lang, str] = {"zh": note(direction, "zh"), "en": note(direction, "en")}
    return direction.model_copy(update={"note": notes[lang], "notes": notes})


def direction(sentence: str) -> Direction:
    """Read a direction out of somebody's sentence; what it does not mention keeps its default.

    The sentence itself is kept as the note.
    """
    heard = {group: _first_heard(sentence, values) for group, values in _wordings().items()}
    if heard.get("action") == "bite":
        heard["prop"] = "bun"
    return Direction.model_validate({**{k: v for k, v in heard.items() if v}, "note": sentence.strip()})


def _first_heard(sentence: str, values: dict[str, Wording]) -> str | None:
    for value, wording in values.items():
        for pattern in wording.heard:
            for hit in re.finditer(pattern, sentence, re.IGNORECASE):
                if not _DENIED.search(sentence[: hit.start()]):
                    return value
    return None


@cache
def _wordings() -> dict[str, dict[str, Wording]]:
    groups = tomllib.loads(Path(__file__).with_name("directions.toml").read_text("utf-8"))
    return {
        group: {value: Wording.model_validate(words) for value, words in values.items()}
        for group, values in groups.items()
    }
