"""Sound to mouth and directions to motion: what a viewer would notice at once when it is wrong."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.model import Box, Cue, Pet, Timeline
from pipeline.puppet import tracks
from pipeline.puppet.eyes import blinks
from pipeline.puppet.tracks import Tracks
from storage.model import Direction

HERTZ, FPS = 16000, 25
PET = Pet(
    species="dog",
    box=Box(x=20, y=20, w=200, h=200),
    score=0.9,
    eyes=((90.0, 90.0), (150.0, 90.0)),
    mouth=(120.0, 140.0),
)


def syllables(
    starts: list[float], seconds: float, *, length: float = 0.15, hertz: float = 330
) -> NDArray[np.float32]:
    """Return a voice saying open vowels: a buzz with formants, a smooth hill of loudness per syllable."""
    time = np.arange(round(seconds * HERTZ)) / HERTZ
    buzz = np.zeros_like(time)
    for number in range(1, 24):
        near = sum(np.exp(-(((number * hertz - formant) / 250) ** 2)) for formant in (850, 1400, 2600))
        buzz += (near + 0.05) * np.sin(2 * np.pi * number * hertz * time)
    return np.asarray(0.1 * buzz * envelope(starts, time, length), np.float32)


def envelope(starts: list[float], time: NDArray[np.float64], length: float = 0.15) -> NDArray[np.float64]:
    """Return the loudness of the syllables over time, 0 to 1."""
    hills = [
        np.where((time > s) & (time < s + length), np.sin(np.pi * (time - s) / length) ** 2, 0)
        for s in starts
    ]
    return np.asarray(sum(hills))


def scene(direction: Direction | None = None, seconds: float = 6.0) -> Timeline:
    """Return a question and an answer."""
    asked = Cue(index=0, speaker="person", text="?", start=0.4, end=2.0)
    said = Cue(index=1, speaker="pet", text="!", start=2.6, end=4.6, direction=direction or Direction())
    return Timeline(seconds=seconds, fps=FPS, cues=(asked, said))


SAID = [2.62, 2.86, 3.10, 3.34, 3.95, 4.19, 4.43]


def played(direction: Direction | None = None, pet: Pet | None = PET) -> Tracks:
    """Return the tracks of the little scene, spoken with a pause in the middle."""
    return tracks.play(syllables(SAID, 6.0), HERTZ, scene(direction), pet)


def middle() -> NDArray[np.float64]:
    """Return the middle of each frame of the scene."""
    return (np.arange(scene().frames) + 0.5) / FPS


def correlation(one: NDArray[Any], other: NDArray[Any]) -> float:
    """Return Pearson's correlation."""
    return float(np.corrcoef(one, other)[0, 1])


def test_every_track_has_a_finite_value_for_each_frame() -> None:
    """A film never runs out of motion, and no figure is undefined."""
    made = played(Direction(emotion="crying", action="bite", camera="push", prop="bun"))
    for name, values in vars(made).items():
        assert values.shape == (150,), name
        assert values.dtype == np.float32, name
        assert np.isfinite(values).all(), name


def test_the_mouth_follows_the_syllables_without_lag() -> None:
    """Opening correlates with the syllables' envelope, best within 40 ms of no shift at all."""
    made, time = played(), middle()
    assert correlation(made.open, envelope(SAID, time)) >= 0.8
    shifts = np.arange(-0.16, 0.17, 0.01)
    best = max(shifts, key=lambda shift: correlation(made.open, envelope(SAID, time - shift)))
    assert abs(best) <= 0.04


def test_one_opening_per_syllable() -> None:
    """Each syllable has a peak of its own, with a clear dip before the next one."""
    made, time = played().open, middle()
    peaks = [made[(time > start) & (time < start + 0.15)].max() for start in SAID]
    dips = [made[(time > a + 0.11) & (time < b + 0.04)].min() for a, b in pairwise(SAID)]
    assert min(peaks) > 0.5
    assert max(dips) < 0.6 * min(peaks)


@pytest.mark.parametrize("noise", [0.0, 0.002])
def test_the_mouth_is_shut_in_pauses(noise: float) -> None:
    """120 ms into a pause of over 250 ms the mouth is shut, wholly, also over a little background noise."""
    sound = syllables(SAID, 6.0)
    hiss = noise * np.random.default_rng(5).standard_normal(len(sound)).astype(np.float32)
    made, time = tracks.play(sound + hiss, HERTZ, scene(), PET).open, middle()
    pause = (time > 3.49 + 0.12) & (time < 3.95 - 0.06)
    outside = (time < 2.5) | (time > 4.58 + 0.14)
    assert pause.any()
    assert made[pause].max() == 0
    assert made[outside].max() == 0


def test_silence_keeps_the_mouth_shut_and_the_pet_alive() -> None:
    """No sound, no talking; but something moves in every second."""
    made = tracks.play(np.zeros(6 * HERTZ, np.float32), HERTZ, scene(), PET)
    assert made.open.max() == 0
    for second in range(6):
        part = slice(second * FPS, (second + 1) * FPS)
        assert np.ptp(made.x[part]) + np.ptp(made.y[part]) + np.ptp(made.tilt[part]) / 57 > 0.003


def test_nothing_jitters() -> None:
    """The head never jumps: from frame to frame it moves by little, and smoothly."""
    made = played(Direction(emotion="crying", action="nod", camera="push"))
    assert np.abs(np.diff(made.tilt)).max() < 1.2
    assert np.abs(np.diff(made.x)).max() < 0.02
    assert np.abs(np.diff(made.y)).max() < 0.035
    assert np.abs(np.diff(made.zoom)).max() < 0.012


def test_the_pet_listens_with_its_head_tilted_to_alternating_sides() -> None:
    """About five degrees, from 150 ms into the person's line, the other way at the next question."""
    cues = tuple(
        Cue(index=n, speaker="person", text="?", start=start, end=start + 1.4)
        for n, start in enumerate((0.5, 3.0))
    )
    made = tracks.play(np.zeros(6 * HERTZ, np.float32), HERTZ, Timeline(seconds=6, fps=FPS, cues=cues), PET)
    first, second = made.tilt[30:45].mean(), made.tilt[92:107].mean()
    assert 3.5 < abs(first) < 6.5
    assert 3.5 < abs(second) < 6.5
    assert first * second < 0
    assert abs(made.tilt[int(0.6 * FPS)]) < 2


def test_crying_brings_tears_and_a_raised_brow() -> None:
    """Only crying weeps; the tears' age grows with time."""
    calm, crying = played(), played(Direction(emotion="crying"))
    assert calm.weep.max() == 0
    assert calm.tears.max() == -1
    assert crying.weep.max() == pytest.approx(1)
    assert crying.brow[90] > 0.9
    ages = crying.tears[crying.tears >= 0]
    assert np.allclose(np.diff(ages), 1 / FPS, atol=1e-4)


def test_the_camera_does_as_directed() -> None:
    """A push ends nearer than it began and nearer than a hold; a pull ends farther away than it began."""
    push, pull, hold = (played(Direction(camera=camera)).zoom for camera in ("push", "pull", "hold"))
    assert push[114] > push[66] + 0.04
    assert push[114] > hold[114] + 0.03
    assert pull[114] < pull[75] - 0.03
    assert min(push.min(), pull.min(), hold.min()) >= 1


def test_a_bite_takes_a_piece_of_the_bun_while_nobody_answers() -> None:
    """The bun is there, is lifted to the mouth, loses a piece, and is down again while the pet speaks."""
    made = played(Direction(action="bite", prop="bun"))
    assert made.bites[0] == 0
    assert made.bites[-1] == 1
    bitten = int(np.argmax(made.bites > 0))
    assert made.lift[bitten] > 0.9
    assert made.open[bitten] == 0
    assert made.lift[int(2.75 * FPS) :].max() < 0.05
    assert played().bun.max() == 0


@pytest.mark.parametrize(
    ("direction", "track"),
    [
        (Direction(action="nod"), "y"),
        (Direction(action="shake"), "x"),
        (Direction(action="tilt"), "tilt"),
        (Direction(action="hop"), "y"),
        (Direction(action="lean"), "scale"),
        (Direction(emotion="happy"), "smile"),
        (Direction(emotion="sad"), "brow"),
        (Direction(emotion="proud"), "y"),
        (Direction(emotion="sly"), "gaze_x"),
        (Direction(emotion="shocked"), "blink"),
        (Direction(camera="shake"), "pan_x"),
    ],
)
def test_each_direction_shows(direction: Direction, track: str) -> None:
    """Every emotion, action and camera move changes the track it is about, and leaves the mouth alone."""
    told, plain = played(direction), played()
    change = np.abs(getattr(told, track) - getattr(plain, track)).max()
    assert change > 0.15 * (np.ptp(getattr(plain, track)) + 1e-3)
    assert np.array_equal(told.open, plain.open)


@pytest.mark.parametrize("fps", [24, 25])
def test_no_picture_catches_the_lids_half_way(fps: int) -> None:
    """Half-shut eyes look cross; whole blinks are seen all the same, several in a while."""
    shut = blinks(60.0, fps)
    assert not ((shut > 0.40) & (shut < 0.70)).any()
    assert (shut == 1).sum() > 12


def test_without_eyes_there_are_no_blinks_and_no_tears() -> None:
    """A tapped mouth is enough to speak."""
    made = played(Direction(emotion="crying"), PET.model_copy(update={"eyes": None}))
    assert made.open.max() > 0.5
    assert made.blink.max() == 0
    assert made.weep.max() == 0


@pytest.mark.parametrize("pet", [None, PET.model_copy(update={"mouth": None})])
def test_without_a_mouth_the_body_bobs_to_the_voice(pet: Pet | None) -> None:
    """Voice-over: no opening anywhere, the body moves while the pet speaks and rests while it does not."""
    made, time = played(pet=pet), middle()
    assert made.open.max() == 0
    assert made.bob[(time > 2.7) & (time < 3.4)].mean() > 0.3
    assert made.bob[time < 2.2].max() < 0.05


def test_the_same_film_gives_the_same_tracks() -> None:
    """Nothing depends on chance or on the clock."""
    one, other = played(Direction(emotion="happy")), played(Direction(emotion="happy"))
    assert all(np.array_equal(values, getattr(other, name)) for name, values in vars(one).items())
