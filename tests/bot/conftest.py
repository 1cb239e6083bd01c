"""An empty folder to stand in, and an environment in which nothing of the machine's own counts."""

import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

_KEPT = {"PATH", "HOME", "PAWLOGUE_CACHE", "TMPDIR", "PYTEST_CURRENT_TEST"}


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder commands run in; in English, 80 columns wide, without settings."""
    for name in set(os.environ) - _KEPT:
        monkeypatch.delenv(name)
    monkeypatch.setenv("LANG", "en_GB.UTF-8")
    monkeypatch.setenv("COLUMNS", "80")
    folder = tmp_path / "room"
    folder.mkdir()
    monkeypatch.chdir(folder)
    levels = {name: logging.getLogger(name).level for name in ("dbos", "dotenv")}
    yield folder
    structlog.reset_defaults()
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)
