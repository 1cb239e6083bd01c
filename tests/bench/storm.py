"""The great crash storm: twenty people's films on hosted vendors, the plug pulled sixty times."""

import asyncio
import tempfile
from pathlib import Path

from tests.bench.figures import Figure
from tests.stories.storm import storm

_FILMS, _KILLS, _SEED = 20, 60, 20


def measure() -> list[Figure]:
    """Count what a storm leaves; what may be left is the doubt that no vendor can end."""
    with tempfile.TemporaryDirectory() as name:
        left = asyncio.run(storm(Path(name), _FILMS, _KILLS, _SEED))
    return [
        Figure("storm_kills", left.kills, "kills", _KILLS),
        Figure("storm_films", left.films, "people with one film", _FILMS),
        Figure("storm_paid_twice", left.paid_twice, "charges", 0),
        Figure("storm_off", left.off, "off the bills", 0),
        Figure("storm_asked_again", len(left.asked_again), "questions", 0),
        Figure("storm_loose", left.loose, "makings without an end", 0),
        Figure("storm_doubts", left.doubts, "takes a person decided"),
        Figure("storm_s", left.seconds, "s"),
    ]
