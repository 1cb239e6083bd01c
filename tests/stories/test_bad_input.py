"""Bad input through the command line: one clear sentence on stderr, exit 1, nothing half-written.

Three programs are really started; every other case is the same command in this process, for a start costs
more than what is asked of it here.
"""

import asyncio
import json
import logging
import struct
import tempfile
import wave
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from bot.__main__ import app
from pipeline.workshop import Workshop
from tests.stories.cli import pawlogue


def _text_named_jpg(folder: Path) -> Path:
    path = folder / "notes.jpg"
    path.write_text("this is not a picture\n" * 40)
    return path


def _empty(folder: Path) -> Path:
    path = folder / "empty.jpg"
    path.touch()
    return path


def _bomb(folder: Path) -> Path:
    """A PNG of 40,000 x 40,000 pixels in a few hundred bytes."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        )

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 40_000, 40_000, 8, 2, 0, 0, 0))
    path = folder / "bomb.png"
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(bytes(9_999))) + chunk(b"IEND", b"")
    )
    return path


def _truncated(folder: Path) -> Path:
    whole = folder / "whole.jpg"
    noise = np.random.default_rng(1).integers(0, 255, (600, 600, 3), np.uint8)
    Image.fromarray(noise).save(whole)
    path = folder / "cut.jpg"
    path.write_bytes(whole.read_bytes()[: whole.stat().st_size // 3])
    whole.unlink()
    return path


def _picture(folder: Path) -> Path:
    path = folder / "plain.png"
    Image.fromarray(np.full((640, 640, 3), 180, np.uint8)).save(path)
    return path


def _sound(folder: Path, seconds: float, level: float = 0.0) -> Path:
    path = folder / "sample.wav"
    tone = level * np.sin(np.arange(int(seconds * 8_000)) * 0.2)
    with wave.open(str(path), "wb") as sink:
        sink.setnchannels(1)
        sink.setsampwidth(2)
        sink.setframerate(8_000)
        sink.writeframes((tone * 32_000).astype("<i2").tobytes())
    return path


def _script(folder: Path, *lines: tuple[str, str]) -> Path:
    path = folder / "script.json"
    said = [{"speaker": speaker, "text": text, "direction": None} for speaker, text in lines]
    path.write_text(json.dumps({"title": ["x"], "lines": said}))
    return path


async def _begin_the_template() -> None:
    workshop = Workshop()
    await workshop.run("sight", int)
    await workshop.close()


@pytest.fixture(autouse=True)
def _folder(room: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is left in the temporary folder is left in `tmp_path`, apart from what worker processes are made
    from: that is there for all tests, so it begins elsewhere."""
    asyncio.run(_begin_the_template())
    room.rmdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


def _run(folder: Path, *words: object) -> tuple[int, str, str]:
    """The exit code, stdout and stderr of a program of its own."""
    ended = pawlogue(folder, *words)
    return ended.returncode, ended.stdout, ended.stderr


def _here(_: Path, *words: object) -> tuple[int, str, str]:
    """The same in this process; whatever is not said kindly is raised."""
    handlers = logging.getLogger("dbos").handlers
    before = list(handlers)
    ended = CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)
    handlers[:] = before  # the engine's own writes to what was stderr then
    return ended.exit_code, ended.stdout, ended.stderr


def _refused(folder: Path, *words: object, run: Callable[..., tuple[int, str, str]] = _here) -> str:
    """Run, and return the one sentence; nothing but the inputs is left in the folder."""
    before = set(folder.rglob("*"))
    code, out, err = run(folder, *words)
    left = set(folder.rglob("*")) - before
    said = [line for line in err.splitlines() if not line.startswith(("▸", "✓", "✗"))]
    assert code == 1, err
    assert (len(said), out, left) == (1, "", set()), err
    assert "Traceback" not in err
    assert "It did not work" not in said[0]
    return said[0]


def test_the_program_itself_says_no(tmp_path: Path) -> None:
    """Started as anybody starts it: a film that fails on its way, one that is not begun, and wrong usage."""
    photo, out = _text_named_jpg(tmp_path), ("--out", tmp_path / "x.mp4")
    words = ("film", "--photo", photo, "--theme", "raise-mom", *out)
    assert "picture" in _refused(tmp_path, *words, run=_run)
    assert "classic" in _refused(tmp_path, *words, "--look", "nosuch", run=_run)
    assert _run(tmp_path, "film")[0] == 2


@pytest.mark.parametrize("make", [_text_named_jpg, _empty, _bomb, _truncated])
def test_pictures_that_are_none(tmp_path: Path, make: Callable[[Path], Path]) -> None:
    """A file that is no picture, or one too large to open, is refused by both commands that take one."""
    photo = make(tmp_path)
    assert _refused(tmp_path, "look", "--photo", photo, "--json")
    assert _refused(tmp_path, "film", "--photo", photo, "--theme", "raise-mom", "--out", tmp_path / "x.mp4")


@pytest.mark.parametrize(
    ("theme", "word"),
    [("长" * 3_000, "3000"), ("🐱🐶✨", "word"), ("<b></b>", "word")],
    ids=["3,000 characters", "emoji only", "markup only"],
)
def test_themes_without_words(tmp_path: Path, theme: str, word: str) -> None:
    """A theme must be words, and not a novel."""
    photo = _picture(tmp_path)
    assert word in _refused(tmp_path, "film", "--photo", photo, "--theme", theme, "--out", tmp_path / "x.mp4")


@pytest.mark.parametrize(
    "lines",
    [
        (("person", "Hello?"), ("person", "Anybody?")),
        (("person", "Hello?"), ("pet", "Hi.")) * 20,
        (("person", "Hello?"), ("pet", "a" * 200)),
        (("person", "Hello?"), ("parrot", "Hi.")),
        (("person", "Hello?"), ("pet", "🐶")),
    ],
    ids=["no pet line", "40 lines", "200 characters", "unknown speaker", "emoji line"],
)
def test_scripts_that_cannot_be_filmed(tmp_path: Path, lines: tuple[tuple[str, str], ...]) -> None:
    """A script that makes no film is refused before anything is made."""
    photo, script = _picture(tmp_path), _script(tmp_path, *lines)
    assert _refused(tmp_path, "film", "--photo", photo, "--script", script, "--out", tmp_path / "x.mp4")


@pytest.mark.parametrize(
    ("seconds", "level"), [(20, 0.0), (0.2, 0.5), (1_200, 0.3)], ids=["silence", "0.2 s", "20 min"]
)
def test_samples_that_teach_nothing(tmp_path: Path, seconds: float, level: float) -> None:
    """A voice sample that cannot be learnt from is asked for again."""
    photo, sample = _picture(tmp_path), _sound(tmp_path, seconds, level)
    words = ("film", "--photo", photo, "--theme", "raise-mom", "--voice", sample, "--out", tmp_path / "x.mp4")
    assert _refused(tmp_path, *words)


def test_video_without_sound_is_no_voice(tmp_path: Path) -> None:
    """A silent video given as a voice is told apart from a broken file."""
    from pipeline.film.encode import Clip

    clip = tmp_path / "mute.mp4"
    with Clip(clip, 64, 64, 25) as sink:
        for _ in range(25):
            sink.add(np.zeros((64, 64, 3), np.uint8))
    assert "sound" in _refused(tmp_path, "listen", "--audio", clip)


@pytest.mark.parametrize(
    ("option", "value", "word"),
    [
        ("--voice", "gone.m4a", "gone.m4a"),
        ("--look", "nosuch", "classic"),
        ("--voice", "naitag", "naitang"),
        ("--pet-lines", "gone.wav", "gone"),
    ],
)
def test_what_is_not_there_is_found_out_first(tmp_path: Path, option: str, value: str, word: str) -> None:
    """A misspelt file or look costs no minute of work: no step has begun when it is refused."""
    photo = _picture(tmp_path)
    words = ("film", "--photo", photo, "--theme", "raise-mom", "--out", tmp_path / "x.mp4", option, value)
    code, _, err = _here(tmp_path, *words)
    assert code == 1
    assert len(err.splitlines()) == 1
    assert word in err


@pytest.mark.parametrize("option", ["--pet-lines", "--person-voice"])
def test_recordings_without_their_dialogue(tmp_path: Path, option: str) -> None:
    """Nobody's recorded words are laid over a dialogue they do not belong to."""
    photo, sound = _picture(tmp_path), _sound(tmp_path, 3, 0.3)
    assert "--theme" in _refused(
        tmp_path, "film", "--photo", photo, "--out", tmp_path / "x.mp4", option, sound
    )


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    """Where the film cannot go is found out before anything is made."""
    photo = _picture(tmp_path)
    nowhere = tmp_path / "no" / "such" / "folder" / "x.mp4"
    said = _refused(tmp_path, "film", "--photo", photo, "--theme", "raise-mom", "--out", nowhere)
    assert "x.mp4" in said


def test_a_full_disk_is_one_sentence(tmp_path: Path) -> None:
    """A data folder on a full disk ends with one sentence and leaves nothing."""
    photo = _picture(tmp_path)
    said = _refused(
        tmp_path,
        "film",
        "--photo",
        photo,
        "--theme",
        "raise-mom",
        "--data",
        "/dev/full/x",
        "--out",
        tmp_path / "x.mp4",
    )
    assert "/dev/full" in said


@pytest.mark.parametrize(
    "words",
    [
        ("film",),
        ("look", "--photo", "x", "--mouth", "1"),
        ("look", "--photo", "x", "--eyes", "1,2,3,4"),
        ("listen", "--audio", "x", "--lines", "0"),
        ("nonsense",),
    ],
)
def test_wrong_usage_is_exit_2(tmp_path: Path, words: tuple[str, ...]) -> None:
    """Wrong usage is told apart from a failure."""
    assert _here(tmp_path, *words)[0] == 2


@pytest.mark.parametrize("words", [("run", "--no-worker"), ("worker",)])
def test_what_is_not_there_yet_says_so_by_name(tmp_path: Path, words: tuple[str, ...]) -> None:
    """A command of a later version is no silent success."""
    assert "Not yet" in _refused(tmp_path, *words)
