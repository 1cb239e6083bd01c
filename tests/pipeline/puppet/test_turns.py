"""Turning and bowing the head: near parts move most, nothing folds, nothing moves at the photo's border."""

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.model import Cue, Pet, Timeline
from pipeline.puppet import tracks
from pipeline.puppet.enlarged import Enlarged
from pipeline.puppet.head import Head, Pose
from pipeline.puppet.plate import face
from pipeline.puppet.puppet import Puppet
from storage.model import Direction
from tests.pipeline.puppet.furry import CAT, SIZE, TILTED, acted, border, picture
from tests.pipeline.puppet.test_tracks import FPS, HERTZ, PET

ASIDE = TILTED.model_copy(update={"nose": (148.0, 140.0), "mouth": (142.0, 166.0), "lip": ()})


def moved(pet: Pet, pose: Pose, at: tuple[float, float]) -> NDArray[np.float32]:
    """Return how far the plate moves at a pixel, x and y."""
    field = Head(SIZE, face(pet), pet).field(pose)
    return np.asarray(field[round(at[1] / 4), round(at[0] / 4)], np.float32)


@pytest.mark.parametrize("pet", [TILTED, CAT, ASIDE])
@pytest.mark.parametrize("pose", [Pose(turn=0.9), Pose(turn=-0.9, bow=0.5), Pose(bow=-0.9, tilt=8, y=-0.2)])
def test_no_turn_folds_the_picture_or_moves_its_border(pet: Pet, pose: Pose) -> None:
    """However far it is asked to turn, also on a three-quarter view: one to one, and still at the edges."""
    field = Head(SIZE, face(pet), pet).field(pose)
    down, across = (np.asarray(part) for part in np.gradient(field, 4, axis=(0, 1)))
    determinant = (1 - across[..., 0]) * (1 - down[..., 1]) - across[..., 1] * down[..., 0]
    assert determinant.min() > 0
    assert border(field) < 0.5
    assert np.abs(field).max() > 2


@pytest.mark.parametrize("pet", [TILTED, ASIDE])
def test_the_nose_moves_more_than_the_eyes_and_the_ears_the_other_way(pet: Pet) -> None:
    """That is what tells a turn from a shift."""
    assert pet.nose is not None
    assert pet.eyes is not None
    nose = moved(pet, Pose(turn=0.2), pet.nose)[0]
    eyes = [moved(pet, Pose(turn=0.2), eye)[0] for eye in pet.eyes]
    assert nose > 1.2 * max(eyes)
    assert min(eyes) > 0
    assert (
        min(moved(CAT, Pose(turn=0.2), face(CAT).middle.pixel(side, -1.1))[0] for side in (-0.75, 0.75)) < 0
    )
    assert moved(pet, Pose(bow=0.2), pet.nose)[1] > 1.2 * moved(pet, Pose(bow=0.2), pet.eyes[0])[1]


def test_the_far_eye_of_a_face_turned_aside_moves_less() -> None:
    """It lies deeper than the near one."""
    assert ASIDE.eyes is not None
    assert face(ASIDE).aside > 0.2
    near, far = (moved(ASIDE, Pose(turn=0.2), eye)[0] for eye in ASIDE.eyes)
    assert far < near


def test_the_pet_looks_to_who_speaks() -> None:
    """The same side at each question; of two pets each looks at the other."""
    asked = tuple(
        Cue(index=n, speaker="person", text="?", start=at, end=at + 1.4) for n, at in enumerate((0.5, 3.0))
    )
    plan, silent = Timeline(seconds=6, fps=FPS, cues=asked), np.zeros(6 * HERTZ, np.float32)
    made = tracks.play(silent, HERTZ, plan, PET)
    assert made.turn[25:45].min() > 0.08
    assert made.turn[90:107].min() > 0.08
    right = PET.model_copy(update={"box": PET.box.model_copy(update={"x": 300.0})})
    first, second = tracks.play_both((silent, silent), HERTZ, plan, (PET, right))
    assert first.turn[25:45].min() > 0.05
    assert second.turn[25:45].max() < -0.05


@pytest.mark.parametrize(
    ("direction", "track"), [(Direction(action="shake"), "turn"), (Direction(action="nod"), "bow")]
)
def test_shaking_and_nodding_turn_the_head(direction: Direction, track: str) -> None:
    """A head that is shaken goes to both sides about its neck, rather than along a line."""
    cue = Cue(index=0, speaker="pet", text="!", start=1, end=3, direction=direction)
    plain = cue.model_copy(update={"direction": Direction()})
    told, calm = (
        getattr(
            tracks.play(
                np.zeros(4 * HERTZ, np.float32), HERTZ, Timeline(seconds=4, fps=FPS, cues=(each,)), PET
            ),
            track,
        )
        for each in (cue, plain)
    )
    assert np.ptp(told - calm) > 0.15


def test_the_enlargement_keeps_every_pixel_of_the_plate() -> None:
    """So that nothing played gives back the photo; painted parts are the same as enlarged whole."""
    plate = picture()
    painted = plate.copy()
    painted[120:160, 80:130] = 9
    large = Enlarged(plate)
    assert np.array_equal(large.of(plate, [(80, 120, 50, 40)])[::2, ::2], plate)
    part = large.of(painted, [(76, 116, 58, 48)]).copy()
    assert np.array_equal(part, Enlarged(painted).of(painted, []))


@pytest.mark.parametrize("age", [0.8, 2.4, 5.0])
def test_tears_stay_in_the_parts_they_name(age: float) -> None:
    """What is drawn outside of them would not be seen on sharp photos."""
    puppet = Puppet(picture(), TILTED)
    drawn = picture()
    puppet.paint(drawn, acted(tears=age, weep=1), 1)
    changed = np.any(drawn != picture(), axis=2)
    assert changed.any()
    for left, top, wide, high in puppet.painted:
        changed[top : top + high, left : left + wide] = False
    assert not changed.any()


def test_no_drop_rolls_over_the_nose() -> None:
    """Where an eye's way down would cross it, that eye is only wet."""
    over = TILTED.model_copy(update={"eyes": ((84.0, 96.0), (156.0, 96.0)), "nose": (84.0, 140.0)})
    crossed, free = (
        np.abs(Puppet(picture(), pet).draw(acted(tears=2.4, weep=1), 1).astype(int) - picture())[
            118:175, :110
        ]
        for pet in (over, over.model_copy(update={"nose": (120.0, 140.0)}))
    )
    assert free.max() > 30
    assert crossed.max() <= 2
