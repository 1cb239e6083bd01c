"""Redo: say that one part is wanted anew."""

from pipeline.parts import Told
from pipeline.ports.errors import BadInput
from pipeline.studio import Studio
from pipeline.unchanged import line
from storage import projects

PARTS = ("write", "draw", "speak_pet", "speak_person", "animate")


async def redo(studio: Studio, project: str, part: str, number: int) -> Told:
    """Count the part's rounds up to `number`, so that what it is made from is new; a part is a step or a line
    ("line 2"). The pet's lines spoken anew are spoken by a voice of ours.

    Raises:
        BadInput: no such part.
    """
    brief = (await studio.project(project)).brief
    script = brief.script.lines if brief.script else ()
    parts = (*PARTS, *(line(number) for number in range(1, len(script) + 1)))
    if part not in parts:
        raise BadInput("redo.no_such_part", {"part": part, "parts": ", ".join(parts)})
    changed = {"rounds": {**brief.rounds, part: number}}
    ours = {"own_voice": False} if part == "speak_pet" else {}
    await projects.change_brief(studio.db, project, brief.model_copy(update={**changed, **ours}))
    return Told(state="making")
