"""Moments of a film that somebody names, and the link they are about: 0:12-0:35, 12s to 35s, 1分到1分50秒."""

import re
from collections.abc import Iterator

Span = tuple[float, float | None]
"""From and to, in seconds; without an end it is as much as is needed."""

# A link ends where Chinese words begin: people paste what a video app wrote around it.
_LINK = re.compile(r"(?:https?://|www\.)[^\s\u2e80-\u9fff\uff00-\uffef<>\"“”]+", re.IGNORECASE)
_JOIN = r"\s*(?:-|–|—|~|～|到|至|to\b|until\b|till\b)\s*"


def _moment(side: str) -> str:
    """A moment as a clock shows it, or in minutes and seconds; a number alone is seconds."""
    clock = rf"(?:(?P<h{side}>\d{{1,2}})[:：])?(?P<m{side}>\d{{1,3}})[:：](?P<s{side}>\d{{2}}(?:\.\d+)?)"
    minutes = rf"(?P<um{side}>\d{{1,3}})\s*(?:分钟|分|minutes?|mins?|m)"
    seconds = rf"(?P<us{side}>\d{{1,4}}(?:\.\d+)?)\s*(?P<u{side}>秒|seconds?|secs?|s)?"
    return rf"(?:{clock}|{minutes}(?:\s*{seconds})?|{seconds.replace('<u', '<b')})"


_SPAN = re.compile(rf"(?<![\d.:：]){_moment('1')}{_JOIN}{_moment('2')}(?![\d:：])", re.IGNORECASE)
_ONE = re.compile(rf"(?:从|from)?\s*{_moment('1')}\s*(?:开始|起|on)?", re.IGNORECASE)


def link(text: str) -> str | None:
    """Return the first link in these words."""
    found = _LINK.search(text)
    if found is None:
        return None
    bare = found[0].rstrip(".,;:!?)]}'")
    return bare if bare.lower().startswith("http") else f"https://{bare}"


def span(text: str, *, asked: bool = False) -> Span | None:
    """Return the part that is named in these words, wherever they stand beside a link.

    Args:
        asked: the words answer the question for it, so that mere numbers, or the start alone, will do.
    """
    words = _LINK.sub(" ", text)
    for found in _SPAN.finditer(words):
        start, end = _seconds(found, "1"), _seconds(found, "2")
        if asked or _plain(found, "1") or _plain(found, "2"):
            return start, end
    one = _ONE.fullmatch(words.strip()) if asked else None
    return (_seconds(one, "1"), None) if one else None


def clock(seconds: float) -> str:
    """Return a moment as a clock shows it."""
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}:{rest:02}"


def _plain(found: re.Match[str], side: str) -> bool:
    """True where it is plain that a time is meant, and not just a number."""
    return any(found[f"{name}{side}"] for name in ("s", "um", "b"))


def _seconds(found: re.Match[str], side: str) -> float:
    return sum(_parts(found, side))


def _parts(found: re.Match[str], side: str) -> Iterator[float]:
    for name, worth in (("h", 3600), ("m", 60), ("s", 1), ("um", 60), ("us", 1), ("bs", 1)):
        if found[f"{name}{side}"]:
            yield worth * float(found[f"{name}{side}"])
