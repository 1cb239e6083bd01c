"""Setting text: which face has a character, how wide words run, where a line may break.

The cute face first, Noto for what it lacks; what neither has is left out, so that no film shows a box.
"""

import itertools
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from PIL import ImageFont

from pipeline.ports.errors import NoAccess

REFERENCE = 96  # pixels at which widths are measured; other sizes are in proportion
# Emoji and the marks that make them: pictures, flags, keycaps, skin tones, joiners, variation selectors.
_EMOJI = re.compile(
    "[\U0001f000-\U0001faff\U000e0020-\U000e007f\u200b-\u200f\u2060\ufeff\ufe0e\ufe0f\u20e3"
    "\u231a\u231b\u23e9-\u23f3\u25fd\u25fe\u2614\u2615\u2648-\u2653\u267f\u2693\u26a1\u26aa\u26ab\u26bd\u26be"
    "\u26c4\u26c5\u26ce\u26d4\u26ea\u26f2\u26f3\u26f5\u26fa\u26fd\u2705\u270a\u270b\u2728\u274c\u274e"
    "\u2753-\u2755\u2757\u2763\u2764\u2795-\u2797\u27b0\u27bf\u2b1b\u2b1c\u2b50\u2b55]"
)
# Kinsoku: what may not begin a line, and what may not end one (GB/T 15834-2011, 5.1). The full-width forms
# of , . ; : ? ! ) are written by number, because they look like the others here.
_WIDE_STOPS = "\uff0c\u3002\u3001\uff1b\uff1a\uff1f\uff01\u2026"
STOPS = frozenset(_WIDE_STOPS + ",.;:?!")
_NOT_FIRST = STOPS | set(
    "\uff09\u3011\u300b\u3009\u300d\u300f\u201d\u2019\u2014\uff5e~\u00b7)]}%\u2030\u2103\u00b0\u30fc\u3005"
)
_NOT_LAST = set("\uff08\u3010\u300a\u3008\u300c\u300e\u201c\u2018([{$\u00a5\uffe5#@")
# Where a sentence without stops is rather parted: after particles, before words that open a phrase.
_CLOSING = frozenset("的了呢吗吧啊呀着过们")
_OPENING = frozenset("就也都还在是把被和跟去来会能给让但而又再很")


@dataclass(frozen=True)
class Faces:
    """The typefaces at hand, best first; one may be missing, not both."""

    paths: tuple[Path, ...]

    @classmethod
    def of(cls, cute: Path | None, sans: Path | None, first: Literal["cute", "sans"] = "cute") -> "Faces":
        """Choose the faces, and which of them comes first.

        Raises:
            NoAccess: `film.no_font`, there is none.
        """
        paths = tuple(
            path
            for path in ((cute, sans) if first == "cute" else (sans, cute))
            if path is not None and path.is_file()
        )
        if not paths:
            raise NoAccess("film.no_font")
        return cls(paths)

    def runs(self, text: str) -> list[tuple[Path, str]]:
        """Return the text in pieces of one face each, left to right."""
        runs: list[tuple[Path, str]] = []
        for mark in text:
            path = next((path for path in self.paths if has(path, mark)), None)
            if path is None:
                continue
            if runs and (runs[-1][0] == path or mark == " "):
                runs[-1] = (runs[-1][0], runs[-1][1] + mark)
            else:
                runs.append((path, mark))
        return runs

    def width(self, text: str, size: float) -> float:
        """Return how many pixels the text runs at that size, without stroke."""
        return sum(font(path, REFERENCE).getlength(run) for path, run in self.runs(text)) * size / REFERENCE

    def plain(self, text: str) -> str:
        """Return what can be drawn of a text: no emoji, no control marks, single spaces.

        A character no face has is tried in its plain form (compatibility, then without accents).
        """
        cleaned = _EMOJI.sub("", unicodedata.normalize("NFC", text))
        kept = []
        for mark in cleaned:
            if unicodedata.category(mark)[0] in "CZ":
                kept.append(" ")
                continue
            forms = (mark, unicodedata.normalize("NFKC", mark), unicodedata.normalize("NFKD", mark)[:1])
            kept.append(next((form for form in forms if self._has_all(form)), ""))
        return re.sub(r" +", " ", "".join(kept)).strip()

    def _has_all(self, text: str) -> bool:
        return all(any(has(path, mark) for path in self.paths) for mark in text)


@lru_cache(maxsize=24)
def font(path: Path, size: int) -> ImageFont.FreeTypeFont:
    """Return a face at a size in pixels."""
    return ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=4096)
def has(path: Path, mark: str) -> bool:
    """Whether a face has a character: it does not look like the sign for a missing one."""
    return mark.isspace() or _shape(path, mark) != _shape(path, "\U0010fffe")


def _shape(path: Path, mark: str) -> tuple[tuple[int, int], bytes]:
    mask = font(path, REFERENCE).getmask(mark)
    return mask.size, bytes(mask)


def wrap(
    faces: Faces, text: str, size: float, width: float, most: int, least: int = 1
) -> tuple[str, ...] | None:
    """Return the text in as few lines as fit, evenly long, rather broken at a stop than elsewhere.

    None when it does not fit into `most` lines of `width` pixels, or cannot be parted into `least`.
    """
    parts = pieces(text)
    for count in range(least, most + 1):
        lines = _even(faces, parts, size, width, count)
        if lines is not None:
            return lines
    return None


def split(text: str) -> tuple[str, str]:
    """Cut a text in two near its middle, at a stop where there is one; ("", text) when it cannot be cut."""
    parts = pieces(text)
    if len(parts) < 2:
        return "", text
    best, cut = float("inf"), 1
    for at in range(1, len(parts)):
        before = "".join(parts[:at])
        cost = abs(len(before) / len(text) - 0.5) + 4 * _reluctance(parts, at)
        if cost < best:
            best, cut = cost, at
    return "".join(parts[:cut]).strip(), "".join(parts[cut:]).strip()


def pieces(text: str) -> list[str]:
    """Return the unbreakable pieces: a Chinese character with its punctuation, a word with its space."""
    found: list[str] = []
    for mark in text:
        if found and _together(found[-1], mark):
            found[-1] += mark
        else:
            found.append(mark)
    return found


def _together(piece: str, mark: str) -> bool:
    before = piece[-1]
    if mark == " " or mark in _NOT_FIRST or piece.rstrip()[-1:] in _NOT_LAST:
        return True
    if before == " ":
        return False
    return not _wide(before) and not _wide(mark) and before not in "?!;"


def _reluctance(pieces: list[str], at: int) -> float:
    """Return what it costs to part a text before piece `at`: nothing at a stop, most inside a word."""
    if at == len(pieces) or pieces[at - 1].rstrip()[-1:] in STOPS:
        return 0.0
    before, after = pieces[at - 1], pieces[at]
    if before[-1:] == " ":
        return 0.06
    if before + after[:1] in ("要不", "不要") or before == after[:1]:
        return 0.2  # doubled characters and "要不要" are one word
    return 0.06 if before in _CLOSING or after[:1] in _OPENING else 0.12


def _wide(mark: str) -> bool:
    return unicodedata.east_asian_width(mark) in "WF"


def _even(faces: Faces, pieces: list[str], size: float, width: float, count: int) -> tuple[str, ...] | None:
    """Return exactly `count` lines with the least unevenness, or None."""
    runs = [faces.width(piece, size) for piece in pieces]
    ends = [0.0]
    for run in runs:
        ends.append(ends[-1] + run)
    best: dict[tuple[int, int], tuple[float, tuple[int, ...]]] = {(0, 0): (0.0, ())}
    for line in range(1, count + 1):
        for stop in range(line, len(pieces) + 1):
            for start in range(line - 1, stop):
                known = best.get((line - 1, start))
                run = ends[stop] - ends[start]
                if known is None or run > width:
                    continue
                cost = known[0] + (run / width) ** 2 + _reluctance(pieces, stop)
                if (line, stop) not in best or cost < best[line, stop][0]:
                    best[line, stop] = (cost, (*known[1], stop))
    found = best.get((count, len(pieces)))
    if found is None:
        return None
    cuts = (0, *found[1])
    return tuple("".join(pieces[a:b]).strip() for a, b in itertools.pairwise(cuts))
