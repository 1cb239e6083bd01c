"""What must hold for any dialogue's times."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.film.timeline import LONGEST, SHORTEST, pet_sound, plan
from pipeline.ports.errors import BadInput
from storage.model import Line, Speaker

dialogues = st.lists(
    st.tuples(st.sampled_from(["person", "pet", "pet2"]), st.floats(0.05, 3.0)), min_size=1, max_size=8
)


def _lines(spoken: list[tuple[Speaker, float]]) -> list[tuple[Line, float]]:
    return [(Line(speaker=speaker, text=f"line {n}"), seconds) for n, (speaker, seconds) in enumerate(spoken)]


@given(dialogues, st.sampled_from([24, 25]))
def test_lines_keep_order_and_distance_on_frames(spoken: list[tuple[Speaker, float]], fps: int) -> None:
    """Protects against lines that overlap, change places, are cut short or fall between frames."""
    film = plan(_lines(spoken), fps)
    at = 0.0
    for cue, (_, seconds) in zip(film.cues, spoken, strict=True):
        assert cue.start >= at + 0.3
        assert seconds - 1e-6 <= cue.end - cue.start <= seconds + 1 / fps + 1e-6
        assert abs(cue.start * fps - round(cue.start * fps)) < 1e-6
        assert abs(cue.end * fps - round(cue.end * fps)) < 1e-6
        at = cue.end
    assert film.seconds >= at + 0.9 - 1e-6
    assert SHORTEST - 1e-6 <= film.seconds <= LONGEST + 1e-6


def test_the_punchline_waits_a_beat() -> None:
    """Protects the small silence before the last answer, which is what makes people laugh."""
    film = plan(_lines([("person", 2.0), ("pet", 1.0), ("person", 2.0), ("pet", 3.0)]))
    first, last = film.cues[1].start - film.cues[0].end, film.cues[3].start - film.cues[2].end
    assert last - first >= 0.2


@pytest.mark.parametrize(
    ("spoken", "key"),
    [
        ([], "film.no_lines"),
        ([("pet", 0.01)], "film.silent_line"),
        ([("person", float("nan"))], "film.silent_line"),
        ([("person", 20.0), ("pet", 20.0)], "film.too_long"),
    ],
)
def test_what_makes_no_film_is_said(spoken: list[tuple[Speaker, float]], key: str) -> None:
    """Protects the one clear error for a dialogue that cannot be a film."""
    with pytest.raises(BadInput) as caught:
        plan(_lines(spoken))
    assert caught.value.key == key


def test_the_pet_sounds_only_in_its_own_lines() -> None:
    """Protects against a pet that moves its mouth to the person's words or to silence."""
    film = plan(_lines([("person", 2.0), ("pet", 1.0), ("pet2", 1.0)]))
    ones = {index: np.ones(1000 * 2, np.float32) for index in range(3)}
    track = pet_sound(film, ones, 1000)
    assert len(track) == round(film.seconds * 1000)
    heard = np.flatnonzero(track)
    assert heard[0] == round(film.cues[1].start * 1000)
    alone = np.flatnonzero(pet_sound(film, ones, 1000, ("pet2",)))
    assert alone[0] == round(film.cues[2].start * 1000)


def test_a_sound_longer_than_its_place_fades_before_the_next_line() -> None:
    """Protects against two lines sounding at once when a recording carries a long tail."""
    film = plan(_lines([("pet", 1.0), ("pet", 1.0)]))
    track = pet_sound(film, {0: np.ones(9000, np.float32), 1: np.zeros(9, np.float32)}, 1000)
    start = round(film.cues[1].start * 1000)
    assert track.max() <= 1.0
    assert track[start - 1] == 0.0
    assert not track[start:].any()
