"""Describe: what a model that sees says about the picture the film shows, once for each."""

from pipeline import crafts
from pipeline.commission import commission
from pipeline.likeness import SURE, made_from
from pipeline.parts import Known
from pipeline.ports.errors import Busy
from pipeline.ports.text import LookAsk, Writer
from pipeline.shown import shown
from pipeline.studio import Studio


async def describe(studio: Studio, project: str, which: str = "") -> Known:
    """Return the description kept for the picture; an empty one where no vendor in use sees."""
    brief = (await studio.project(project)).brief
    chosen, _ = shown(brief, which)
    seers = studio.catalogue.seers
    if not seers:
        return Known()
    photo = await studio.asset(chosen)
    with studio.bench() as bench:
        ask = LookAsk(photo=bench / "photo.jpg", lang=brief.lang)

        async def read(vendor: Writer, raw: str) -> str:
            found = vendor.described(ask, raw)
            kept = await studio.keep_noun(project, "described", found)
            sure = found.marks.mouth is not None and found.marks.sure >= SURE
            return Known(described=kept.id, marks=sure).model_dump_json()

        async with studio.borrow(chosen) as (path,):
            await studio.workshop.run("sight", crafts.sight.snapshot, path, ask.photo)
        wanted = made_from(photo.sha256)
        try:
            take = await commission(studio, project, "describe", seers, wanted, ask, read)
        except Busy:  # a description helps; nobody waits for a busy model because of it
            return Known()
    return Known.model_validate_json(take.result or "")
