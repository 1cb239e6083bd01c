"""Quote: what a film will cost and how long it will take, before anybody agrees; pure.

An estimate from the vendors' facts and the brief: which steps are still to be done, whom the plan would ask
first, and how much of it there is. What was made before from the same things costs nothing.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pydantic import Field

from pipeline.choosing import Choice, Need, choose
from pipeline.money import Size, estimate, laid, lasting, together
from pipeline.plans import chosen
from pipeline.ports.facts import Facts
from storage.model import Brief, Lang, Noun, Plan

_OURS = 25.0  # seconds for our own craft: timing, cutting, checking
_BUILTIN_SECONDS = 12.0
BOUGHT = "bought"
"""Among the steps still good: the voice made from the sample has said its first lines, which pay for it."""
_RATIO = 9 / 16


class Prices(Noun):
    """Who may be asked, first choice first, and what a unit of each currency is worth in the house's own.

    `usual` are the seconds a step took here as a rule, by step and vendor; `lends`: addresses can be given.
    """

    image: tuple[Facts, ...] = ()
    voice: tuple[Facts, ...] = ()
    avatar: tuple[Facts, ...] = ()
    currency: str = "CNY"
    worth: dict[str, float] = Field(default_factory=dict)
    usual: dict[str, float] = Field(default_factory=dict)
    lends: bool = True

    @property
    def framing(self) -> tuple[Facts, ...]:
        """Those who frame a picture for the film."""
        return tuple(facts for facts in self.image if not facts.draws)

    @property
    def drawing(self) -> tuple[Facts, ...]:
        """Those who draw new pictures, which is asked for before the film is."""
        return tuple(facts for facts in self.image if facts.draws)

    @property
    def hosted(self) -> bool:
        """Whether anything here may cost money."""
        return any(not facts.free for facts in (*self.image, *self.voice, *self.avatar))

    @property
    def free_way(self) -> bool:
        """Whether a film can be made that costs nothing."""
        return all(any(facts.free for facts in each) for each in (self.image, self.voice, self.avatar))


class Item(Noun):
    """One step: who would do it, for how much of their currency, in how many seconds."""

    step: str
    facts: Facts
    cost: float
    seconds: float


class Quote(Noun):
    """`money` in the house's currency; None where a currency has no rate."""

    plan: Plan
    items: tuple[Item, ...]
    money: float | None
    seconds: float

    @property
    def vendors(self) -> dict[tuple[str, str], float]:
        """What each vendor would get, by vendor and currency."""
        sums: dict[tuple[str, str], float] = {}
        for item in self.items:
            if item.cost:
                who = (item.facts.vendor, item.facts.currency)
                sums[who] = sums.get(who, 0.0) + item.cost
        return sums

    @property
    def free(self) -> bool:
        """Whether nothing of it costs anything."""
        return all(item.facts.free for item in self.items)

    @property
    def who(self) -> tuple[str, ...]:
        """Whom it asks, step by step."""
        return tuple(f"{item.step} {item.facts.name}" for item in self.items)


def quote(prices: Prices, brief: Brief, plan: Plan, *, have: frozenset[str] = frozenset()) -> Quote | None:
    """Return what the film will cost in a plan; None where the plan has nobody for some of it.

    Args:
        have: the steps whose results are still good.
    """
    items = []
    for step in _steps(brief, have):
        item = _item(prices, brief, plan, step, have)
        if item is None:
            return None
        items.append(item)
    sums: dict[str, float] = {}
    for item in items:
        sums[item.facts.currency] = sums.get(item.facts.currency, 0.0) + item.cost
    paid = {currency: cost for currency, cost in sums.items() if cost}
    return Quote(plan=plan, items=tuple(items), money=together(paid, prices.worth), seconds=_seconds(items))


def still_good(brief: Brief, made: Brief | None) -> frozenset[str]:
    """Return the steps of a film that need not be done again, by what changed since one was made."""
    if made is None or (made.plan == "free") != (brief.plan == "free"):
        return frozenset()
    good = {BOUGHT} if brief.sample is not None and brief.sample == made.sample else set[str]()
    good |= {step for step, parts in _MADE_FROM.items() if _same(brief, made, step, parts)}
    if _lines(brief, "pet") != _lines(made, "pet"):
        good.discard("speak_pet")
    if _lines(brief, "person") != _lines(made, "person"):
        good.discard("speak_person")
    heard = {"speak_pet"} if brief.own_voice else {"speak_pet", "speak_person"}
    if not {"draw", *heard} <= good or brief.script != made.script:
        good.discard("animate")
    return frozenset(good)


_MADE_FROM = {
    "draw": ("photo", "taps", "frame", "width"),
    "clone": ("sample",),
    "speak_pet": ("voice", "sample", "pet_lines", "own_voice"),
    "speak_person": ("person_voice", "person_lines"),
    "animate": ("own_voice",),
}


def _same(brief: Brief, made: Brief, step: str, parts: Sequence[str]) -> bool:
    rounds = brief.rounds.get(step, 0) == made.rounds.get(step, 0)
    return rounds and all(getattr(brief, part) == getattr(made, part) for part in parts)


def _lines(brief: Brief, role: str) -> tuple[str, ...]:
    lines = brief.script.lines if brief.script else ()
    return tuple(line.text for line in lines if (line.speaker == "person") == (role == "person"))


def _steps(brief: Brief, have: frozenset[str]) -> Iterator[str]:
    """The steps that vendors are asked for."""
    wanted = {
        "draw": True,
        "clone": brief.sample is not None and not brief.pet_lines and not brief.own_voice,
        "speak_pet": not brief.pet_lines and not brief.own_voice,
        "speak_person": not brief.person_lines and bool(_lines(brief, "person")),
        "animate": True,
    }
    return (step for step, needed in wanted.items() if needed and step not in have)


class _Asked(NamedTuple):
    """Facts as `plans` look at vendors."""

    facts: Facts


def _item(prices: Prices, brief: Brief, plan: Plan, step: str, have: frozenset[str]) -> Item | None:
    """One step with whom the plan asks first; None where it has nobody."""
    if step == "animate":
        return _performance(prices, brief, plan)
    vendors = prices.framing if step == "draw" else _voices(prices, brief, step)
    asked = chosen(
        [_Asked(facts) for facts in vendors],
        plan,
        lambda of: _cost(brief, step, of, have) * _rate(prices, of),
    )
    if not asked:
        return None
    facts = asked[0].facts
    cost = _cost(brief, step, facts, have)
    return Item(step=step, facts=facts, cost=cost, seconds=_usual(prices, step, facts, facts.seconds))


def _voices(prices: Prices, brief: Brief, step: str) -> tuple[Facts, ...]:
    """Who can learn the voice, speak in it, or has the preset."""
    if step == "clone" or (step == "speak_pet" and brief.sample is not None):
        return tuple(facts for facts in prices.voice if facts.likeness != "none")
    name = brief.person_voice if step == "speak_person" else brief.voice
    return tuple(
        facts
        for facts in prices.voice
        if facts.presets is None or (facts.presets if name is None else name in facts.presets)
    )


def performers(prices: Prices, brief: Brief, plan: Plan) -> tuple[Choice, ...]:
    """Return those a plan asks for the performance, the able ones first and in order; who is left out says
    why."""
    spans = laid(_lines(brief, "pet"), _lang(brief)) or ((0.0, 1.0),)
    need = Need(spans=spans, ratio=_RATIO, lends=prices.lends, own=brief.own_voice)
    costs = {each.facts.name: each.cost for each in choose(prices.avatar, need)}
    asked = chosen(
        [_Asked(facts) for facts in prices.avatar], plan, lambda of: costs[of.name] * _rate(prices, of)
    )
    place = {each.facts.name: number for number, each in enumerate(asked)}
    return choose([each.facts for each in asked], need, place)


def _performance(prices: Prices, brief: Brief, plan: Plan) -> Item | None:
    choice = next((each for each in performers(prices, brief, plan) if not each.left), None)
    if choice is None:
        return None
    step = "voice_pet" if brief.own_voice else "animate"
    seconds = _usual(prices, step, choice.facts, _waited(choice))
    return Item(step=step, facts=choice.facts, cost=choice.cost, seconds=seconds)


def _waited(choice: Choice) -> float:
    can = choice.facts.can
    return _BUILTIN_SECONDS if choice.facts.free or can is None else can.pace * choice.seconds


def _cost(brief: Brief, step: str, facts: Facts, have: frozenset[str]) -> float:
    if step == "draw" or facts.free:
        return estimate(facts, Size())
    lines = _lines(brief, "person" if step == "speak_person" else "pet")
    if step == "clone":  # it is tried with one line
        lines = lines[:1]
    size = Size(characters=sum(map(len, lines)), seconds=sum(lasting(lines, _lang(brief))))
    bought = step != "speak_pet" or brief.sample is None or BOUGHT in have
    return estimate(facts, size) + (0.0 if bought else facts.learning)


def _seconds(items: Sequence[Item]) -> float:
    """The way through the film: steps that run side by side count as the longest of them."""
    took = {item.step: item.seconds for item in items}
    first = max(took.get("draw", 0.0), took.get("clone", 0.0))
    spoken = max(took.get("speak_pet", 0.0), took.get("speak_person", 0.0))
    performed = took.get("animate", 0.0) + took.get("voice_pet", 0.0)
    return first + spoken + performed + _OURS


def _usual(prices: Prices, step: str, facts: Facts, otherwise: float) -> float:
    return prices.usual.get(f"{step} {facts.name}", otherwise)


def _rate(prices: Prices, facts: Facts) -> float:
    return prices.worth.get(facts.currency, 1.0)


def _lang(brief: Brief) -> Lang:
    return brief.script.lang if brief.script else brief.lang
