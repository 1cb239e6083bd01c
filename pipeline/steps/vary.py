"""Vary: the same film in another shape, or a glimpse of it."""

import shutil

from pipeline import crafts
from pipeline.dressing import finishing
from pipeline.parts import Ingredients, Varied
from pipeline.studio import Studio


async def vary(studio: Studio, project: str, what: str, parts: str, film: str, sidecar: str) -> Varied:
    """Return the film as `what` says: "square", cut anew from its parts, or "preview", a loop of its end."""
    if what == "square":
        made_from = await studio.noun(parts, Ingredients)
        async with finishing(studio, project, made_from) as work:
            await studio.workshop.run("stage", crafts.square, work, tell=studio.teller())
            made = await studio.keep(project, what, work.folder / "film.mp4", "video/mp4")
        return Varied(file=made.id)
    async with studio.borrow(film, sidecar) as (picture, page):
        with studio.bench() as bench:
            shutil.copyfile(picture, bench / "film.mp4")
            shutil.copyfile(page, bench / "film.mp4.json")
            await studio.workshop.run("stage", crafts.teaser, bench / "film.mp4", bench / "preview.webp")
            made = await studio.keep(project, what, bench / "preview.webp", "image/webp")
    return Varied(file=made.id)
