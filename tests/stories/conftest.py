"""Where stories play: in folders with short names, for their programs listen on sockets in there; and small
films for those that are not about the picture."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def tmp_path(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder for one story."""
    folder = tmp_path_factory.mktemp("story")
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Films of a quarter of the usual pixels, here and in every program that is started."""
    monkeypatch.setenv("FILM_WIDTH", "360")
