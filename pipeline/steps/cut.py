"""Cut: performance, sounds, title and captions become the film."""

from pipeline import crafts
from pipeline.dressing import finishing
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
    """Return the film with its cover and sidecar. Ours and free, so it may simply run again."""
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
    )
    async with finishing(studio, project, parts) as work:
        await studio.workshop.run("stage", crafts.finish, work, tell=studio.teller())
        film = await studio.keep(project, "film", work.folder / "film.mp4", "video/mp4")
        cover = await studio.keep(project, "cover", work.folder / "cover.jpg", "image/jpeg")
        sidecar = await studio.keep(project, "sidecar", work.folder / "film.mp4.json", "application/json")
    kept = await studio.keep_noun(project, "parts", parts)
    seconds = work.timeline.seconds
    return Cut(film=film.id, cover=cover.id, sidecar=sidecar.id, seconds=seconds, parts=kept.id)
