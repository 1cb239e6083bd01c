"""Export: a finished film, taken apart for somebody's own editor."""

from pipeline import crafts
from pipeline.dressing import finishing
from pipeline.parts import Exported, Ingredients
from pipeline.studio import Studio


async def export(studio: Studio, project: str, parts: str, cover: str) -> Exported:
    """Return the editing project of the film that was cut from `parts`."""
    made_from = await studio.noun(parts, Ingredients)
    async with finishing(studio, project, made_from) as work, studio.borrow(cover) as (picture,):
        out = work.folder / "project.zip"
        await studio.workshop.run("stage", crafts.edit.export, work, picture, out)
        archive = await studio.keep(project, "archive", out, "application/zip")
    return Exported(archive=archive.id)
