"""The animated preview: the punchline for a moment, small, without sound, going round."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import av
import numpy as np
from PIL import Image

from pipeline.film import sidecar
from pipeline.film.atomic import replacing
from pipeline.film.encode import Clip
from pipeline.film.probe import probe
from pipeline.film.sound import OPEN

MOST_BYTES = 500_000
_LOOP_WIDTH, _LOOP_RATE = 480, 25
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


def loop(film: Path, out: Path) -> None:
    """Write the same as a small film without sound, for chats that show such a one as a moving picture.

    Raises:
        BadInput: as `teaser`.
    """
    with ExitStack() as stack:
        clip: Clip | None = None
        for picture in _pictures(film, _start(film), _LOOP_WIDTH, _LOOP_RATE):
            clip = clip or stack.enter_context(
                Clip(
                    out,
                    picture.width,
                    picture.height,
                    _LOOP_RATE,
                    crf=26,
                    preset="veryfast",
                    every=_LOOP_RATE * 3,
                )
            )
            clip.add(np.asarray(picture))


def _start(film: Path) -> float:
    told, page = probe(film), sidecar.read(film)
    spoken = [] if page is None else [cue.start for cue in page.timeline.cues if cue.speaker != "person"]
    return max(0.0, min(spoken[-1] - _BEFORE if spoken else told.seconds, told.seconds - _SECONDS))


def _pictures(film: Path, start: float, width: int, rate: int = _RATE) -> Iterator[Image.Image]:
    with av.open(str(film), "r", container_options=OPEN) as source:
        source.seek(round(start * av.time_base))
        wanted = start
        for frame in source.decode(video=0):
            at = float(frame.time or 0)
            if at >= start + _SECONDS:
                return
            if at + 1e-3 >= wanted:
                wanted += 1 / rate
                high = 2 * round(frame.height * width / frame.width / 2)
                yield Image.fromarray(frame.reformat(width, high, "rgb24").to_ndarray())
