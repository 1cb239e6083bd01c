"""The same film in other shapes: square, and as a small picture that moves."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pipeline.film import sidecar
from pipeline.film.check import check
from pipeline.film.cut import CutJob, Made, cut
from pipeline.film.encode import yuv
from pipeline.film.fitted import fitted
from pipeline.film.probe import probe
from pipeline.film.square import squared
from pipeline.film.teaser import MOST_BYTES, loop, teaser
from pipeline.model import Layout
from tests.pipeline.film import made


@pytest.mark.parametrize("layout", [made.FULL, made.CARD], ids=["full", "card"])
def test_a_square_film_shows_the_mouth_and_words_beside_it(tmp_path: Path, layout: Layout) -> None:
    """Protects the square version: it passes its check, the mouth is in sync, in sight and free of words."""
    if made.faces() is None:
        pytest.skip("the fonts are not fetched")
    done = cut(squared(made.job(tmp_path, layout, stickers=True)))
    told = probe(done.film)
    assert (told.width, told.height) == (made.WIDE, made.WIDE)
    report = check(done.film)
    assert report.faults == ()
    page = sidecar.read(done.film)
    assert page is not None
    assert page.stickers
    under = [box.y + box.h for box in page.mouths if box is not None]
    assert page.layout.pane.y < max(under) < made.WIDE
    assert min(caption.box.y for caption in page.captions) > max(under)


def test_what_hangs_over_is_cut_where_it_is_asked() -> None:
    """Protects the focus: a picture too tall keeps its top, its middle or its foot."""
    rows = np.repeat(np.linspace(0, 255, 128)[:, None], 64, axis=1).astype(np.uint8)
    frame = yuv(np.ascontiguousarray(np.stack([rows] * 3, axis=2)))
    lights = [
        float(fitted(frame, 64, 64, focus=(0.5, share)).to_ndarray(format="gray").mean())
        for share in (0.0, 0.5, 1.0)
    ]
    assert lights[0] < 80 < 110 < lights[1] < 145 < 175 < lights[2]


def test_a_preview_moves_is_small_and_shows_the_last_answer(
    film: tuple[CutJob, Made], tmp_path: Path
) -> None:
    """Protects the animated preview: a loop of the punchline that any chat loads at once."""
    teaser(film[1].film, tmp_path / "preview.webp")
    assert (tmp_path / "preview.webp").stat().st_size <= MOST_BYTES
    with Image.open(tmp_path / "preview.webp") as picture:
        assert picture.info["loop"] == 0
        assert 25 <= getattr(picture, "n_frames", 1) <= 30
        first = np.asarray(picture.convert("RGB"), int)
        picture.seek(12)
        later = np.asarray(picture.convert("RGB"), int)
    assert first.shape[0] * made.WIDE == pytest.approx(first.shape[1] * made.HIGH, rel=0.01)
    assert np.abs(first - later).mean() > 2


def test_a_loop_is_a_film_without_sound(film: tuple[CutJob, Made], tmp_path: Path) -> None:
    """Protects the preview in chats: every phone plays it, and none makes a noise."""
    loop(film[1].film, tmp_path / "loop.mp4")
    told = probe(tmp_path / "loop.mp4")
    assert (told.video, told.profile, told.pix_fmt, told.audio, told.streams) == (
        "h264", "High", "yuv420p", None, 1,
    )  # fmt: skip
    assert told.seconds == pytest.approx(2.4, abs=0.1)
    assert told.width < told.height
    assert told.bytes <= MOST_BYTES
