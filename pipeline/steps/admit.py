"""Admit: one more film for this person today, if the operator allows so many."""

from pipeline.parts import Told
from pipeline.ports.errors import BadInput
from pipeline.studio import Studio
from storage import purse


async def admit(studio: Studio, project: str) -> Told:
    """Count the film.

    Raises:
        BadInput: this person had as many films in the last 24 hours as one may have.
    """
    making = studio.now.making if studio.now else project
    most = studio.settings.daily_films
    if not await purse.admit(studio.db, making, project, most, studio.clock()):
        raise BadInput("budget.films", {"most": str(most)})
    return Told(state="making")
