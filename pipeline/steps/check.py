"""Check: the film's own report, before anybody sees it."""

import shutil

from pipeline import crafts
from pipeline.parts import Checked
from pipeline.studio import Studio


async def check(studio: Studio, project: str, film: str, sidecar: str) -> Checked:
    """Return what is wrong with the film, if anything."""
    async with studio.borrow(film, sidecar) as (film_path, sidecar_path):
        with studio.bench() as bench:
            # The sidecar is looked for beside the film, under the film's name.
            shutil.copyfile(film_path, bench / "film.mp4")
            shutil.copyfile(sidecar_path, bench / "film.mp4.json")
            report = await studio.workshop.run("stage", crafts.edit.check, bench / "film.mp4", None)
    kept = await studio.keep_noun(project, "report", report)
    return Checked(
        report=kept.id,
        sendable=report.sendable,
        faults=tuple(fault.key for fault in report.faults),
        stopping=tuple(fault for fault in report.faults if fault.stops),
    )
