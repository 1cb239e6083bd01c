"""Show: what was seen on the photo, as pictures a person can answer."""

from pipeline import crafts
from pipeline.model import Sight
from pipeline.parts import Shown
from pipeline.ports.errors import BadInput
from pipeline.studio import Studio


async def show(studio: Studio, project: str, sight: str) -> Shown:
    """Return the photo with its marks, and numbered fields to choose a mouth from: asked for at once where no
    face is sure, else only when somebody says that the marks are off."""
    brief = (await studio.project(project)).brief
    if brief.photo is None:
        raise BadInput("photo.missing")
    seen = await studio.noun(sight, Sight)
    async with studio.borrow(brief.photo) as (photo,):
        with studio.bench() as bench:
            marked, grid = bench / "marked.jpg", bench / "grid.jpg"
            about = await studio.workshop.run(
                "sight", crafts.sight.show, photo, seen, brief.taps.pet, marked, grid
            )
            kept = await studio.keep(project, "marked", marked, "image/jpeg")
            fields = await studio.keep(project, "grid", grid, "image/jpeg")
    pet = seen.pets[0] if seen.pets else None
    sure = pet is not None and pet.found
    box = ",".join(f"{value:.0f}" for value in (about.x, about.y, about.w, about.h))
    return Shown(
        marked=kept.id,
        grid="" if sure else fields.id,
        box="" if sure else box,
        cells=fields.id if sure else "",
        around=box if sure else "",
        species=(pet.species or "") if pet else "",
        pets=len(seen.pets),
        width=seen.width,
        height=seen.height,
        reason=(pet.reason if pet else seen.reason) or "",
    )
