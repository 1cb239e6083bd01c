"""Marks that say a film is generated: the words on the picture, and the `AIGC` field in the file.

Source: GB 45438-2025, 5 (words at least 5 % of the shorter side, two seconds at the beginning) and annex E
(the field's JSON); the Measures for Labelling of 2025-03-14, in force since 2025-09-01.
"""

import json
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipeline.film.draw import Ink, Rgba, pill
from pipeline.film.looks import Look
from pipeline.film.type import Faces
from pipeline.model import Box, Layout
from storage.model import Noun

FIELD = "AIGC"
LEAST_SHARE, LEAST_SECONDS = 0.05, 2.0


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


def mark(text: str, layout: Layout, look: Look, faces: Faces, seconds: float) -> Mark | None:
    """Return the label for a film of that length, at the upper left of the picture; None for no words."""
    words = faces.plain(text)
    if not words:
        return None
    style = look.label
    shorter = min(layout.width, layout.height)
    size = round(shorter * style.size)
    picture = pill(faces, words, size, Ink(style.fill, style.ground, 0.0), style.ground, style.opacity)
    margin = round(layout.width * 0.035)
    x = layout.pane.x + margin
    y = max(layout.pane.y, layout.band.y + layout.band.h) + margin
    box = Box(x=round(x), y=round(y), w=picture.shape[1], h=picture.shape[0])
    end = min(max(style.seconds, LEAST_SECONDS), seconds)
    return Mark(Label(text=words, box=box, letters=size, start=0.0, end=end), picture)
