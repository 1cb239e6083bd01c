"""In which clip each of the pet's lines is: what was performed before is not performed again."""

import dataclasses
from collections.abc import Iterator, Sequence
from pathlib import Path

from pydantic import ValidationError

from pipeline.choosing import Choice, Part, rest
from pipeline.crafts.stage import Played
from pipeline.parts import Shot
from pipeline.performing import Work
from storage import takes

OTHER = -1
"""The cue of a line that a clip has and the film has not."""


@dataclasses.dataclass(frozen=True)
class Place:
    """A line's place among those of a clip."""

    shot: Shot
    number: int


Places = tuple[Place | None, ...]


async def known(work: Work, choices: Sequence[Choice]) -> Places:
    """Where each line was performed by somebody of a group, the newest clip of it; None where it was not."""
    names = {(choice.facts.vendor, choice.facts.model) for choice in choices}
    found: dict[str, Place] = {}
    for take in await takes.of(work.studio.db, work.project):
        if take.step == "animate" and take.state == "done" and (take.vendor, take.model) in names:
            shot = _shot(take.result or "")
            found |= {line: Place(shot, number) for number, line in enumerate(shot.made_from)}
    return tuple(found.get(line) for line in await work.lines_made_from())


def _shot(result: str) -> Shot:
    """The shot of a take; what else the step has paid for, such as a look, is none."""
    try:
        return Shot.model_validate_json(result)
    except ValidationError:
        return Shot(clip="", spans=())


async def still_to_do(work: Work, choices: Sequence[Choice]) -> list[Choice]:
    """A group's choices, with jobs only for the lines nobody of it has performed."""
    there = [place is not None for place in await known(work, choices)]
    need = work.need(work.spans)
    return [rest(choice, need, there) for choice in choices]


def placed(places: Places, part: Part, shot: Shot) -> Places:
    """The places, with a part's lines in a clip of its own."""
    new = tuple(Place(shot, number) for number in range(len(shot.spans)))
    return (*places[: part[0]], *new, *places[part[1] + 1 :])


def played(places: Sequence[Place], cues: Sequence[int]) -> Iterator[tuple[str, Played]]:
    """Each clip that is needed, as an asset, and what of it is played; its path is still missing.

    Args:
        cues: of each line, its number in the film.
    """
    wanted: list[tuple[Shot, dict[int, int]]] = []
    for place, cue in zip(places, cues, strict=True):
        free = (said for shot, said in wanted if shot == place.shot and place.number not in said)
        said = next(free, None)
        if said is None:  # of two lines that are alike the clip is played twice
            wanted.append((place.shot, said := {}))
        said[place.number] = cue
    for shot, said in wanted:
        told = tuple(said.get(number, OTHER) for number in range(len(shot.spans)))
        yield shot.clip, Played(clip=Path(), cues=told, spans=shot.spans, follows=shot.follows)
