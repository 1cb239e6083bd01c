"""Who performs: what the script needs against what each vendor can, then the settings' order, then price."""

from collections.abc import Mapping, Sequence

from pydantic import Field

from pipeline.model import Span
from pipeline.ports.can import Can, Speaks
from pipeline.ports.facts import Facts
from storage.model import Noun

_LEAD, _TAIL = 0.3, 0.5  # seconds of quiet around the lines of one job: the face is needed at rest too
_SAME = 1e-6  # seconds; quiet is cut down to exactly what a vendor takes
_SPARE = 1.0  # seconds of a clip in which a model that speaks for itself says nothing, about


class Need(Noun):
    """What a film asks of a performance: `spans` are the pet's lines in its sound, in seconds; `ratio` is the
    picture's width over its height; `animal`: the face is one; `lends`: addresses can be given. `own`: the
    model says the lines itself, and where they lie is only about right."""

    spans: tuple[Span, ...]
    ratio: float
    animal: bool = True
    lends: bool = True
    own: bool = False


class Choice(Noun):
    """One vendor, why not (a text key and fields; empty: it is able), what it cannot keep, and its jobs.

    `parts` are the lines of each job, first to last, as numbers; `seconds` is the sound of all jobs together;
    `cost` in the vendor's currency.
    """

    facts: Facts
    left: str = ""
    fields: dict[str, str] = Field(default_factory=dict)
    notes: tuple[str, ...] = ()
    parts: tuple[tuple[int, int], ...] = ()
    seconds: float = 0.0
    cost: float = 0.0


def choose(
    vendors: Sequence[Facts], need: Need, place: Mapping[str, int] | None = None
) -> tuple[Choice, ...]:
    """Return a choice for every vendor: the able ones first, as they will be asked, then those left out.

    Args:
        place: the settings' order by `Facts.name`; those of one place, or all without it, go by price.
    """
    at = place or {}
    judged = [_judged(facts, need) for facts in vendors]
    return tuple(
        sorted(judged, key=lambda each: (bool(each.left), at.get(each.facts.name, len(at)), each.cost))
    )


def _judged(facts: Facts, need: Need) -> Choice:
    can = facts.can
    fields = {"vendor": facts.vendor}
    if need.own and (can is None or can.speaks is None):
        return Choice(facts=facts, left="choose.no_own_voice", fields=fields)
    if facts.whole_film or can is None:
        return Choice(facts=facts, cost=facts.price)
    if need.animal and can.animals is False:
        return Choice(facts=facts, left="choose.no_animals", fields=fields)
    if not can.narrowest <= need.ratio <= can.widest:
        return Choice(facts=facts, left="choose.ratio", fields=fields)
    if can.needs_url and not need.lends:
        return Choice(facts=facts, left="lend.nowhere", fields=fields)
    if need.own and can.speaks is not None:
        return _by_itself(facts, can.speaks, need)
    if can.sound == "own":
        return _scene(facts, can, need)
    parts = split(need.spans, can)
    if parts is None:
        return _too_long(facts, need, can.most)
    seconds = sum(length(need.spans, part, can) for part in parts)
    return Choice(facts=facts, parts=parts, seconds=seconds, cost=_cost(facts, seconds))


def _too_long(facts: Facts, need: Need, most: float) -> Choice:
    longest = max(end - start for start, end in need.spans)
    fields = {"vendor": facts.vendor, "seconds": f"{longest:.0f}", "most": f"{most:.0f}"}
    return Choice(facts=facts, left="choose.line_too_long", fields=fields)


def _by_itself(facts: Facts, speaks: Speaks, need: Need) -> Choice:
    """Clips in which the model says the lines itself: as few as hold them, cut between lines."""
    most = speaks.clips[-1] - _SPARE
    parts = split(need.spans, Can(least=0.0, most=most, best=most))
    if parts is None:
        return _too_long(facts, need, most)
    lengths = [clip(need.spans, part, speaks) for part in parts]
    many = sum(lengths) if facts.unit == "second" else len(parts)
    return Choice(facts=facts, parts=parts, seconds=sum(lengths), cost=speaks.price * many)


def clip(spans: Sequence[Span], part: tuple[int, int], speaks: Speaks) -> float:
    """Return the seconds of the clip in which a model says one part's lines by itself."""
    return speaks.clip(spans[part[1]][1] - spans[part[0]][0] + _SPARE)


def _scene(facts: Facts, can: Can, need: Need) -> Choice:
    """A scene, and where somebody can make its mouth follow our sound, that too."""
    seconds = max(can.least, min(can.most, can.best))
    spoken = length(need.spans, _all(need)[0], Can(least=2.0))
    dubbed = can.dub > 0 and need.lends
    return Choice(
        facts=facts,
        notes=() if dubbed else ("performance.voice_over",),
        parts=_all(need),
        seconds=seconds,
        cost=_cost(facts, seconds) + (can.dub * spoken + can.dub_once if dubbed else 0.0),
    )


def split(spans: Sequence[Span], can: Can) -> tuple[tuple[int, int], ...] | None:
    """Return the lines of each job, first to last: one job where it is not too long, else as few as go below
    `best`, cut between lines; None where a single line is longer than the vendor takes."""
    if not spans:
        return None
    if length(spans, (0, len(spans) - 1), can) <= min(can.best, can.most) + _SAME:
        return ((0, len(spans) - 1),)
    parts: list[tuple[int, int]] = []
    first = 0
    for number in range(len(spans)):
        if length(spans, (number, number), can) > can.most + _SAME:
            return None
        if number > first and length(spans, (first, number), can) > min(can.best, can.most) + _SAME:
            parts.append((first, number - 1))
            first = number
    return (*parts, (first, len(spans) - 1))


def length(spans: Sequence[Span], part: tuple[int, int], can: Can) -> float:
    """Return how long one job's sound is: its lines, what lies between them, a little quiet around."""
    lead, tail = quiet(spans, part, can)
    return lead + spans[part[1]][1] - spans[part[0]][0] + tail


def quiet(spans: Sequence[Span], part: tuple[int, int], can: Can) -> Span:
    """Return the seconds of quiet before and after one job's lines; more after it where the vendor wants
    longer sounds, less where it takes no longer ones."""
    spoken = spans[part[1]][1] - spans[part[0]][0]
    room = max(0.0, can.most - spoken)
    lead = min(_LEAD, room / 3)
    return lead, min(max(_TAIL, can.least - spoken - lead), room - lead)


def _all(need: Need) -> tuple[tuple[int, int], ...]:
    return ((0, len(need.spans) - 1),)


def _cost(facts: Facts, seconds: float) -> float:
    return facts.price * (seconds if facts.unit == "second" else 1)
