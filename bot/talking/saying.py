"""What is shown as it is: dialogues, voices and captions as plain lines, and names in a language."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence

from bot.texts import known, say
from pipeline.model import Fault
from storage.model import Lang, Line, Script

_FACES = {"person": "🧑", "pet": "🐾", "pet2": "🐾2"}


def named(key: str, lang: Lang) -> str:
    """Return a text without fields, for use as a field of another."""
    return say(key, lang)


def numbered(lines: Sequence[Line]) -> str:
    """Return lines with their numbers and who says them."""
    return "\n".join(f"{n}. {_spoken(line)}" for n, line in enumerate(lines, 1))


def played(script: Script | None) -> str:
    """Return a script as it will be played: title, numbered lines, and how each is acted."""
    if script is None:
        return ""
    rows = [_title(script)] if script.title else []
    for n, line in enumerate(script.lines, 1):
        rows.append(f"{n}. {_spoken(line)}{_note(line, script.lang)}")
    return "\n".join(rows)


def scripts(options: Sequence[Script], *, noted: bool) -> str:
    """Return numbered options, each complete; with how the pet's lines are acted where `noted`."""
    return "\n\n".join(_option(n, option, noted) for n, option in enumerate(options, 1))


def voices(names: Iterable[str], lang: Lang) -> str:
    """Return voices by name, with what they are like."""
    known_as = (
        {"name": say(f"voice.{name}", lang), "note": say(f"voice.{name}.note", lang)} for name in names
    )
    return "\n".join(say("talk.voice_row", lang, fields) for fields in known_as)


def caption(script: Script | None) -> str:
    """Return the text to post a film with: its hook and its hashtags."""
    if script is None:
        return ""
    hook = " ".join(script.title) or script.lines[0].text
    tags = " ".join(f"#{tag}" for tag in script.tags)
    return f"{hook}\n{tags}".strip()


def hook(script: Script | None) -> str:
    """Return what a film is called in a list."""
    return caption(script).partition("\n")[0]


def filed(title: str, ending: str = "mp4") -> str:
    """Return the name a film is saved under: its hook, without what file systems or pages stumble over."""
    plain = re.sub(r"[^\w -]+", " ", title)
    return f"{' '.join(plain.split())[:60].strip() or 'pawlogue'}.{ending}"


def stopping(fields: Mapping[str, str], lang: Lang) -> dict[str, str]:
    """Return a notice's fields with what a check found as sentences, where it stopped a film."""
    if "stopping" not in fields:
        return dict(fields)
    found = [Fault.model_validate(each) for each in json.loads(fields["stopping"])]
    return {**fields, "faults": " ".join(say(fault.key, lang, fault.fields) for fault in found)}


def sayable(key: str, fields: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """Return the key and fields, or the general sentence when this one cannot be said with them."""
    if not known(key):
        return "trouble.unknown", {"key": key}
    try:
        for lang in _LANGS:
            say(key, lang, fields)
    except KeyError:  # a figure it needs is missing
        return "trouble.unknown", {"key": key}
    return key, dict(fields)


_LANGS: tuple[Lang, ...] = ("zh", "en")


def _title(script: Script) -> str:
    marks = ("【", "】") if script.lang == "zh" else ("“", "”")
    return f"{marks[0]}{' / '.join(script.title)}{marks[1]}"


def _spoken(line: Line) -> str:
    return f"{_FACES[line.speaker]} {line.text}"


def _note(line: Line, lang: Lang) -> str:
    """Return how a line is acted, in brackets on a row of its own."""
    note = line.direction.note if line.direction else ""
    marks = ("（", "）") if lang == "zh" else ("(", ")")
    return f"\n   {marks[0]}{note}{marks[1]}" if note else ""


def _option(number: int, option: Script, noted: bool) -> str:
    title = f" {_title(option)}" if option.title else ""
    rows = [f"{number}.{title}"]
    rows += [f"{_spoken(line)}{_note(line, option.lang) if noted else ''}" for line in option.lines]
    return "\n".join(rows)
