"""Two pets on one photo: both are seen, each speaks its own lines and listens to the other's."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from pipeline import crafts
from pipeline.film import sound as files
from pipeline.model import Box, Cue, Framed, Layout, Pet, Sight, Timeline
from pipeline.ports.avatar import Job
from pipeline.puppet import tracks
from pipeline.puppet.frame import frame
from pipeline.puppet.head import Head, Pose
from pipeline.puppet.plate import face
from pipeline.puppet.puppet import Duet
from tests.pipeline.puppet.test_tracks import HERTZ, syllables

WIDE, HIGH = 360, 240


def pet(x: float, species: str = "cat") -> Pet:
    """Return a pet with its face about a column."""
    return Pet.model_validate(
        {
            "species": species,
            "box": {"x": x - 70, "y": 30, "w": 140, "h": 190},
            "score": 0.9,
            "eyes": ((x - 22, 90), (x + 22, 90)),
            "eye_radius": 8,
            "nose": (x, 118),
            "mouth": (x, 130),
            "found": True,
        }
    )


BOTH = pet(95), pet(265, "dog")
LINES = Timeline(
    seconds=3,
    fps=25,
    cues=(
        Cue(index=0, speaker="pet", text="!", start=0.4, end=1.2),
        Cue(index=1, speaker="pet2", text="!", start=1.8, end=2.6),
    ),
)


def photo() -> NDArray[np.uint8]:
    """Return furry noise."""
    return np.random.default_rng(4).normal(140, 20, (HIGH, WIDE, 3)).clip(0, 255).astype(np.uint8)


def played() -> tuple[tracks.Tracks, tracks.Tracks]:
    """Return both tracks of a line each."""
    sounds = syllables([0.45, 0.75], 3.0), syllables([1.85, 2.15], 3.0)
    return tracks.play_both(sounds, HERTZ, LINES, BOTH)


def test_each_speaks_its_own_lines_and_listens_to_the_other() -> None:
    """A mouth is open in its own line only; meanwhile the other one's head is tilted."""
    first, second = played()
    own, others = slice(8, 33), slice(43, 68)
    assert first.open[own].max() > 0.5
    assert first.open[others].max() == 0
    assert second.open[others].max() > 0.5
    assert second.open[own].max() == 0
    assert np.abs(second.tilt[20:28]).min() > 2
    assert np.abs(first.tilt[55:63]).min() > 2


def test_they_do_not_move_together() -> None:
    """Two animals that blink and sway at once are one puppet with two heads; only the camera is shared."""
    first, second = played()
    assert not np.array_equal(first.blink, second.blink)
    assert abs(float(np.corrcoef(first.x, second.x)[0, 1])) < 0.9
    assert np.array_equal(first.zoom, second.zoom)


def test_the_one_who_speaks_is_the_one_that_moves_its_mouth() -> None:
    """The picture changes at the speaker's mouth, and the mouth's box is there."""
    both = played()
    duet = Duet(photo(), BOTH)
    for number, speaker in ((int(np.argmax(both[0].open)), 0), (int(np.argmax(both[1].open)), 1)):
        box = duet.mouth_box(both, number)
        assert box is not None
        assert BOTH[speaker].mouth == pytest.approx((box.x + box.w / 2, box.y + box.h / 2), abs=22)


def test_two_heads_do_not_fold_the_picture_between_them() -> None:
    """However far both move at once, and close to each other: the fields' slopes stay below one."""
    near = pet(130), pet(210)
    heads = [Head((WIDE, HIGH), face(each), each, share=0.5) for each in near]
    field = heads[0].field(Pose(x=0.5, tilt=20)) + heads[1].field(Pose(x=-0.5, tilt=-20))
    for axis in (0, 1):
        assert np.abs(np.gradient(field[..., axis], 4, axis=1 - axis)).max() < 1


@pytest.mark.parametrize(("apart", "seen"), [(True, True), (False, False)])
def test_the_second_is_framed_when_its_face_is_sure(tmp_path: Path, apart: bool, seen: bool) -> None:
    """A pet whose face is only a guess does not speak; a sure one is on the pane with its whole face."""
    Image.fromarray(photo()).save(tmp_path / "photo.png")
    second = BOTH[1] if apart else BOTH[1].model_copy(update={"found": False})
    sight = Sight(width=WIDE, height=HIGH, pets=(BOTH[0], second))
    framed = frame(tmp_path / "photo.png", sight, None, tmp_path / "frame.png")
    assert (framed.second is not None) == seen
    if framed.second:
        assert framed.second.eyes is not None
        assert framed.second.eyes[1][0] < framed.layout.pane.w


def test_a_script_for_two_is_performed_by_two(tmp_path: Path) -> None:
    """From the speech to the clip: the mouths told are the first one's, then the second one's."""
    Image.fromarray(photo()).save(tmp_path / "frame.png")
    voice = np.concatenate([syllables([0.05, 0.35], 0.8), syllables([0.05, 0.35], 0.8)])
    files.write(tmp_path / "pet.wav", voice, HERTZ)
    pane = Box(x=0, y=0, w=WIDE, h=HIGH)
    layout = Layout(kind="full", width=WIDE, height=HIGH, band=pane, pane=pane)
    job = Job(
        frame=tmp_path / "frame.png",
        framed=Framed(layout=layout, pet=BOTH[0], second=BOTH[1]),
        speech=tmp_path / "pet.wav",
        spans=((0.0, 0.8), (0.8, 1.6)),
        timeline=LINES,
    )
    track = crafts.stage.perform(job, (0, LINES.frames), tmp_path / "out.mp4", tell=lambda _fraction: None)
    middles = [box.x + box.w / 2 if box else 0.0 for box in track.mouths]
    assert max(middles[12:30]) < WIDE / 2
    assert max(middles[47:60]) > WIDE / 2
