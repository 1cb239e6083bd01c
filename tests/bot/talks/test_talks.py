"""Whole conversations, word for word."""

from pathlib import Path

import pytest

from tests.bot.talks.told import told, transcripts


@pytest.mark.parametrize("file", transcripts(), ids=lambda file: file.stem)
def test_a_conversation_goes_as_it_is_told(file: Path) -> None:
    """Every path through a chat reads as somebody has read and approved it."""
    written = file.read_text("utf-8")
    assert told(written) == written
