"""Tell: write down how a making ended, for whoever asked."""

from typing import Literal

from pipeline.money import all_written
from pipeline.parts import Told
from pipeline.studio import Studio
from storage import projects, purse, takes


async def tell(studio: Studio, project: str, state: Literal["done", "failed"]) -> Told:
    """Set the project's state, and say what the making did cost; a film that failed does not count as one."""
    making = studio.now.making if studio.now else project
    await projects.change_state(studio.db, project, state)
    if state == "failed":
        await purse.dismiss(studio.db, making)
    spent = await takes.spent_by(studio.db, making)
    return Told(state=state, cost=all_written(spent, studio.settings.worth, studio.settings.currency))
