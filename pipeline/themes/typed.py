"""A dialogue somebody typed: who says what, read from plain text."""

import re
import tomllib
import unicodedata
from pathlib import Path
from typing import NamedTuple

_CAST = {
    role: frozenset(names)
    for role, names in tomllib.loads(Path(__file__).with_name("speakers.toml").read_text("utf-8")).items()
}
_SPEAKERS = ("person", "pet2", "pet")

_ROW = re.compile(r"^[\s\-–—•*>]*(?P<name>[^\s:：「“\"][^:：「“\"\n]{0,15}?)\s*[:：](?!//)\s*(?P<text>.*)$")
_QUOTED = re.compile(r"(?P<name>[^\s「」“”，。,:：]{1,8})\s*[:：]?\s*[「“](?P<text>[^「」“”]+)[」”]")
_INSIDE = r"[^（）()\[\]【】]+"
_BRACKETS = re.compile(
    rf"^\s*[（(\[【](?P<before>{_INSIDE})[）)\]】]\s*|\s*[（(\[【](?P<after>{_INSIDE})[）)\]】]\s*$"
)
_NAMES = "|".join(
    re.escape(name) for role in _SPEAKERS for name in sorted(_CAST[role], key=len, reverse=True)
)
_SAME_ROW = re.compile(rf"(?:\s*[/／|；;]\s*|\s+)(?=(?:{_NAMES})\s*[:：])", re.IGNORECASE)


class Said(NamedTuple):
    """One line as written: speaker, words, and how to play it."""

    speaker: str
    text: str
    direction: str | None = None


def said_in(text: str) -> tuple[list[str], list[Said]] | None:
    """Return title and lines of a typed dialogue, speakers told apart; None when it is something else.

    At least two lines must carry a speaker, of whom one is known by name (妈妈, 宝宝, Mom, Pet, …), or two
    strangers must take turns: then the first to speak is the person, the next the pet.
    """
    title, rows = _quoted(text) or _rows(text)
    roles = _roles([name for name, _ in rows])
    if roles is None:
        return None
    return title, [_said(roles[name], words) for name, words in rows]


def _rows(text: str) -> tuple[list[str], list[tuple[str, str]]]:
    title: list[str] = []
    rows: list[tuple[str, str]] = []
    for row in _SAME_ROW.sub("\n", text).splitlines():
        match = _ROW.match(row)
        name = _folded(match["name"]) if match else ""
        if match and name in _CAST["title"]:
            title.append(match["text"])
        elif match and name not in _CAST["other"] and not name.isdigit():
            rows.append((name, match["text"]))
        elif row.strip() and rows:
            rows[-1] = (rows[-1][0], f"{rows[-1][1]} {row.strip()}")
        elif row.strip():
            title.append(row.strip())
    return title, rows


def _quoted(text: str) -> tuple[list[str], list[tuple[str, str]]] | None:
    rows = [(_folded(match["name"]), match["text"]) for match in _QUOTED.finditer(text)]
    outside = _QUOTED.sub("", text)
    said_apart = len(rows) > 1 and sum(mark.isalnum() for mark in outside) <= 10
    return ([], rows) if said_apart and any(_role(name) for name, _ in rows) else None


def _roles(names: list[str]) -> dict[str, str] | None:
    """Say who is who, or None when these are not speakers."""
    cast = list(dict.fromkeys(names))
    known = {name: role for name in cast if (role := _role(name))}
    if {"a", "b"} <= set(cast):  # not question and answer, but one and the other
        known |= {"a": "person", "b": "pet"}
    taking_turns = len(names) >= 3 and len(cast) == 2
    if len(names) < 2 or len(cast) > 3 or not (known or taking_turns):
        return None
    free = [role for role in ("person", "pet", "pet2") if role not in known.values()]
    for name in cast:
        if name not in known:
            if not free:
                return None
            known[name] = free.pop(0)
    return known


def _role(name: str) -> str | None:
    return next((role for role in _SPEAKERS if name in _CAST[role]), None)


def _said(speaker: str, text: str) -> Said:
    notes: list[str] = []
    while match := _BRACKETS.search(text):
        if match.start() == 0 and match.end() == len(text):
            break
        notes.append(match["before"] or match["after"])
        text = text[: match.start()] + text[match.end() :]
    words = text.strip()
    if len(words) > 1 and (words[0], words[-1]) in {("「", "」"), ("“", "”"), ('"', '"')}:
        words = words[1:-1].strip()
    return Said(speaker, words, "，".join(notes) or None)


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold().strip(" *_#`")
