"""The avatar without a key: two halves, and one answer when they fail."""

from pathlib import Path

import pytest

from pipeline.model import Box, Framed, Layout, Timeline
from pipeline.ports.avatar import Job
from pipeline.ports.errors import Failed
from pipeline.vendors.builtin.avatar import Avatar
from pipeline.workshop import Workshop


class _FullWorkshop(Workshop):
    """A workshop on a full disk."""

    def __init__(self) -> None:
        pass

    async def run(self, *_work: object, **_options: object) -> None:  # type: ignore[override]
        """Find no room for anything."""
        raise Failed("film.disk_full", {"folder": "/d"})


async def test_both_halves_fail_as_one(tmp_path: Path) -> None:
    """A trouble in the drawing reaches whoever asked as itself, so that it can be said in a sentence."""
    whole = Box(x=0, y=0, w=8, h=8)
    layout = Layout(kind="full", width=8, height=8, band=whole, pane=whole)
    job = Job(
        frame=tmp_path / "frame.png",
        framed=Framed(layout=layout, pet=None),
        speech=tmp_path / "speech.wav",
        spans=(),
        timeline=Timeline(seconds=2.0, fps=25, cues=()),
    )
    with pytest.raises(Failed) as told:
        await Avatar(_FullWorkshop()).fetch("ticket", job, tmp_path / "out.mp4", lambda _fraction: None)
    assert told.value.key == "film.disk_full"
