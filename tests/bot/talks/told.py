"""Plays a transcript: its `>` lines come in, the conversation answers, and the whole is written down again.

What may come in:

    > words somebody types ⏎ and the next line of them
    > [start]  > [start en]
    > [picture cat.jpg] a caption      > [picture a] [picture b] · [sound a] · [video a] · [other a.pdf]
    > press: words on a button         > press again · > press old: words (the first button that had them)
    > tap: 0.5 0.7                     > tap old: 0.5 0.7 (on the first picture there was)
    > notice: frame done mouth=found   > notice: film failed sound.noisy role=person
    > notice late: the same, for the making that was stopped last
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

from bot.messages import File, Incoming, Outgoing
from bot.talk import Means, Talk, Turn, fresh, turn
from bot.texts import known, say
from pipeline.quote import Prices
from pipeline.themes import bank
from storage.model import Address, Lang, Notice
from tests.bot.talks.priced import PRICES, SCENES

GOLDEN = Path(__file__).parents[2] / "golden" / "talks"
_FILE = re.compile(r"\[(picture|sound|video|other) ?([^\]]*)\]\s*")
_MARGIN = "     "


def transcripts() -> list[Path]:
    """Every transcript there is."""
    return sorted(GOLDEN.glob("*.md"))


def told(written: str) -> str:
    """Return the transcript as it goes now: the same things come in, and what is answered is written anew."""
    head, *rest = written.splitlines()
    prose = [row for row in rest if row.startswith("// ")]
    stage = stage_for(head)
    out = [head, *prose, ""]
    for row in rest:
        if row.startswith("> "):
            out += [row, *stage.play(row[2:].strip()), ""]
    return "\n".join(out)


def stage_for(head: str) -> "Stage":
    """A conversation in the language and with the vendors that a transcript's first line names."""
    return Stage("en" if "lang: en" in head else "zh", _means(head))


def _means(head: str) -> Means:
    """What vendors can do in this chat, as its first line says: (means: edits pictures priced)."""
    found = re.search(r"means: ([a-z_ ]+)", head)
    able = set(found[1].split()) if found else set[str]()
    prices = SCENES if "scenes" in able else PRICES if "priced" in able else Prices()
    return Means.model_validate({**dict.fromkeys(able - {"priced", "scenes"}, True), "prices": prices})


@dataclass
class Stage:
    """A conversation being played."""

    lang: Lang
    means: Means = field(default_factory=Means)
    talk: Talk = field(init=False)
    said: list[Outgoing] = field(default_factory=list)
    stopped: list[str] = field(default_factory=list)
    pressed: str = ""
    number: int = 0
    turns: list[Turn] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.talk = fresh(Address(channel="web", id="visitor"), self.lang)

    def play(self, row: str) -> list[str]:
        """Let one thing come in; returns what is answered, as it is shown."""
        return self.shown(self.take(self.incoming(row)))

    def take(self, incoming: Incoming) -> Turn:
        """Let it come in, with the talk read back from its JSON as after a restart."""
        result = turn(Talk.model_validate_json(self.talk.model_dump_json()), incoming, self.means)
        self.talk = result.talk
        self.said += result.says
        self.stopped += result.cancel
        self.turns.append(result)
        return result

    def incoming(self, row: str) -> Incoming:
        """Read what comes in."""
        self.number += 1
        what, _, rest = row.partition(": ")
        parts: dict[str, object] = {"kind": "text", "text": row.replace(" ⏎ ", "\n")}
        if row.startswith("[start"):
            parts = {"kind": "start", "lang": row.strip("[]").partition(" ")[2] or None}
        elif _FILE.match(row):
            parts = {"kind": "files", "files": self._files(row), "text": _FILE.sub("", row).strip()}
        elif what in {"press", "press old", "press again"}:
            parts = {"kind": "press", "press": self._value(what, rest)}
        elif what in {"tap", "tap old"}:
            x, y = map(float, rest.split())
            parts = {"kind": "tap", "tap": (x, y), "press": self._picture(what == "tap old")}
        elif what in {"notice", "notice late"}:
            making, notice = self._notice(rest, late=what == "notice late")
            parts = {"kind": "notice", "making": making, "notice": notice}
        return Incoming.model_validate(
            {"id": f"in-{self.number}", "address": self.talk.address, "at": float(self.number), **parts}
        )

    def shown(self, result: Turn) -> list[str]:
        """What a turn says and does, as rows."""
        rows = [row for message in result.says for row in self._message(message)]
        rows += [f"{_MARGIN}* starts {errand.recipe}{_rest(errand.args)}" for errand in result.errands]
        rows += [f"{_MARGIN}* stops {making.split(':')[1]}" for making in result.cancel]
        return rows + ([f"{_MARGIN}* forgets everything"] if result.forget else [])

    def _message(self, message: Outgoing) -> list[str]:
        words = say(message.key, self.talk.lang, message.fields).splitlines()
        rows = [f"bot: {words[0]}", *(_MARGIN + row for row in words[1:])]
        rows += [f"{_MARGIN}| {row}".rstrip() for row in message.body.splitlines()]
        if message.assets:
            labels = [say(label, self.talk.lang) if known(label) else label for label in message.labels]
            names = (
                [f"{label} = {asset}" for label, asset in zip(labels, message.assets, strict=True)]
                if labels
                else message.assets
            )
            tapped = "; may be tapped" if message.tappable else ""
            rows.append(f"{_MARGIN}({message.kind}: {', '.join(names)}{tapped})")
        if message.kind == "progress":
            rows.append(f"{_MARGIN}(progress{' in place of the one before' if message.replaces else ''})")
        elif message.replaces:
            rows.append(f"{_MARGIN}(in place of the progress)")
        for row in message.buttons:
            rows.append(_MARGIN + " ".join(f"[{say(one.key, self.talk.lang, one.fields)}]" for one in row))
        return rows

    def _value(self, what: str, words: str) -> str:
        if what == "press again":
            return self.pressed
        said = self.said if what == "press old" else self.said[::-1]
        found = [
            button.value
            for message in said
            for row in message.buttons
            for button in row
            if words in {say(button.key, lang, button.fields) for lang in ("zh", "en")}
        ]
        assert found, f"no button says {words}"
        self.pressed = found[0]
        return self.pressed

    def _picture(self, old: bool) -> str:
        pictures = [message.id for message in self.said if message.tappable]
        return pictures[0 if old else -1]

    def _files(self, row: str) -> tuple[File, ...]:
        found = _FILE.findall(row)
        return tuple(
            File.model_validate(
                {"asset": f"{sort}-{self.number}-{n}", "sort": sort, "name": name, "bytes": 9}
            )
            for n, (sort, name) in enumerate(found, 1)
        )

    def _notice(self, row: str, *, late: bool) -> tuple[str, Notice]:
        """Read how a making ended; what a good one carries is filled in as the makings do."""
        what, kind, *rest = row.split()
        making = (
            self.stopped[-1] if late else next(one for one, sort in self.talk.running.items() if sort == what)
        )
        fields = dict(part.split("=", 1) for part in rest if "=" in part)
        key = next((part for part in rest if "=" not in part), "notice.film")
        assets: dict[str, str] = {}
        if kind == "done":
            fields, assets = ENDS[what](self.talk, fields)
        return making, Notice.model_validate({"kind": kind, "key": key, "fields": fields, "assets": assets})


Ended = tuple[dict[str, str], dict[str, str]]


def _frame(talk: Talk, fields: dict[str, str]) -> Ended:
    unsure = fields.get("mouth") == "none"
    known_fields = {
        "mouth": "found",
        "species": "cat",
        "pets": "1",
        "width": "800",
        "height": "600",
        **fields,
    }
    if unsure:
        known_fields = {"box": "200,150,300,300", "reason": "look.unsure", **known_fields}
        grid = {"marked": f"marked of {talk.brief.photo}", "grid": f"grid of {talk.brief.photo}"}
        return known_fields, grid
    known_fields = {"around": "200,150,300,300", **known_fields}
    return known_fields, {"marked": f"marked of {talk.brief.photo}", "cells": f"grid of {talk.brief.photo}"}


def _pictures(talk: Talk, fields: dict[str, str]) -> Ended:
    """Three pictures, drawn after the photo."""
    assets = {str(n): f"drawn {n} of {talk.brief.photo}" for n in (1, 2, 3)}
    assets |= {f"shown{n}": f"picture {n}" for n in (1, 2, 3)}
    well = {"mouth": "found", "same": "yes"}
    return {**{f"{what}{n}": word for n in (1, 2, 3) for what, word in well.items()}, **fields}, assets


def _scripts(talk: Talk, fields: dict[str, str]) -> Ended:
    """What the bank offers, as the text maker without a key does."""
    brief = talk.brief
    match = bank.nearest(brief.theme or "")
    options = bank.options(match.theme, brief.audience, brief.lang, brief.seen)
    written = {str(n): option.model_dump_json() for n, option in enumerate(options, 1)}
    return {**written, "exact": "yes" if match.exact else "no", **fields}, {}


def _edit(talk: Talk, fields: dict[str, str]) -> Ended:
    """A model that makes the last line sadder, whatever was wished."""
    script = talk.brief.script
    assert script is not None
    last = script.lines[-1]
    lines = (
        *script.lines[:-1],
        last.model_copy(update={"text": last.text + ("，呜呜" if script.lang == "zh" else " Sob.")}),
    )
    return {"script": script.model_copy(update={"lines": lines}).model_dump_json(), **fields}, {}


def _voice(_: Talk, fields: dict[str, str]) -> Ended:
    return {"seconds": "18.2", "verdict": "good", "reasons": "", **fields}, {"preview": "preview"}


def _link(_: Talk, fields: dict[str, str]) -> Ended:
    return {"seconds": "23.0", **fields}, {"sound": "sound of the link"}


def _audition(_: Talk, fields: dict[str, str]) -> Ended:
    return fields, {name: name for name in ("naitang", "doubao", "mianhua", "tangyuan", "hanhan")}


def _film(talk: Talk, fields: dict[str, str]) -> Ended:
    return {"seconds": "14.2", "mouth": "found", "exact": "yes", **fields}, {
        "film": f"film {talk.film}",
        "cover": "cover",
        "sidecar": "sidecar",
        "parts": f"parts {talk.film}",
    }


def _project(talk: Talk, fields: dict[str, str]) -> Ended:
    return {"parts": talk.films[-1].parts, **fields}, {"archive": f"project of {talk.films[-1].film}"}


def _square(talk: Talk, fields: dict[str, str]) -> Ended:
    made = talk.films[-1]
    return {"parts": made.parts, **fields}, {"square": f"square of {made.film}", "cover": "square cover"}


def _preview(talk: Talk, fields: dict[str, str]) -> Ended:
    made = talk.films[-1]
    return {"parts": made.parts, **fields}, {"loop": f"loop of {made.film}"}


ENDS = {
    "frame": _frame,
    "pictures": _pictures,
    "scripts": _scripts,
    "edit": _edit,
    "voice": _voice,
    "link": _link,
    "audition": _audition,
    "film": _film,
    "project": _project,
    "square": _square,
    "preview": _preview,
}


def _rest(args: tuple[str | int, ...]) -> str:
    return "".join(f" {each}" for each in args[1:])
