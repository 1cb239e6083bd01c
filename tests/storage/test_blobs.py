"""Blobs in a folder and in a bucket: whole, or not there."""

import asyncio
import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from storage.blobs import Blobs
from storage.errors import StorageError
from tests.fakes.s3 import S3

LARGE = bytes(range(256)) * 4096 * 11  # 11 MiB: more than one part on S3


async def test_bytes_come_back(blobs: Blobs, tmp_path: Path) -> None:
    """Protects small strings and large files on their way in and out."""
    source, copy = tmp_path / "film.mp4", tmp_path / "copy.mp4"
    source.write_bytes(LARGE)
    await blobs.put("prj_1/film.mp4", source)
    await blobs.put("prj_1/a:b@2.json", b"{}")
    await blobs.put("prj_1/empty", b"")
    await blobs.fetch("prj_1/film.mp4", copy)
    assert hashlib.sha256(copy.read_bytes()).digest() == hashlib.sha256(LARGE).digest()
    assert await blobs.read("prj_1/a:b@2.json") == b"{}"
    assert await blobs.read("prj_1/empty") == b""
    assert _names(tmp_path) - {"blobs"} == {"film.mp4", "copy.mp4"}


async def test_the_later_blob_stands(blobs: Blobs) -> None:
    """Protects a step that runs twice: the second time replaces the first."""
    await blobs.put("prj_1/a", b"first")
    await blobs.put("prj_1/a", b"second")
    assert await blobs.read("prj_1/a") == b"second"


async def test_a_missing_blob_is_named(blobs: Blobs, tmp_path: Path) -> None:
    """Protects against empty files in place of an answer."""
    to = tmp_path / "to"
    for asking in (blobs.read("prj_1/no"), blobs.fetch("prj_1/no", to), _lent(blobs, "prj_1/no", tmp_path)):
        with pytest.raises(StorageError) as refused:
            await asking
        assert (refused.value.key, refused.value.fields) == ("storage.blob_missing", {"blob": "prj_1/no"})
    assert _names(tmp_path) <= {"blobs"}
    assert not await blobs.exists("prj_1/no")
    assert await blobs.delete("prj_1/no") is False
    assert await blobs.delete_all("prj_1") == 0


async def test_deleting_reaches_what_it_names_and_no_more(blobs: Blobs) -> None:
    """Protects a project whose id begins like another's."""
    for key in ("prj_1/a", "prj_1/work/b", "prj_1", "prj_10/a", "other/prj_1/a"):
        if not (blobs.folder and key == "prj_1"):
            await blobs.put(key, b"x")
    assert await blobs.delete("prj_1/a") is True
    assert await blobs.delete_all("prj_1") == 1
    assert not await blobs.exists("prj_1/work/b")
    assert await blobs.exists("prj_10/a")
    assert await blobs.exists("other/prj_1/a")


async def test_a_lent_blob_is_a_readable_file(blobs: Blobs, tmp_path: Path) -> None:
    """Protects crafts, which read local files; what is copied for them is gone afterwards."""
    room = tmp_path / "room"
    room.mkdir()
    await blobs.put("prj_1/pet.jpg", b"photo")
    async with blobs.lend("prj_1/pet.jpg", room) as one, blobs.lend("prj_1/pet.jpg", room) as two:
        assert one.read_bytes() == two.read_bytes() == b"photo"
        assert one.suffix == ".jpg"
        assert (one == two) is (blobs.folder is not None)
    assert _names(room) == set()
    assert await blobs.exists("prj_1/pet.jpg")


async def test_keys_cannot_leave_the_store(blobs: Blobs) -> None:
    """Protects files outside from a key that was made of somebody's words."""
    for key in (
        "",
        "/etc/passwd",
        "../x",
        "a/../../x",
        "a//b",
        "a/",
        ".hidden",
        "猫.jpg",
        "a b",
        "a\n",
        "x#1",
    ):
        with pytest.raises(StorageError) as refused:
            await blobs.put(key, b"x")
        assert refused.value.key == "storage.bad_blob_key"
    with pytest.raises(StorageError):
        await blobs.delete_all("")


async def test_a_reader_sees_the_old_blob_or_the_new(blobs: Blobs) -> None:
    """Protects readers from half a blob while it is being replaced."""
    old, new = b"o" * 6_000_000, b"n" * 6_000_000
    await blobs.put("prj_1/a", old)
    writing = asyncio.create_task(blobs.put("prj_1/a", new))
    seen = {await blobs.read("prj_1/a") for _ in range(3)}
    await writing
    assert seen <= {old, new}
    assert await blobs.read("prj_1/a") == new


def test_a_killed_writer_leaves_no_blob(tmp_path: Path) -> None:
    """Protects against half a film: a process killed while writing leaves nothing that looks like one."""
    code = (
        "import asyncio, os, sys\n"
        "from storage.blobs import Blobs\n"
        "async def main():\n"
        "    blobs = Blobs.open(sys.argv[1])\n"
        "    asyncio.get_running_loop().call_later(0.05, os.kill, os.getpid(), 9)\n"
        "    while True:\n"
        "        await blobs.put('prj_1/film.mp4', b'x' * 50_000_000)\n"
        "        await blobs.delete('prj_1/film.mp4')\n"
        "asyncio.run(main())\n"
    )
    env = {"PYTHONPATH": str(Path(__file__).parents[2]), "PATH": os.environ["PATH"]}
    killed = subprocess.run([sys.executable, "-c", code, str(tmp_path / "b")], env=env, timeout=60)
    assert killed.returncode == -9
    film = tmp_path / "b" / "prj_1" / "film.mp4"
    assert not film.exists() or film.stat().st_size == 50_000_000
    asyncio.run(Blobs.open(str(tmp_path / "b")).delete_all("prj_1"))
    assert list((tmp_path / "b").iterdir()) == []


async def test_stores_that_cannot_be_used_say_so(tmp_path: Path, s3_server: S3) -> None:
    """Protects people from a traceback: no folder, no bucket, no such kind, nobody there."""
    (tmp_path / "file").write_text("x")
    for url, key in (
        (f"{tmp_path}/file/blobs", "storage.folder_unwritable"),
        ("ftp://x/y", "storage.unknown_kind"),
    ):
        with pytest.raises(StorageError) as refused:
            Blobs.open(url)
        assert refused.value.key == key
    missing = Blobs.open("s3://no-such-bucket/pets", s3_server.settings)
    with pytest.raises(StorageError) as refused:
        await missing.put("prj_1/a", b"x")
    assert refused.value.key == "storage.no_bucket"


async def test_a_folder_can_be_named_as_a_url(tmp_path: Path) -> None:
    """Protects both ways of writing a folder's name, spaces included."""
    await Blobs.open(str(tmp_path / "my pets")).put("prj_1/a", b"x")
    named = Blobs.open((tmp_path / "my pets").as_uri())
    assert named.folder == tmp_path / "my pets"
    assert await named.read("prj_1/a") == b"x"


async def test_a_source_that_is_gone_is_named(blobs: Blobs, tmp_path: Path) -> None:
    """Protects against an empty blob when the file to be kept is not there."""
    with pytest.raises(StorageError) as refused:
        await blobs.put("prj_1/a", tmp_path / "nowhere.mp4")
    assert refused.value.key == "storage.file_missing"
    assert not await blobs.exists("prj_1/a")


async def test_a_bucket_that_does_not_answer_is_out_of_reach() -> None:
    """Protects people from a traceback when the endpoint is wrong."""
    settings = {
        "AWS_ACCESS_KEY_ID": "k",
        "AWS_SECRET_ACCESS_KEY": "s",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
    }
    with pytest.raises(StorageError) as refused:
        await Blobs.open("s3://bucket", settings).read("prj_1/a")
    assert refused.value.key == "storage.unreachable"


async def test_a_place_that_takes_no_copy_is_named(blobs: Blobs, tmp_path: Path) -> None:
    """Protects people from a traceback when the blob is fine and its destination is not."""
    await blobs.put("prj_1/a", b"x")
    with pytest.raises(StorageError) as refused:
        await blobs.fetch("prj_1/a", tmp_path / "nowhere" / "a")
    assert refused.value.fields == {"folder": str(tmp_path / "nowhere")}
    (tmp_path / "taken").mkdir()
    with pytest.raises(StorageError) as refused:
        await blobs.fetch("prj_1/a", tmp_path / "taken")
    assert _names(tmp_path) - {"blobs"} == {"taken"}


def _names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


async def _lent(blobs: Blobs, key: str, folder: Path) -> bytes:
    async with blobs.lend(key, folder) as path:
        return path.read_bytes()
