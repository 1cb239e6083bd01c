"""What can be told from the words themselves: markup apart, which language, how many syllables."""

import html
import re
import unicodedata

from storage.model import Lang

_TAGS = re.compile(r"<(?:/?[A-Za-z][^<>]*|!--.*?--|#\s*[\d.]+\s*#)>", re.DOTALL)
_LINKS = re.compile(r"!?\[([^\[\]]*)\]\([^()\s]*\)")
_FENCES = re.compile(r"^\s*(?:#{1,6}|>+|```\w*|[*+-])(?:\s+|$)", re.MULTILINE)
_MARKS = re.compile(r"\*{1,3}|_{2,3}|~~|`+")
_KEPT_SYMBOLS = frozenset("+=<>|~^$¥€£%&°")
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
_LATIN_WORD = re.compile(r"[A-Za-z]+(?:['’][A-Za-z]+)*")
_OTHER_LETTER = re.compile(r"[^\W\d_A-Za-z\u3400-\u4dbf\u4e00-\u9fff]")
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)+")
_PLAINLY = 0.6


def plain(text: str) -> str:
    """Return the words alone: tags, Markdown, pictographs and invisible characters removed, lines kept.

    Whatever language the words are in, they stay as they were typed.
    """
    text = _LINKS.sub(r"\1", _TAGS.sub(" ", html.unescape(text)))
    text = _MARKS.sub("", _FENCES.sub("", text))
    text = "".join(mark for mark in text if mark == "\n" or _is_shown(mark))
    rows = (re.sub(r"\s+", " ", row).strip() for row in text.split("\n"))
    return "\n".join(row for row in rows if row)


def has_words(text: str) -> bool:
    """True when there is something to say: at least one letter or digit in any script."""
    return any(unicodedata.category(mark)[0] in "LN" for mark in text)


def is_unread(text: str) -> bool:
    """True for words in a script that the built-in voices do not read at all."""
    read = _HAN.search(text) or _LATIN_WORD.search(text) or any(mark.isdigit() for mark in text)
    return has_words(text) and not read


def language(text: str) -> Lang | None:
    """Return the language the words are plainly in, or None: mixed, neither, or too little to tell.

    A Chinese character and a Latin word weigh the same; letters of other scripts, accents included,
    weigh against both. Unaccented words of another Latin-script language pass for English. A slug such as
    raise-mom is a name and tells nothing.
    """
    if _SLUG.fullmatch(text.strip()):
        return None
    han = len(_HAN.findall(text))
    other = len(_OTHER_LETTER.findall(text))
    latin = len(_LATIN_WORD.findall(text))
    total = han + latin + other
    if total and han / total > _PLAINLY:
        return "zh"
    if total and latin / total > _PLAINLY:
        return "en"
    return None


def syllables(text: str, lang: Lang) -> int:
    """Estimate how many syllables are heard: one for each Chinese character, groups of vowels in English.

    Digits count one each in Chinese; in English a number counts as many as its digits.
    """
    spoken = len(_HAN.findall(text)) + sum(mark.isdigit() for mark in text)
    words = sum(_vowel_groups(word) for word in _LATIN_WORD.findall(text))
    return max(spoken + words, 1 if lang == "en" and has_words(text) else 0)


def _vowel_groups(word: str) -> int:
    word = re.sub(r"[^a-z]", "", word.lower())
    groups = len(re.findall(r"[aeiouy]+", word))
    groups += len(re.findall(r"(?:ia|io(?!u?[ns])|eo|iu)(?!$)", word))
    silent_e = re.search(r"[^aeiouyl]e$|[aeiouy]le$", word)
    silent_es = re.search(r"[^aeiouysxzcg]es$", word)
    silent_ed = re.search(r"[^aeiouytd]ed$", word)
    return max(groups - bool(silent_e or silent_es or silent_ed), 1)


def _is_shown(mark: str) -> bool:
    category = unicodedata.category(mark)
    if mark.isspace():
        return True
    if category in {"So", "Sk", "Cc", "Cf", "Co", "Cs", "Cn", "Me"} or "\ufe00" <= mark <= "\ufe0f":
        return False
    return category not in {"Sm", "Sc"} or mark in _KEPT_SYMBOLS
