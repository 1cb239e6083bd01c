"""What a text model saw on the project's photo: described once for each, kept, used where it helps."""

from pipeline.parts import Known
from pipeline.ports.text import Described
from pipeline.studio import Studio, digest
from storage import takes

SURE = 0.8
"""How sure a model must be of its marks before they stand for a tap."""


def made_from(sha256: str) -> str:
    """Return what a description is made from: the picture's own bytes. The language it was first told in
    makes no other one: models read both."""
    return digest("describe", sha256)


async def likeness(studio: Studio, project: str) -> Described | None:
    """Return what is known of the pet on the photo; None where it was never described."""
    brief = (await studio.project(project)).brief
    if brief.photo is None:
        return None
    photo = await studio.asset(brief.photo)
    take = await takes.good(studio.db, project, made_from(photo.sha256))
    if take is None:
        return None
    known = Known.model_validate_json(take.result or "")
    return await studio.noun(known.described, Described) if known.described else None
