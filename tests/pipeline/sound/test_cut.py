"""Lines found at the pauses, in clean and noisy recordings, and pieces without clicks."""

from collections.abc import Callable

import numpy as np
import pytest

from pipeline.ports.errors import BadInput
from pipeline.sound import cut
from pipeline.sound.samples import Samples
from tests.pipeline.sound import made

Reading = Callable[[str], tuple[Samples, int]]


def _near(found: tuple[tuple[float, float], ...], wanted: list[tuple[float, float]], within: float) -> bool:
    return len(found) == len(wanted) and bool(np.allclose(found, wanted, atol=within))


@pytest.mark.parametrize("hertz", [8_000, 24_000, 48_000])
@pytest.mark.parametrize("lines", [None, 3])
def test_lines_are_found_at_their_pauses(hertz: int, lines: int | None) -> None:
    """Every line is found within 60 ms, whether or not somebody says how many there are."""
    sound, wanted = made.three(hertz)
    assert _near(cut.spans(sound, hertz, lines), wanted, 0.06)


@pytest.mark.parametrize("below", [30, 20, 12])
def test_noise_does_not_move_the_cuts(below: float) -> None:
    """A kitchen or a street under the voice: the same lines, within 90 ms."""
    sound, wanted = made.three()
    assert _near(cut.spans(sound + made.noise(sound, below), 24_000, 3), wanted, 0.09)


def test_a_wrong_count_is_told() -> None:
    """More lines than pauses, or pauses that cannot be told apart, are asked about, never guessed."""
    sound, _ = made.three()
    with pytest.raises(BadInput) as more:
        cut.spans(sound, 24_000, 7)
    assert (more.value.key, more.value.fields) == ("sound.lines_unclear", {"expected": "7", "found": "3"})
    even = np.concatenate([np.concatenate([made.talk(3, seed=n), made.silence(0.6)]) for n in range(4)])
    with pytest.raises(BadInput, match="lines_unclear"):
        cut.spans(even, 24_000, 3)


def test_known_words_settle_which_pause_is_a_cut() -> None:
    """With equal pauses the number of syllables says where a line ends."""
    even = np.concatenate([np.concatenate([made.talk(3, seed=n), made.silence(0.5)]) for n in range(4)])
    found = cut.spans(even, 24_000, 2, syllables=(9, 3))
    assert _near(found, [(0.0, 2.8), (3.3, 3.9)], 0.06)


def test_one_line_keeps_its_own_pause() -> None:
    """Whoever records one line may breathe in it."""
    sound, wanted = made.three()
    assert _near(cut.spans(sound, 24_000, 1), [(wanted[0][0], wanted[2][1])], 0.06)


def test_a_hiss_at_the_edge_belongs_to_its_line() -> None:
    """An s or q lies above the band of speech; without it 去 and socks lose their first sound."""
    hiss = (
        np.diff(made.noise(made.tone(0.12, 24_000, level=0.2), 0), n=4, prepend=np.zeros(4)).astype(
            np.float32
        )
        * 0.1
    )
    line = np.concatenate([made.silence(0.5), hiss, made.talk(4), hiss, made.silence(0.5)])
    ((start, end),) = cut.spans(line, 24_000)
    assert start == pytest.approx(0.5, abs=0.04)
    assert end == pytest.approx(len(line) / 24_000 - 0.5, abs=0.04)


@pytest.mark.parametrize("sound", [made.silence(2), made.silence(0), made.silence(2) + 1e-5])
def test_silence_has_no_lines(sound: Samples) -> None:
    """Nothing to cut is said, not returned as an empty film."""
    with pytest.raises(BadInput, match=r"sound\.silence"):
        cut.spans(sound, 24_000, 3)


def test_pieces_begin_and_end_at_zero_and_do_not_overlap() -> None:
    """Cut lines are faded in what was kept around them, and stereo stays stereo."""
    sound, _ = made.three()
    sound = np.stack([sound, sound], 1) + np.float32(0.01)
    where = cut.spans(sound, 24_000, 3)
    pieces = cut.pieces(sound, 24_000, where)
    for piece, (start, end) in zip(pieces, where, strict=True):
        assert np.abs(piece[[0, -1]]).max() < 1e-3
        assert len(piece) / 24_000 == pytest.approx(end - start + 0.14, abs=0.005)
        inside = slice(round(0.06 * 24_000), -round(0.08 * 24_000))
        assert np.array_equal(piece[inside], sound[round(start * 24_000) :][: len(piece[inside])])


def test_a_cloned_take_is_cut_into_its_three_lines(recording: Reading) -> None:
    """A real cloned child's take, one cried syllable included, is cut where a study cut it by hand."""
    sound, hertz = recording("pet-three-lines-cloned.mp3")
    wanted = [(0.0, 0.82), (2.17, 3.52), (4.77, 7.02)]
    assert _near(cut.spans(sound, hertz), wanted, 0.06)
    assert _near(cut.spans(sound + made.noise(sound, 12), hertz, 3), wanted, 0.09)
