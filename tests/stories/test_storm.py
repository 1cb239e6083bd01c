"""Money and films in a crash storm, small enough for every run; the bench has the great one."""

import os
from pathlib import Path

import pytest

from pipeline import packaged
from tests.stories.storm import storm

_FILMS, _KILLS = 3, 6
SEED = int(os.environ.get("PAWLOGUE_TEST_SEED", "3"))


@pytest.mark.timeout(240)
async def test_a_storm_costs_nobody_a_film_or_a_yuan(tmp_path: Path) -> None:
    """Killed at random moments of whole chats on hosted vendors: each person gets one film, each order is
    paid once, the ledger says what the vendors charged, and nobody is asked what they have answered."""
    if packaged.path("font-cute") is None:
        pytest.skip("the fonts are not fetched")
    left = await storm(tmp_path, _FILMS, _KILLS, SEED)
    assert (left.films, left.kills) == (_FILMS, _KILLS)
    assert (left.paid_twice, left.asked_again, left.loose) == (0, (), 0)
    assert left.off < 0.005
    assert "Traceback" not in left.log
