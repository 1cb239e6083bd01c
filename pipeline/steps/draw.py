"""Draw: the first frame, from the photo and what was seen on it."""

from pipeline.model import Framed, Sight
from pipeline.parts import Drawn
from pipeline.ports.errors import BadInput
from pipeline.ports.facts import Paid
from pipeline.ports.image import DrawAsk, Image
from pipeline.spend import spend
from pipeline.studio import Studio, digest


async def draw(studio: Studio, project: str, sight: str) -> Drawn:
    """Return the first frame; the same photo, sight and canvas give the one drawn before."""
    brief = (await studio.project(project)).brief
    photo_id = brief.photo
    if photo_id is None:
        raise BadInput("photo.missing")
    photo = await studio.asset(photo_id)
    ask = DrawAsk(
        sight=await studio.noun(sight, Sight), width=studio.settings.width, height=studio.settings.height
    )

    async def send(vendor: Image, _key: str) -> Paid:
        async with studio.borrow(photo_id) as (path,):
            with studio.bench() as bench:
                framed: Framed = await vendor.draw(path, ask, bench / "frame.png")
                frame = await studio.keep(project, "frame", bench / "frame.png", "image/png")
        kept = await studio.keep_noun(project, "framed", framed)
        return Paid(value=Drawn(frame=frame.id, framed=kept.id).model_dump_json())

    made_from = digest("draw", photo.sha256, ask, brief.rounds.get("draw", 0))
    take = await spend(studio, project, "draw", studio.catalogue.image, made_from, send=send)
    return Drawn.model_validate_json(take.result or "")
