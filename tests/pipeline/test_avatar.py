"""The avatar without a key: two halves, one answer when they fail, and nothing drawn twice."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from pipeline import crafts
from pipeline.film import sound as files
from pipeline.film.timeline import plan
from pipeline.model import Box, Framed, Layout, Piece, Span, Timeline
from pipeline.ports.avatar import Before, Job, Performed
from pipeline.ports.errors import Failed
from pipeline.vendors.builtin.avatar import Avatar
from pipeline.workshop import Workshop
from storage.model import Direction, Line
from tests.pipeline.puppet.test_duet import HIGH, WIDE, pet, photo
from tests.pipeline.puppet.test_tracks import HERTZ, syllables


class _Here(Workshop):
    """A workshop in this process that remembers which pieces were drawn, or has no room for any."""

    def __init__(self, *, full: bool = False) -> None:
        self.drawn: list[Piece] = []
        self._full = full

    async def run(self, room: str, work: Callable[..., Any], *args: Any, **options: Any) -> Any:  # noqa: ANN401  # as jobs are
        """Do it."""
        if work is crafts.drawn.perform:
            if self._full:
                raise Failed("film.disk_full", {"folder": "/d"})
            self.drawn += args[1]
        return work(*args, **options)


async def test_both_halves_fail_as_one(tmp_path: Path) -> None:
    """A trouble in the drawing reaches whoever asked as itself, so that it can be said in a sentence."""
    with pytest.raises(Failed) as told:
        await _performed(_Here(full=True), _job(tmp_path, (1.0, 0.8)), tmp_path / "out.mp4")
    assert told.value.key == "film.disk_full"


async def test_a_longer_answer_draws_its_beat_and_no_other(tmp_path: Path) -> None:
    """Of three questions and answers the second is said anew and takes longer: what lies before and behind it
    is the film's that was there, picture for picture, wherever it comes to lie."""
    first = _job(tmp_path, (1.0, 0.8, 1.2))
    before = await _performed(_Here(), first, tmp_path / "before.mp4")
    assert before.track is not None
    earlier = Before(clip=tmp_path / "before.mp4", track=before.track)
    longer = _job(tmp_path, (1.0, 1.3, 1.2)).model_copy(update={"before": earlier})
    shop = _Here()
    made = await _performed(shop, longer, tmp_path / "made.mp4")
    asked, were = (
        [round(cue.start * 25) for cue in job.timeline.cues if cue.speaker == "person"]
        for job in (longer, first)
    )
    # The camera still comes from where it was, in the first second of the third beat.
    assert [piece.first for piece in shop.drawn] == [*range(asked[1], asked[2], 25), asked[2]]
    assert made.track is not None
    assert made.track.pieces == crafts.drawn.outline(longer)
    shown, there = _pictures(tmp_path / "made.mp4"), _pictures(tmp_path / "before.mp4")
    assert len(shown) == len(made.track.mouths) == longer.timeline.frames
    assert np.array_equal(shown[: asked[1]], there[: were[1]])
    assert np.array_equal(shown[asked[2] + 25 :], there[were[2] + 25 :])
    assert made.track.mouths[asked[2] + 25 :] == before.track.mouths[were[2] + 25 :]
    still = _Here()
    await _performed(still, first.model_copy(update={"before": earlier}), tmp_path / "same.mp4")
    assert still.drawn == []


async def _performed(shop: Workshop, job: Job, out: Path) -> Performed:
    return await Avatar(shop).fetch("ticket", job, out, lambda _fraction: None)


def _job(folder: Path, answers: tuple[float, ...]) -> Job:
    """A question before each answer; answers of one length sound alike."""
    Image.fromarray(photo()).save(folder / "frame.png")
    voices = [syllables([0.05 + 0.3 * n for n in range(int(seconds / 0.3))], seconds) for seconds in answers]
    speech = folder / f"speech-{answers}.wav"
    files.write(speech, np.concatenate(voices), HERTZ)
    ends = np.cumsum(answers)
    spans: tuple[Span, ...] = tuple(
        (float(end - seconds), float(end)) for end, seconds in zip(ends, answers, strict=True)
    )
    lines: list[tuple[Line, float]] = []
    for seconds in answers:
        played = Direction(emotion="happy", action="nod", camera="push")
        lines += [
            (Line(speaker="person", text="?"), 0.9),
            (Line(speaker="pet", text="!", direction=played), seconds),
        ]
    whole = Box(x=0, y=0, w=WIDE, h=HIGH)
    layout = Layout(kind="full", width=WIDE, height=HIGH, band=whole, pane=whole)
    return Job(
        frame=folder / "frame.png",
        framed=Framed(layout=layout, pet=pet(180)),
        speech=speech,
        spans=spans,
        timeline=_long(plan(lines)),
    )


def _long(timeline: Timeline) -> Timeline:
    """Long enough not to be stretched to a film's least length."""
    assert timeline.seconds >= 8
    return timeline


def _pictures(path: Path) -> list[NDArray[np.uint8]]:
    with av.open(str(path)) as source:
        return [np.asarray(frame.to_ndarray(format="gray"), np.uint8) for frame in source.decode(video=0)]
