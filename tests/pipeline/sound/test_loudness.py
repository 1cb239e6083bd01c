"""Loudness as players measure it, and a limiter nobody hears."""

import numpy as np
import pytest

from pipeline.sound import loudness
from tests.pipeline.sound import made


@pytest.mark.parametrize("hertz", [16_000, 44_100, 48_000])
def test_a_reference_tone_reads_as_the_standard_says(hertz: int) -> None:
    """A 997 Hz sine at -20 dBFS is -23.0 LUFS on one channel and 3 LU more on two, at any rate."""
    tone = made.tone(5, hertz)
    assert loudness.integrated(tone, hertz) == pytest.approx(-23.0, abs=0.1)
    assert loudness.integrated(np.stack([tone, tone], 1), hertz) == pytest.approx(-20.0, abs=0.1)


def test_silence_around_a_sound_does_not_make_it_quieter() -> None:
    """The gates leave out pauses, or films with long pauses would come out too loud."""
    tone = made.tone(4)
    padded = np.concatenate([tone, made.silence(20, 48_000), 0.01 * tone])
    assert loudness.integrated(padded, 48_000) == pytest.approx(-23.0, abs=0.2)


def test_a_long_sound_reads_like_a_short_one() -> None:
    """Measuring goes block by block: no seam between the blocks may count."""
    assert loudness.integrated(made.tone(40), 48_000) == pytest.approx(-23.01, abs=0.02)


def test_nothing_is_measured_where_there_is_nothing() -> None:
    """Silence, an empty sound and one shorter than a block have no loudness."""
    for sound in (made.silence(3), made.silence(0), made.tone(0.2, 24_000)):
        assert loudness.integrated(sound, 24_000) is None
    assert loudness.true_peak_db(made.silence(1), 24_000) is None


def test_a_peak_between_samples_is_seen() -> None:
    """A sine at a quarter of the rate, sampled beside its tops, peaks 3 dB above its samples."""
    at = np.arange(48_000)
    sine = np.sin(np.pi / 2 * at + np.pi / 4) * np.hanning(48_000)
    assert np.abs(sine).max() < 0.708
    assert loudness.true_peak_db(sine.astype(np.float32), 48_000) == pytest.approx(0.0, abs=0.1)


@pytest.mark.parametrize("syllables", [1, 12])
def test_lines_come_out_equally_loud(syllables: int) -> None:
    """One syllable and a long line, quiet or loud, end at the same level."""
    line = made.talk(syllables) * 0.2
    level = loudness.levelled(line, 24_000, -16.0)
    assert loudness.integrated(np.tile(level, 12), 24_000) == pytest.approx(-16.0, abs=0.3)
    assert np.array_equal(loudness.levelled(made.silence(1), 24_000, -16.0), made.silence(1))


def test_a_limited_mix_stays_under_the_ceiling_without_clicks() -> None:
    """No true peak above the ceiling, both channels turned down alike, and no jump that was not there."""
    left, right = made.talk(10) * 6, made.talk(10, 150) * 2
    mix = np.stack([left, right], 1)
    quiet = loudness.limited(mix, 24_000, -1.5)
    peak = loudness.true_peak_db(quiet, 24_000)
    assert peak is not None
    assert -2.5 < peak <= -1.5
    assert np.abs(np.diff(quiet, axis=0)).max() <= np.abs(np.diff(mix, axis=0)).max()
    both = np.asarray((np.abs(mix) > 0.05).all(axis=1), dtype=bool)
    gains = quiet[both] / mix[both]
    assert np.allclose(gains[:, 0], gains[:, 1], atol=1e-3)
    beside = both[1:] & both[:-1]
    gain = quiet[:, 0] / np.where(both, mix[:, 0], 1)
    assert np.abs(np.diff(gain)[beside]).max() < 0.02


def test_what_is_under_the_ceiling_is_left_alone() -> None:
    """A mix with room to spare passes bit for bit."""
    mix = made.talk(4)
    assert np.array_equal(loudness.limited(mix, 24_000, -1.0), mix)
