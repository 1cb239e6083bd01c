"""Looking at a picture once: what is seen is filed under all that it depends on."""

from pipeline import crafts
from pipeline.studio import Studio, digest
from storage import assets
from storage.model import Taps

_FINDER = "pet-detector"
_WAY = 4  # of looking: counted up when the same picture would be seen differently


async def looked(studio: Studio, project: str, picture: str, taps: Taps) -> str:
    """Return the asset of the sight of a picture with these taps; the one that is there already, if any."""
    kind = await _kind(studio, picture, taps)
    kept = next((each.id for each in await assets.of(studio.db, project) if each.kind == kind), None)
    if kept is None:
        async with studio.borrow(picture) as (photo,):
            detector = studio.weights.get(_FINDER)
            found = await studio.workshop.run("sight", crafts.sight.look, photo, detector, taps)
        kept = (await studio.keep_noun(project, kind, found)).id
    return kept


async def _kind(studio: Studio, picture: str, taps: Taps) -> str:
    there = _FINDER if studio.weights.get(_FINDER) else ""
    seen_from = digest("look", _WAY, (await studio.asset(picture)).sha256, taps, there)
    return f"sight-{seen_from[:16]}"
