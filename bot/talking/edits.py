"""Changes people make to a script: other words for a line, another mood."""

from bot.talking.model import Mood
from pipeline.ports.errors import BadInput
from pipeline.themes import bank, directions, fit
from pipeline.themes.words import has_words, plain
from storage.model import Direction, Script

_EMOTIONS: dict[Mood, dict[str, str]] = {
    "sadder": {"sad": "crying", "crying": "crying"},
    "happier": {"proud": "proud"},
    "slyer": {"proud": "proud"},
}
_OTHERWISE: dict[Mood, str] = {"sadder": "sad", "happier": "happy", "slyer": "sly"}
_ACTIONS: dict[Mood, str] = {"sadder": "bite", "happier": "hop", "slyer": "lean"}


def words(number: int, text: str) -> str:
    """Return a line's words, if they can be said.

    Raises:
        BadInput: `script.no_words` or `script.line_too_long`.
    """
    line = " ".join(plain(text).split("\n"))
    if not has_words(line):
        raise BadInput("script.no_words", {"line": str(number)})
    if len(line) > fit.MOST_CHARACTERS:
        most = str(fit.MOST_CHARACTERS)
        raise BadInput(
            "script.line_too_long", {"line": str(number), "characters": str(len(line)), "most": most}
        )
    return line


def changed(script: Script, number: int, text: str) -> Script:
    """Return the script with other words in a line, counted from 1.

    Raises:
        BadInput: there is no such line, or its words cannot be said.
    """
    if not 1 <= number <= len(script.lines):
        raise BadInput("talk.no_such_line", {"n": str(number), "lines": str(len(script.lines))})
    lines = list(script.lines)
    lines[number - 1] = lines[number - 1].model_copy(update={"text": words(number, text)})
    return script.model_copy(update={"lines": tuple(lines)})


def played(script: Script, mood: Mood) -> Script:
    """Return the script with the pet's lines played in this mood, the last one most of all."""
    directed = bank.directed(script)
    turns = [index for index, line in enumerate(directed.lines) if line.speaker != "person"]
    lines = list(directed.lines)
    for index in turns:
        before = lines[index].direction or Direction()
        emotion = _EMOTIONS[mood].get(before.emotion, _OTHERWISE[mood])
        changes: dict[str, str] = {"emotion": emotion}
        if index == turns[-1]:
            changes |= {"action": _ACTIONS[mood], "camera": "push"}
            changes |= {"emotion": "crying", "prop": "bun"} if mood == "sadder" else {"prop": "none"}
        elif mood != "sadder" and before.action == "bite":
            changes |= {"action": "tilt", "prop": "none"}
        direction = Direction.model_validate({**before.model_dump(), **changes})
        lines[index] = lines[index].model_copy(update={"direction": directions.noted(direction, script.lang)})
    return directed.model_copy(update={"lines": tuple(lines)})
