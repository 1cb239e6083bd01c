"""Numbers, dates and money in English words."""

import re

_ONES = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = ("", "ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_ORDINALS = {
    "one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth",
    "twelve": "twelfth",
}  # fmt: skip
_SIGNS = {
    "%": " percent",
    "&": " and ",
    "+": " plus ",
    "@": " at ",
    "°": " degrees",
    "℃": " degrees",
    "/": " ",
}
_MONEY = {"$": "dollar", "€": "euro", "£": "pound", "¥": "yuan", "￥": "yuan"}


def written_out(text: str) -> str:
    """Return the text with its numbers, and the signs beside them, in words."""
    text = re.sub(
        r"([$€£¥￥])\s?(\d+(?:,\d{3})*)(?:\.(\d{2}))?",
        lambda m: (
            f" {cardinal(m[2])} {_MONEY[m[1]]}{'' if m[2] == '1' or m[1] in '¥￥' else 's'} "
            + (cardinal(m[3]) if m[3] and m[3] != "00" else "")
        ),
        text,
    )
    text = re.sub(r"\b(\d+)(?:st|nd|rd|th)\b", lambda m: _ordinal(cardinal(m[1])), text)
    text = re.sub(r"\b(1[1-9]|20)(\d\d)\b(?![,.:]?\d|%)", lambda m: _year(m[1], m[2]), text)
    text = re.sub(
        r"(\d{1,2}):(\d\d)", lambda m: cardinal(m[1]) + (f" {cardinal(m[2])}" if m[2] != "00" else ""), text
    )
    text = re.sub(r"(?<![\w])-(?=\d)", "minus ", text)
    text = re.sub(r"\d+(?:,\d{3})*(?:\.\d+)?", lambda m: f" {cardinal(m[0])} ", text)
    for sign, word in _SIGNS.items():
        text = text.replace(sign, word)
    return re.sub(r"[-_]", " ", text)


def cardinal(digits: str) -> str:
    """Return a number in words: `1,250` is one thousand two hundred fifty, `3.5` three point five."""
    whole, _, part = digits.replace(",", "").partition(".")
    tail = " point " + " ".join(_ONES[int(c)] for c in part) if part else ""
    if len(whole) > 12 or (len(whole) > 1 and whole[0] == "0"):
        return " ".join(_ONES[int(c)] for c in whole) + tail
    return _whole(int(whole or 0)) + tail


def _whole(n: int) -> str:
    if n < 20:
        return _ONES[n]
    if n < 100:
        return _TENS[n // 10] + (f" {_ONES[n % 10]}" if n % 10 else "")
    for size, name in ((10**9, "billion"), (10**6, "million"), (1000, "thousand"), (100, "hundred")):
        if n >= size:
            return f"{_whole(n // size)} {name}" + (f" {_whole(n % size)}" if n % size else "")
    raise AssertionError(n)


def _ordinal(words: str) -> str:
    *rest, last = words.split()
    last = _ORDINALS.get(last) or (last[:-1] + "ieth" if last.endswith("y") else last + "th")
    return " ".join([*rest, last])


def _year(first: str, last: str) -> str:
    if last == "00":
        return cardinal(first + last) if first == "20" else f"{cardinal(first)} hundred"
    if last[0] == "0":
        return cardinal(first + last) if first == "20" else f"{cardinal(first)} oh {cardinal(last[1])}"
    return f"{cardinal(first)} {cardinal(last)}"
