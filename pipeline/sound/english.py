"""English text to the phonemes Kokoro was taught: looked up in misaki's American lexicons.

A word that is not there is taken apart (plural, past, -ing, 's, compounds); what is left is spelled letter
by letter. The lexicons stay files: an entry is found by a search through the bytes, which takes a few
milliseconds and no dictionary of 180 000 words in memory.
"""

import json
import re
import unicodedata
from functools import lru_cache
from importlib import resources

from pipeline.sound.counting import written_out
from pipeline.sound.plain import plain

_TAGS = {"DEFAULT", "NOUN", "VERB", "ADJ", "ADV", "VBD", "VBN", "VBP", "None", "DT"}  # keys inside entries
_VOWELS = "AIOQWYaiuæɑɒɔəɛɜɪʊʌᵻ"


def phonemes(text: str) -> str:
    """Return the phonemes of an English line; "" when nothing in it can be said."""
    runs = re.findall(r"[A-Za-zÀ-ÖØ-öø-ÿ]+(?:'[A-Za-z]+)*'?|[.,!?;:…—]|\s+", written_out(plain(text)))
    said = []
    for place, run in enumerate(runs):
        if not run[0].isalpha():
            said.append(" " if run.isspace() else run)
            continue
        after = next((r for r in runs[place + 1 :] if not r.isspace()), "")
        said.append(_word(run, after))
    return re.sub(r"\s+", " ", "".join(said)).strip()


def lookup(word: str) -> str | None:
    """Return the phonemes of a word, or of the word it is made from; None when neither is known."""
    return _entry(word) or _made(word) or _compound(word)


def spelled(word: str) -> str:
    """Return a word letter by letter, the last letter stressed."""
    letters = [_entry(c) or "" for c in word.upper() if "A" <= c <= "Z"]
    return "".join([s.replace("ˈ", "ˌ") for s in letters[:-1]] + letters[-1:])


def _word(word: str, after: str) -> str:
    """Return one word in its place; `after` is what follows, for the small words that lean on it."""
    low = word.lower().rstrip("'")
    vowel = after[:1].lower() in tuple("aeio")
    if low in ("a", "the", "to") and word != "A":
        if not after[:1].isalpha():
            return {"a": "ˈA", "the": "ðə", "to": "tu"}[low]
        return {"a": "ɐ", "the": "ði" if vowel else "ðə", "to": "tʊ" if vowel else "tə"}[low]
    if word.isupper() and len(word) > 1 and not _vowelled(word):
        return spelled(word)
    found = _entry(word) or lookup(low) or _entry(low.capitalize()) or lookup(_unaccented(low))
    if found:
        return found
    humps = re.findall(r"[A-Z]{2,}(?=s?$)|[A-Z]?[a-z]+|[A-Z]+", word)
    if len(humps) > 1 and humps[-1] == "s":  # KPIs
        return spelled("".join(humps[:-1])) + "z"
    if len(humps) > 1:  # ChatGPT
        return " ".join(_word(hump, "") for hump in humps)
    return spelled(_unaccented(word))


def _vowelled(word: str) -> bool:
    """True when capitals can be a word that is merely shouted: it is in the lexicon in small letters."""
    return bool(_entry(word) or (len(word) > 3 and lookup(word.lower())) or _entry(word.lower()))


def _unaccented(word: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", word) if c.isascii())


@lru_cache(maxsize=4096)
def _entry(word: str) -> str | None:
    """Return the lexicon's phonemes of exactly this word, the usual reading where it has several."""
    if word in _TAGS:
        return None
    for lexicon in _lexicons():
        key = f"\n  {json.dumps(word, ensure_ascii=False)}: ".encode()
        at = lexicon.find(key)
        if at < 0:
            continue
        found = json.JSONDecoder().raw_decode(
            lexicon[at + len(key) : at + len(key) + 600].decode(errors="ignore")
        )[0]
        reading = found.get("DEFAULT") if isinstance(found, dict) else found
        if reading:
            return str(reading)
    return None


@lru_cache(maxsize=1)
def _lexicons() -> tuple[bytes, ...]:
    """Return the two American lexicons as they lie on the disk: 6 MB, the checked one first."""
    folder = resources.files("misaki") / "data"
    return tuple((folder / f"us_{name}.json").read_bytes() for name in ("gold", "silver"))


def _made(word: str) -> str | None:
    """Return a word made from a known one by an ending."""
    for ending, stems, join in (
        ("'s", ("",), _plural), ("ies", ("y",), _plural), ("es", ("", "e"), _plural), ("s", ("",), _plural),
        ("ied", ("y",), _past), ("ed", ("", "e"), _past), ("ing", ("", "e"), _going), ("in'", ("",), _going),
        ("er", ("", "e"), _doer), ("ly", ("",), lambda s: s + "li"), ("y", ("", "e"), lambda s: s + "i"),
    ):  # fmt: skip
        if not word.endswith(ending) or len(word) - len(ending) < 2:
            continue
        base = word[: -len(ending)]
        doubled = (
            [base[:-1]]
            if len(base) > 2 and base[-1] == base[-2] and ending in ("ed", "ing", "er", "y")
            else []
        )
        for stem in [base + s for s in stems] + doubled:
            known = _entry(stem)
            if known:
                return join(known)
    return None


def _plural(stem: str) -> str:
    if stem[-1] in "szʃʒʧʤ":
        return stem + "ᵻz"
    return stem + ("s" if stem[-1] in "ptkfθ" else "z")


def _past(stem: str) -> str:
    if stem[-1] in "td":
        return (stem[:-1] + "ɾ" if stem[-1] == "t" and stem[-2:-1] in tuple(_VOWELS) else stem) + "ᵻd"
    return stem + ("t" if stem[-1] in "pkfθʃsʧ" else "d")


def _going(stem: str) -> str:
    return (stem[:-1] + "ɾ" if stem[-1] == "t" and stem[-2:-1] in tuple(_VOWELS) else stem) + "ɪŋ"


def _doer(stem: str) -> str:
    return (stem[:-1] + "ɾ" if stem[-1] == "t" and stem[-2:-1] in tuple(_VOWELS) else stem) + "əɹ"


def _compound(word: str) -> str | None:
    """Return a word made of two known ones of at least three letters, as in puppylove."""
    if not word.isalpha() or len(word) > 20:
        return None
    for cut in range(len(word) - 3, 2, -1):
        first, second = _entry(word[:cut]), _entry(word[cut:])
        if first and second:
            return first + second.replace("ˈ", "ˌ")
    return None
