"""What is made ready for messengers: voice notes, films that fit, small pictures."""

from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from pipeline import crafts
from pipeline.film import fit, note, small, sound
from pipeline.film.marks import FIELD
from pipeline.film.probe import probe
from pipeline.ports.errors import Failed
from tests.pipeline.film.noisy import HERTZ, film_of_noise, tone


@pytest.mark.parametrize("share", [2, 12])
def test_a_film_is_made_to_fit(tmp_path: Path, share: int) -> None:
    """A film over a messenger's limit gets under it: as long, as wide, index first, marked as before."""
    film = film_of_noise(tmp_path / "film.mp4", 4)
    before, most = probe(film), film.stat().st_size // share
    size = fit.fit(film, tmp_path / "fit.mp4", most)
    after = probe(tmp_path / "fit.mp4")
    assert size == (tmp_path / "fit.mp4").stat().st_size <= most
    assert size > most / 3
    assert (after.width, after.height, after.frames, after.fps) == (256, 256, before.frames, 25.0)
    assert after.seconds == pytest.approx(before.seconds, abs=0.05)
    assert after.index_first
    assert after.metadata[FIELD] == before.metadata[FIELD]
    assert (after.audio, after.profile, after.pix_fmt) == ("aac", "High", "yuv420p")
    heard = sound.read(tmp_path / "fit.mp4", HERTZ, mono=True)
    assert len(heard) / HERTZ == pytest.approx(4, abs=0.1)
    assert float(np.abs(heard).max()) > 0.2


def test_a_film_that_cannot_fit_says_so(tmp_path: Path) -> None:
    """Nothing is left behind that nobody could watch."""
    film = film_of_noise(tmp_path / "film.mp4", 2)
    with pytest.raises(Failed) as refused:
        fit.fit(film, tmp_path / "fit.mp4", 5_000)
    assert refused.value.key == "film.too_big"
    assert [path.name for path in tmp_path.iterdir()] == ["film.mp4"]


@pytest.mark.parametrize(("seconds", "most"), [(3.0, note.MOST_BYTES), (20.0, 30_000), (20.0, 4_000)])
def test_a_sound_becomes_a_voice_note(tmp_path: Path, seconds: float, most: int) -> None:
    """Mono Opus in Ogg under the limit, as long as the sound unless even the lowest rate is too much."""
    sound.write(tmp_path / "a.wav", np.stack([tone(seconds)] * 2, axis=1), HERTZ)
    told = note.note(tmp_path / "a.wav", tmp_path / "a.ogg", most)
    assert (tmp_path / "a.ogg").stat().st_size <= most
    with av.open(str(tmp_path / "a.ogg")) as source:
        stream = source.streams.audio[0]
        assert (source.format.name, stream.codec_context.name) == ("ogg", "opus")
        assert stream.codec_context.channels == 1
    heard = sound.read(tmp_path / "a.ogg", HERTZ, mono=True)
    assert len(heard) / HERTZ == pytest.approx(told, abs=0.05)
    assert told == pytest.approx(seconds) if most > 4_000 else told < seconds


def test_a_small_picture_is_small(tmp_path: Path) -> None:
    """What comes before the film is within what messengers take, whatever the cover is."""
    noise = np.random.default_rng(2).integers(0, 255, (1280, 720, 3), np.uint8)
    Image.fromarray(noise).save(tmp_path / "cover.png")
    small.small(tmp_path / "cover.png", tmp_path / "small.jpg")
    with Image.open(tmp_path / "small.jpg") as image:
        assert (image.format, image.size) == ("JPEG", (180, 320))
    assert (tmp_path / "small.jpg").stat().st_size < small.MOST_BYTES


def test_a_film_that_fits_is_sent_as_it_is(tmp_path: Path) -> None:
    """Quality is not lost where nothing asks for it."""
    film = film_of_noise(tmp_path / "film.mp4", 1)
    Image.new("RGB", (64, 64)).save(tmp_path / "cover.jpg")
    (tmp_path / "bench").mkdir()
    whole = crafts.edit.pack(film, tmp_path / "cover.jpg", film.stat().st_size, tmp_path / "bench")
    assert (whole.film, whole.width, whole.height) == (film, 256, 256)
    assert whole.seconds == pytest.approx(1, abs=0.05)
    less = crafts.edit.pack(film, tmp_path / "cover.jpg", film.stat().st_size - 1, tmp_path / "bench")
    assert less.film != film
    assert less.film.stat().st_size < film.stat().st_size
