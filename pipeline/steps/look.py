"""Look: what is on the photo, refined by what a person pointed out."""

from pipeline import crafts
from pipeline.model import Sight
from pipeline.parts import Seen
from pipeline.ports.errors import BadInput
from pipeline.studio import Studio


async def look(studio: Studio, project: str) -> Seen:
    """Return the sight of the project's photo; without a face that is sure, `mouth` is "none"."""
    brief = (await studio.project(project)).brief
    if brief.photo is None:
        raise BadInput("photo.missing")
    async with studio.borrow(brief.photo) as (photo,):
        weights = studio.weights
        sight = await studio.workshop.run(
            "sight", crafts.look, photo, weights["pet-detector"], weights["face-proposals"], brief.taps
        )
    asset = await studio.keep_noun(project, "sight", sight)
    return Seen(sight=asset.id, mouth=_mouth(sight, given=brief.taps.mouth is not None))


def _mouth(sight: Sight, *, given: bool) -> str:
    pet = sight.pets[0] if sight.pets else None
    if pet is None or not pet.found:
        return "none"
    return "given" if given else "found"
