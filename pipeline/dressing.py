"""What the cutting room is handed and gives: a film's ingredients as files on a bench, and the cut."""

import contextlib
from collections.abc import AsyncIterator

from pipeline import crafts
from pipeline.crafts.edit import Finishing
from pipeline.model import Framed, Timeline, Track
from pipeline.parts import Cut, Ingredients, Speech
from pipeline.studio import Studio
from storage.model import Script


@contextlib.asynccontextmanager
async def finishing(
    studio: Studio, project: str, parts: Ingredients, *, again: bool = False
) -> AsyncIterator[Finishing]:
    """Lend a film's ingredients, and a folder to work in, for as long as the block lasts.

    Args:
        again: its check held something against the film as it was made first.
    """
    words = await studio.noun(parts.script, Script)
    pets, people = await studio.noun(parts.pet, Speech), await studio.noun(parts.person, Speech)
    settings = studio.settings
    own = [parts.music] if "." in parts.music else []  # an asset's id; a bed's name has no dot
    async with studio.borrow(parts.clip, pets.sound, people.sound, *own) as (clip, pet, person, *music):
        with studio.bench() as bench:
            yield Finishing(
                performance=clip,
                framed=await studio.noun(parts.framed, Framed),
                track=await studio.noun(parts.track, Track),
                timeline=await studio.noun(parts.timeline, Timeline),
                title=words.title,
                lang=words.lang,
                look=parts.look,
                captions=parts.captions,
                stickers=parts.stickers,
                bed="" if own else parts.music,
                music=music[0] if music else None,
                pet_sound=pet,
                pet_spans=pets.spans,
                person_sound=person,
                person_spans=people.spans,
                font_cute=studio.weights["font-cute"],
                font_sans=studio.weights["font-sans"],
                label=settings.label_text if settings.label else "",
                producer=settings.producer,
                produce_id=project,
                max_bytes=settings.max_bytes,
                credentials=settings.credentials,
                again=again,
                folder=bench,
            )


async def dressed(studio: Studio, project: str, parts: Ingredients, *, again: bool = False) -> Cut:
    """Return the film with its cover and sidecar. Ours and free, so it may simply run again."""
    async with finishing(studio, project, parts, again=again) as work:
        notes = await studio.workshop.run("stage", crafts.edit.finish, work, tell=studio.teller())
        film = await studio.keep(project, "film", work.folder / "film.mp4", "video/mp4")
        cover = await studio.keep(project, "cover", work.folder / "cover.jpg", "image/jpeg")
        sidecar = await studio.keep(project, "sidecar", work.folder / "film.mp4.json", "application/json")
    kept = await studio.keep_noun(project, "parts", parts)
    seconds = work.timeline.seconds
    return Cut(film=film.id, cover=cover.id, sidecar=sidecar.id, seconds=seconds, parts=kept.id, notes=notes)
