"""The contest: the same themes for everybody, judged by the rules scripts are held to."""

import pytest

from pipeline.ports.http import Http
from pipeline.vendors.builtin.text import Text as Bank
from pipeline.writing import Hosted, scoring
from tests.fakes.serving import served
from tests.fakes.texts import case


async def test_thirty_themes_in_both_languages() -> None:
    """The list is fixed, so that two results can be laid side by side."""
    themes = scoring.themes()
    assert len(themes) == 30
    assert {ask.lang for ask in themes} == {"zh", "en"}
    assert len(scoring.themes(4)) == 4


async def test_the_bank_is_good_and_seldom_on_theme() -> None:
    """What it offers passes every check; what it was never told it says so."""
    writer = Bank()
    score = scoring.scored(writer, [await scoring.tried(writer, ask) for ask in scoring.themes()])
    assert (score.usable, score.verbatim, score.clean, score.cost) == (1, 1, 1, 0)
    assert 0.1 < score.near < 0.5


async def test_a_model_is_judged_by_its_first_answer() -> None:
    """A bad answer, a changed question and a refusal show; nothing is asked twice, and money is summed up."""
    chosen = case("ark")
    fake = chosen.fake()
    fake.mind.slips.extend(["other person", "prose", "too long"])
    ticks = iter(range(100))
    with served(fake.app) as url:
        async with Http.opened(trust_env=False) as http:
            writer = Hosted(chosen.text(http, url))
            asks = scoring.themes(5)
            marks = [await scoring.tried(writer, ask, lambda: float(next(ticks))) for ask in asks[:4]]
            fake.faults.append("400 InputTextSensitiveContentDetected")
            marks.append(await scoring.tried(writer, asks[4], lambda: float(next(ticks))))
    score = scoring.scored(writer, marks)
    assert [mark.usable for mark in marks] == [True, False, False, True, False]
    assert marks[0].verbatim == pytest.approx(8 / 9)
    assert score.troubles == ("text.unusable", "vendor.refused")
    assert score.seconds == 1.0
    assert score.cost == pytest.approx(4 * (1000 * 2 + 500 * 8) / 1e6)
    assert len(fake.bills) == 4
