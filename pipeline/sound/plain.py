"""Text without what nobody can say: markup, links, pictures; punctuation in the few forms a voice knows."""

import re
import unicodedata

_MARKS = re.compile(
    r"<#\d+(?:\.\d+)?#>"  # a pause as some voices write it
    r"|</?[A-Za-z][^<>]{0,80}>"  # tags
    r"|https?://\S+|www\.\S+"  # links
    r"|\[[A-Za-z_ ]{1,24}\]|\[[\u4e00-\u9fff]{1,4}\]"  # stage directions and chat emoji: [laughs], [笑哭]
    r"|[*_`~#^|\\=]+"
)
_PUNCTUATION = str.maketrans(
    {
        **dict.fromkeys("，、", ", "),
        **dict.fromkeys("。｡", ". "),
        **dict.fromkeys("！", "! "),
        **dict.fromkeys("？", "? "),
        **dict.fromkeys("；", "; "),
        "：": ": ",
        "．": ".",
        **dict.fromkeys('“”„‟«»《》〈〉「」『』【】〔〕"()（）{}[]', " "),
        **dict.fromkeys("‘’ʼ＇`", "'"),
        **dict.fromkeys("—–―－", "—"),
        "⋯": "…",
        "～": " ",
    }
)


def plain(text: str) -> str:
    """Return the text with only letters, digits, signs that are read (% ¥ $ ℃ + & @ /) and . , ! ? ; : … —.

    Full-width letters and digits become ordinary ones; runs of the same punctuation become one.
    """
    text = "".join(
        unicodedata.normalize("NFKC", c) if "\uff10" <= c <= "\uff5a" and c.isalnum() else c for c in text
    )
    text = _MARKS.sub(" ", text).translate(_PUNCTUATION)
    text = re.sub(r"(\.\s*){2,}", "… ", text)
    text = "".join(c if _sayable(c) else " " for c in text)
    text = re.sub(r"\s+", " ", text).strip()
    text = re.sub(r"([.,!?;:…—])(?:\s*\1)+", r"\1", text)
    return re.sub(r"\s+(?=[.,!?;:…])", "", text)


def _sayable(c: str) -> bool:
    return c.isalnum() or c in " .,!?;:…—'-%¥$￥€£℃°+&@/"
