"""A take of several lines, spoken by a machine: where each line is, found in more than one way and doubted.

A machine's word times say which gap is meant, never where it is: the cuts themselves are always made where it
is quiet. What comes out must be as long as its words take to say.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from pipeline.model import Span
from pipeline.ports.errors import BadInput, Failed
from pipeline.sound import cut
from pipeline.sound.samples import Samples

Said = tuple[str, float, float]
"""A word, and from when to when it is said, in seconds."""

_NEAR = 0.35  # seconds by which word times may be wrong
_SURE = 0.3  # seconds from which on a longer gap is no likelier
_EVEN, _ENOUGH = 4.0, 0.5  # a machine speaks evenly, and half a second is as good as any gap
_QUIET = 0.04  # seconds of quiet between two lines at least
_SHORTEST, _LONGEST = 0.07, 0.6  # seconds of a syllable: a quick child's, and one drawn out
_SLOW = 0.45  # seconds of a syllable over a whole take: nobody draws out everything
_BREATH = 1.0  # seconds by which a line may be longer for its pauses and tears
_TEARS = 0.6  # the same over a whole take, for each line
_ASIDE = re.compile(r"\([a-z-]+\)")  # a sigh or a laugh among the words


def spans(
    samples: Samples, hertz: int, lines: Sequence[str], counts: Sequence[int], words: Sequence[Said] = ()
) -> tuple[Span, ...]:
    """Return where each line sounds, in seconds: by the words' times, else by the gaps.

    Args:
        counts: the syllables of each line.

    Raises:
        Failed: `voice.silent_take`; `voice.wrong_sound` (expected, found) when no way of cutting gives lines
            of the lengths their words take.
    """
    parts = cut.stretches(samples, hertz)
    if not parts:
        raise Failed("voice.silent_take")
    counts = [max(count, 1) for count in counts]
    for way in _ways(samples, hertz, lines, counts, parts, words):
        found = way()
        if found is not None and len(found) == len(lines) and _fit(found, counts):
            return found
    raise Failed(
        "voice.wrong_sound", {"expected": str(len(lines)), "found": str(len(cut.joined(parts, 0.3)))}
    )


def guessed(samples: Samples, hertz: int, counts: Sequence[int]) -> tuple[Span, ...]:
    """Return where each line sounds, about: all that is said, shared out by syllables, each border moved to
    the longest gap near it where there is one.

    Raises:
        Failed: `voice.silent_take`.
    """
    parts = cut.stretches(samples, hertz)
    if not parts:
        raise Failed("voice.silent_take")
    first, last = parts[0][0], parts[-1][1]
    share = [max(count, 1) for count in counts]
    gaps = [(before[1], after[0]) for before, after in pairwise(parts)]
    spans, start = list[Span](), first
    for number in range(1, len(share)):
        even = first + (last - first) * sum(share[:number]) / sum(share)
        near = [gap for gap in gaps if gap[0] > start and abs(sum(gap) / 2 - even) <= _NEAR]
        end, after = max(near, key=lambda gap: gap[1] - gap[0], default=(max(even, start), max(even, start)))
        spans.append((start, end))
        start = after
    return (*spans, (start, last))


Way = Callable[[], tuple[Span, ...] | None]


def _ways(
    samples: Samples,
    hertz: int,
    lines: Sequence[str],
    counts: Sequence[int],
    parts: Sequence[Span],
    words: Sequence[Said],
) -> Iterator[Way]:
    yield lambda: _by_words(lines, parts, words)
    if len(parts) >= len(lines):
        yield lambda: cut.by_length(parts, counts, even=_EVEN, longest=_ENOUGH)
    yield lambda: _by_gaps(samples, hertz, len(lines))


def _fit(spans: Sequence[Span], counts: Sequence[int]) -> bool:
    """Whether every line, and all of them together, are as long as their words may take."""
    lengths = [end - start for start, end in spans]
    if sum(lengths) > _SLOW * sum(counts) + _TEARS * len(counts):
        return False
    return all(
        _SHORTEST * count <= length <= _LONGEST * count + _BREATH
        for length, count in zip(lengths, counts, strict=True)
    )


def _by_gaps(samples: Samples, hertz: int, lines: int) -> tuple[Span, ...] | None:
    try:
        return cut.spans(samples, hertz, lines)
    except BadInput:
        return None


def _by_words(lines: Sequence[str], parts: Sequence[Span], words: Sequence[Said]) -> tuple[Span, ...] | None:
    """The lines as the words' times have them, each border moved to the gap that is meant; None where the
    words are not those of the lines, or a border has no gap."""
    borders = _borders(lines, words)
    if borders is None:
        return None
    cuts: list[int] = []
    for border in borders:
        near = [(_meant(border, parts[n], parts[n + 1]), n) for n in range(len(parts) - 1)]
        worth, at = max(near, default=(-1.0, 0))
        if worth <= 0 or (cuts and at <= cuts[-1]):
            return None
        cuts.append(at)
    first, last = [0, *(n + 1 for n in cuts)], [*cuts, len(parts) - 1]
    return tuple((parts[a][0], parts[b][1]) for a, b in zip(first, last, strict=True))


def _meant(border: Span, before: Span, after: Span) -> float:
    """How well the gap between two stretches goes with a border: by its length, up to what is enough, less
    how far their middles are apart. Under nothing where it is too short or too far away."""
    gap = after[0] - before[1]
    apart = abs((after[0] + before[1]) - (border[0] + border[1])) / 2
    if gap < _QUIET or apart > _NEAR + gap / 2:
        return -1.0
    return _NEAR + min(gap, _SURE) - apart


def _borders(lines: Sequence[str], words: Sequence[Said]) -> list[Span] | None:
    """Between each line and the next: when the last word of one ends and the first of the other begins."""
    said = [(letters, start, end) for text, start, end in words if (letters := _letters(text))]
    wanted = [_letters(line) for line in lines]
    if not said or "".join(letters for letters, _, _ in said) != "".join(wanted):
        return None
    edges, at = set[int](), 0
    for line in wanted[:-1]:
        at += len(line)
        edges.add(at)
    borders, at = list[Span](), 0
    for (letters, _, end), following in pairwise(said):
        at += len(letters)
        if at in edges:
            borders.append((end, following[1]))
    return borders if len(borders) == len(edges) else None


def _letters(text: str) -> str:
    """The letters and digits alone, as they compare."""
    plain = unicodedata.normalize("NFKC", _ASIDE.sub("", text)).casefold()
    return "".join(mark for mark in plain if unicodedata.category(mark)[0] in "LN")
