"""Vendors' clips on the film's clock: in sync, alive while it listens, and nothing worthless accepted."""

import itertools
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from pipeline import crafts
from pipeline.film import clips, judged, stage
from pipeline.film.probe import probe
from pipeline.film.seen import watch
from pipeline.film.staging import DRAWN, Lines, plan
from pipeline.film.timeline import plan as timed
from pipeline.model import Timeline
from pipeline.ports.errors import Failed
from storage.model import Line
from tests.fakes import clips as sent

WIDE, HIGH = 180, 320
SPOKEN = (1.0, 1.6)


def _timeline(*said: tuple[str, float]) -> Timeline:
    return timed([(Line.model_validate({"speaker": who, "text": "x"}), s) for who, s in said])


def _talk() -> Timeline:
    return _timeline(("person", 1.5), ("pet", SPOKEN[0]), ("person", 2.5), ("pet", SPOKEN[1]))


def _job(folder: Path) -> tuple[Path, tuple[tuple[float, float], ...], float]:
    """Return a vendor's sound as it is sent, where the lines lie in it, and its length."""
    spans = sent.lines(folder / "pet.wav", SPOKEN)
    moved, seconds = crafts.stage.sent(folder / "pet.wav", spans, (0.3, 0.5), folder / "sent.wav")
    return folder / "sent.wav", moved, seconds


def _drawn(_: int) -> NDArray[np.uint8]:
    return np.full((HIGH, WIDE, 3), 200, np.uint8)


def _openness(path: Path) -> list[float]:
    """Return how dark each picture of a performance is where the mouth is, 0 to 1."""
    with av.open(str(path)) as source:
        red = [frame.to_ndarray(format="rgb24") for frame in source.decode(video=0)]
    middle = np.s_[round(HIGH * 0.5) : round(HIGH * 0.6), WIDE // 2 - 8 : WIDE // 2 + 8, 1]
    return [float((picture[middle] < 70).mean()) for picture in red]


@pytest.mark.parametrize(
    "make",
    [
        {"fps": 30},
        {"fps": 24, "late": 0.2},
        {"fps": 25, "codec": "libx265", "pix_fmt": "yuv420p10le", "size": (368, 640)},
        {"fps": 30, "uneven": True, "size": (240, 320)},
        {"fps": 25, "fault": "mute"},
    ],
    ids=["30", "24-late", "ten-bit", "uneven", "mute"],
)
def test_the_mouth_goes_with_the_line_whatever_the_clip_is_made_of(
    tmp_path: Path, make: dict[str, object]
) -> None:
    """Protects sync within two pictures, and a shut mouth while the person speaks, for every make of clip."""
    sound, spans, seconds = _job(tmp_path)
    clip = sent.clip(tmp_path / "clip.mp4", sound, **make)  # type: ignore[arg-type]  # a table of makes
    worth = crafts.stage.judge(clip, sound, seconds, True)
    times = _talk()
    lines = tuple((cue, a + worth.late, b + worth.late) for cue, (a, b) in zip((1, 3), spans, strict=True))
    stage.stage([stage.Part(clip=clip, cues=lines)], times, (WIDE, HIGH), _drawn, tmp_path / "out.mp4")
    told = probe(tmp_path / "out.mp4")
    assert (told.width, told.height, told.fps, told.frames) == (WIDE, HIGH, 25.0, times.frames)
    mouth = np.array(_openness(tmp_path / "out.mp4"))
    wanted = np.zeros(times.frames)
    for cue, beat in ((times.cues[1], 1.7), (times.cues[3], 2.1)):
        first, stop = round(cue.start * 25), round(cue.end * 25)
        wanted[first:stop] = np.sin(2 * np.pi * beat * (np.arange(stop - first) + 0.5) / 25) ** 2
    alike = {lag: float(np.corrcoef(np.roll(wanted, lag), mouth)[0, 1]) for lag in range(-6, 7)}
    assert max(alike, key=lambda lag: alike[lag]) in {-1, 0, 1}, alike
    asked = times.cues[2]
    assert mouth[round(asked.start * 25) + 6 : round(asked.end * 25) - 6].max() < 0.35
    assert watch(tmp_path / "out.mp4", 25.0, None).still == ()


@pytest.mark.parametrize(
    ("fault", "key"),
    [
        ("black", "performance.black"),
        ("frozen", "performance.frozen"),
        ("silent", "performance.silent"),
        ("short", "performance.short"),
    ],
)
def test_a_worthless_clip_is_not_accepted(tmp_path: Path, fault: str, key: str) -> None:
    """A result that cannot be used fails under its take, before it can become a film."""
    sound, _, seconds = _job(tmp_path)
    clip = sent.clip(tmp_path / "clip.mp4", sound, fault=fault)
    with pytest.raises(Failed) as caught:
        judged.judge(clip, sound, seconds)
    assert caught.value.key == key


def test_what_is_no_clip_at_all_is_not_accepted(tmp_path: Path) -> None:
    """An error page under the name of a film is a failed result, not a crash."""
    (tmp_path / "clip.mp4").write_bytes(b"<html>gone</html>" * 50)
    with pytest.raises(Failed) as caught:
        judged.judge(tmp_path / "clip.mp4", None, 1.0)
    assert caught.value.key == "performance.unreadable"


@pytest.mark.parametrize("late", [-0.3, 0.0, 0.12, 0.5])
def test_the_vendors_delay_is_found_from_its_own_sound(late: float) -> None:
    """Protects sync where a vendor begins later or earlier than our sound does."""
    chance = np.random.default_rng(3)
    voice = (chance.standard_normal(40_000) * np.repeat(chance.random(50), 800)).astype(np.float32)
    shifted = np.roll(np.pad(voice, 8_000), round(late * 8_000))
    found, alike = judged.lateness(np.pad(voice, 8_000), shifted * np.float32(0.3))
    assert found == pytest.approx(late, abs=0.005)
    assert alike > 0.9


def test_another_sound_tells_no_delay() -> None:
    """A vendor that says something else is not moved to where it happens to be least unlike."""
    chance = np.random.default_rng(4)
    one, other = (chance.standard_normal(24_000).astype(np.float32) for _ in range(2))
    late, alike = judged.lateness(one, other)
    assert late == 0.0
    assert not judged.follows(judged.Judged(seconds=3, late=late, alike=alike), strict=True)


def test_a_turned_clip_is_shown_upright(tmp_path: Path) -> None:
    """Protects clips whose header, not whose pictures, says which way is up."""
    sound, _, _ = _job(tmp_path)
    face = np.zeros((320, 180, 3), np.uint8)
    face[:, :90] = 220  # bright on the left; a quarter turn clockwise brings that to the top
    clip = sent.turned(sent.clip(tmp_path / "a.mp4", sound, size=(180, 320), face=face, fault="mute"))
    clips.even(clip, tmp_path / "even.mp4", 320, 180, 25)
    with av.open(str(tmp_path / "even.mp4")) as source:
        picture = next(source.decode(video=0)).to_ndarray(format="rgb24").astype(float)
    assert picture.shape == (180, 320, 3)
    assert picture[:60].mean() > picture[120:].mean() + 100


def test_any_picture_of_a_reel_can_be_had(tmp_path: Path) -> None:
    """Protects going to and fro: the same picture whichever way one comes to it."""
    sound, _, _ = _job(tmp_path)
    frames = clips.even(sent.clip(tmp_path / "a.mp4", sound), tmp_path / "b.mp4", WIDE, HIGH, 25)
    reel = clips.Reel(tmp_path / "b.mp4", 25)
    order = [0, 1, 2, frames - 1, 5, 4, 3, 60, 5]
    seen = {n: reel.picture(n).to_ndarray(format="gray") for n in order}
    reel.close()
    with av.open(str(tmp_path / "b.mp4")) as source:
        straight = [frame.to_ndarray(format="gray") for frame in source.decode(video=0)]
    assert len(straight) == frames
    assert all(np.array_equal(seen[n], straight[n]) for n in order)


def test_every_picture_has_a_place_in_its_clip() -> None:
    """No look points outside a clip, speech runs at its own pace, and listening never stands still."""
    times = _talk()
    lines = Lines(frames=98, cues=((1, 0.3, 1.3), (3, 1.8, 3.4)))
    looks = plan(times, [lines])
    assert len(looks) == times.frames
    assert all(0 <= each.spot[1] <= 97 for each in looks)
    for cue, start in ((times.cues[1], 0.3), (times.cues[3], 1.8)):
        first, stop = round(cue.start * 25), round(cue.end * 25)
        assert [looks[n].spot[1] for n in range(first, stop)] == pytest.approx(
            [round(start * 25) + n for n in range(stop - first)]
        )
    places = [look.spot[1] for look in looks]
    still = [n for n in range(1, len(places)) if abs(places[n] - places[n - 1]) < 0.02]
    assert all(still[n + 3] - still[n] > 3 for n in range(len(still) - 3))


def test_seams_are_blended() -> None:
    """Where a clip is left for another place, both are seen for a moment; no picture jumps."""
    looks = plan(_talk(), [Lines(frames=98, cues=((1, 0.3, 1.3), (3, 1.8, 3.4)))])
    for before, now in itertools.pairwise(looks):
        if abs(now.spot[1] - before.spot[1]) > 3:
            assert before.share > 0.5 or now.share > 0.5


def test_without_a_pause_the_drawn_pet_listens() -> None:
    """One line and not a moment of quiet: the pet on the first frame comes to life instead."""
    looks = plan(_timeline(("person", 3.0), ("pet", 4.0)), [Lines(frames=100, cues=((1, 0.0, 4.0),))])
    assert {look.spot[0] for look in looks} == {DRAWN, 0}
    assert [look.spot for look in looks[10:20]] == [(DRAWN, float(n)) for n in range(10, 20)]


def test_a_scene_goes_to_and_fro_under_the_voice() -> None:
    """Eight seconds of a scene fill a longer film at their own pace, without a jump."""
    times = _timeline(("person", 6.0), ("pet", 6.0))
    looks = plan(times, [Lines(frames=100, cues=(), follows=False)])
    places = [look.spot[1] for look in looks]
    assert len(places) == times.frames
    assert {abs(b - a) for a, b in itertools.pairwise(places)} == {1.0}
    assert max(places) == 99


def test_two_clips_share_a_film(tmp_path: Path) -> None:
    """Lines that were too long for one job come from two clips, each at its own place in the film."""
    times = _talk()
    parts = [Lines(frames=45, cues=((1, 0.3, 1.3),)), Lines(frames=60, cues=((3, 0.3, 1.9),))]
    looks = plan(times, parts)
    assert looks[round(times.cues[1].start * 25) + 3].spot[0] == 0
    assert looks[round(times.cues[3].start * 25) + 3].spot[0] == 1


@st.composite
def _films(draw: st.DrawFn) -> tuple[Timeline, list[Lines]]:
    """Any dialogue, its pet's lines in one clip or several, with any quiet around and between them."""
    said = draw(st.lists(st.tuples(st.booleans(), st.floats(0.1, 4.0)), min_size=1, max_size=7))
    said = said if any(pet for pet, _ in said) else [*said, (True, 1.0)]
    times = _timeline(*(("pet" if pet else "person", seconds) for pet, seconds in said))
    pets = [cue for cue in times.cues if cue.speaker == "pet"]
    cut = draw(st.integers(1, len(pets)))
    clips_ = []
    for part in (pets[:cut], pets[cut:]):
        at, cues = draw(st.floats(0, 1)), []
        for cue in part:
            cues.append((cue.index, at, at + cue.end - cue.start))
            at += cue.end - cue.start + draw(st.floats(0, 1.5))
        frames = max(1, round((at + draw(st.floats(-0.5, 1))) * times.fps))
        clips_ += [Lines(frames=frames, cues=tuple(cues))] if cues else []
    return times, clips_


@given(_films())
@settings(max_examples=150, deadline=None)
def test_any_film_can_be_staged(film: tuple[Timeline, list[Lines]]) -> None:
    """Every picture of every film has a look, inside its clip, in sync while the pet speaks."""
    times, given_ = film
    looks = plan(times, given_)
    assert len(looks) == times.frames
    for look in looks:
        for where, place in (look.spot, look.other or look.spot):
            assert where == DRAWN or 0 <= place <= given_[where].frames - 1
        assert 0 <= look.share < 1
    for number, clip in enumerate(given_):
        for index, start, _ in clip.cues:
            first, stop = (round(at * times.fps) for at in (times.cues[index].start, times.cues[index].end))
            for n in range(first, min(stop, times.frames)):
                wanted = min(round(start * times.fps) + n - first, clip.frames - 1)
                assert looks[n].spot == (number, wanted)
