"""Free words made into intentions; nothing here knows what was asked, and nothing is changed."""

import re
import tomllib
import unicodedata
from functools import cache
from pathlib import Path
from typing import NamedTuple, get_args

from bot.talking.model import Mood
from pipeline.themes import bank
from storage.model import Lang

_DIGITS = {mark: n for n, mark in enumerate("零一二三四五六七八九十")} | {"两": 2}
_ORDINALS = {
    name: n
    for n, names in enumerate(
        [
            ("first", "one"), ("second", "two"), ("third", "three"), ("fourth", "four"), ("fifth", "five"),
            ("sixth", "six"), ("seventh", "seven"), ("eighth", "eight"), ("ninth", "nine"), ("tenth", "ten"),
        ],
        1,
    )
    for name in names
}  # fmt: skip
_NUMBER_ZH = r"(?P<n>\d{1,2}|[一二两三四五六七八九十]{1,3})"
_QUOTES = "「」“”\"'‘’『』"
_CHANGE = r"^(?:please\s+)?(?:change\s+|make\s+|edit\s+)?(?:the\s+)?"
_TO_ZH = r"(?:改成|改为|换成|换为|改作|改|变成|应该是|[:：])\s*[:：，,]?\s*(?P<text>.+)$"
_TO = r"\s*(?:to|into|say|:|：|=|-)\s*[:：]?\s*(?P<text>.+)$"
_EDITS = [
    re.compile(rf"^(?:把|将)?第\s*{_NUMBER_ZH}\s*[句行条]\s*(?:的?(?:台词|词|话))?\s*{_TO_ZH}", re.DOTALL),
    re.compile(rf"{_CHANGE}line\s*#?\s*(?P<n>\d{{1,2}}|[a-z]+){_TO}", re.IGNORECASE | re.DOTALL),
    re.compile(rf"{_CHANGE}(?P<n>[a-z]+|\d{{1,2}}(?:st|nd|rd|th))\s+line{_TO}", re.IGNORECASE | re.DOTALL),
]
_AGAIN = [
    re.compile(
        rf"^(?:把|将|让它把)?第\s*{_NUMBER_ZH}\s*[句行条]\s*(?:的?(?:台词|词|话))?\s*(?:再|重新|重)\s*"
        r"(?:说|念|讲|来|配|生成|做)\s*(?:一遍|一次|一下|一句)?[。.!！]?$"
    ),
    re.compile(
        r"^(?:please\s+)?(?:say|speak|do)\s+line\s*#?\s*(?P<n>\d{1,2}|[a-z]+)"
        r"\s+(?:again|anew|once more)[.!]?$",
        re.IGNORECASE,
    ),
    re.compile(
        r"^(?:please\s+)?redo\s+line\s*#?\s*(?P<n>\d{1,2}|[a-z]+)[.!]?$",
        re.IGNORECASE,
    ),
]
_FOR = [
    re.compile(
        r"^(?:给|为|写给|讲给|拍给|面向)\s*(?P<who>[^，。,.!！]{1,20}?)\s*(?:看的|写的|看|写|的|听)?[。.!！]?$"
    ),
    re.compile(r"^(?:受众|给谁看|for whom|audience)\s*[:：]\s*(?P<who>.{1,30})$", re.IGNORECASE),
    re.compile(
        r"^(?:make it |write it |it's |this is )?for (?:an? |the |my )?(?P<who>[\w' -]{2,30})[.!]?$",
        re.IGNORECASE,
    ),
]
_NAMED_BOT = re.compile(r"^(/\w+)(?:@\w+)?(?:\s.*)?$", re.DOTALL)  # /start@a_bot and what follows it


_PHRASE = 24  # characters; a longer text that names music says something else
_WISH = 200  # characters; a longer text says something else


class Edit(NamedTuple):
    """Other words for a line, counted from 1."""

    number: int
    text: str


def command(text: str) -> str | None:
    """Return the command these words are: start, help, back, yes, …; None when they are something else."""
    return _commands().get(_folded(_NAMED_BOT.sub(r"\1", text.strip())))


def edit(text: str) -> Edit | None:
    """Return the edit these words ask for: 第二句改成…, line 2: …"""
    for pattern in _EDITS:
        if (found := pattern.match(text.strip())) and (n := number(found["n"])) is not None:
            return Edit(n, _unquoted(found["text"]))
    return None


def said_again(text: str) -> int | None:
    """Return the line these words want said once more as it is: 第二句再说一遍, say line 2 again."""
    found = next((match for pattern in _AGAIN if (match := pattern.match(text.strip()))), None)
    return number(found["n"]) if found else None


def number(text: str) -> int | None:
    """Return the number these words are and nothing else: 3, 三, 第三个, third, option 3, no. 3."""
    words = _folded(text)
    words = re.sub(r"^(?:第|选|我选|要|option|number|no\.?|#|the)\s*", "", words)
    words = re.sub(r"^第", "", words)
    words = re.sub(r"(?:\s*(?:个|号|条|组|版|格|张|幅)|(?<=\d)(?:st|nd|rd|th)|\s+one)$", "", words)
    if words.isascii() and words.isdigit():
        return int(words) if len(words) <= 3 else None
    if words in _ORDINALS:
        return _ORDINALS[words]
    return _chinese(words)


def mood(text: str) -> Mood | None:
    """Return how it shall be played: 换个更惨的, make it sadder."""
    if len(text) > 40:
        return None
    heard = text.casefold()
    for wanted in get_args(Mood):
        if any(word in heard for word in _words()["moods"][wanted]):
            return wanted  # type: ignore[no-any-return]
    return None


def wish(text: str) -> bool:
    """True when these words ask for a script to be changed: shorter, funnier, the last line, 换个结尾."""
    heard = text.casefold()
    return len(text) <= _WISH and any(has(heard, word) for word in _words()["wishes"]["words"])


def script_language(text: str) -> Lang | None:
    """Return the language a script is wished in: 用英文, in English."""
    words = _folded(text)
    for lang in get_args(Lang):
        if len(words) <= 30 and any(has(words, phrase) for phrase in _words()["languages"][lang]):
            return lang  # type: ignore[no-any-return]
    return None


def captions(text: str) -> bool | None:
    """Return whether captions are wished (True) or not (False); None when it is about something else."""
    words = _folded(text)
    return next((wish == "on" for wish in ("on", "off") if words in _words()["captions"][wish]), None)


def stickers(text: str) -> bool | None:
    """Return whether stickers are wished (True) or not (False); None when it is about something else."""
    words = _folded(text)
    return next((wish == "on" for wish in ("on", "off") if words in _words()["stickers"][wish]), None)


def music(text: str) -> str | None:
    """Return what is wished to play under the film: "off", "auto", a bed, "ask" for some other; None when it
    is about something else."""
    words = _folded(text)
    said = _words()["music"]
    if plain := next((wish for wish in ("off", "auto", "ask") if words in said[wish]), None):
        return plain
    if len(words) > _PHRASE or not any(has(words, word) for word in said["named"]):
        return None
    return next(
        (bed for bed, names in _words()["beds"].items() if any(has(words, one) for one in names)), None
    )


def is_music(text: str) -> bool:
    """True when words beside a sound say that it is to play under the film."""
    words = _folded(text)
    said = _words()["music"]
    named = len(words) <= _WISH and any(has(words, word) for word in (*said["named"], *said["beside"]))
    return named and not any(has(words, word) for word in said["off"])


def size(text: str) -> int | None:
    """Return how many pixels wide the film is wished: 1080p, 高清."""
    words = _folded(text)
    return next((int(width) for width, names in _words()["sizes"].items() if words in names), None)


def own_voice(text: str) -> bool | None:
    """Return whether the model's own voice is wished (True) or not (False); None for anything else."""
    words = _folded(text)
    return next((wish == "on" for wish in ("on", "off") if words in _words()["own_voice"][wish]), None)


def voice_over(text: str) -> bool:
    """True when somebody wants no mouth moved."""
    return _folded(text) in _words()["voice_over"]["words"]


def audience(text: str) -> str | None:
    """Return for whom it shall be told, when these words say nothing else: 给程序员看, for nurses."""
    return next((found["who"].strip() for one in _FOR if (found := one.match(text.strip()))), None)


def named_audience(text: str) -> str | None:
    """Return the audience whose bare name this is: 程序员, nurses."""
    return text.strip() if _folded(text) in _audiences() else None


def told_for(text: str, lang: Lang) -> str | None:
    """Return the audience named somewhere in a theme's words, as the bank calls it."""
    theme = bank.nearest(text).theme
    found = bank.audience(theme, text)
    if found.id in {bank.EVERYONE, "mums"} or not re.search(r"给|为|for\b|受众|audience", text):
        return None
    return found.names[lang]


def has(words: str, phrase: str) -> bool:
    """True when the phrase is in the words; a Latin one as words of its own."""
    if phrase.isascii():
        return re.search(rf"(?<![a-z]){re.escape(phrase)}(?![a-z])", words) is not None
    return phrase in words


def _chinese(words: str) -> int | None:
    """Return a number up to 99 written in Chinese."""
    if found := re.fullmatch(r"([一二三四五六七八九]?)十([一二三四五六七八九]?)", words):
        tens, ones = found.groups()
        return (_DIGITS[tens] if tens else 1) * 10 + (_DIGITS[ones] if ones else 0)
    return _DIGITS.get(words)


def _unquoted(text: str) -> str:
    text = text.strip()
    if len(text) > 1 and text[0] in _QUOTES and text[-1] in _QUOTES:
        return text[1:-1].strip()
    return text


def _folded(text: str) -> str:
    """Return the words in one case and width, without marks around them."""
    even = unicodedata.normalize("NFKC", text).casefold()
    bare = re.sub(r"\s+", " ", even).strip(" \t\n。.!！~～，,、")
    return bare or even.strip()


@cache
def _words() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads(Path(__file__).with_name("commands.toml").read_text("utf-8"))


@cache
def _commands() -> dict[str, str]:
    return {_folded(word): name for name, words in _words()["commands"].items() for word in words}


@cache
def _audiences() -> frozenset[str]:
    """Every name an audience has in the bank."""
    return frozenset(
        _folded(name)
        for theme in bank.themes()
        for one in theme.audiences
        for name in (one.id, *one.names.values(), *one.aliases)
    )
