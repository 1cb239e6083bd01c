"""What else is made of a finished film."""

from pipeline.engine import making, step
from pipeline.recipes.film import stopping
from pipeline.steps.check import check
from pipeline.steps.export import export
from pipeline.steps.vary import vary
from storage.model import Notice


@making({"export": 4.0})
async def edit_project(project: str, parts: str, cover: str) -> Notice:
    """A finished film for somebody's own editor; `parts` and `cover` are assets of its notice."""
    exported = await step(export, project, parts, cover)
    if exported.value is None:
        return exported.notice
    return Notice(
        kind="done", key="notice.project", fields={"parts": parts}, assets={"archive": exported.value.archive}
    )


@making({"vary": 5.0, "check": 1.0})
async def vary_film(project: str, what: str, parts: str, film: str, sidecar: str) -> Notice:
    """A finished film in another shape ("square"), or a glimpse of it ("preview" a picture, "loop" a film).

    `parts`, `film` and `sidecar` are assets of its notice.
    """
    varied = await step(vary, project, what, parts, film, sidecar)
    if varied.value is None:
        return varied.notice
    made = varied.value
    if not made.sidecar:
        return Notice(kind="done", key="notice.varied", fields={"parts": parts}, assets={what: made.file})
    checked = await step(check, project, made.file, made.sidecar)
    if checked.value is None:
        return checked.notice
    fields, assets = {"parts": parts}, {what: made.file, "cover": made.cover}
    if not checked.value.sendable:
        return Notice(kind="failed", key="film.faulty", fields=fields | stopping(checked.value))
    return Notice(kind="done", key="notice.varied", fields=fields, assets=assets)
