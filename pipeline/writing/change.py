"""A script changed as free words ask: what was not asked for is put back, line by line."""

from pipeline.ports.text import EditAsk
from pipeline.themes.fit import MOST_CHARACTERS, MOST_TITLE_CHARACTERS, expect_short, syllables
from pipeline.writing import clean
from pipeline.writing.naming import Named, named
from pipeline.writing.options import Unfit, direction
from pipeline.writing.shapes import Acting, Change, SaidLine
from storage.model import Line, Script


def data(ask: EditAsk) -> dict[str, object]:
    """Return the material: the wish, which lines it names, and the script with numbers."""
    meant = named(ask.wish, ask.script.lines)
    return {
        "wish": ask.wish,
        "may_change": sorted(meant.lines),
        "title": list(ask.script.title),
        "lines": [
            {"n": n, "speaker": line.speaker, "text": line.text} for n, line in enumerate(ask.script.lines, 1)
        ],
        "acting": [_acted(n, line) for n, line in enumerate(ask.script.lines, 1) if line.direction],
    }


def changed(came: Change, ask: EditAsk) -> Script:
    """Return the script with what may change changed.

    Where the wish names lines, only those may; else the pet's lines that the answer says it changed. A
    person's line changes only when it is named.

    Raises:
        Unfit: nothing changed, or a changed line cannot be used.
        BadInput: it would take longer than a film may.
    """
    script = ask.script
    meant = named(ask.wish, script.lines)
    may = meant.lines if meant.some else _claimed(came, script)
    said = {line.n: line for line in came.lines}
    acted = {one.n: one for one in came.acting}
    lines = tuple(
        _line(n, line, said, acted, ask) if n in may else line for n, line in enumerate(script.lines, 1)
    )
    made = script.model_copy(update={"lines": lines, "title": _title(came, script, meant)})
    expect_short(sum(syllables(line.text, made.lang) for line in lines))
    if made == script:
        raise Unfit("Nothing was changed; do what the wish asks.")
    return made


def _claimed(came: Change, script: Script) -> frozenset[int]:
    pets = {n for n, line in enumerate(script.lines, 1) if line.speaker != "person"}
    return frozenset(pets & set(came.changed))


def _line(n: int, line: Line, said: dict[int, SaidLine], acted: dict[int, Acting], ask: EditAsk) -> Line:
    text = clean.line(said[n].text, 2 * MOST_CHARACTERS) if n in said else ""
    if not text:
        raise Unfit(f"Line {n} has no words.")
    if len(text) > MOST_CHARACTERS:
        raise Unfit(f"Line {n} has more than {MOST_CHARACTERS} characters.")
    if bad := clean.unwelcome(text, ask.script.lang, f"{ask.wish} {line.text}"):
        raise Unfit(f"Line {n}: these words have no place: {', '.join(bad)}.")
    played = (
        direction(acted[n], ask.script.lang) if n in acted and line.speaker != "person" else line.direction
    )
    return line.model_copy(update={"text": text, "direction": played})


def _title(came: Change, script: Script, meant: Named) -> tuple[str, ...]:
    if not (meant.title or (not meant.some and came.title_changed)):
        return script.title
    rows = tuple(row for row in (clean.line(row, 2 * MOST_TITLE_CHARACTERS) for row in came.title) if row)
    if not 1 <= len(rows) <= 2 or any(len(row) > MOST_TITLE_CHARACTERS for row in rows):
        raise Unfit(f"The title needs one or two lines of at most {MOST_TITLE_CHARACTERS} characters.")
    return rows


def _acted(n: int, line: Line) -> dict[str, object]:
    assert line.direction is not None
    kept = line.direction.model_dump(include={"emotion", "action", "camera", "prop"})
    return {
        "n": n,
        **kept,
        "zh": line.direction.notes.get("zh", ""),
        "en": line.direction.notes.get("en", ""),
    }
