"""Money: what a take may cost, how amounts are added up and written; pure."""

from collections.abc import Iterable, Mapping

from pipeline.model import Span
from pipeline.ports.facts import Facts
from pipeline.themes.words import syllables
from storage.model import Lang, Noun

_SYLLABLES_A_SECOND = {"zh": 4.2, "en": 3.6}  # a child's pace, slower than a grown-up's
_BREATH = 0.3  # seconds around each line
_PAUSE = 0.5  # seconds between two of them
_MARKS = {"CNY": "¥", "USD": "$", "EUR": "€", "GBP": "£"}


class Size(Noun):
    """How much is asked for: seconds of sound or picture, and characters of text."""

    seconds: float = 0.0
    characters: int = 0


def estimate(facts: Facts, size: Size) -> float:
    """Return what something of that size will cost with a vendor, in its currency."""
    if facts.free:
        return 0.0
    amount = {"second": size.seconds, "character": float(size.characters)}
    return facts.price * amount.get(facts.unit, 1.0)


def lasting(lines: Iterable[str], lang: Lang) -> tuple[float, ...]:
    """Return about how many seconds each line takes to say."""
    return tuple(syllables(line, lang) / _SYLLABLES_A_SECOND[lang] + _BREATH for line in lines)


def laid(lines: Iterable[str], lang: Lang) -> tuple[Span, ...]:
    """Return where lines will lie in a sound of their own, about."""
    spans, at = [], 0.0
    for seconds in lasting(lines, lang):
        spans.append((at, at + seconds))
        at += seconds + _PAUSE
    return tuple(spans)


def together(amounts: Mapping[str, float], worth: Mapping[str, float]) -> float | None:
    """Return what amounts of several currencies are in the house's own; None where one has no rate."""
    if any(currency not in worth for currency in amounts):
        return None
    return sum(amount * worth[currency] for currency, amount in amounts.items())


def written(amount: float, currency: str) -> str:
    """Return an amount as people write it: two figures after the point, more where it is less than a cent."""
    places = 2 if amount == 0 or amount >= 0.01 else 4
    mark = _MARKS.get(currency)
    return f"{mark}{amount:.{places}f}" if mark else f"{amount:.{places}f} {currency}"


def all_written(amounts: Mapping[str, float], worth: Mapping[str, float], currency: str) -> str:
    """Return amounts of several currencies in the house's own, with the others beside it where there are any;
    empty where nothing is."""
    each = [written(amount, name) for name, amount in sorted(amounts.items()) if amount]
    whole = together(amounts, worth)
    if not each or whole is None or not any(name != currency for name in amounts if amounts[name]):
        return " + ".join(each)
    return f"{written(whole, currency)} ({' + '.join(each)})"
