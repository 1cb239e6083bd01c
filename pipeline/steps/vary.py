"""Vary: the same film in another shape, or a glimpse of it."""

import shutil

from pipeline import crafts
from pipeline.dressing import finishing
from pipeline.parts import Ingredients, Varied
from pipeline.studio import Studio

_GLIMPSES = {"preview": ("preview.webp", "image/webp"), "loop": ("loop.mp4", "video/mp4")}


async def vary(studio: Studio, project: str, what: str, parts: str, film: str, sidecar: str) -> Varied:
    """Return the film as `what` says: "square", cut anew from its parts; of its end a "preview", which is a
    picture that moves, or a "loop", which is a film without sound."""
    if what == "square":
        made_from = await studio.noun(parts, Ingredients)
        async with finishing(studio, project, made_from) as work:
            await studio.workshop.run("stage", crafts.edit.square, work, tell=studio.teller())
            made = await studio.keep(project, what, work.folder / "film.mp4", "video/mp4")
            cover = await studio.keep(project, "cover", work.folder / "cover.jpg", "image/jpeg")
            beside = await studio.keep(project, "sidecar", work.folder / "film.mp4.json", "application/json")
        return Varied(file=made.id, cover=cover.id, sidecar=beside.id)
    name, media_type = _GLIMPSES[what]
    async with studio.borrow(film, sidecar) as (picture, page):
        with studio.bench() as bench:
            shutil.copyfile(picture, bench / "film.mp4")
            shutil.copyfile(page, bench / "film.mp4.json")
            await studio.workshop.run("stage", crafts.edit.teaser, bench / "film.mp4", bench / name)
            made = await studio.keep(project, what, bench / name, media_type)
    return Varied(file=made.id)
