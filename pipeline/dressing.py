"""What the cutting room is handed: a film's ingredients as files on a bench, with how it is dressed."""

import contextlib
from collections.abc import AsyncIterator

from pipeline.crafts import Finishing
from pipeline.model import Framed, Timeline, Track
from pipeline.parts import Ingredients, Speech
from pipeline.studio import Studio
from storage.model import Script


@contextlib.asynccontextmanager
async def finishing(studio: Studio, project: str, parts: Ingredients) -> AsyncIterator[Finishing]:
    """Lend a film's ingredients, and a folder to work in, for as long as the block lasts."""
    words = await studio.noun(parts.script, Script)
    pets, people = await studio.noun(parts.pet, Speech), await studio.noun(parts.person, Speech)
    settings = studio.settings
    async with studio.borrow(parts.clip, pets.sound, people.sound) as (clip, pet, person):
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
                folder=bench,
            )
