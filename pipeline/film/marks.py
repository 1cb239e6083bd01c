"""Marks that say a film is generated: the words on the picture, and the `AIGC` field in the file.

Source: GB 45438-2025, 5 (words at least 5 % of the shorter side, two seconds at the beginning) and annex E
(the field's JSON); the Measures for Labelling of 2025-03-14, in force since 2025-09-01.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipeline.film.draw import Ink, Rgba, pill
from pipeline.film.looks import Look
from pipeline.film.type import Faces
from pipeline.model import Box, Layout
from storage.model import Noun

FIELD = "AIGC"
LEAST_SHARE, LEAST_SECONDS = 0.05, 2.0
_BARELY = 0.1  # of a label may lie over a head before it moves


class Label(Noun):
    """The mark on the picture: its box in canvas pixels, the height of its letters, seconds."""

    text: str
    box: Box
    letters: float
    start: float
    end: float


class Aigc(BaseModel):
    """The field in the file; names are the standard's. Label 1: certainly generated."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    label: str = Field(default="1", alias="Label")
    content_producer: str = Field(alias="ContentProducer")
    produce_id: str = Field(alias="ProduceID")
    reserved_code1: str = Field(default="", alias="ReservedCode1")
    content_propagator: str = Field(default="", alias="ContentPropagator")
    propagate_id: str = Field(default="", alias="PropagateID")
    reserved_code2: str = Field(default="", alias="ReservedCode2")

    def written(self) -> str:
        """Return the JSON that goes into the file."""
        return json.dumps(self.model_dump(by_alias=True), ensure_ascii=False, separators=(",", ":"))


def aigc(metadata: dict[str, str]) -> Aigc | None:
    """Return the field as read back from a file's metadata; None when it is missing or malformed."""
    try:
        return Aigc.model_validate_json(metadata.get(FIELD, ""))
    except ValidationError:
        return None


@dataclass(frozen=True)
class Mark:
    """A label and its picture."""

    label: Label
    picture: Rgba


def mark(
    text: str, layout: Layout, look: Look, faces: Faces, seconds: float, heads: Sequence[Box] = ()
) -> Mark | None:
    """Return the label for a film of that length, in a corner of the picture; None for no words.

    Args:
        heads: the upper left corner gives way to another one where it would cover one of them.
    """
    words = faces.plain(text)
    if not words:
        return None
    style = look.label
    shorter = min(layout.width, layout.height)
    size = round(shorter * style.size)
    picture = pill(faces, words, size, Ink(style.fill, style.ground, 0.0), style.ground, style.opacity)
    places = _corners(layout, picture.shape[1], picture.shape[0])
    box = min(places, key=lambda place: _covered(place, heads))
    end = min(max(style.seconds, LEAST_SECONDS), seconds)
    return Mark(Label(text=words, box=box, letters=size, start=0.0, end=end), picture)


def _corners(layout: Layout, wide: int, high: int) -> list[Box]:
    """Return the places a label may have, the usual one first; in a card, whose words have a panel of their
    own, the lower corners of the picture too."""
    margin, pane = round(layout.width * 0.035), layout.pane
    left, right = pane.x + margin, pane.x + pane.w - margin - wide
    top = max(pane.y, layout.band.y + layout.band.h) + margin
    foot = pane.y + pane.h - margin - high
    rows = (top,) if layout.panel is None else (top, foot)
    spots = [(x, y) for y in rows for x in (left, right)]
    spots.append((pane.x + (pane.w - wide) / 2, top))
    return [Box(x=round(x), y=round(y), w=wide, h=high) for x, y in spots]


def _covered(label: Box, heads: Sequence[Box]) -> float:
    """Return how much of a label lies over heads; a little of it is nothing."""
    whole = sum(label.common(head) for head in heads) / (label.w * label.h)
    return whole if whole > _BARELY else 0.0
