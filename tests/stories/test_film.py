"""Whole films through the command line: from a photo to an MP4, with the plug pulled, without the weights."""

import asyncio
import dataclasses
import json
import os
import re
import resource
import signal
import sqlite3
import subprocess
import zipfile
from collections import Counter
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from pydantic import SecretStr
from rich.console import Console

from bot import settings
from bot.app import opened, weights
from bot.film import make
from bot.talking.saying import stopping
from bot.texts import say
from bot.wish import Wish
from pipeline import packaged
from pipeline.film import credentials
from pipeline.film.check import check
from pipeline.film.probe import probe
from pipeline.model import Report
from pipeline.recipes import edit_project, make_film, redo_part, vary_film
from storage import takes
from storage.model import Line, Script, Taps
from tests.pipeline.film.pair import pair
from tests.stories.cli import SHARED, command, environment, pawlogue

_ASKED = {"title": ["Who ate it?"], "lines": [
    {"speaker": "person", "text": "Who ate the cake?", "direction": None},
    {"speaker": "pet", "text": "It was sad, so I held it.", "direction": "it bites the bun and cries"},
]}  # fmt: skip
_ROOM = 330_000  # bytes a file may have: more than a database or a cover, less than a film
_CAT = ("--mouth", "256,280", "--eyes", "170,116,316,134")


def _sample() -> Path:
    photo = packaged.path("sample-photo")
    if photo is None:
        pytest.skip("the sample photo has not been fetched: make setup")
    return photo


def _script(folder: Path) -> Path:
    path = folder / "script.json"
    path.write_text(json.dumps(_ASKED))
    return path


@pytest.mark.usefixtures("small")
def test_a_film_survives_kill_9_and_spends_nothing_twice(tmp_path: Path) -> None:
    """Pull the plug in three steps: the fourth run finishes the same film, each take is paid once."""
    data, out = tmp_path / "data", tmp_path / "film.mp4"
    words = (
        "film",
        "--photo",
        _sample(),
        "--script",
        _script(tmp_path),
        *_CAT,
        "--data",
        data,
        "--out",
        out,
        "--json",
    )
    for moment in ("Look at the photo", "Speak the pet's lines", "Make the pet talk"):
        _run_and_kill(tmp_path, words, moment)
        assert not out.exists()
    ended = pawlogue(tmp_path, *words)
    assert ended.returncode == 0, ended.stderr
    told = json.loads(ended.stdout)
    assert (told["path"], told["mouth"], told["cost"], told["check"]) == (str(out), "given", 0.0, [])
    assert told["seconds"] == pytest.approx(probe(out).seconds, abs=0.1)
    assert {path.name for path in tmp_path.glob("film*")} == {"film.mp4", "film.mp4.json", "film.cover.jpg"}
    ledger = _ledger(data)
    assert Counter(step for step, _ in ledger) == dict.fromkeys(
        ("draw", "speak_pet", "speak_person", "animate"), 1
    )
    assert {state for _, state in ledger} == {"done"}

    again = pawlogue(tmp_path, *words)
    assert json.loads(again.stdout)["steps"] == told["steps"]
    assert _ledger(data) == ledger

    full = _without_room(tmp_path, *words[:-2], tmp_path / "other.mp4", "--json")
    assert (full.returncode, full.stdout) == (1, "")
    assert full.stderr.splitlines()[-1].startswith("Cannot write")
    assert [path.name for path in tmp_path.iterdir() if "other" in path.name] == []


def _without_room(folder: Path, *words: object) -> subprocess.CompletedProcess[str]:
    """Run where the cover has room and the film has not."""
    return subprocess.run(
        command(*words), cwd=folder, env=environment(folder), capture_output=True, text=True, timeout=400,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (_ROOM, _ROOM)),
    )  # fmt: skip


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_stopped_film_leaves_nothing_behind(tmp_path: Path, sign: signal.Signals) -> None:
    """Ctrl-C, a polite kill and a closed window: one sentence, exit 1, no temporary folder, no process."""
    words = ("film", "--photo", _sample(), "--theme", "raise-mom", "--out", tmp_path / "film.mp4")
    with subprocess.Popen(
        command(*words), cwd=tmp_path, env=environment(tmp_path), stderr=subprocess.PIPE, text=True,
        start_new_session=True, preexec_fn=partial(signal.signal, sign, signal.SIG_DFL),
    ) as program:  # fmt: skip
        assert program.stderr is not None
        begun = next(line for line in program.stderr if line.startswith("▸"))
        program.send_signal(sign)
        said = program.stderr.read().splitlines()
    assert begun
    assert program.returncode == 1
    assert said[-1].startswith("Stopped")
    noise = [line for line in said[:-1] if not line.startswith(("▸", "✓", "✗"))]
    assert noise == [], "\n".join(noise)
    assert list(tmp_path.iterdir()) == []


def _run_and_kill(folder: Path, words: tuple[object, ...], moment: str) -> None:
    """Run until stderr says the step begins, then `kill -9`."""
    with subprocess.Popen(
        command(*words),
        cwd=folder,
        env=environment(folder),
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    ) as program:
        assert program.stderr is not None
        for line in program.stderr:
            if line.startswith(f"▸ {moment}"):
                break
        else:
            pytest.fail(f"never came to: {moment}")
        os.kill(program.pid, signal.SIGKILL)
        program.stderr.read()


def _ledger(data: Path) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(data / "pawlogue.db")) as rows:
        return rows.execute("SELECT step, state FROM takes ORDER BY key").fetchall()


async def test_every_weight_may_be_missing(tmp_path: Path) -> None:
    """No detector, no natural voice, no cute font, no saliency: a film with a voice-over, a request, and all
    the shapes of it; music that is none is told, and the film is signed where that can be."""
    found = {name: path if name == "font-sans" else None for name, path in weights().items()}
    wish = dataclasses.replace(
        _hungry(tmp_path, Taps()),
        also=("square", "preview", "project"),
        width=360,
        music=_sample(),
        stickers=True,
    )
    signing = pair(tmp_path)
    halves = {"c2pa_certificate": signing.certificate, "c2pa_key": SecretStr(str(signing.key))}
    chosen = _kept_in(tmp_path).model_copy(update=halves)
    async with opened(chosen, poll_seconds=0.05, found=found) as house:
        result = await make(house, wish, Console(quiet=True), "en")
    assert (result.notice.kind, result.summary["mouth"]) == ("done", "none")
    assert result.remarks == ["remark.no_mouth", "film.music_unusable"]
    assert (b"c2pa" in wish.out.read_bytes()[:100_000]) == credentials.able()  # a small file
    report = await asyncio.to_thread(check, wish.out, "telegram")
    assert report.sendable
    assert report.facts["width"] == 360
    also = result.summary["also"]
    assert isinstance(also, dict)
    assert set(also) == {"square", "preview", "project"}
    square = await asyncio.to_thread(probe, Path(also["square"]))
    assert (square.width, square.height) == (360, 360)
    assert set(also.values()) <= {str(path) for path in tmp_path.iterdir()}  # noqa: ASYNC240  # a handful of names
    assert report.facts["lufs"] == pytest.approx(-15, abs=1)


@pytest.mark.usefixtures("small")
async def test_one_part_again_keeps_the_rest(tmp_path: Path) -> None:
    """A redo makes its part anew under a take of its own and finds everything it does not touch; the first
    film can still be taken apart. Asked again with other words for one line, in the same folder, only that
    line is said, and what a stopped run left of another film does not go on under the new words."""
    async with opened(_kept_in(tmp_path), poll_seconds=0.05) as house:
        wish = _hungry(tmp_path, Taps(mouth=(256, 280)))
        first = await make(house, wish, Console(quiet=True), "zh")
        project = first.notice.assets["film"].split(".")[0]
        before = await takes.of(house.studio.db, project)
        await house.engine.start(redo_part, f"{project}:redo:1", project, "speak_person", 1)
        again = await house.engine.finished(f"{project}:redo:1")
        after = await takes.of(house.studio.db, project)
        await house.engine.start(redo_part, f"{project}:redo:2", project, "tail", 1)
        refused = await house.engine.finished(f"{project}:redo:2")
        made_of = first.notice.assets["parts"], first.notice.assets["cover"]
        await house.engine.start(edit_project, f"{project}:project:1", project, *made_of)
        taken_apart = await house.engine.finished(f"{project}:project:1")
        async with house.studio.borrow(taken_apart.assets["archive"]) as (path,):
            with zipfile.ZipFile(path) as archive:
                names = {name.partition("/")[2] for name in archive.namelist()}
        asked = wish.script
        assert asked is not None
        said = (asked.lines[0], asked.lines[1].model_copy(update={"text": "饿死了"}))
        other = dataclasses.replace(wish, script=asked.model_copy(update={"lines": said}))
        await house.engine.start(make_film, f"{project}:film:stopped:1", project)
        await house.engine.start(edit_project, f"{project}:project:2", project, *made_of)
        reworded = await make(house, other, Console(quiet=True), "zh")
        assert (await house.engine.finished(f"{project}:project:2")).kind == "done"
        assert await house.engine.under_way(project) == ()
        last = await takes.of(house.studio.db, project)
        script = await house.studio.noun(reworded.notice.assets["script"], Script)
    assert {"draft_content.json", "timeline.otio", "Resources/line-02-pet.wav"} <= names
    assert taken_apart.fields["parts"] == made_of[0]
    assert again.kind == "done"
    assert [take.step for take in after if take not in before] == ["speak_person"]
    assert [take.step for take in last if take not in after] == ["speak_pet", "animate"]
    assert [line.text for line in script.lines] == ["饿不饿", "饿死了"]
    assert reworded.summary["cost"] == 0
    assert (refused.kind, refused.key) == ("failed", "redo.no_such_part")


@pytest.mark.usefixtures("small")
async def test_a_film_that_does_not_pass_is_cut_again_and_then_explained(tmp_path: Path) -> None:
    """Without a producer's field no film may leave: it is cut once more, then told in a sentence, and kept
    with its report; nor may a square one."""
    chosen = _kept_in(tmp_path).model_copy(update={"aigc_producer": ""})
    async with opened(chosen, poll_seconds=0.05) as house:
        result = await make(house, _hungry(tmp_path, Taps(mouth=(256, 280))), Console(quiet=True), "en")
        told = await house.studio.noun(result.notice.assets["report"], Report)
        made = result.notice.assets
        project = made["film"].split(".")[0]
        square = (project, "square", made["parts"], made["film"], made["sidecar"])
        await house.engine.start(vary_film, f"{project}:square:1", *square)
        varied = await house.engine.finished(f"{project}:square:1")
    assert (result.notice.kind, result.notice.key) == ("failed", "film.faulty")
    assert (varied.kind, varied.key, varied.assets) == ("failed", "film.faulty", {})
    assert "AIGC" in say("film.faulty", "en", stopping(result.notice.fields, "en"))
    assert [fault.key for fault in told.faults] == ["check.aigc"]
    steps = result.summary["steps"]
    assert isinstance(steps, list)
    assert "mend" in [step["name"] for step in steps]


def _hungry(folder: Path, taps: Taps) -> Wish:
    lines = (Line(speaker="person", text="饿不饿"), Line(speaker="pet", text="饿"))
    script = Script(lines=lines, title=("饿了",))
    return Wish(photo=_sample(), out=folder / "plain.mp4", script=script, taps=taps)


def _kept_in(folder: Path) -> settings.Settings:
    return settings.load().model_copy(update={"data_dir": folder / "data"})


def test_recorded_voices_and_the_shiba(tmp_path: Path) -> None:
    """The real test material: every line recorded, the face found, captions and sound in place."""
    photo, audio = SHARED / "photos" / "05_dog_shiba_frontal_closed.jpg", SHARED / "audio"
    if not photo.is_file():
        pytest.skip("the real photos and recordings are not here")
    people = [word for n in (1, 2, 3) for word in ("--person-voice", audio / f"person-{n}.mp3")]
    out = tmp_path / "x.mp4"
    ended = pawlogue(
        tmp_path, "film", "--photo", photo, "--theme", "raise-mom", "--audience", "程序员", *people,
        "--pet-lines", audio / "pet-three-lines-cloned.mp3", "--out", out, "--json",
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    told = json.loads(ended.stdout)
    assert (told["mouth"], told["check"]) == ("found", [])
    assert 10 < told["seconds"] < 16
    page = json.loads((tmp_path / "x.mp4.json").read_text("utf-8"))
    assert page["timeline"]["cues"][0]["text"] == "长大后要不要养妈妈"
    report = check(out, "telegram")
    assert report.sendable
    assert float(report.facts["mouth_correlation"] or 0) > 0.7
    assert re.search("^▸ Make the pet talk", ended.stderr, re.MULTILINE)
