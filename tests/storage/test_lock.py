"""One process per data folder."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from storage.errors import DataFolderBusy, StorageError
from storage.lock import DataFolder

OWN = (
    "import sys, pathlib\nfrom storage.lock import DataFolder\n"
    "folder = DataFolder.own(pathlib.Path(sys.argv[1]))\nprint('owned', flush=True)\nsys.stdin.read()"
)


def test_a_second_process_is_told_who_is_there(tmp_path: Path) -> None:
    """Protects a SQLite data folder from two processes, and frees it when the first is killed."""
    folder = tmp_path / "new" / "data"
    env = {"PYTHONPATH": str(Path(__file__).parents[2]), "PATH": os.environ["PATH"]}
    order = [sys.executable, "-c", OWN, str(folder)]
    with subprocess.Popen(order, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=env) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == b"owned\n"
        with pytest.raises(DataFolderBusy) as refused:
            DataFolder.own(folder)
        assert refused.value.fields == {"folder": str(folder), "pid": str(first.pid)}
        first.kill()
        first.wait(timeout=20)
        with DataFolder.own(folder):
            pass


def test_a_released_folder_can_be_owned_again(tmp_path: Path) -> None:
    """Protects a process that closes and opens again; releasing twice is harmless."""
    owned = DataFolder.own(tmp_path)
    with pytest.raises(DataFolderBusy):
        DataFolder.own(tmp_path)
    owned.release()
    owned.release()
    with DataFolder.own(tmp_path) as again:
        assert again.path == tmp_path


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    """Protects people from a traceback when a file is in the way."""
    (tmp_path / "file").write_text("x")
    with pytest.raises(StorageError) as refused:
        DataFolder.own(tmp_path / "file" / "data")
    assert refused.value.key == "storage.folder_unwritable"
