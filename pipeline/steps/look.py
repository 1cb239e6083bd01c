"""Look: what is on the picture the film shows, refined by what a person pointed out."""

from pipeline.looking import looked
from pipeline.model import Sight
from pipeline.parts import Seen
from pipeline.shown import shown
from pipeline.studio import Studio


async def look(studio: Studio, project: str, which: str = "") -> Seen:
    """Return the sight of the project's picture; without a face that is sure, `mouth` is "none"."""
    picture, taps = shown((await studio.project(project)).brief, which)
    kept = await looked(studio, project, picture, taps)
    sight = await studio.noun(kept, Sight)
    return Seen(sight=kept, mouth=_mouth(sight, given=taps.mouth is not None))


def _mouth(sight: Sight, *, given: bool) -> str:
    pet = sight.pets[0] if sight.pets else None
    if pet is None or not pet.found:
        return "none"
    return "given" if given else "found"
