"""A model's own voice: what it is asked, where its lines are heard, and what is no speech."""

from pathlib import Path

import pytest

from pipeline import crafts
from pipeline.film import sound
from pipeline.ports.errors import Failed
from pipeline.voicing import asked
from storage.model import Direction, Line
from tests.fakes import clips
from tests.fakes.performing import own_sound

_LINES = (
    Line(speaker="pet", text='要，"当然"要', direction=Direction(notes={"zh": "抬头“看”镜头"})),
    Line(speaker="pet", text="我去捡破烂养你"),
)
_TEXTS = tuple(line.text for line in _LINES)


def _clip(folder: Path, said: bytes | None, fault: str = "") -> Path:
    """A clip of five seconds in which a model says something by itself."""
    heard = folder / "heard.wav"
    heard.write_bytes(said or b"")
    return clips.clip(folder / "clip.mp4", heard if said else None, seconds=5.0, fault=fault, fps=12)


def test_lines_are_told_apart_by_their_quotation_marks() -> None:
    """Nothing but the lines stands in double quotation marks, or a model would say how it is played."""
    told = asked(_LINES, "zh")
    assert told.endswith("""1. (抬头'看'镜头) "要，'当然'要"\n2. "我去捡破烂养你\"""")
    assert told.count('"') == 4
    assert "小孩子的声音" in told
    assert "a child of four or five" in asked(_LINES, "en")


def test_its_lines_are_found_in_the_clips_own_sound(tmp_path: Path) -> None:
    """Each line is where it is said, and between them it is silent: whoever asks is heard there."""
    said = own_sound(asked(_LINES, "zh"))
    first, second = crafts.stage.overhear(_clip(tmp_path, said), _TEXTS, "zh", tmp_path / "out.wav")
    assert (first[0], second[0]) == pytest.approx((0.4, 2.0), abs=0.15)
    assert second[1] == pytest.approx(3.4, abs=0.15)
    alone = sound.read(tmp_path / "out.wav")
    assert abs(alone[round(first[1] * 48_000) : round(second[0] * 48_000)]).max() == 0.0
    assert len(alone) >= second[1] * 48_000


def test_lines_without_a_pause_are_shared_out(tmp_path: Path) -> None:
    """A model that says all in one breath was paid: its lines are guessed by their syllables, in order."""
    said = own_sound(asked(_LINES, "zh"), "muddle")
    first, second = crafts.stage.overhear(_clip(tmp_path, said), _TEXTS, "zh", tmp_path / "out.wav")
    assert first[0] < first[1] <= second[0] < second[1]
    assert first[1] == pytest.approx(0.4 + 4 * 0.2, abs=0.4)


@pytest.mark.parametrize(
    ("fault", "key"),
    [
        ("silent", "performance.silent"),
        ("mute", "performance.silent"),
        ("frozen", "performance.frozen"),
        ("black", "performance.black"),
        ("short", "performance.short"),
    ],
)
def test_what_nobody_speaks_in_is_no_performance(fault: str, key: str, tmp_path: Path) -> None:
    """A clip is heard and watched before it counts, or a film would have a pet that says nothing."""
    clip = _clip(tmp_path, own_sound(asked(_LINES, "zh")), fault)
    with pytest.raises(Failed) as caught:
        crafts.stage.overhear(clip, _TEXTS, "zh", tmp_path / "out.wav")
    assert caught.value.key == key
