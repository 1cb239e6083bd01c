"""The animated preview: the punchline for a moment, small, without sound, going round."""

from collections.abc import Iterator
from pathlib import Path

import av
from PIL import Image

from pipeline.film import sidecar
from pipeline.film.atomic import replacing
from pipeline.film.probe import probe
from pipeline.film.sound import OPEN

MOST_BYTES = 500_000
_SECONDS, _BEFORE, _RATE = 2.4, 0.2, 12
_WIDTHS = (300, 240, 200, 160)  # pixels; the first that is small enough


def teaser(film: Path, out: Path) -> None:
    """Write a WebP of the pet's last line, or of the film's end where nobody knows when that is.

    Raises:
        BadInput: `film.missing`, `film.not_a_film`, `film.bad_sidecar`; `film.cannot_write`.
    """
    start = _start(film)
    for width in _WIDTHS:
        first, *rest = _pictures(film, start, width)
        with replacing(out) as part:
            first.save(
                part, "WEBP", save_all=True, append_images=rest, duration=round(1000 / _RATE), loop=0,
                quality=60, method=2,
            )  # fmt: skip
        if out.stat().st_size <= MOST_BYTES:
            return


def _start(film: Path) -> float:
    told, page = probe(film), sidecar.read(film)
    spoken = [] if page is None else [cue.start for cue in page.timeline.cues if cue.speaker != "person"]
    return max(0.0, min(spoken[-1] - _BEFORE if spoken else told.seconds, told.seconds - _SECONDS))


def _pictures(film: Path, start: float, width: int) -> Iterator[Image.Image]:
    with av.open(str(film), "r", container_options=OPEN) as source:
        source.seek(round(start * av.time_base))
        wanted = start
        for frame in source.decode(video=0):
            at = float(frame.time or 0)
            if at >= start + _SECONDS:
                return
            if at + 1e-3 >= wanted:
                wanted += 1 / _RATE
                high = round(frame.height * width / frame.width)
                yield Image.fromarray(frame.reformat(width, high, "rgb24").to_ndarray())
