"""Broken films are noticed, each for its own reason, and good ones pass."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.film import sidecar
from pipeline.film.check import check
from pipeline.film.cut import CutJob, Made
from pipeline.model import Box
from pipeline.ports.errors import BadInput
from tests.pipeline.film import made


def _keys(path: Path) -> set[str]:
    return {fault.key for fault in check(path).faults if fault.stops}


def test_a_good_film_passes(film: tuple[CutJob, Made]) -> None:
    """Protects against false alarms: nothing is held against a film as it is made."""
    report = check(film[1].film, "telegram")
    assert report.faults == ()
    assert report.sendable
    assert report.facts["frozen_seconds"] == 0
    assert abs(float(report.facts["mouth_late_ms"] or 0)) <= 40
    assert float(report.facts["mouth_correlation"] or 0) > 0.7


def test_without_a_sidecar_it_says_unknown(copied: Path) -> None:
    """Protects `check` on films from elsewhere: what only the sidecar knows is None, not wrong."""
    sidecar.beside(copied).unlink()
    report = check(copied)
    assert report.sendable
    assert report.facts["mouth_late_ms"] is None
    assert report.facts["captions"] is None


def test_a_film_that_broke_off_is_noticed(copied: Path) -> None:
    """Protects against half an upload: the index in front promises pictures that are not there."""
    content = copied.read_bytes()
    copied.write_bytes(content[: len(content) // 2])
    assert "check.cut_short" in _keys(copied)


def _black(number: int, picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return picture * 0 if number < 15 else picture


def test_a_black_start_and_silence_are_noticed(film: tuple[CutJob, Made], tmp_path: Path) -> None:
    """Protects the first frame, which players show as the film's picture, and against silence."""
    broken = made.doctored(film[1].film, tmp_path / "a.mp4", _black, gain=0.0)
    assert _keys(broken) == {"check.first_frame", "check.black", "check.silent"}


def test_a_picture_that_stands_still_and_a_late_sound_are_noticed(
    film: tuple[CutJob, Made], tmp_path: Path
) -> None:
    """Protects against a frozen pet, and sync: a sound 160 ms late is found by the mouth alone."""
    kept: list[NDArray[np.uint8]] = []

    def held(number: int, picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
        if number == 60:
            kept.append(picture)
        return kept[0] if 60 <= number < 110 else picture

    broken = made.doctored(film[1].film, tmp_path / "a.mp4", held, delay=0.16)
    sidecar.beside(broken).write_bytes(film[1].sidecar.read_bytes())
    report = check(broken)
    assert report.facts["mouth_late_ms"] == -160
    assert {fault.key for fault in report.faults} == {"check.frozen", "check.sync", "check.aigc"}


def test_sound_that_lies_beside_the_picture_is_noticed(film: tuple[CutJob, Made], tmp_path: Path) -> None:
    """Protects films without a sidecar, too: sound that begins late and ends early, and a click in it."""

    def clicked(samples: NDArray[np.float32]) -> NDArray[np.float32]:
        samples[5 * made.HERTZ : 5 * made.HERTZ + 2] += 0.4
        return samples

    broken = made.doctored(film[1].film, tmp_path / "a.mp4", sounding=clicked, starts=0.2)
    report = check(broken)
    assert {"check.apart", "check.clicks"} <= {fault.key for fault in report.faults}
    (told,) = (fault.fields for fault in report.faults if fault.key == "check.clicks")
    assert told["n"] == "1"
    assert float(told["where"]) == pytest.approx(5.0, abs=0.03)  # the encoder's own lead-in is 21 ms
    assert report.facts["sound_late_ms"] == pytest.approx(200, abs=25)  # the same lead-in


def test_words_under_the_platforms_own_are_noticed(copied: Path) -> None:
    """Protects captions from buttons and descriptions; it is said, and does not stop the film."""
    page = sidecar.read(copied)
    assert page is not None
    low = page.captions[0].model_copy(update={"box": Box(x=60, y=580, w=200, h=40)})
    broken = page.model_copy(update={"captions": (low, *page.captions[1:])})
    sidecar.beside(copied).write_text(broken.model_dump_json(), "utf-8")
    report = check(copied)
    assert [fault.key for fault in report.faults] == ["check.caption_overlaid"]
    assert report.sendable


def test_a_faint_sound_and_a_wrong_codec_are_noticed(film: tuple[CutJob, Made], tmp_path: Path) -> None:
    """Protects against a film nobody hears and one many players cannot play."""
    broken = made.doctored(film[1].film, tmp_path / "a.mp4", gain=0.5, codec="mpeg4")
    assert _keys(broken) == {"check.codec", "check.loudness"}


def test_words_over_the_mouth_and_off_the_edge_are_noticed(copied: Path) -> None:
    """Protects the mouth from captions, and captions from the edge, by the sidecar's boxes."""
    page = sidecar.read(copied)
    assert page is not None
    mouth = page.mouths[round(page.captions[1].start * 25)]
    assert mouth is not None
    over = page.captions[1].model_copy(update={"box": mouth})
    off = page.captions[2].model_copy(update={"box": Box(x=300, y=600, w=100, h=50)})
    late = page.captions[3].model_copy(update={"start": page.captions[3].start - 0.2})
    broken = page.model_copy(update={"captions": (page.captions[0], over, off, late)})
    sidecar.beside(copied).write_text(broken.model_dump_json(), "utf-8")
    assert _keys(copied) == {"check.caption_over_mouth", "check.caption_outside", "check.caption_time"}


def test_a_label_too_small_or_too_short_is_noticed(copied: Path) -> None:
    """Protects the mark that a film is generated: large enough, long enough, from the first frame."""
    page = sidecar.read(copied)
    assert page is not None
    assert page.label is not None
    for change in ({"letters": 17.0}, {"end": 1.9}, {"start": 0.5}):
        broken = page.model_copy(update={"label": page.label.model_copy(update=change)})
        sidecar.beside(copied).write_text(broken.model_dump_json(), "utf-8")
        assert _keys(copied) == {"check.label"}


def test_a_film_too_large_for_its_channel_is_noticed(copied: Path) -> None:
    """Protects each channel's hard cap: what Telegram takes may be too much for Feishu."""
    with copied.open("ab") as file:
        filler = 30_000_000
        file.write(filler.to_bytes(4, "big") + b"free")
        file.truncate(copied.stat().st_size + filler)
    assert check(copied, "telegram").sendable
    assert [fault.key for fault in check(copied, "feishu").faults] == ["check.size"]


def test_what_is_no_film_is_said(tmp_path: Path) -> None:
    """Protects the one clear error for a missing, an empty and a wrong file."""
    (tmp_path / "empty.mp4").write_bytes(b"")
    (tmp_path / "text.mp4").write_text("no film " * 500)
    for name, key in (
        ("none.mp4", "film.missing"),
        ("empty.mp4", "film.not_a_film"),
        ("text.mp4", "film.not_a_film"),
    ):
        with pytest.raises(BadInput) as caught:
            check(tmp_path / name)
        assert caught.value.key == key


def test_a_sidecar_that_is_none_is_said(copied: Path) -> None:
    """Protects against reading nonsense as boxes."""
    sidecar.beside(copied).write_text("{}")
    with pytest.raises(BadInput) as caught:
        check(copied)
    assert caught.value.key == "film.bad_sidecar"
