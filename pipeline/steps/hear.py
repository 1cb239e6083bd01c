"""Hear: whether a sample is good enough to learn a voice from."""

from pipeline import crafts
from pipeline.parts import Judged
from pipeline.ports.errors import BadInput
from pipeline.studio import Studio


async def hear(studio: Studio, project: str) -> Judged:
    """Return what was heard in the brief's sample."""
    sample = (await studio.project(project)).brief.sample
    if sample is None:
        raise BadInput("voice.no_sample")
    async with studio.borrow(sample) as (path,):
        heard = await studio.workshop.run("voice", crafts.voice.hear, path, None)
    return Judged(seconds=heard.seconds, verdict=heard.verdict, reasons=heard.reasons)
