"""Draw: the first frame, from the picture the film shows and what was seen on it."""

from pipeline.model import Framed, Sight
from pipeline.parts import Drawn
from pipeline.ports.facts import Paid
from pipeline.ports.image import FrameAsk, Framer
from pipeline.shown import canvas, shown
from pipeline.spend import spend
from pipeline.studio import Studio, digest


async def draw(studio: Studio, project: str, sight: str, which: str = "") -> Drawn:
    """Return the first frame; the same picture, sight and canvas give the one drawn before."""
    brief = (await studio.project(project)).brief
    chosen, _ = shown(brief, which)
    picture = await studio.asset(chosen)
    width, height = canvas(brief, (studio.settings.width, studio.settings.height))
    ask = FrameAsk(sight=await studio.noun(sight, Sight), width=width, height=height)

    async def send(vendor: Framer, _key: str) -> Paid:
        async with studio.borrow(chosen) as (path,):
            with studio.bench() as bench:
                framed: Framed = await vendor.frame(path, ask, bench / "frame.png")
                frame = await studio.keep(project, "frame", bench / "frame.png", "image/png")
        kept = await studio.keep_noun(project, "framed", framed)
        return Paid(value=Drawn(frame=frame.id, framed=kept.id).model_dump_json())

    made_from = digest("draw", picture.sha256, ask, brief.rounds.get("draw", 0))
    take = await spend(studio, project, "draw", studio.catalogue.framers, made_from, send=send)
    return Drawn.model_validate_json(take.result or "")
