"""What is said about a recording is true, and bad recordings get their reason."""

from collections.abc import Callable

import numpy as np
import pytest

from pipeline.sound.hear import hear
from pipeline.sound.samples import Samples
from tests.pipeline.sound import made

Reading = Callable[[str], tuple[Samples, int]]


def _sample(pitch: float = 220.0, times: int = 5) -> Samples:
    """Some ten seconds of talk with short pauses."""
    parts = [np.concatenate([made.talk(9, pitch, seed=n), made.silence(0.4)]) for n in range(times)]
    return np.concatenate(parts)


def test_a_clean_sample_is_good() -> None:
    """Ten clean seconds of one voice have nothing to complain about."""
    heard = hear(_sample(), 24_000)
    assert (heard.verdict, heard.reasons) == ("good", ())
    assert heard.speech_seconds == pytest.approx(9.0, abs=0.5)
    assert heard.seconds == pytest.approx(11.0)


@pytest.mark.parametrize(("below", "verdict"), [(30, "good"), (14, "usable"), (6, "poor")])
def test_noise_is_measured(below: float, verdict: str) -> None:
    """The distance between voice and noise is right within 3 dB, and too much of it is told."""
    sound = _sample()
    heard = hear(sound + made.noise(sound, below), 24_000)
    assert heard.snr_db == pytest.approx(below, abs=3)
    assert heard.verdict == verdict
    assert ("sound.noisy" in heard.reasons) == (verdict != "good")


def test_a_second_voice_is_noticed() -> None:
    """A man in between a child's lines is told; one lively voice is not."""
    both = np.concatenate([_sample(300, 4), _sample(110, 2)])
    assert hear(both, 24_000).second_voice
    assert not hear(_sample(300), 24_000).second_voice


def test_music_under_the_voice_is_noticed() -> None:
    """Tones that go on between the words are background, plain noise is not."""
    sound = _sample()
    at = np.arange(len(sound)) / 24_000
    chord = sum(np.sin(2 * np.pi * pitch * at) for pitch in (262, 330, 392)) * 0.006
    assert hear((sound + chord).astype(np.float32), 24_000).background
    assert not hear(sound + made.noise(sound, 22), 24_000).background


def test_flat_tops_are_clipping() -> None:
    """Clipping is seen also after the level was turned down, and not in a loud clean voice."""
    sound = _sample()
    assert hear(np.clip(sound * 8, -1, 1), 24_000).clipped
    assert hear(np.clip(sound * 8, -1, 1) * np.float32(0.4), 24_000).clipped
    assert not hear(sound * np.float32(3.2), 24_000).clipped


def test_a_telephone_is_narrow() -> None:
    """A sound without anything above 4 kHz gets a hint, no refusal."""
    heard = hear(np.concatenate([made.talk(40, hertz=8_000), made.silence(0.5, 8_000)]), 8_000)
    assert "sound.narrow" in heard.reasons
    assert heard.verdict == "usable"


@pytest.mark.parametrize(
    ("sound", "reason"),
    [
        (made.silence(3), "sound.silence"),
        (made.silence(0), "sound.too_short"),
        (made.talk(1)[: 24_000 // 5], "sound.too_short"),
        (made.tone(8, 24_000, 440.0), "sound.little_speech"),
        (made.noise(made.tone(8, 24_000), 0), "sound.little_speech"),
        (np.concatenate([made.talk(6), made.silence(30)]), "sound.little_speech"),
    ],
)
def test_what_cannot_be_used_is_poor_and_says_why(sound: Samples, reason: str) -> None:
    """Silence, a blink, a tone, a hiss: a verdict with its reason instead of an error."""
    heard = hear(sound, 24_000)
    assert heard.verdict == "poor"
    assert reason in heard.reasons


def test_twenty_minutes_are_too_long_and_cost_little() -> None:
    """Only the first minute of what is too long is listened to."""
    heard = hear(np.tile(_sample()[::3], 110)[: 8_000 * 1200], 8_000)
    assert heard.seconds == 1200
    assert heard.speech_seconds < 60
    assert (heard.verdict, heard.reasons) == ("poor", ("sound.too_long", "sound.narrow"))


def test_a_damaged_file_of_floats_is_still_heard() -> None:
    """A sample that is not a number must not make everything after it unmeasurable."""
    sound = _sample()
    sound[1000] = np.nan
    sound[2000] = np.inf
    assert hear(sound, 24_000).speech_seconds == pytest.approx(9.0, abs=0.5)


def test_recorded_lines_are_counted() -> None:
    """Short lines are fine as lines; a wrong count shows what was found and says so."""
    sound, wanted = made.three()
    heard = hear(sound, 24_000, 3)
    assert (heard.verdict, len(heard.lines)) == ("good", 3)
    assert heard.lines[1][0] == pytest.approx(wanted[1][0], abs=0.06)
    wrong = hear(sound, 24_000, 6)
    assert (wrong.reasons, len(wrong.lines)) == (("sound.lines_uncounted",), 3)


def test_real_recordings_read_as_a_study_read_them(recording: Reading) -> None:
    """Seconds of speech and loudness of the shared clips, over their own channels."""
    for name, speech in (("person-1.mp3", 2.1), ("person-2.mp3", 0.9), ("person-3.mp3", 1.6)):
        heard = hear(*recording(name), 1)
        assert heard.speech_seconds == pytest.approx(speech, abs=0.12)
        assert (heard.verdict, heard.clipped, heard.second_voice) == ("good", False, False)
    clone = hear(*recording("pet-three-lines-cloned.mp3"), 3)
    assert clone.verdict == "good"
    assert clone.snr_db is not None
    assert clone.snr_db > 30
