"""A photo described: words stay short, and a face that cannot be one is not believed."""

from typing import Any

import pytest

from pipeline.model import Sight
from pipeline.ports.text import Marks
from pipeline.steps.point import taps
from pipeline.writing.shapes import Look
from pipeline.writing.sight import described
from tests.fakes.mind import Mind


def _look(**changes: object) -> Look:
    import json

    look: dict[str, Any] = json.loads(Mind().answer("", "请描述这张照片。", 1))
    look["face"] |= changes.pop("face", {})
    return Look.model_validate(look | changes)


def test_a_description_is_short_and_clean() -> None:
    """What a picture's own words say reaches nobody as an order or a link."""
    seen = described(_look(breed="<b>柯基</b> https://a.cn/x", background="地毯" * 90, colours=["黄"] * 9))
    assert seen.breed == "柯基"
    assert len(seen.background) <= 60
    assert len(seen.colours) == 3
    assert seen.marks.sure == 0.9


@pytest.mark.parametrize(
    "face",
    [
        {"visible": False},
        {"mouth": []},
        {"mouth": [500, 600]},
        {"mouth": [0.5]},
        {"left_eye": [0.58, 0.45], "right_eye": [0.42, 0.45]},
        {"mouth": [0.5, 0.45]},
    ],
)
def test_a_face_that_cannot_be_one(face: dict[str, Any]) -> None:
    """Thousandths, swapped eyes, a mouth between them: then nobody is asked to believe it."""
    assert described(_look(face=face)).marks.sure == 0.0


def test_no_animal_is_nothing_known() -> None:
    """A photo of a sofa describes no pet."""
    assert described(_look(species="none")).species == ""


def test_marks_become_taps_in_pixels() -> None:
    """Fractions of the upright picture, as if a person had pointed."""
    sight = Sight(width=800, height=600)
    made = taps(Marks(mouth=(0.5, 0.6), eyes=((0.4, 0.4), (0.6, 0.4)), sure=0.9), sight, 1)
    assert (made.mouth, made.eyes, made.pet) == ((400, 360), ((320, 240), (480, 240)), 1)
