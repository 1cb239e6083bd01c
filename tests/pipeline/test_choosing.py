"""Who performs: what is needed first, then the order somebody wrote down, then the price."""

import pytest

from pipeline.choosing import Need, choose, length, rest, split
from pipeline.ports.can import Can, Speaks
from pipeline.ports.facts import Facts

_LINES = ((0.0, 1.0), (1.5, 4.0), (4.5, 6.0))


def _facts(name: str, can: Can, price: float = 1.0) -> Facts:
    return Facts(vendor=name, model="m", price=price, unit="second", can=can)


def _need(**other: object) -> Need:
    return Need.model_validate({"spans": _LINES, "ratio": 9 / 16} | other)


@pytest.mark.parametrize(
    ("there", "parts"),
    [
        ((False, False, False), ((0, 2),)),
        ((True, False, True), ((1, 1),)),
        ((False, True, False), ((0, 0), (2, 2))),
        ((True, True, True), ()),
    ],
)
def test_what_was_performed_is_no_job_again(
    there: tuple[bool, ...], parts: tuple[tuple[int, int], ...]
) -> None:
    """Money: jobs only for lines that are not there, and what they cost is their own seconds."""
    whole = choose([_facts("a", Can(least=0.5))], _need())[0]
    left = rest(whole, _need(), there)
    assert left.parts == parts
    assert left.cost == pytest.approx(sum(length(_LINES, part, Can(least=0.5)) for part in parts))


def test_all_anew_is_asked_for_where_single_lines_cost_more() -> None:
    """Money: whoever charges a long least time for each job is given one job."""
    can = Can(least=5.0)
    whole = choose([_facts("a", can)], _need())[0]
    assert rest(whole, _need(), (False, True, False)) == whole


def test_a_scene_is_no_matter_of_lines() -> None:
    """A scene shows somebody who speaks, whatever is said: there is nothing left out of it."""
    scene = choose([_facts("a", Can(sound="own"))], _need())[0]
    assert rest(scene, _need(), (True, False, True)) == scene


@pytest.mark.parametrize(
    ("can", "need", "left"),
    [
        ({"animals": False}, {}, "choose.no_animals"),
        ({"animals": False}, {"animal": False}, ""),
        ({"animals": None}, {}, ""),
        ({"narrowest": 0.8}, {}, "choose.ratio"),
        ({"needs_url": True}, {"lends": False}, "lend.nowhere"),
        ({"needs_url": True}, {"lends": True}, ""),
        ({"most": 2.0}, {}, "choose.line_too_long"),
    ],
)
def test_who_cannot_is_left_out_and_says_why(
    can: dict[str, object], need: dict[str, object], left: str
) -> None:
    """No vendor is paid for what it cannot do, and the reason can be shown."""
    (choice,) = choose([_facts("a", Can.model_validate(can))], _need(**need))
    assert choice.left == left
    assert (choice.parts == ()) == bool(left)


def test_the_written_order_comes_before_the_price() -> None:
    """What somebody put first is asked first; without an order the cheapest is; the unable come last."""
    vendors = [_facts("dear", Can(), 3.0), _facts("cheap", Can()), _facts("never", Can(animals=False), 0.1)]
    named = {"dear:m": 0, "cheap:m": 1, "never:m": 2}
    assert [each.facts.vendor for each in choose(vendors, _need(), named)] == ["dear", "cheap", "never"]
    assert [each.facts.vendor for each in choose(vendors, _need())] == ["cheap", "dear", "never"]


def test_the_price_is_that_of_the_sound_sent() -> None:
    """The quote and the ledger count the seconds that are really bought, the quiet around them included."""
    (choice,) = choose([_facts("a", Can(), 2.0)], _need())
    assert choice.seconds == pytest.approx(6.8)
    assert choice.cost == pytest.approx(13.6)


def test_a_scene_without_our_sound_is_said_to_be_one() -> None:
    """A voice over a mouth that does not follow is never a silent choice."""
    (choice,) = choose([_facts("a", Can(sound="own", least=8, most=8, best=8))], _need())
    assert (choice.notes, choice.seconds) == (("performance.voice_over",), 8.0)


def test_a_scene_with_lips_is_priced_with_them() -> None:
    """Whoever agrees to the price agrees to both jobs; without addresses there are no lips, and no price of
    them."""
    scene = _facts("a", Can(sound="own", least=5, most=5, best=5, dub=0.1))
    (with_lips,), (without,) = choose([scene], _need()), choose([scene], _need(lends=False))
    assert (with_lips.notes, without.notes) == ((), ("performance.voice_over",))
    assert [with_lips.cost, without.cost] == pytest.approx([5.0 + 0.68, 5.0])


def test_a_model_that_speaks_by_itself_is_bought_by_the_clip() -> None:
    """The price is that of clips it can make with sound, as few as hold the lines; who has no voice of its
    own, or none long enough for a line, is left out with the reason."""
    speaks = Can(sound="own", speaks=Speaks(price=0.5, clips=(5, 10)))
    by_the_clip = _facts("c", speaks).model_copy(update={"unit": "clip"})
    short = Can(sound="own", speaks=Speaks(price=0.5, clips=(4,)))
    none, dumb = Can(speaks=Speaks(price=0.5, clips=(3,))), Can()
    (one,) = choose([_facts("a", speaks)], _need(own=True))
    assert (one.parts, one.seconds, one.cost) == (((0, 2),), 10.0, 5.0)
    (three,) = choose([_facts("a", short)], _need(own=True))
    assert (three.parts, three.cost) == (((0, 0), (1, 1), (2, 2)), 6.0)
    assert choose([by_the_clip], _need(own=True))[0].cost == 0.5
    left = [choose([_facts("a", can)], _need(own=True))[0].left for can in (none, dumb)]
    assert left == ["choose.line_too_long", "choose.no_own_voice"]
    assert choose([_facts("a", speaks)], _need())[0].notes == ("performance.voice_over",)


def test_long_speech_is_split_between_lines() -> None:
    """Jobs stay under the vendor's limit, lines stay whole and in order, and none is lost."""
    can = Can(best=4.0, most=5.0)
    parts = split(_LINES, can)
    assert parts == ((0, 0), (1, 1), (2, 2))
    assert split(_LINES, Can(best=5.0, most=60.0)) == ((0, 1), (2, 2))
    assert all(length(_LINES, part, can) <= 5.0 for part in parts)
    assert split(_LINES, Can()) == ((0, 2),)


def test_a_short_word_is_sent_with_quiet_after_it() -> None:
    """A vendor that wants two seconds gets them, and one that takes no more gets no more."""
    assert length(((0.0, 0.4),), (0, 0), Can(least=2.0)) == pytest.approx(2.0)
    assert length(((0.0, 4.9),), (0, 0), Can(most=5.0)) == pytest.approx(5.0)
