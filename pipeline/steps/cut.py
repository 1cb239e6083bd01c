"""Cut: performance, sounds, title and captions become the film."""

from pipeline import crafts
from pipeline.crafts import Finishing
from pipeline.model import Framed, Timeline, Track
from pipeline.parts import Cut, Speech
from pipeline.studio import Studio
from storage.model import Script


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
    words = await studio.noun(script, Script)
    plan = await studio.noun(timeline, Timeline)
    pets, people = await studio.noun(pet, Speech), await studio.noun(person, Speech)
    settings = studio.settings
    async with studio.borrow(clip, pets.sound, people.sound) as (clip_path, pet_path, person_path):
        with studio.bench() as bench:
            finishing = Finishing(
                performance=clip_path,
                framed=await studio.noun(framed, Framed),
                track=await studio.noun(track, Track),
                timeline=plan,
                title=words.title,
                lang=words.lang,
                look=brief.look,
                captions=brief.captions,
                pet_sound=pet_path,
                pet_spans=pets.spans,
                person_sound=person_path,
                person_spans=people.spans,
                font_cute=studio.weights["font-cute"],
                font_sans=studio.weights["font-sans"],
                label=settings.label_text if settings.label else "",
                producer=settings.producer,
                produce_id=project,
                max_bytes=settings.max_bytes,
                folder=bench,
            )
            await studio.workshop.run("stage", crafts.finish, finishing, tell=studio.teller())
            film = await studio.keep(project, "film", bench / "film.mp4", "video/mp4")
            cover = await studio.keep(project, "cover", bench / "cover.jpg", "image/jpeg")
            sidecar = await studio.keep(project, "sidecar", bench / "film.mp4.json", "application/json")
    return Cut(film=film.id, cover=cover.id, sidecar=sidecar.id, seconds=plan.seconds)
