"""Mandarin text to the phonemes Kokoro was taught: words, pinyin, then IPA with arrows for the tones.

The steps and the sound table are those of misaki's first Chinese front end, whose table is used; words are
parted by rjieba. Numbers are written out first. Latin letters become Mandarin letter names or, where people
say it as a word, that word; other English words keep their English sounds.
"""

import re
from functools import lru_cache

from pipeline.sound import english
from pipeline.sound.plain import plain

HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"

# How the letters are named in Mandarin, in pinyin with tone numbers.
_LETTERS = {
    "A": "ei1", "B": "bi4", "C": "xi1", "D": "di4", "E": "yi4", "F": "ai2 fu2", "G": "ji4", "H": "ei2 chi2",
    "I": "ai4", "J": "jie4", "K": "kei4", "L": "ai2 lou5", "M": "ai2 mu5", "N": "en1", "O": "ou1",
    "P": "pi4", "Q": "kou1", "R": "a4 er5", "S": "ai2 si5", "T": "ti4", "U": "you1", "V": "wei1",
    "W": "da2 bu5 liu4", "X": "ai2 ke5 si5", "Y": "wai4", "Z": "zei4",
}  # fmt: skip

# Latin words that Mandarin speakers have made their own, as they say them.
_SPOKEN = {
    "app": "ai1 pu5", "apple": "ai1 pou5", "bug": "ba1 ge2", "offer": "ou1 fo5", "ok": "ou1 kei4",
    "okay": "ou1 kei4", "bye": "bai2", "byebye": "bai2 bai2", "hi": "hai1", "hello": "ha1 lou2",
    "wifi": "wai1 fai1", "vlog": "wei1 lou2 ge5", "show": "xiu4", "out": "ao1 te5", "high": "hai1",
    "chatgpt": "cha4 te5 ji4 pi4 ti4", "deepseek": "di4 pu5 xi1 ke5", "yyds": "yong3 yuan3 de5 shen2",
    "emo": "yi1 mou4", "cos": "kou1 si5", "iphone": "ai4 feng1",
}  # fmt: skip

_CLOSE = "妈爸爷奶哥姐弟妹公婆叔舅姑宝星猩蛐蝈娃狗"  # said twice, the second loses its tone
_INTERJECTIONS = {
    "欸": "ei2",
    "诶": "ei2",
    "嗯": "n4",
    "哇": "wa1",
    "呣": "m2",
    "哦": "o2",
    "噢": "o1",
    "呗": "bei5",
}
_MUST = set("我你您他她它们也还都就又总只可先")  # before 得: must, not the particle
_COUNTED = "个只条张块斤米天次年岁分秒倍位件种句口碗杯瓶本家台套双百千万亿"

_SIGNS = str.maketrans("+&@%/°℃", "加和在比 度度")


def phonemes(text: str) -> str:
    """Return the phonemes of a Mandarin line, words parted by spaces; "" when nothing in it can be said."""
    said = []
    for run in re.findall(rf"[{HAN}]+|[A-Za-z][A-Za-z']*|[.,!?;:…—]|\s+", written_out(plain(text))):
        if re.match(rf"[{HAN}]", run):
            said.append(" " + _han(run))
        elif run[0].isascii() and run[0].isalpha():
            said.append(" " + _latin(run))
        else:
            said.append(run)
    spaced = re.sub(r"\s+", " ", "".join(said))
    return re.sub(r" (?=[.,!?;:…])", "", spaced).strip()


def written_out(text: str) -> str:
    """Return the text with its numbers and the signs beside them in characters."""
    import cn2an  # a tenth of a second, for numbers only

    if not re.search(r"[\d%+&@°℃$¥￥€£/]", text):
        return text

    def digits(found: str) -> str:
        return "".join("零一二三四五六七八九"[int(c)] for c in found)

    def number(found: str) -> str:
        found = found.replace(",", "")
        whole, _, part = found.partition(".")
        if len(whole) > 8 or (len(whole) > 1 and whole[0] == "0"):
            return digits(whole) + ("点" + digits(part) if part else "")
        return str(cn2an.an2cn(str(int(whole)), "low")) + ("点" + digits(part) if part else "")

    n = r"\d+(?:,\d{3})*(?:\.\d+)?"
    text = re.sub(r"(?<![\w%℃°])-(?=\d)", "负", text)
    text = re.sub(r"(\d{4})(?=年)", lambda m: digits(m[1]), text)
    text = re.sub(
        r"(\d{1,2}):(\d{2})", lambda m: f"{number(m[1])}点" + (number(m[2]) if m[2] != "00" else ""), text
    )
    text = re.sub(r"(\d+)/(\d+)", lambda m: f"{number(m[2])}分之{number(m[1])}", text)
    text = re.sub(rf"({n})%", lambda m: "百分之" + number(m[1]), text)
    text = re.sub(rf"({n})\s?(?:℃|°C|°)", lambda m: number(m[1]) + "度", text)
    text = re.sub(rf"[¥￥]({n})", lambda m: number(m[1]) + "块", text)
    text = re.sub(rf"\$({n})", lambda m: number(m[1]) + "美元", text)
    text = re.sub(rf"€({n})", lambda m: number(m[1]) + "欧元", text)
    text = re.sub(rf"({n})\s?[-—]\s?({n})", lambda m: f"{number(m[1])}到{number(m[2])}", text)
    text = re.sub(rf"(?<![\d.])2(?=[{_COUNTED}])", "两", text)
    text = re.sub(n, lambda m: number(m[0]), text)
    return text.translate(_SIGNS)


def _han(run: str) -> str:
    """Return the phonemes of a run of characters, its words parted by spaces."""
    import rjieba  # carries its own dictionary: half a second and 30 MB

    words = rjieba.cut(run, False)
    spoken = []
    for place, word in enumerate(words):
        before = words[place - 1] if place else ""
        spoken.append("".join(_syllable(pinyin) for pinyin in _pinyin(word, before)))
    return " ".join(word for word in spoken if word)


def _pinyin(word: str, before: str) -> list[str]:
    """Return a word's syllables in pinyin, tone number last, the neutral tone as 5."""
    from pypinyin import Style, lazy_pinyin  # 45 MB of tables

    if word == "得":
        return ["dei3" if before and before[-1] in _MUST else "de5"]
    found: list[str] = lazy_pinyin(word, style=Style.TONE3, neutral_tone_with_five=True)
    for place, c in enumerate(word[: len(found)]):
        if len(word) <= 2 and c in _INTERJECTIONS:
            found[place] = _INTERJECTIONS[c]
        if place and c == word[place - 1] and c in _CLOSE:
            found[place] = found[place][:-1] + "5"
        if c == "得" and 0 < place < len(word) - 1:
            found[place] = "de5"
    return found


@lru_cache(maxsize=2048)
def _syllable(pinyin: str) -> str:
    """Return one syllable as Kokoro's phonemes; "" for a character without a known reading."""
    from misaki.transcription import pinyin_to_ipa  # loads pypinyin's tables

    try:
        sounds = "".join(pinyin_to_ipa(pinyin)[0])
    except (ValueError, KeyError):
        return ""  # a rare character: nothing is better than a wrong sound
    for tone, arrow in (("˧˩˧", "↓"), ("˧˥", "↗"), ("˥˩", "↘"), ("˥", "→")):
        sounds = sounds.replace(tone, arrow)
    for buzz in "\u027b\u0279":  # the vowels of zhi and zi: a syllabic consonant in the table
        sounds = sounds.replace(buzz + "\u0329", "ɨ")
    return sounds.replace("\u032f", "").replace("0", "")


def _latin(word: str) -> str:
    """Return a Latin word as Mandarin speakers say it."""
    low = word.lower().strip("'")
    if low in _SPOKEN:
        return "".join(_syllable(s) for s in _SPOKEN[low].split())
    if (len(word) > 3 or not word.isupper()) and len(word) > 2 and not _initials(word):
        known = english.lookup(low)
        if known:
            return known
    names = " ".join(_LETTERS[c] for c in low.upper() if c in _LETTERS)
    return "".join(_syllable(s) for s in names.split())


def _initials(word: str) -> bool:
    """True for initials such as KPI or ChatGPT's last three: capitals without a word in them."""
    return word.isupper() and len(word) <= 5
