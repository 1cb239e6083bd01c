"""The bank of dialogues: which themes there are, for whom, and what to offer next.

One TOML file is one theme (its name is the slug); `audiences.toml` says for whom a theme can be told.
"""

import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, model_validator

from pipeline.themes import directions
from storage.model import Direction, Lang, Line, Noun, Script

EVERYONE = "everyone"
_NOT_THEMES = frozenset({"audiences", "directions", "speakers", "trials"})
_NEAR = 0.72
_SHARE = 0.25
_HEARD = 0.6
_FAINT = 0.45
_COMPARED = 300


def _played(words: object) -> object:
    """Read a direction written as four words: emotion, action, camera, prop."""
    if not isinstance(words, str):
        return words
    return dict(zip(("emotion", "action", "camera", "prop"), words.split(), strict=True))


Play = tuple[Annotated[Direction, BeforeValidator(_played)], ...]


class Answers(Noun):
    """What the pet says, one line per question; the hook above it; and how it is played."""

    say: tuple[str, ...]
    title: tuple[str, str]
    play: str


class Audience(Noun):
    """For whom a theme is told, and the answers written for them, best first."""

    id: str
    names: dict[Lang, str]
    aliases: tuple[str, ...] = ()
    tags: dict[Lang, tuple[str, ...]] = Field(default_factory=dict)
    answers: dict[Lang, tuple[Answers, ...]]


class Theme(Noun):
    """A mould: the person's questions word for word, and answers for several audiences.

    `image` is the one picture the film is built around; `plays` are ways to act it, a direction per answer.
    """

    slug: str
    rank: int
    names: dict[Lang, str]
    keywords: tuple[str, ...]
    image: dict[Lang, str]
    person: dict[Lang, tuple[str, ...]]
    tags: dict[Lang, tuple[str, ...]]
    plays: dict[str, Play]
    audiences: tuple[Audience, ...]

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        turns = {len(lines) for lines in chain(self.person.values(), self.plays.values())}
        if len(turns) != 1 or not all({"zh", "en"} <= set(d) for d in (self.names, self.person, self.tags)):
            raise ValueError(f"{self.slug}: both languages, and one direction for each question")
        if EVERYONE not in {audience.id for audience in self.audiences}:
            raise ValueError(f"{self.slug}: answers for '{EVERYONE}' are needed")
        for answers in (one for a in self.audiences for some in a.answers.values() for one in some):
            if {len(answers.say)} != turns or answers.play not in self.plays:
                raise ValueError(f"{self.slug}: {answers.say} does not fit the questions or its play")
        return self


class Match(Noun):
    """The theme nearest to somebody's words; not `exact` means they asked for something else."""

    theme: Theme
    exact: bool


@cache
def themes() -> tuple[Theme, ...]:
    """Return every theme of this folder, checked, in the order they are offered."""
    here = Path(__file__).parent
    known = tomllib.loads((here / "audiences.toml").read_text("utf-8"))
    files = (file for file in here.glob("*.toml") if file.stem not in _NOT_THEMES)
    return tuple(sorted((read(file, known) for file in files), key=lambda theme: (theme.rank, theme.slug)))


def read(file: Path, known: Mapping[str, Any]) -> Theme:
    """Read one theme; `known` are the audiences by id.

    Raises:
        ValueError: the file or an audience in it is not as the README describes.
    """
    written = tomllib.loads(file.read_text("utf-8"))
    answers = written.pop("answers")
    if unknown := set(answers) - set(known):
        raise ValueError(f"{file.name}: not in audiences.toml: {sorted(unknown)}")
    audiences = [{"id": who, **known[who], "answers": answers[who]} for who in known if who in answers]
    return Theme.model_validate({"slug": file.stem, **written, "audiences": audiences})


def find(words: str) -> Theme | None:
    """Return the theme these words mean: its slug, a name, its first question, or most of a keyword."""
    if not _folded(words):
        return None
    score, best = max(((_likeness(words, theme), theme) for theme in themes()), key=lambda pair: pair[0])
    return best if score >= _NEAR else None


def nearest(words: str) -> Match:
    """Return the theme closest to these words (the first, if none is), and whether they mean it."""
    if found := find(words):
        return Match(theme=found, exact=True)
    likeness = [score if (score := _likeness(words, theme)) > _FAINT else 0.0 for theme in themes()]
    return Match(theme=themes()[likeness.index(max(likeness))], exact=False)


def audience(theme: Theme, words: str | None) -> Audience:
    """Return the audience these words name: id, name or alias, alone or in a phrase; else the general one."""
    general = next(one for one in theme.audiences if one.id == EVERYONE)
    return named_audience(theme, words or "") or general


def named_audience(theme: Theme, words: str) -> Audience | None:
    """Return the audience these words name, or None where the theme was never told for such people."""
    asked = _even(words)
    named = [
        (len(name), one)
        for one in theme.audiences
        for name in (one.id, *one.names.values(), *one.aliases)
        if _names(asked, name.casefold())
    ]
    return max(named, key=lambda pair: pair[0])[1] if named else None


def options(
    theme: Theme, audience: str | None, lang: Lang, seen: Sequence[tuple[str, ...]], n: int = 3
) -> tuple[Script, ...]:
    """Return `n` scripts to choose from, all different.

    Unseen ones come first, in the bank's order, then those seen longest ago: with more than `n` in the
    bank, nobody is offered the same ones twice in a row.

    Args:
        seen: the pet's lines of each script offered before (see `answers`), oldest first.
    """
    told = _audience(theme, audience)
    last = {tuple(lines): index for index, lines in enumerate(seen)}
    fresh_first = sorted(told.answers[lang], key=lambda one: last.get(one.say, -1))
    return tuple(_script(theme, told, one, lang) for one in fresh_first[:n])


def answers(script: Script) -> tuple[str, ...]:
    """Return the pet's lines of a script: what `options` calls seen."""
    return tuple(line.text for line in script.lines if line.speaker != "person")


def directed(script: Script, theme: Theme | None = None) -> Script:
    """Return the script with a direction for every line of a pet; those it has are kept.

    A theme's first play is stretched over the pet's lines; without a theme the first theme lends its own.
    """
    play = next(iter((theme or themes()[0]).plays.values()))
    turns = [index for index, line in enumerate(script.lines) if line.speaker != "person"]
    lines = list(script.lines)
    for turn, index in enumerate(turns):
        if lines[index].direction is None:
            place = round(turn * (len(play) - 1) / (len(turns) - 1)) if len(turns) > 1 else len(play) - 1
            given = directions.noted(play[place], script.lang)
            lines[index] = lines[index].model_copy(update={"direction": given})
    return script.model_copy(update={"lines": tuple(lines)})


_audience = audience


def _script(theme: Theme, told: Audience, one: Answers, lang: Lang) -> Script:
    lines: list[Line] = []
    for question, answer, played in zip(theme.person[lang], one.say, theme.plays[one.play], strict=True):
        lines.append(Line(speaker="person", text=question))
        lines.append(Line(speaker="pet", text=answer, direction=directions.noted(played, lang)))
    return Script(
        title=one.title,
        lines=tuple(lines),
        tags=(*theme.tags[lang], *told.tags.get(lang, ())),
        lang=lang,
        theme=theme.slug,
        audience=told.id,
    )


def _folded(words: str) -> str:
    """Return the letters and digits alone, in one case and width."""
    return "".join(mark for mark in _even(words) if unicodedata.category(mark)[0] in "LN")


def _even(words: str) -> str:
    """Return the words in one case and one width."""
    return unicodedata.normalize("NFKC", words).casefold()


def _titles(theme: Theme) -> set[str]:
    firsts = (lines[0] for lines in theme.person.values())
    return {_folded(words) for words in (theme.slug, *theme.names.values(), *firsts, *theme.keywords)}


def _likeness(words: str, theme: Theme) -> float:
    """Say how much the words are like this theme, 0 to 1: by spelling, or by a keyword's share."""
    asked = _folded(words)[:_COMPARED]
    titles = _titles(theme)
    if asked in titles:
        return 1.0
    spelling = max(SequenceMatcher(None, asked, title).ratio() for title in titles)
    heard = [len(_folded(keyword)) for keyword in theme.keywords if _names(_even(words), keyword)]
    if not heard:
        return spelling
    share = max(heard) / max(len(asked), 1)
    meant = share >= _SHARE and max(heard) > 1
    return max(spelling, (_NEAR if meant else _HEARD) + share / 10)


def _names(asked: str, name: str) -> bool:
    if name.isascii():
        return re.search(rf"(?<![a-z]){re.escape(name)}(?:s|es|'s)?(?![a-z])", asked) is not None
    return name in asked
