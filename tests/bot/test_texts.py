"""Sentences: the fields are put in, and a mistake of ours is loud."""

import pytest

from bot.texts import known, say
from storage.model import Lang

LANGS: tuple[Lang, ...] = ("zh", "en")


@pytest.mark.parametrize("lang", LANGS)
def test_fields_are_put_in(lang: Lang) -> None:
    """Protects figures and names in sentences, numbers as well as words, and braces somebody typed."""
    said = say("admin.forgotten", lang, {"projects": 3, "files": "17"})
    assert "3" in said
    assert "17" in said
    assert "{files}" in say("file.missing", lang, {"name": "{files}"})


@pytest.mark.parametrize("lang", LANGS)
def test_what_is_missing_is_loud(lang: Lang) -> None:
    """Protects against a person reading a bare key or a placeholder."""
    with pytest.raises(KeyError, match=r"no\.such_text"):
        say("no.such_text", lang)
    with pytest.raises(KeyError, match="name"):
        say("file.missing", lang, {"nme": "x"})


def test_more_fields_than_wanted_do_no_harm() -> None:
    """Protects errors that carry more than one language's sentence needs."""
    assert "x" in say("file.missing", "en", {"name": "x", "cause": "y"})


def test_known_tells_sentences_from_other_keys() -> None:
    """Protects the last resort: a key without a sentence gets the general one."""
    assert (known("file.missing"), known("no.such_text")) == (True, False)
