"""Money in the chat: what a film will cost, other ways to make it, and what to do about an order in doubt."""

import math
from collections.abc import Iterable, Mapping

from bot.messages import Button
from bot.talking.changes import answered
from bot.talking.draft import Draft, button, rows
from bot.talking.model import Talk
from bot.talking.saying import sayable
from pipeline.choosing import Choice
from pipeline.money import written
from pipeline.quote import Quote, performers, quote, still_good
from storage.model import Plan

_OTHER_WAYS: dict[Plan, str] = {
    "cheap": "talk.b_plan_cheap",
    "fast": "talk.b_plan_fast",
    "best": "talk.b_plan_best",
    "usual": "talk.b_plan_usual",
    "free": "talk.b_plan_free",
}


def quoted(draft: Draft, plan: Plan | None = None, *, own: bool | None = None) -> Quote | None:
    """Return what the film will cost, in its plan or another, with the model's own voice or without; None
    where nobody hosted could be asked."""
    talk, prices = draft.talk, draft.means.prices
    if not prices.hosted:
        return None
    plan = plan or talk.brief.plan
    own = (talk.brief.own_voice if own is None else own) and plan != "free"
    brief = talk.brief.model_copy(update={"plan": plan, "own_voice": own})
    return quote(prices, brief, plan, have=_have(talk, plan) | still_good(brief, talk.filmed))


def priced(draft: Draft) -> Draft:
    """Return the draft knowing the price that is about to be shown: a new price is a new question.

    A model's own voice that cannot be had any more is let go, and said to be.
    """
    if draft.talk.brief.own_voice and quoted(draft) is None:
        draft = _why_not(draft.fill(own_voice=False)).tell("talk.own_voice_gone")
    now = quoted(draft)
    return draft.change(quoted="" if now is None or now.free else f"{now.plan} {_money(draft, now)}")


def fields(draft: Draft, now: Quote) -> dict[str, str]:
    """What the summary says of a quote: money, whose it will be, and minutes."""
    each = [f"{vendor} {written(cost, currency)}" for (vendor, currency), cost in now.vendors.items()]
    return {"money": _money(draft, now), "vendors": " · ".join(each), "minutes": str(_minutes(now))}


def other_ways(draft: Draft, now: Quote) -> tuple[tuple[Button, ...], ...]:
    """Buttons for the plans that would ask somebody else, or cost less."""
    found: list[Button] = []
    seen = {now.who}
    for plan, key in _OTHER_WAYS.items():
        other = quoted(draft, plan)
        if other is None or other.who in seen or not _is_other(plan, other, now):
            continue
        seen.add(other.who)
        found.append(button("plan", key, plan, money=_money(draft, other), minutes=_minutes(other)))
    return rows(*found, wide=1)


def own_way(draft: Draft) -> tuple[tuple[Button, ...], ...]:
    """A button for the model's own voice, where who performs first has one; and back from it."""
    if draft.talk.brief.own_voice:
        return rows(button("own_voice", "talk.b_our_voice", "off"))
    first = next((each for each in _performers(draft, own=False) if not each.left), None)
    other = quoted(draft, own=True)
    if first is None or first.facts.can is None or first.facts.can.speaks is None or other is None:
        return ()
    return rows(button("own_voice", "talk.b_own_voice", "on", money=_money(draft, other)))


def own_voice(draft: Draft, *, wanted: bool) -> Draft:
    """Have the pet speak in the voice of the model that performs, or in the one that was chosen; what was
    chosen stays for when it is wanted back."""
    if not wanted:
        return answered(draft.fill(own_voice=False), "retry").tell("talk.our_voice_taken")
    able = next((each for each in _performers(draft, own=True) if not each.left), None)
    if able is None:
        return _why_not(draft)
    taken = answered(draft.fill(own_voice=True), "voice", "retry").change(recording=None)
    return taken.tell("talk.own_voice_taken", {"vendor": able.facts.vendor})


def size(draft: Draft, width: int) -> Draft:
    """Make the film so many pixels wide. Its picture is performed anew: where that costs nothing a film that
    is there is made again at once, else its price is said first."""
    if (draft.talk.brief.width or draft.means.width) == width:
        return draft.tell("talk.size_is_that", {"size": width})
    taken = answered(draft.fill(width=width), "retry").tell("talk.size_taken", {"size": width})
    quote = quoted(taken)
    return taken.start("film") if draft.talk.done and (quote is None or quote.free) else taken


WIDTHS = (720, 1080)
"""Pixels a film may be wide, the usual first."""


def _performers(draft: Draft, *, own: bool) -> tuple[Choice, ...]:
    brief = draft.talk.brief
    return performers(draft.means.prices, brief.model_copy(update={"own_voice": own}), brief.plan)


def _why_not(draft: Draft) -> Draft:
    """Say why no model can speak by itself here: a line is too long for one that could, or none can."""
    found = (each for each in _performers(draft, own=True) if each.left == "choose.line_too_long")
    long = next(found, None)
    return draft.tell("talk.no_own_voice") if long is None else draft.tell(*sayable(long.left, long.fields))


def doubt(draft: Draft, arg: str) -> Draft:
    """Ask what to do about an order that may have been charged."""
    again = [button("pay_again", "talk.b_pay_again", arg)] if draft.talk.doubt else []
    ways = [*again, *_free_way(draft, arg), button("wait", "talk.b_wait")]
    return draft.tell("talk.ask_doubt", rows=rows(*ways, wide=1))


def in_doubt(draft: Draft, fields: Mapping[str, str]) -> Draft:
    """Say that somebody who was asked beside the main thing gave no answer and may have charged for one."""
    if "doubt_vendor" not in fields:
        return draft
    told = {name: fields.get(f"doubt_{name}", "") for name in ("vendor", "money")}
    return draft.tell("talk.in_doubt", told)


def budget(draft: Draft, arg: str) -> Draft:
    """Ask how to go on where the money does not reach."""
    ways = [*_free_way(draft, arg), button("retry", "talk.b_retry", arg), button("wait", "talk.b_wait")]
    return draft.tell("talk.ask_budget", rows=rows(*ways, wide=1))


def cost(draft: Draft, told: str) -> Draft:
    """Say what a film did cost, against what was said before."""
    if not told:
        return draft
    before = draft.talk.quoted.partition(" ")[2]
    if not before:
        return draft.tell("talk.film_cost", {"cost": told})
    return draft.tell("talk.film_cost_quoted", {"cost": told, "quote": before})


def _have(talk: Talk, plan: Plan) -> frozenset[str]:
    """What was made while the film was talked about: the frame where the face was sure, a learnt voice."""
    seen, brief, have = talk.seen, talk.brief, set()
    if seen is not None and seen.photo == brief.photo and seen.box is None:
        have.add("draw")
    if brief.sample is not None and talk.learnt == brief.sample and plan != "free":
        have.add("clone")
    return frozenset(have)


def _is_other(plan: Plan, other: Quote, now: Quote) -> bool:
    if now.free:
        return plan == "usual" and not other.free
    if plan == "cheap":
        return not other.free and (other.money or 0.0) < (now.money or 0.0)
    if plan == "fast":
        return not other.free and other.seconds < now.seconds
    if plan == "best":
        return not other.free and _modes(other) != _modes(now)
    return other.free or plan == "usual"


def _modes(of: Quote) -> Iterable[str]:
    return [item.facts.can.mode for item in of.items if item.facts.can is not None]


def _free_way(draft: Draft, arg: str) -> list[Button]:
    able = draft.means.prices.free_way and draft.talk.brief.plan != "free" and arg != "pictures"
    return [button("free_way", "talk.b_free_way", arg)] if able else []


def _money(draft: Draft, of: Quote) -> str:
    """A quote's sum in the house's currency; in the vendors' own where that cannot be told."""
    if of.money is not None:
        return written(of.money, draft.means.prices.currency)
    return " + ".join(written(cost, currency) for (_, currency), cost in of.vendors.items())


def _minutes(of: Quote) -> int:
    return max(1, math.ceil(of.seconds / 60))
