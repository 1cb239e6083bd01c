"""Arrange: when everything is said."""

from pipeline.film import timeline
from pipeline.model import Span
from pipeline.parts import Arranged, Speech
from pipeline.studio import Studio
from storage.model import Line, Script


async def arrange(studio: Studio, project: str, script: str, pet: str, person: str) -> Arranged:
    """Return the film's timeline for how long each line really takes.

    Args:
        pet, person: assets of the two roles' `Speech`.
    """
    spoken = await studio.noun(script, Script)
    lengths = {
        True: iter((await studio.noun(person, Speech)).spans),
        False: iter((await studio.noun(pet, Speech)).spans),
    }
    timed: list[tuple[Line, float]] = [
        (line, _seconds(next(lengths[line.speaker == "person"]))) for line in spoken.lines
    ]
    plan = timeline.plan(timed, studio.settings.fps)
    asset = await studio.keep_noun(project, "timeline", plan)
    return Arranged(timeline=asset.id, seconds=plan.seconds)


def _seconds(span: Span) -> float:
    return span[1] - span[0]
