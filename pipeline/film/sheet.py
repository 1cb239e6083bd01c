"""A contact sheet: a film at a glance, pictures in rows with their times."""

from collections.abc import Iterator
from pathlib import Path

import av
from PIL import Image, ImageDraw, ImageFont

from pipeline.film.atomic import replacing
from pipeline.film.probe import probe
from pipeline.film.sound import OPEN
from pipeline.ports.errors import BadInput

_WIDE = 240  # pixels of one picture
_GAP = 8


def sheet(film: Path, out: Path, n: int = 12) -> None:
    """Write a PNG with `n` pictures of a film, evenly spread, the first and the last among them.

    Raises:
        BadInput: `film.not_a_film`, `film.missing`; `film.cannot_write`.
    """
    told = probe(film)
    pictures = list(_pictures(film, max(1, told.frames or round(told.seconds * told.fps)), n))
    if not pictures:
        raise BadInput("film.not_a_film", {"name": film.name})
    columns = min(len(pictures), 6)
    high = pictures[0][1].height
    rows = -(-len(pictures) // columns)
    size = (columns * (_WIDE + _GAP) + _GAP, rows * (high + _GAP + 16) + _GAP)
    page = Image.new("RGB", size, "#202020")
    pen = ImageDraw.Draw(page)
    for place, (seconds, picture) in enumerate(pictures):
        x = _GAP + place % columns * (_WIDE + _GAP)
        y = _GAP + place // columns * (high + _GAP + 16)
        page.paste(picture, (x, y))
        pen.text((x, y + high + 2), f"{seconds:.2f} s", "#C0C0C0", ImageFont.load_default(12))
    with replacing(out) as part:
        page.save(part, "PNG")


def _pictures(film: Path, frames: int, n: int) -> Iterator[tuple[float, Image.Image]]:
    wanted = {round(place * (frames - 1) / max(n - 1, 1)) for place in range(n)}
    with av.open(str(film), "r", container_options=OPEN) as source:
        stream = source.streams.video[0]
        stream.thread_type = "AUTO"
        for number, frame in enumerate(source.decode(stream)):
            if number in wanted:
                high = round(frame.height * _WIDE / frame.width)
                yield (
                    float(frame.time or 0),
                    Image.fromarray(frame.reformat(_WIDE, high, "rgb24").to_ndarray()),
                )
