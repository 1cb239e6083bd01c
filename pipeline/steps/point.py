"""Point: the face where a model that sees is sure of it, refined as after a tap."""

from pipeline import crafts
from pipeline.model import Sight
from pipeline.parts import Seen
from pipeline.ports.text import Described, Marks
from pipeline.shown import shown
from pipeline.studio import Studio
from storage.model import Point, Taps


async def point(studio: Studio, project: str, sight: str, described: str, which: str = "") -> Seen:
    """Return the sight with the model's marks tried out; the sight as it was where no face comes of them."""
    chosen, told = shown((await studio.project(project)).brief, which)
    before = await studio.noun(sight, Sight)
    marks = (await studio.noun(described, Described)).marks
    async with studio.borrow(chosen) as (photo,):
        weights = studio.weights
        now = await studio.workshop.run(
            "sight", crafts.look, photo, weights["pet-detector"], weights["face-proposals"],
            taps(marks, before, told.pet),
        )  # fmt: skip
    if not now.pets or not now.pets[0].found:
        return Seen(sight=sight, mouth="none")
    asset = await studio.keep_noun(project, "sight", now)
    return Seen(sight=asset.id, mouth="found")


def taps(marks: Marks, sight: Sight, pet: int | None) -> Taps:
    """Return the marks as if a person had pointed them out, in the photo's pixels."""

    def at(place: Point) -> Point:
        return place[0] * sight.width, place[1] * sight.height

    eyes = (at(marks.eyes[0]), at(marks.eyes[1])) if marks.eyes else None
    return Taps(mouth=at(marks.mouth) if marks.mouth else None, eyes=eyes, pet=pet)
