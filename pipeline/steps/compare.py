"""Compare: is the pet on the photo still the one on what was drawn after it?"""

from pipeline import crafts
from pipeline.parts import Compared
from pipeline.ports.errors import Busy, Trouble, Unsure
from pipeline.ports.facts import Paid
from pipeline.ports.text import CompareAsk, Compares, Likely
from pipeline.shown import PHOTO, shown
from pipeline.spend import spend
from pipeline.studio import Studio, digest, together
from pipeline.turns import Cancelled


async def compare(studio: Studio, project: str, pictures: str) -> Compared:
    """Return the verdict on each picture (assets with spaces between); nobody who sees, no verdict.

    A model that could not be asked leaves it unsure: that is no reason to lose a picture.
    """
    seers = tuple(one for one in studio.catalogue.seers if isinstance(one, Compares))
    if not seers:
        return Compared(same={})
    each = tuple(dict.fromkeys(pictures.split()))
    doubts: list[Unsure] = []
    told = await together(*(_verdict(studio, project, seers, one, doubts) for one in each))
    doubt = doubts[0].fields if doubts else {}
    return Compared(same=dict(zip(each, told, strict=True)), doubt=doubt)


async def _verdict(
    studio: Studio, project: str, seers: tuple[Compares, ...], picture: str, doubts: list[Unsure]
) -> Likely:
    brief = (await studio.project(project)).brief
    photo, _ = shown(brief, PHOTO)
    sums = [(await studio.asset(each)).sha256 for each in (photo, picture)]
    with studio.bench() as bench:
        ask = CompareAsk(photo=bench / "photo.jpg", other=bench / "other.jpg", lang=brief.lang)
        async with studio.borrow(photo, picture) as (one, other):
            await studio.workshop.run("sight", crafts.sight.snapshot, one, ask.photo)
            await studio.workshop.run("sight", crafts.sight.snapshot, other, ask.other)

        async def send(vendor: Compares, _key: str) -> Paid:
            return await vendor.compare(ask)

        async def collect(vendor: Compares, ticket: str) -> Paid:
            return Paid(value=vendor.compared(ask, ticket))

        made_from = digest("compare", *sums, brief.lang)
        try:
            take = await spend(studio, project, "compare", seers, made_from, send=send, collect=collect)
        except (Busy, Cancelled):
            raise
        except Unsure as doubt:
            doubts.append(doubt)
            return "unsure"
        except Trouble:
            return "unsure"
    return _LIKELY.get(take.result or "", "unsure")


_LIKELY: dict[str, Likely] = {"yes": "yes", "no": "no"}
