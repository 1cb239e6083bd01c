"""Quotes and plans: whom a film asks, for how much, and what of it is made already."""

import pytest

from pipeline.money import Size, all_written, estimate, written
from pipeline.plans import chosen
from pipeline.ports.can import Can, Speaks
from pipeline.ports.facts import Facts
from pipeline.quote import Prices, Quote, quote, still_good
from storage.model import Brief, Line, Plan, Script

FREE = Facts(vendor="builtin", model="", free=True, likeness="stand-in")
PICTURE = Facts(vendor="ark", model="p", price=0.3, unit="picture")
SPEECH = Facts(vendor="minimax", model="s", price=0.001, unit="character", learning=9.9, likeness="clone")
BEST = Facts(vendor="omni", model="best", price=1.2, unit="second", can=Can(needs_url=True))
FAST = Facts(vendor="kling", model="fast", price=0.1, currency="USD", unit="second", can=Can(mode="fast"))
PRICES = Prices(
    image=(PICTURE, FREE),
    voice=(SPEECH, FREE),
    avatar=(BEST, FAST, FREE),
    worth={"CNY": 1.0, "USD": 7.0},
)
SCRIPT = Script(
    lines=(
        Line(speaker="person", text="没钱怎么办"),
        Line(speaker="pet", text="去找工作去找工作去"),
        Line(speaker="pet", text="我去捡破烂养你好了"),
    )
)
BRIEF = Brief(photo="p", script=SCRIPT, voice="naitang", person_voice="mama")


def _quote(
    brief: Brief = BRIEF, plan: Plan = "usual", prices: Prices = PRICES, **more: frozenset[str]
) -> Quote:
    made = quote(prices, brief, plan, **more)
    assert made is not None
    return made


def test_a_film_is_quoted_by_what_it_needs() -> None:
    """Protects people's money from a guess: syllables make seconds, characters and pictures their price."""
    made = _quote()
    assert [(item.step, item.facts.vendor) for item in made.items] == [
        ("draw", "ark"), ("speak_pet", "minimax"), ("speak_person", "minimax"), ("animate", "omni"),
    ]  # fmt: skip
    performance = made.items[-1].cost / 1.2
    assert 2 * (9 / 4.2) < performance < 2 * (9 / 4.2) + 3
    assert made.vendors["minimax", "CNY"] == pytest.approx(0.001 * 23)
    assert made.money == pytest.approx(sum(item.cost for item in made.items))
    assert made.seconds > performance * BEST.can.pace  # type: ignore[union-attr]  # it has abilities


def test_a_models_own_voice_is_quoted_with_its_sound() -> None:
    """Whoever agrees to it pays for clips with sound and for no voice beside it; a film of the same lines is
    not quoted as done when the other voice is wanted."""
    scene = FAST.model_copy(update={"can": Can(sound="own", speaks=Speaks(price=0.3, clips=(5, 10)))})
    prices = PRICES.model_copy(update={"avatar": (BEST, scene, FREE)})
    own = BRIEF.model_copy(update={"own_voice": True, "voice": None, "sample": "s"})
    made = _quote(own, prices=prices)
    assert [(item.step, item.facts.vendor) for item in made.items] == [
        ("draw", "ark"), ("speak_person", "minimax"), ("voice_pet", "kling"),
    ]  # fmt: skip
    assert made.vendors["kling", "USD"] == pytest.approx(3.0)
    assert quote(PRICES, own, "usual") is None
    assert "animate" not in still_good(own, own.model_copy(update={"own_voice": False}))


def test_a_sample_costs_its_learning_once() -> None:
    """Protects from a surprise: a voice is bought with its first lines, learnt by then or not."""
    sampled = BRIEF.model_copy(update={"voice": None, "sample": "s"})
    dearer, bought = _quote(sampled), _quote(sampled, have=still_good(sampled, sampled) - {"speak_pet"})
    assert (dearer.money or 0) - (bought.money or 0) > 9.9
    learnt = _quote(sampled, have=frozenset({"clone"}))
    assert (dearer.money or 0) - (learnt.money or 0) == pytest.approx(0.0, abs=0.02)


def test_what_is_recorded_is_not_spoken() -> None:
    """Protects recordings from being quoted as speech."""
    recorded = BRIEF.model_copy(update={"voice": None, "pet_lines": ("a",), "person_lines": ("b",)})
    assert [item.step for item in _quote(recorded).items] == ["draw", "animate"]


@pytest.mark.parametrize(
    ("plan", "who"),
    [("usual", "omni"), ("best", "omni"), ("fast", "kling"), ("cheap", "kling"), ("free", "builtin")],
)
def test_each_plan_asks_whom_it_promises(plan: Plan, who: str) -> None:
    """Protects the choice: the button's price is that of whoever is asked first."""
    made = _quote(plan=plan)
    assert made.items[-1].facts.vendor == who
    assert made.free == (plan == "free")
    vendors = chosen([_One(facts) for facts in PRICES.avatar], plan, lambda facts: facts.price)
    assert vendors[0].facts.vendor == who


class _One:
    def __init__(self, facts: Facts) -> None:
        self.facts = facts


def test_a_plan_with_nobody_is_no_offer() -> None:
    """Protects from a button that cannot be kept: nothing free where only hosted vendors are named."""
    hosted = PRICES.model_copy(update={"avatar": (BEST,)})
    assert quote(hosted, BRIEF, "free") is None
    assert not hosted.free_way
    nowhere = hosted.model_copy(update={"lends": False})
    assert quote(nowhere, BRIEF, "usual") is None


def test_what_took_long_here_is_believed() -> None:
    """Protects the minutes: what was measured here beats what the facts say."""
    slow = PRICES.model_copy(update={"usual": {"animate omni:best": 500.0}})
    assert 500 < _quote(prices=slow).seconds < 600


def test_a_change_costs_what_hangs_on_it() -> None:
    """Protects a redo: of a film that was made only the changed part and the performance are paid again."""
    assert still_good(BRIEF, None) == frozenset()
    assert still_good(BRIEF, BRIEF) == {"draw", "clone", "speak_pet", "speak_person", "animate"}
    lines = (*SCRIPT.lines[:2], Line(speaker="pet", text="好"))
    changed = BRIEF.model_copy(update={"script": SCRIPT.model_copy(update={"lines": lines})})
    assert still_good(changed, BRIEF) == {"draw", "clone", "speak_person"}
    assert still_good(BRIEF.model_copy(update={"photo": "q"}), BRIEF) == {
        "clone",
        "speak_pet",
        "speak_person",
    }
    assert "speak_pet" not in still_good(BRIEF.model_copy(update={"voice": "doubao"}), BRIEF)
    assert still_good(BRIEF.model_copy(update={"plan": "free"}), BRIEF) == frozenset()


def test_amounts_are_written_as_people_do() -> None:
    """Protects the reading: two figures, more for less than a cent, foreign money beside our own."""
    assert [written(1.5, "CNY"), written(0.0049, "USD"), written(0.0, "JPY")] == [
        "¥1.50",
        "$0.0049",
        "0.00 JPY",
    ]
    assert all_written({"USD": 2.0}, {"USD": 7.0, "CNY": 1.0}, "CNY") == "¥14.00 ($2.00)"
    assert all_written({"USD": 2.0, "CNY": 1.0}, {"CNY": 1.0}, "CNY") == "¥1.00 + $2.00"
    assert all_written({"CNY": 1.0, "USD": 0.0}, {"CNY": 1.0}, "CNY") == "¥1.00"
    assert all_written({}, {}, "CNY") == ""
    assert estimate(FREE, Size(seconds=9.0)) == 0.0
