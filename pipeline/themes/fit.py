"""People's own words fitted to what can be filmed: a script file, a theme, a dialogue typed as text.

What cannot be used is one `BadInput` with fields; nothing is shortened or repaired silently.
"""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from pipeline.ports.errors import BadInput
from pipeline.themes.directions import direction
from pipeline.themes.typed import Said, said_in
from pipeline.themes.words import has_words, language, plain, syllables
from storage.model import Lang, Line, Script, Speaker

__all__ = ["dialogue", "direction", "language", "script_from", "syllables", "theme_words"]

FEWEST_LINES = 2
MOST_LINES = 12
MOST_CHARACTERS = 60
MOST_TITLE_LINES = 3
MOST_TITLE_CHARACTERS = 24
MOST_THEME_CHARACTERS = 300
MOST_SECONDS = 40.0
_CLAUSE = re.compile(r"(?<=[，。！？；,.!?;…])")
_FASTEST, _USUAL = 7.5, 4.5  # syllables a second: a person in a hurry, our voices
MOST_FILE_BYTES = 64 * 1024


class _WrittenLine(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    speaker: str
    text: str
    direction: str | None = None


class _Written(BaseModel):
    """A script file, as somebody wrote it."""

    model_config = ConfigDict(extra="forbid", strict=True)

    title: list[str] = []
    lines: list[_WrittenLine]


def script_from(file: Path) -> Script:
    """Read a script file: `{"title": […], "lines": [{"speaker", "text", "direction"}, …]}`.

    A direction is a sentence; what it says is understood where it can be, and it is kept as the note.

    Raises:
        BadInput: one of the `script.*` keys, with the line or place and the limit in its fields.
    """
    try:
        written = _Written.model_validate(_json(file))
    except ValidationError as wrong:
        first = wrong.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "-"
        raise BadInput("script.wrong_shape", {"file": file.name, "where": place}, str(wrong)) from wrong
    said = [Said(line.speaker, line.text, line.direction) for line in written.lines]
    return _script(written.title, said)


def theme_words(text: str) -> str:
    """Return a theme in free words as one line without markup, in whatever language it was written.

    Raises:
        BadInput: `theme.too_long`, or `theme.no_words` when nothing can be said (only emoji, only markup).
    """
    if len(text) > MOST_THEME_CHARACTERS:
        raise BadInput("theme.too_long", {"characters": str(len(text)), "most": str(MOST_THEME_CHARACTERS)})
    words = " ".join(plain(text).split("\n"))
    if not has_words(words):
        raise BadInput("theme.no_words")
    return words


def dialogue(text: str) -> Script | None:
    """Return a dialogue typed as text, word for word, or None when the text is not a dialogue.

    Understood: one line each with the speaker in front (妈妈：… / Mom: …), 妈妈「…」宝宝「…」, and
    a note in brackets at either end of a line as its direction. Lines without a speaker above the first
    one are the title; without any, what is asked first is the hook.

    Raises:
        BadInput: it is a dialogue, but not one that can be filmed (the `script.*` keys).
    """
    found = said_in(text)
    if found is None:
        return None
    title, said = found
    script = _script(title, said)
    return script if script.title else script.model_copy(update={"title": _hook(script)})


def _hook(script: Script) -> tuple[str, ...]:
    """Return what is asked first as a title: whole, or its last clause, or nothing where that is long too."""
    asked = next((line.text for line in script.lines if line.speaker == "person"), script.lines[0].text)
    clauses = [clause.strip() for clause in _CLAUSE.split(asked) if clause.strip()]
    return next(((words,) for words in (asked, clauses[-1]) if len(words) <= MOST_TITLE_CHARACTERS), ())


def _json(file: Path) -> object:
    try:
        if file.stat().st_size > MOST_FILE_BYTES:
            raise BadInput("script.too_large", {"file": file.name, "most": str(MOST_FILE_BYTES // 1024)})
        text = file.read_text("utf-8-sig")
    except OSError as gone:
        raise BadInput("script.no_file", {"file": file.name}, str(gone)) from gone
    except UnicodeDecodeError as binary:
        raise BadInput("script.not_text", {"file": file.name}, str(binary)) from binary
    try:
        return json.loads(text)
    except json.JSONDecodeError as wrong:
        where = {"file": file.name, "line": str(wrong.lineno), "column": str(wrong.colno)}
        raise BadInput("script.not_json", where, wrong.msg) from wrong
    except (RecursionError, ValueError) as wrong:
        where = {"file": file.name, "line": "1", "column": "1"}
        raise BadInput("script.not_json", where, str(wrong)) from wrong


def _script(title: Sequence[str], said: Sequence[Said]) -> Script:
    if len(said) < FEWEST_LINES:
        raise BadInput("script.too_few_lines", {"lines": str(len(said)), "fewest": str(FEWEST_LINES)})
    if len(said) > MOST_LINES:
        raise BadInput("script.too_many_lines", {"lines": str(len(said)), "most": str(MOST_LINES)})
    lines = tuple(_line(number, one) for number, one in enumerate(said, start=1))
    if all(line.speaker == "person" for line in lines):
        raise BadInput("script.no_pet_line")
    lang: Lang = language(" ".join(line.text for line in lines)) or "zh"
    expect_short(sum(syllables(line.text, lang) for line in lines))
    return Script(title=_title(title), lines=lines, lang=lang)


def expect_short(spoken: int) -> None:
    """Refuse now what nobody could say in time, rather than after minutes of speaking it.

    Raises:
        BadInput: `film.too_long`, with the seconds it would take at the usual pace.
    """
    if spoken > _FASTEST * MOST_SECONDS:
        fields = {"seconds": f"{spoken / _USUAL:.0f}", "limit": f"{MOST_SECONDS:.0f}"}
        raise BadInput("film.too_long", fields)


def _line(number: int, said: Said) -> Line:
    text = " ".join(plain(said.text).split("\n"))
    if not has_words(text):
        raise BadInput("script.no_words", {"line": str(number)})
    if len(text) > MOST_CHARACTERS:
        fields = {"line": str(number), "characters": str(len(text)), "most": str(MOST_CHARACTERS)}
        raise BadInput("script.line_too_long", fields)
    played = direction(plain(said.direction)) if said.direction and has_words(said.direction) else None
    return Line(speaker=_speaker(number, said.speaker), text=text, direction=played)


def _speaker(number: int, name: str) -> Speaker:
    known: dict[str, Literal["person", "pet", "pet2"]] = {"person": "person", "pet": "pet", "pet2": "pet2"}
    if name not in known:
        raise BadInput("script.unknown_speaker", {"line": str(number), "speaker": name[:20]})
    return known[name]


def _title(title: Sequence[str]) -> tuple[str, ...]:
    rows = [row for row in (" ".join(plain(row).split("\n")) for row in title) if has_words(row)]
    if len(rows) > MOST_TITLE_LINES or any(len(row) > MOST_TITLE_CHARACTERS for row in rows):
        most = {"lines": str(MOST_TITLE_LINES), "characters": str(MOST_TITLE_CHARACTERS)}
        raise BadInput("script.title_too_long", most)
    return tuple(rows)
