"""Tell: write down how a making ended, for whoever asked."""

from typing import Literal

from pipeline.parts import Told
from pipeline.studio import Studio
from storage import projects


async def tell(studio: Studio, project: str, state: Literal["done", "failed"]) -> Told:
    """Set the project's state; returns it, because a step returns something."""
    await projects.change_state(studio.db, project, state)
    return Told(state=state)
