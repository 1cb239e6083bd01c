"""A machine's take is cut where it is quiet, whatever its word times say, and doubted by its length."""

from pathlib import Path

import numpy as np
import pytest

from pipeline import crafts
from pipeline.film import sound as files
from pipeline.ports.errors import BadInput, Failed
from pipeline.sound import divide
from pipeline.sound.samples import Samples
from tests.pipeline.sound.made import silence, talk

_HERTZ = 24_000
_LINES = ("好的好", "我去捡破烂", "养你到老好不好")
_COUNTS = (3, 5, 7)
# A pause inside the second line that is longer than the two between lines.
_GAPS = (0.35, 0.9, 0.35)


def _take() -> tuple[Samples, list[divide.Said]]:
    """Three lines, the second spoken in two parts, and when each of their letters is said."""
    parts = [("好的好", 0), ("我去", 1), ("捡破烂", 2), ("养你到老好不好", 3)]
    pieces, words, at = [silence(0.2)], list[divide.Said](), 0.2
    for text, number in parts:
        words += [(letter, at + 0.2 * n, at + 0.2 * (n + 1)) for n, letter in enumerate(text)]
        pieces.append(talk(len(text), seed=number + 3))
        at += 0.2 * len(text)
        if number < 3:
            pieces.append(silence(_GAPS[number]))
            at += _GAPS[number]
    return np.concatenate([*pieces, silence(0.2)]), words


def _near(spans: tuple[tuple[float, float], ...]) -> bool:
    wanted = [(0.2, 0.8), (1.15, 3.05), (3.4, 4.8)]
    return all(
        abs(a - b) < 0.08
        for got, want in zip(spans, wanted, strict=True)
        for a, b in zip(got, want, strict=True)
    )


@pytest.mark.parametrize("late", [-0.25, 0.0, 0.25], ids=["early", "right", "late"])
def test_word_times_choose_the_gap_and_silence_the_cut(late: float) -> None:
    """A pause inside a line may be the longest; times that are off by a quarter of a second still tell."""
    samples, words = _take()
    moved = [(text, start + late, end + late) for text, start, end in words]
    assert _near(divide.spans(samples, _HERTZ, _LINES, _COUNTS, moved))


def test_marks_width_and_asides_do_not_matter_for_words() -> None:
    """Punctuation, full-width letters and laughs come back as words of their own."""
    samples, words = _take()
    told = [("(laughs)", 0.0, 0.1), *words[:3], ("，", 0.8, 0.8), *words[3:], ("。", 4.8, 4.8)]
    assert _near(divide.spans(samples, _HERTZ, ("好的好，", "我去捡破烂！", "养你到老好不好"), _COUNTS, told))


def test_without_word_times_lengths_choose() -> None:
    """Syllables say which gaps are meant where nobody tells the words' times, or tells those of others."""
    samples, words = _take()
    assert _near(divide.spans(samples, _HERTZ, _LINES, _COUNTS))
    assert _near(divide.spans(samples, _HERTZ, _LINES, _COUNTS, words[1:]))


def test_what_cannot_be_the_lines_fails() -> None:
    """Too few sounds, too short, too long, or none at all: nothing of it becomes a film."""
    samples, words = _take()
    with pytest.raises(Failed) as caught:
        divide.spans(samples[: _HERTZ // 2], _HERTZ, _LINES, _COUNTS, words)
    assert caught.value.key == "voice.wrong_sound"
    with pytest.raises(Failed):
        divide.spans(samples, _HERTZ, ("好",), (1,))
    with pytest.raises(Failed):
        divide.spans(samples, _HERTZ, ("好" * 88,), (88,))
    with pytest.raises(Failed) as caught:
        divide.spans(silence(3.0), _HERTZ, _LINES, _COUNTS)
    assert caught.value.key == "voice.silent_take"


def test_a_sample_is_what_is_said_in_it(tmp_path: Path) -> None:
    """What is sent begins with the first word, is as long as is wanted, and no longer than is there."""
    path, out = tmp_path / "s.wav", tmp_path / "part.wav"
    files.write(path, np.concatenate([silence(3.0), talk(40), silence(2.0)]), _HERTZ)
    crafts.voice.excerpt(path, (10.2, 60.0), out)
    part = files.read(out, _HERTZ)[:, 0]
    assert len(part) / _HERTZ == pytest.approx(10.2, abs=0.01)
    assert np.abs(part[: _HERTZ // 2]).max() > 0.05
    assert np.abs(part[9 * _HERTZ :]).max() < 0.001
    crafts.voice.excerpt(path, (1.0, 4.0), out)
    assert len(files.read(out, _HERTZ)) / _HERTZ == pytest.approx(4.0, abs=0.01)
    files.write(path, silence(3.0), _HERTZ)
    with pytest.raises(BadInput):
        crafts.voice.excerpt(path, (10.2, 60.0), out)
