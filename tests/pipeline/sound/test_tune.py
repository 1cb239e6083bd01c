"""A voice moved to another register keeps its words, and ends where it should."""

import numpy as np
import pytest

from pipeline.sound import levels, pitch, tune
from pipeline.sound.samples import Samples
from pipeline.sound.tune import Portrait, Tuning
from tests.pipeline.sound import made


def _middle(samples: Samples) -> float:
    f0 = pitch.track(samples, 24_000)
    return float(np.median(f0[f0 > 0]))


@pytest.mark.parametrize("adult", [110.0, 220.0])
def test_an_adult_becomes_a_child(adult: float) -> None:
    """Pitch in a child's range, timing, level and syllables as before, no clipping."""
    line = made.talk(10, adult)
    child = tune.childlike(line, 24_000)
    assert 300 < _middle(child) < 360
    assert len(child) == len(line)
    assert np.abs(child).max() < 1
    before, after = levels.read(line, 24_000).speech, levels.read(child, 24_000).speech
    spoken = before > before.max() - 30
    assert np.corrcoef(before[spoken], after[spoken])[0, 1] > 0.8


def test_the_tones_survive() -> None:
    """The pitch moves as it did, only higher: in Mandarin the tones are the words."""
    line = made.talk(12, 200.0)
    before, after = pitch.track(line, 24_000), pitch.track(tune.childlike(line, 24_000), 24_000)
    both = (before > 0) & (after > 0)
    assert np.corrcoef(np.log(before[both]), np.log(after[both]))[0, 1] > 0.9


def test_a_line_moves_towards_a_sample() -> None:
    """Pitch lands on the sample's, the long-term spectrum comes at least a third nearer."""
    sample, line = made.talk(40, 300.0, seed=9), made.talk(12, 210.0, seed=3)
    like = tune.portrait(sample, 24_000)
    assert like is not None
    moved = tune.childlike(line, 24_000, like)
    assert _middle(moved) == pytest.approx(like.f0, rel=0.06)

    def distance(sound: Samples) -> float:
        own = tune.portrait(sound, 24_000)
        assert own is not None
        known = np.array(like.bands) > -40
        return float(np.sqrt(((np.array(own.bands) - np.array(like.bands))[known] ** 2).mean()))

    assert distance(moved) < distance(line) * 2 / 3


def test_a_wailing_sample_does_not_make_words_unintelligible() -> None:
    """A child crying at 526 Hz is followed to 420 Hz and no further."""
    like = Portrait(f0=526.0, spread=0.4, bands=(-15.0,) * 23)
    assert _middle(tune.childlike(made.talk(10), 24_000, like)) == pytest.approx(420, rel=0.05)


def test_a_portrait_is_small_and_survives_json() -> None:
    """It is kept beside a voice, so it is read back exactly."""
    like = tune.portrait(made.talk(20), 24_000)
    assert like is not None
    text = like.model_dump_json()
    assert len(text) < 400
    assert Portrait.model_validate_json(text) == like
    assert like.f0 == pytest.approx(220, rel=0.1)


@pytest.mark.parametrize("sound", [made.silence(1), made.noise(made.tone(1), 0), made.silence(0)])
def test_what_has_no_pitch_is_left_alone(sound: Samples) -> None:
    """Silence and noise have no portrait and come back as they were."""
    assert tune.portrait(sound, 24_000) is None
    assert np.array_equal(tune.childlike(sound, 24_000), sound)
    assert np.array_equal(tune.lifted(sound, 24_000), sound)


def test_recorded_lines_are_lifted_once() -> None:
    """A grown-up's line becomes a child's; a child's own line is kept to the bit."""
    stereo = np.stack([made.talk(8, 180.0)] * 2, 1)
    child = tune.lifted(stereo, 24_000)
    assert child.ndim == 1
    assert 300 < _middle(child) < 360
    own = made.talk(8, 330.0)
    assert np.array_equal(tune.lifted(own, 24_000), own)


def test_presets_can_colour_a_line() -> None:
    """A larger stretch lifts the formants, a tilt brightens: the centre of the spectrum rises."""
    line = made.talk(10, 240.0)

    def centre(how: Tuning) -> float:
        power = np.abs(np.fft.rfft(tune.childlike(line, 24_000, None, how))) ** 2
        return float((power * np.fft.rfftfreq(len(line), 1 / 24_000)).sum() / power.sum())

    assert centre(Tuning(stretch=1.3)) > 1.03 * centre(Tuning(stretch=1.0))
    assert centre(Tuning(stretch=1.0, tilt=3.0)) > 1.03 * centre(Tuning(stretch=1.0))
