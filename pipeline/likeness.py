"""What a text model saw on the project's photo: described once for each, kept, used where it helps."""

from pipeline.parts import Known
from pipeline.ports.text import Described
from pipeline.studio import Studio, digest
from storage import takes
from storage.model import Brief

SURE = 0.8
"""How sure a model must be of its marks before they stand for a tap."""


def made_from(sha256: str, brief: Brief) -> str:
    """Return what a description is made from: the photo's own bytes, and the language it is told in."""
    return digest("describe", sha256, brief.lang)


async def likeness(studio: Studio, project: str) -> Described | None:
    """Return what is known of the pet on the photo; None where it was never described."""
    brief = (await studio.project(project)).brief
    if brief.photo is None:
        return None
    photo = await studio.asset(brief.photo)
    take = await takes.good(studio.db, project, made_from(photo.sha256, brief))
    if take is None:
        return None
    known = Known.model_validate_json(take.result or "")
    return await studio.noun(known.described, Described) if known.described else None
