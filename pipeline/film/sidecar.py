"""The page beside a film: `FILE.json` says when each line sounds and where words and mouth are."""

from pathlib import Path

from pydantic import ValidationError

from pipeline.film.atomic import replacing
from pipeline.film.captions import Page
from pipeline.film.marks import Label
from pipeline.film.stickers import Sticker
from pipeline.model import Box, Layout, Timeline, Track
from pipeline.ports.errors import BadInput
from storage.model import Noun


class Sidecar(Noun):
    """What the picture alone does not tell; boxes in canvas pixels, times in seconds, lists per frame."""

    version: int = 1
    timeline: Timeline
    layout: Layout
    title: tuple[str, ...]
    title_box: Box | None
    captions: tuple[Page, ...]
    label: Label | None
    mouths: tuple[Box | None, ...]
    openness: tuple[float, ...]
    stickers: tuple[Sticker, ...] = ()


def beside(film: Path) -> Path:
    """Return where a film's sidecar lies."""
    return film.with_name(film.name + ".json")


def page(
    timeline: Timeline,
    layout: Layout,
    title: tuple[str, ...],
    title_box: Box | None,
    captions: tuple[Page, ...],
    label: Label | None,
    track: Track,
    stickers: tuple[Sticker, ...] = (),
) -> Sidecar:
    """Return what goes beside a film, with figures no finer than anybody needs."""
    return Sidecar(
        timeline=timeline,
        layout=layout,
        title=title,
        title_box=title_box,
        captions=captions,
        label=label,
        mouths=tuple(None if box is None else _rounded(box) for box in track.mouths),
        openness=tuple(round(value, 3) for value in track.openness),
        stickers=stickers,
    )


def write(path: Path, page: Sidecar) -> None:
    """Write a sidecar, whole or not at all."""
    with replacing(path) as part:
        part.write_text(page.model_dump_json(), "utf-8")


def read(film: Path) -> Sidecar | None:
    """Return the sidecar of `film`; None when it has none.

    Raises:
        BadInput: `film.bad_sidecar`, there is a file in its place that is not one.
    """
    path = beside(film)
    if not path.is_file():
        return None
    try:
        return Sidecar.model_validate_json(path.read_bytes())
    except ValidationError as error:
        raise BadInput("film.bad_sidecar", {"name": path.name}, str(error)) from error


def _rounded(box: Box) -> Box:
    return Box(x=round(box.x, 1), y=round(box.y, 1), w=round(box.w, 1), h=round(box.h, 1))
