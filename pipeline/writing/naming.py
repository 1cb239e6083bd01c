"""Which lines somebody's free words name: 第二句, the last line, 宝宝的第一句, the title."""

import re
from collections.abc import Sequence

from storage.model import Line, Noun

_ZH = {mark: n for n, mark in enumerate("零一二三四五六七八九十")} | {"两": 2}
_EN = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_NUMBERED = re.compile(r"第\s*(\d{1,2}|[一二两三四五六七八九]?十?[一二三四五六七八九]?)\s*[句行条]")
_LINE_N = re.compile(r"\blines?\s*#?\s*(\d{1,2})(?:\s*(?:and|,|&)\s*(\d{1,2}))?", re.IGNORECASE)
_ORDINAL = re.compile(rf"\b({'|'.join(_EN)})\s+(?:line|answer|one|sentence)", re.IGNORECASE)
_LAST = re.compile(
    r"最后(?:一?[句行条]|那句|一个回答)|结尾|末句|\b(?:last|final)\s+(?:line|answer|one|sentence)\b"
    r"|\bending\b|\bpunch ?line\b",
    re.IGNORECASE,
)
_TITLE = re.compile(r"标题|题目|\btitle\b|\bhook\b", re.IGNORECASE)
_PETS = re.compile(r"(?:宠物|宝宝|狗狗|猫猫|它|狗|猫)的?\s*$|\bpet'?s?\s*$|\banswer", re.IGNORECASE)


class Named(Noun):
    """Lines counted from 1, and whether the title is named; `some` is False where nothing was named."""

    lines: frozenset[int] = frozenset()
    title: bool = False

    @property
    def some(self) -> bool:
        """Whether anything was named."""
        return bool(self.lines) or self.title


def named(wish: str, script: Sequence[Line]) -> Named:
    """Return what the wish names, among the lines there are."""
    pets = [n for n, line in enumerate(script, 1) if line.speaker != "person"]
    found: set[int] = set()
    for hit in _NUMBERED.finditer(wish):
        found |= _place(_chinese(hit[1]), pets, pet=_PETS.search(wish[: hit.start()]) is not None)
    for hit in _LINE_N.finditer(wish):
        found |= {int(n) for n in hit.groups() if n}
    for hit in _ORDINAL.finditer(wish):
        about = _PETS.search(wish[: hit.start()]) is not None or "answer" in hit[0].lower()
        found |= _place(_EN.index(hit[1].lower()) + 1, pets, pet=about)
    if _LAST.search(wish):
        found.add(len(script) if script[-1].speaker != "person" else pets[-1])
    there = {n for n in found if 1 <= n <= len(script)}
    return Named(lines=frozenset(there), title=_TITLE.search(wish) is not None)


def _place(n: int, pets: Sequence[int], *, pet: bool) -> set[int]:
    if pet:
        return {pets[n - 1]} if 1 <= n <= len(pets) else set()
    return {n}


def _chinese(written: str) -> int:
    if written.isdecimal():
        return int(written)
    tens, ten, ones = written.partition("十")
    if not ten:
        return _ZH.get(written, 0)
    return _ZH.get(tens, 1) * 10 + _ZH.get(ones, 0)
