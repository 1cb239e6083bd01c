"""Look: what is on the picture the film shows, refined by what a person pointed out."""

from pipeline import crafts
from pipeline.model import Sight
from pipeline.parts import Seen
from pipeline.shown import shown
from pipeline.studio import Studio, digest
from storage import assets
from storage.model import Taps

_FINDERS = ("pet-detector", "face-proposals")
_WAY = 1  # of looking: counted up when the same picture would be seen differently


async def look(studio: Studio, project: str, which: str = "") -> Seen:
    """Return the sight of the project's picture; without a face that is sure, `mouth` is "none".

    A picture that was looked at with the same taps before is not looked at again.
    """
    picture, taps = shown((await studio.project(project)).brief, which)
    kind = await _kind(studio, picture, taps)
    kept = next((each.id for each in await assets.of(studio.db, project) if each.kind == kind), None)
    if kept is None:
        async with studio.borrow(picture) as (photo,):
            detector, proposals = (studio.weights.get(name) for name in _FINDERS)
            found = await studio.workshop.run("sight", crafts.look, photo, detector, proposals, taps)
        kept = (await studio.keep_noun(project, kind, found)).id
    sight = await studio.noun(kept, Sight)
    return Seen(sight=kept, mouth=_mouth(sight, given=taps.mouth is not None))


async def _kind(studio: Studio, picture: str, taps: Taps) -> str:
    """What a sight is filed under: all that it depends on."""
    there = (name for name in _FINDERS if studio.weights.get(name))
    seen_from = digest("look", _WAY, (await studio.asset(picture)).sha256, taps, *there)
    return f"sight-{seen_from[:16]}"


def _mouth(sight: Sight, *, given: bool) -> str:
    pet = sight.pets[0] if sight.pets else None
    if pet is None or not pet.found:
        return "none"
    return "given" if given else "found"
