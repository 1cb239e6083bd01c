"""Cut: performance, sounds, title and captions become the film."""

from pipeline.dressing import dressed
from pipeline.parts import Cut, Ingredients
from pipeline.studio import Studio


async def cut(
    studio: Studio,
    project: str,
    script: str,
    framed: str,
    clip: str,
    track: str,
    timeline: str,
    pet: str,
    person: str,
) -> Cut:
    """Return the film with its cover and sidecar, dressed as the brief says now."""
    brief = (await studio.project(project)).brief
    parts = Ingredients(
        script=script,
        framed=framed,
        clip=clip,
        track=track,
        timeline=timeline,
        pet=pet,
        person=person,
        look=brief.look,
        captions=brief.captions,
        stickers=brief.stickers,
        music=brief.music,
    )
    return await dressed(studio, project, parts)
