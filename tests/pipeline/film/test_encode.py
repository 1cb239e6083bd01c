"""Clips and sounds: made whole, joined without loss, read whatever they are."""

import resource
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import av
import numpy as np
import pytest

from pipeline.film import encode, sound
from pipeline.film.probe import probe
from pipeline.ports.errors import BadInput, Failed, Surprise, Trouble


def _clip(path: Path, first: int, count: int, wide: int = 64) -> Path:
    with encode.Clip(path, wide, 64, 25) as clip:
        for number in range(first, first + count):
            clip.add(np.full((64, wide, 3), number * 4, np.uint8))
    return path


def test_two_halves_joined_are_the_whole(tmp_path: Path) -> None:
    """Protects rendering in two processes: nothing lost, nothing twice, times go on."""
    parts = (_clip(tmp_path / "a.mp4", 0, 20), 0, 20), (_clip(tmp_path / "b.mp4", 20, 17), 0, 17)
    encode.join(parts, tmp_path / "ab.mp4")
    told = probe(tmp_path / "ab.mp4")
    assert (told.frames, told.fps) == (37, 25.0)
    assert told.seconds == pytest.approx(37 / 25)
    with av.open(str(tmp_path / "ab.mp4")) as source:
        shown = [
            (frame.pts, int(frame.to_ndarray(format="rgb24")[30, 30, 0])) for frame in source.decode(video=0)
        ]
    assert len({pts for pts, _ in shown}) == 37
    assert all(abs(value - number * 4) <= 3 for number, (_, value) in enumerate(shown))


def test_unlike_clips_are_not_joined(tmp_path: Path) -> None:
    """Protects against a film that breaks in the middle, and leaves nothing half joined."""
    with pytest.raises(Surprise):
        encode.join(
            [(_clip(tmp_path / "a.mp4", 0, 5), 0, 5), (_clip(tmp_path / "b.mp4", 0, 5, 96), 0, 5)],
            tmp_path / "ab.mp4",
        )
    assert not (tmp_path / "ab.mp4").exists()
    assert not list(tmp_path.glob(".*"))


def test_a_clip_comes_apart_where_it_was_told_to(tmp_path: Path) -> None:
    """Protects a film of which one line is drawn anew: the pieces around it are the very same pictures, and a
    cut where no picture stands for itself is refused instead of smeared."""
    with encode.Clip(tmp_path / "a.mp4", 64, 64, 25) as clip:
        for number in range(40):
            clip.add(np.full((64, 64, 3), number * 5, np.uint8), key=number in {0, 7, 19})
    cuts = [(tmp_path / "a.mp4", 19, 40), (tmp_path / "a.mp4", 7, 19)]
    encode.join(cuts, tmp_path / "b.mp4")
    with av.open(str(tmp_path / "b.mp4")) as source:
        shown = [int(frame.to_ndarray(format="rgb24")[30, 30, 0]) for frame in source.decode(video=0)]
    assert len(shown) == 33
    assert all(
        abs(value - n * 5) <= 3 for value, n in zip(shown, [*range(19, 40), *range(7, 19)], strict=True)
    )
    for first, stop in ((3, 7), (30, 41)):
        with pytest.raises(Surprise):
            encode.join([(tmp_path / "a.mp4", first, stop)], tmp_path / "c.mp4")


def _broken_off(path: Path) -> None:
    with encode.Clip(path, 64, 64, 25) as clip:
        clip.add(np.zeros((64, 64, 3), np.uint8))
        raise RuntimeError


def test_an_error_in_the_middle_leaves_nothing(tmp_path: Path) -> None:
    """Protects against half a clip that looks like a whole one."""
    with pytest.raises(RuntimeError):
        _broken_off(tmp_path / "a.mp4")
    assert list(tmp_path.iterdir()) == []


def _fill(path: Path) -> str:
    """In a process of its own: write with room for 20 kB only, and return what went wrong."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
    noise = np.random.default_rng(1)
    try:
        if path.suffix == ".wav":
            sound.write(path, np.zeros(100_000, np.float32), 48_000)
        else:
            with encode.Clip(path, 320, 320, 25) as clip:
                for _ in range(60):
                    clip.add(noise.integers(0, 255, (320, 320, 3), dtype=np.uint8))
    except Failed as failed:
        return failed.key
    return "written"


def test_a_full_disk_is_said_and_leaves_nothing(tmp_path: Path) -> None:
    """Protects the one clear error when there is no room, for clips and sounds alike."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        found = list(pool.map(_fill, [tmp_path / "a.mp4", tmp_path / "a.wav"]))
    assert found == ["film.disk_full"] * 2
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    """Protects the one clear error for a folder that is a file."""
    (tmp_path / "file").write_text("here")
    with pytest.raises(BadInput) as caught:
        sound.write(tmp_path / "file" / "a.wav", np.zeros(10, np.float32), 8000)
    assert caught.value.key == "film.cannot_write"


def test_a_wav_comes_back_as_it_was(tmp_path: Path) -> None:
    """Protects samples, channels and rate on the way through a file."""
    samples = np.random.default_rng(0).uniform(-1, 1, (4800, 2)).astype(np.float32)
    sound.write(tmp_path / "a.wav", samples, 48_000)
    back = sound.read(tmp_path / "a.wav")
    assert back.shape == samples.shape
    assert np.abs(back - samples).max() < 1e-4
    assert sound.read(tmp_path / "a.wav", 24_000, mono=True).shape == (2400, 1)
    assert sound.read(tmp_path / "a.wav", seconds=0.05).shape == (2400, 2)


@pytest.mark.parametrize(
    ("name", "content", "key"),
    [
        ("a.mp3", b"", "sound.not_a_sound"),
        ("a.mp3", b"not a sound at all " * 999, "sound.not_a_sound"),
        ("a.txt", b"text " * 999, "sound.not_a_sound"),
        ("a.wav", b"RIFF\x24\x00\x00\x00WAVEfmt ", "sound.not_a_sound"),
        ("a.m3u8", b"#EXTM3U\n#EXTINF:5,\n/etc/hostname\n", "sound.not_a_sound"),
    ],
)
def test_what_is_no_sound_is_said(tmp_path: Path, name: str, content: bytes, key: str) -> None:
    """Protects the one clear error for text, empty, cut-off and malicious files."""
    (tmp_path / name).write_bytes(content)
    with pytest.raises(Trouble) as caught:
        sound.read(tmp_path / name)
    assert caught.value.key == key


def test_a_video_without_sound_is_said(tmp_path: Path) -> None:
    """Protects the difference between a broken file and one that is merely silent."""
    with pytest.raises(BadInput) as caught:
        sound.read(_clip(tmp_path / "a.mp4", 0, 5))
    assert caught.value.key == "sound.no_sound"
    with pytest.raises(BadInput) as caught:
        sound.read(tmp_path / "none.mp3")
    assert caught.value.key == "sound.missing"
