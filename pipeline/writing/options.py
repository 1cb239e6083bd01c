"""Scripts from an answer: the person's lines put back, everything cleaned, and what is wrong said plainly."""

import re
from collections.abc import Mapping, Sequence
from itertools import combinations

from pipeline.ports.text import WriteAsk
from pipeline.themes import bank, directions
from pipeline.themes.fit import MOST_CHARACTERS, MOST_TITLE_CHARACTERS, language, syllables
from pipeline.writing import clean
from pipeline.writing.moulds import Mould
from pipeline.writing.shapes import Acting, Option, SaidLine
from storage.model import Direction, Lang, Line, Script

_MOST_TAGS, _MOST_TAG = 6, 20
_MOST_NOTE = 90
_ALIKE = 0.35  # the bank's own sets share a quarter at most
_ENGLISH_WORD = re.compile(r"[a-z']+")


class Unfit(Exception):
    """What is wrong with an answer, in words for the model that gave it."""

    def __init__(self, complaint: str) -> None:
        super().__init__(complaint)
        self.complaint = complaint


def scripts(options: Sequence[Option], mould: Mould, ask: WriteAsk) -> tuple[Script, ...]:
    """Return the scripts, all of them fit to be offered.

    Raises:
        Unfit: there are too few, or something is wrong with one of them.
    """
    if len(options) < ask.count:
        raise Unfit(f"{ask.count} options are needed, there were {len(options)}.")
    made = tuple(script(option, mould, ask) for option in options[: ask.count])
    wrong = [f"Option {n}: {fault}" for n, one in enumerate(made, 1) for fault in faults(one, mould, ask)]
    wrong += _too_alike(made, ask.lang)
    if wrong:
        raise Unfit(" ".join(wrong[:8]))
    return made


def put_back(options: Sequence[Option], mould: Mould) -> int:
    """Count the person's lines that were missing or otherwise than they are."""
    kept = {
        n: line.text for n, line in enumerate(mould.lines, 1) if line.speaker == "person" and not mould.open
    }
    told = [{line.n: line.text for line in option.lines} for option in options]
    return sum(lines.get(n) != text for lines in told for n, text in kept.items())


def script(option: Option, mould: Mould, ask: WriteAsk) -> Script:
    """Return one option as a script; its person's lines are the mould's, whatever came back."""
    said = {line.n: line for line in option.lines}
    acted = {one.n: one for one in option.acting}
    lines = tuple(_line(n, line, said, acted, mould, ask.lang) for n, line in enumerate(mould.lines, 1))
    title = tuple(row for row in (clean.line(row, 2 * MOST_TITLE_CHARACTERS) for row in option.title) if row)
    tags = [word for word in (clean.tag(word, _MOST_TAG) for word in option.tags) if word]
    return Script(
        title=title,
        lines=lines,
        tags=tuple(dict.fromkeys([*tags, *mould.tags]))[:_MOST_TAGS],
        lang=ask.lang,
        theme=mould.slug or ask.theme,
        audience=ask.audience or "",
    )


def _line(
    n: int, line: Line, said: Mapping[int, SaidLine], acted: Mapping[int, Acting], mould: Mould, lang: Lang
) -> Line:
    person = line.speaker == "person"
    if person and not mould.open:
        return line
    text = clean.line(said[n].text, 2 * MOST_CHARACTERS) if n in said else ""
    if not text:
        raise Unfit(f"line {n} has no words.")
    return Line(speaker=line.speaker, text=text, direction=None if person else direction(acted.get(n), lang))


def direction(acting: Acting | None, lang: Lang) -> Direction:
    """Return how a line is played, with its sentence in both languages."""
    if acting is None:
        return directions.noted(Direction(), lang)
    played = Direction(emotion=acting.emotion, action=acting.action, camera=acting.camera, prop=acting.prop)
    notes: dict[Lang, str] = {
        "zh": clean.line(acting.zh, _MOST_NOTE) or directions.note(played, "zh"),
        "en": clean.line(acting.en, _MOST_NOTE) or directions.note(played, "en"),
    }
    return played.model_copy(update={"note": notes[lang], "notes": notes})


def faults(one: Script, mould: Mould, ask: WriteAsk) -> list[str]:
    """Return what is wrong with one script by itself."""
    found = []
    for n, (line, most) in enumerate(zip(one.lines, mould.most, strict=True), 1):
        spoken = syllables(line.text, ask.lang)
        if most and spoken > most:
            found.append(f"line {n} has {spoken} syllables, at most {most} are allowed.")
        if most and len(line.text) > MOST_CHARACTERS:
            found.append(f"line {n} has more than {MOST_CHARACTERS} characters.")
    if len(one.title) != 2 or any(len(row) > MOST_TITLE_CHARACTERS for row in one.title):
        found.append(f"the title needs two lines of at most {MOST_TITLE_CHARACTERS} characters.")
    answers = bank.answers(one)
    if language(" ".join(answers)) not in {ask.lang, None}:
        found.append(f"the pet must speak {'Chinese' if ask.lang == 'zh' else 'English'}.")
    if bad := clean.unwelcome(" ".join((*answers, *one.title)), ask.lang, f"{ask.theme} {ask.wish}"):
        found.append(f"these words have no place: {', '.join(bad[:4])}.")
    last = folded(answers[-1])
    if any(folded(lines[-1]) == last for lines in ask.seen if lines):
        found.append("its last line was offered before.")
    return found


def likeness(a: str, b: str, lang: Lang) -> float:
    """Say how much two lines share, 0 to 1: pairs of characters in Chinese, words in English."""
    one, other = _pieces(a, lang), _pieces(b, lang)
    return len(one & other) / len(one | other) if one | other else 1.0


def _too_alike(made: Sequence[Script], lang: Lang) -> list[str]:
    found = []
    for (n, one), (m, other) in combinations(enumerate(made, 1), 2):
        ends = likeness(bank.answers(one)[-1], bank.answers(other)[-1], lang)
        whole = likeness(" ".join(bank.answers(one)[1:]), " ".join(bank.answers(other)[1:]), lang)
        if ends > _ALIKE or (whole > _ALIKE and len(bank.answers(one)) > 1):
            found.append(f"Options {n} and {m} are too much alike; their turns must differ.")
    return found


def _pieces(text: str, lang: Lang) -> set[str]:
    if lang == "en":
        return set(_ENGLISH_WORD.findall(text.casefold()))
    whole = folded(text)
    return {whole[at : at + 2] for at in range(len(whole) - 1)} or {whole}


def folded(text: str) -> str:
    """Return the letters and digits alone, in one case."""
    return "".join(mark for mark in text.casefold() if mark.isalnum())
