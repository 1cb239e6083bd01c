"""How the film's sound comes out, measured on the finished stereo mix."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.film import sound
from pipeline.film.bed import suiting
from pipeline.film.heard import clicks
from pipeline.film.mix import HERTZ, Mix, music
from pipeline.model import Cue, Timeline
from pipeline.ports.errors import BadInput
from pipeline.sound.loudness import integrated, true_peak_db
from tests.pipeline.film import made


def _mixed(
    film: Timeline, lines: dict[int, NDArray[np.float32]], *, bed: bool, size: int = 1024
) -> NDArray[np.float32]:
    played = Mix(film, lines.__getitem__, music("tender" if bed else None, None, film.seconds))
    return np.concatenate(list(played.blocks(size)))


def _levels(whole: NDArray[np.float32]) -> list[float]:
    found = []
    for cue in made.timeline().cues:
        piece = whole[round(cue.start * HERTZ) : round(cue.end * HERTZ)]
        level = integrated(np.concatenate([piece] * 6), HERTZ)
        assert level is not None
        found.append(level)
    return found


def test_the_whole_is_as_loud_as_players_want_it() -> None:
    """Protects -15 LUFS over both channels, the room under -1 dBTP that AAC needs, and repeatability."""
    whole = _mixed(made.timeline(), made.sounds(), bed=True)
    assert np.array_equal(whole, _mixed(made.timeline(), made.sounds(), bed=True))
    assert whole.shape == (round(made.timeline().seconds * HERTZ), 2)
    assert integrated(whole, HERTZ) == pytest.approx(-15.0, abs=0.3)
    assert (true_peak_db(whole, HERTZ) or 0.0) <= -1.5


def test_a_mix_made_again_leaves_more_room() -> None:
    """Protects mending: lines with sharp peaks stay a decibel lower, and the whole is as loud."""
    times, sharp = made.timeline(), {index: samples.copy() for index, samples in made.sounds().items()}
    for samples in sharp.values():
        samples[:: HERTZ // 8] *= 14
    usual, again = (
        np.concatenate(list(Mix(times, sharp.__getitem__, None, lower).blocks(4096))) for lower in (0.0, 1.0)
    )
    peaks = [true_peak_db(each, HERTZ) or 0.0 for each in (usual, again)]
    assert peaks[1] == pytest.approx(peaks[0] - 1.0, abs=0.3)
    assert integrated(again, HERTZ) == pytest.approx(-15.0, abs=0.5)


def test_the_music_suits_how_the_pet_plays() -> None:
    """Protects the bed's choice: most of the pet's lines decide, the last one where they are even."""
    for emotions, mood in ((["sad", "happy"], "merry"), (["sly", "sly", "proud"], "sly"), ([], "tender")):
        lines = [("person", "calm"), *(("pet", each) for each in emotions)]
        cues = [
            Cue.model_validate({
                "index": n, "speaker": who, "text": "x", "start": n, "end": n + 0.5,
                "direction": {"emotion": each},
            })
            for n, (who, each) in enumerate(lines)
        ]  # fmt: skip
        assert suiting(Timeline(seconds=len(cues) + 1, fps=25, cues=tuple(cues))) == mood


@pytest.mark.parametrize("seconds", [3.0, 30.0], ids=["shorter", "longer"])
def test_somebodys_own_music_plays_instead_of_a_bed(tmp_path: Path, seconds: float) -> None:
    """Protects a file of music: mono or stereo, at a bed's level whatever its own, round again without a gap
    or a click where it is too short."""
    times = made.timeline()
    at = np.arange(round(seconds * HERTZ)) / HERTZ
    sound.write(tmp_path / "music.wav", (0.9 * np.sin(2 * np.pi * 220 * at)).astype(np.float32), HERTZ)
    given = music(None, tmp_path / "music.wav", times.seconds)
    assert given is not None
    mix = Mix(times, made.sounds().__getitem__, given)
    played = mix.score()
    assert played is not None
    assert len(played) == round(times.seconds * HERTZ)
    loud = np.abs(played[HERTZ // 2 : -2 * HERTZ]).reshape(-1, HERTZ // 100, 2).max(axis=(1, 2))
    assert loud.min() > 0.2 * loud.max() > 0
    assert clicks(np.concatenate(list(mix.blocks(4096))), HERTZ) == ()
    assert integrated(played, HERTZ) == pytest.approx(-32, abs=6)


def test_music_that_is_silent_is_said(tmp_path: Path) -> None:
    """Protects the one clear error for a file in which nothing is heard."""
    sound.write(tmp_path / "music.wav", np.zeros(HERTZ, np.float32), HERTZ)
    with pytest.raises(BadInput) as caught:
        music("merry", tmp_path / "music.wav", 8.0)
    assert caught.value.key == "sound.silence"


def test_lines_are_equally_loud() -> None:
    """Protects against a pet one cannot hear: recordings 17 dB apart come out within 1 LU."""
    levels = _levels(_mixed(made.timeline(), made.sounds(), bed=False))
    assert max(levels) - min(levels) <= 1.0


def test_there_is_air_where_nobody_speaks() -> None:
    """Protects against digital silence, which sounds like a fault, and against loud noise."""
    whole = _mixed(made.timeline(), made.sounds(), bed=False)
    air = whole[-HERTZ // 2 :]
    level = 20 * np.log10(np.sqrt(np.square(air).mean()))
    assert -75 < level < -50


def test_music_steps_back_where_somebody_speaks() -> None:
    """Protects the words: the bed is about half as loud under them as between them."""
    cue = Cue(index=0, speaker="pet", text="", start=1.0, end=4.0)
    film = Timeline(seconds=10.0, fps=25, cues=(cue,))
    alone = _mixed(film, {0: np.zeros(100, np.float32)}, bed=True)
    under, after = alone[round(1.1 * HERTZ) : round(3.9 * HERTZ)], alone[5 * HERTZ : 8 * HERTZ]
    assert np.sqrt(np.square(under).mean()) < 0.7 * np.sqrt(np.square(after).mean())
