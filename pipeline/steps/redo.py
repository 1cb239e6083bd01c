"""Redo: say that one part is wanted anew."""

from pipeline.parts import Told
from pipeline.ports.errors import BadInput
from pipeline.studio import Studio
from storage import projects

PARTS = ("write", "draw", "speak_pet", "speak_person", "animate")


async def redo(studio: Studio, project: str, part: str, number: int) -> Told:
    """Count the part's rounds up to `number`, so that what it is made from is new; the pet's lines spoken
    anew are spoken by a voice of ours.

    Raises:
        BadInput: no such part.
    """
    if part not in PARTS:
        raise BadInput("redo.no_such_part", {"part": part, "parts": ", ".join(PARTS)})
    brief = (await studio.project(project)).brief
    changed = {"rounds": {**brief.rounds, part: number}}
    ours = {"own_voice": False} if part == "speak_pet" else {}
    await projects.change_brief(studio.db, project, brief.model_copy(update={**changed, **ours}))
    return Told(state="making")
