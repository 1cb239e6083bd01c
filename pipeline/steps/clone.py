"""Clone: a voice made from the brief's sample; where no vendor in use clones, a stand-in."""

from pipeline.learning import learn
from pipeline.parts import Learnt
from pipeline.studio import Studio


async def clone(studio: Studio, project: str) -> Learnt:
    """Return the voice; empty where there is no sample, or the lines are recorded."""
    return await learn(studio, project)
