"""A whole film, looked at from outside."""

import json
import resource
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from pipeline.film import sidecar, sound
from pipeline.film.check import check
from pipeline.film.cut import CutJob, Made, cut
from pipeline.film.marks import aigc
from pipeline.film.probe import probe
from pipeline.film.sheet import sheet
from pipeline.ports.errors import BadInput, Failed, NoAccess, Surprise, Trouble
from pipeline.sound.loudness import integrated, true_peak_db
from tests.pipeline.film import made


def test_the_file_is_what_every_player_plays(film: tuple[CutJob, Made]) -> None:
    """Protects codec, profile, colours, sound format, length and the index at the front."""
    job, done = film
    told = probe(done.film)
    assert (told.video, told.profile, told.pix_fmt, told.colours) == ("h264", "High", "yuv420p", (1, 1, 1, 1))
    assert (told.audio, told.hertz, told.channels, told.streams) == ("aac", 48_000, 2, 2)
    assert (told.width, told.height, told.fps, told.frames) == (360, 640, 25.0, job.timeline.frames)
    assert told.index_first is True
    assert told.bytes == done.bytes <= job.max_bytes


def test_a_film_made_again_is_gentler(film: tuple[CutJob, Made], tmp_path: Path) -> None:
    """Protects mending: a limit that only just held is kept with room, and the film is as loud as before."""
    job, done = film
    tight = {"out": tmp_path / "film.mp4", "cover": tmp_path / "film.jpg", "max_bytes": done.bytes}
    again = cut(job.model_copy(update={**tight, "again": True}))
    assert again.bytes <= 0.9 * done.bytes
    assert integrated(sound.read(again.film), 48_000) == pytest.approx(-15.0, abs=1.0)


def test_the_sound_is_right_after_decoding(film: tuple[CutJob, Made]) -> None:
    """Protects -15 LUFS over both channels and -1 dBTP in what people really hear."""
    samples = sound.read(film[1].film)
    assert integrated(samples, 48_000) == pytest.approx(-15.0, abs=1.0)
    assert (true_peak_db(samples, 48_000) or 0.0) <= -1.0


def test_the_field_for_generated_films_can_be_read_back(film: tuple[CutJob, Made]) -> None:
    """Protects the AIGC field that services in China must write."""
    metadata = probe(film[1].film).metadata
    field = aigc(metadata)
    assert field is not None
    assert (field.label, field.content_producer) == ("1", "tester")
    assert set(json.loads(metadata["AIGC"])) == {
        "Label", "ContentProducer", "ProduceID", "ReservedCode1", "ContentPropagator", "PropagateID",
        "ReservedCode2",
    }  # fmt: skip


def test_the_first_picture_carries_the_label(film: tuple[CutJob, Made]) -> None:
    """Protects the words "AI生成" from the very first frame, and a first frame that is not black."""
    page = sidecar.read(film[1].film)
    assert page is not None
    assert page.label is not None
    box = page.label.box
    with av.open(str(film[1].film)) as source:
        frames = list(source.decode(video=0))
    first, late = (np.asarray(frames[n].to_ndarray(format="gray"), np.float32) for n in (0, 5 * 25))
    inside = np.s_[round(box.y) : round(box.y + box.h), round(box.x) : round(box.x + box.w)]
    assert first.mean() > 60
    assert first[inside].max() > 200
    assert np.percentile(first[inside], 30) < np.percentile(late[inside], 30) - 20
    assert page.label.letters >= 0.05 * 360
    assert page.label.end - page.label.start >= 2.0


def test_the_sidecar_tells_times_and_boxes(film: tuple[CutJob, Made]) -> None:
    """Protects what checks and later edits read: every line's caption, a mouth and an opening per frame."""
    job, done = film
    assert done.sidecar == done.film.with_name("film.mp4.json")
    page = sidecar.read(done.film)
    assert page is not None
    assert page.timeline == job.timeline
    assert [caption.cue for caption in page.captions] == [0, 1, 2, 3]
    assert [(c.start, c.end) for c in page.captions] == [(c.start, c.end) for c in job.timeline.cues]
    assert len(page.mouths) == len(page.openness) == job.timeline.frames
    assert page.title == job.title


def test_the_cover_shows_an_open_mouth_without_a_caption(film: tuple[CutJob, Made]) -> None:
    """Protects the picture people see first: the right size, title on it, a dark mouth, no caption."""
    job, done = film
    picture = np.asarray(Image.open(done.cover).convert("RGB")).astype(int)
    assert picture.shape == (640, 360, 3)
    last = job.timeline.cues[-1]
    widest = max(job.track.openness[round(last.start * 25) : round(last.end * 25)])
    assert widest > 0.9
    pane = made.FULL.pane
    assert picture[round(pane.y + pane.h * 0.55), 180, 1] < 60
    yellow = (picture[..., 0] > 220) & (picture[..., 1] > 180) & (picture[..., 2] < 110)
    assert yellow[:100].any()
    assert not yellow[420:].any()
    label = sidecar.read(done.film)
    assert label is not None
    assert label.label is not None
    box = label.label.box
    assert picture[round(box.y) : round(box.y + box.h), round(box.x) : round(box.x + box.w)].max() > 235


def test_the_same_job_gives_the_same_film(film: tuple[CutJob, Made], tmp_path: Path) -> None:
    """Protects repeatability: a step that runs twice leaves the same sound, cover, field and sidecar."""
    again = cut(film[0].model_copy(update={"out": tmp_path / "again.mp4", "cover": tmp_path / "again.jpg"}))
    assert np.array_equal(sound.read(again.film), sound.read(film[1].film))
    assert probe(again.film).metadata == probe(film[1].film).metadata
    assert again.sidecar.read_bytes() == film[1].sidecar.read_bytes()
    assert again.cover.read_bytes() == film[1].cover.read_bytes()


def test_a_card_in_noto_without_extras(tmp_path: Path) -> None:
    """Protects the card layout, the fall-back typeface, and a film with every extra switched off."""
    if made.faces() is None:
        pytest.skip("the fonts are not fetched")
    told: list[float] = []
    job = made.job(
        tmp_path, made.CARD, font_cute=None, label="", producer="", captions=False, bed=None, title=()
    )
    done = cut(job, told.append)
    page = sidecar.read(done.film)
    assert page is not None
    assert (page.label, page.captions, page.title_box) == (None, (), None)
    assert "AIGC" not in probe(done.film).metadata
    assert told == sorted(told)
    assert told[-1] == 1.0


@pytest.mark.parametrize(
    ("changes", "kind", "key"),
    [
        ({"font_cute": None, "font_sans": None}, NoAccess, "film.no_font"),
        ({"look": "../secret"}, BadInput, "film.no_look"),
        ({"sounds": {}}, BadInput, "film.silent_line"),
        ({"max_bytes": 1000}, Failed, "film.too_big"),
        ({"performance": Path(__file__)}, BadInput, "film.not_a_film"),
        ({"performance": "short"}, Surprise, "film.short_performance"),
    ],
)
def test_what_cannot_be_cut_is_said_and_leaves_nothing(
    film: tuple[CutJob, Made], tmp_path: Path, changes: dict[str, object], kind: type[Trouble], key: str
) -> None:
    """Protects the one clear error per cause, with no film, cover or sidecar left behind."""
    place = tmp_path / "out"
    if changes.get("performance") == "short":
        times = made.timeline().model_copy(update={"seconds": 1.0})
        made.perform(tmp_path / "short.mp4", made.FULL, times)
        changes = {"performance": tmp_path / "short.mp4"}
    job = film[0].model_copy(update={"out": place / "a.mp4", "cover": place / "a.jpg", **changes})
    with pytest.raises(kind) as caught:
        cut(job)
    assert caught.value.key == key
    assert not place.exists() or list(place.iterdir()) == []


def _filling(place: Path, job: CutJob) -> str:
    """In a process of its own: cut with room for 120 kB in a file, and return what went wrong."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (120_000, 120_000))
    try:
        cut(job.model_copy(update={"out": place / "a.mp4", "cover": place / "a.jpg"}))
    except Failed as failed:
        return failed.key
    return "cut"


def test_a_disk_that_fills_up_or_a_stop_leaves_nothing(film: tuple[CutJob, Made], tmp_path: Path) -> None:
    """Protects against half a film, in the middle of which the disk was full or somebody stopped it."""
    full, stopped = tmp_path / "full", tmp_path / "stopped"
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        assert pool.submit(_filling, full, film[0]).result() == "film.disk_full"

    def stop(fraction: float) -> None:
        if fraction > 0.3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cut(film[0].model_copy(update={"out": stopped / "a.mp4", "cover": stopped / "a.jpg"}), stop)
    assert [*full.iterdir(), *stopped.iterdir()] == []


def test_an_emoji_for_a_title_and_sixty_characters_in_a_line(
    film: tuple[CutJob, Made], tmp_path: Path
) -> None:
    """Protects what people really write: no box in place of the title, pages that follow each other, a film
    that passes its check."""
    job = film[0]
    cues = list(job.timeline.cues)
    cues[3] = cues[3].model_copy(update={"text": "我白天写代码晚上送外卖周末再去天桥底下贴膜" * 3})
    times = job.timeline.model_copy(update={"cues": tuple(cues)})
    done = cut(
        job.model_copy(update={
            "title": ("🥺",), "timeline": times, "out": tmp_path / "a.mp4", "cover": tmp_path / "a.jpg",
        })
    )  # fmt: skip
    page = sidecar.read(done.film)
    assert page is not None
    assert (page.title, page.title_box) == ((), None)
    assert len([each for each in page.captions if each.cue == 3]) > 2
    assert [fault.key for fault in check(done.film).faults if fault.stops] == []


def test_a_smaller_film_when_asked(film: tuple[CutJob, Made], tmp_path: Path) -> None:
    """Protects the limit in bytes: quality gives way, the film stays under it."""
    job, done = film
    limit = round(done.bytes * 0.7)
    small = cut(
        job.model_copy(update={"out": tmp_path / "a.mp4", "cover": tmp_path / "a.jpg", "max_bytes": limit})
    )
    assert small.bytes == small.film.stat().st_size <= limit
    assert small.crf > done.crf


def test_a_sheet_shows_the_film_at_a_glance(film: tuple[CutJob, Made], tmp_path: Path) -> None:
    """Protects the contact sheet: as many pictures as asked, in a PNG."""
    sheet(film[1].film, tmp_path / "sheet.png", 7)
    with Image.open(tmp_path / "sheet.png") as page:
        assert page.format == "PNG"
        assert page.width > 6 * 240
        assert page.height > 2 * 400
