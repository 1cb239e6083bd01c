"""Sentences: both languages say the same things, and whatever the code wants to say can be said."""

import ast
import re
import string
import tomllib
from collections.abc import Iterator
from functools import cache

import pytest

from tests.house.checkout import CHECKOUT, modules, shown, tree

_KEY = re.compile(r"[a-z][a-z_0-9]*(\.[a-z_0-9]+)+")
_ERRORS = {"Trouble", "Busy", "Unsure", "Failed", "Refused", "BadInput", "NoAccess", "Surprise",
           "StorageError", "DataFolderBusy", "WrongState"}  # fmt: skip
# Where in each call the key stands.
_POSITION = {
    **dict.fromkeys(_ERRORS, 0),
    "say": 0,
    "tell": 0,
    "named": 0,
    "button": 1,
    "Fault": 0,
    "Notice": 1,
}
_NAMED = {"key", "reason", "reasons", "notes"}


@cache
def _texts(lang: str) -> dict[str, str]:
    """Sentences by key; nested tables count as keys with dots."""
    return dict(_flat(tomllib.loads((CHECKOUT / f"bot/texts/{lang}.toml").read_text(encoding="utf-8"))))


def _flat(table: dict[str, object], above: str = "") -> Iterator[tuple[str, str]]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{above}{name}.")
        else:
            yield above + name, str(value)


def _fields(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


def _constants(node: ast.AST) -> Iterator[str]:
    """The strings an argument can be: itself, both sides of a condition, the items of a tuple."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from (*_constants(node.body), *_constants(node.orelse))
    elif isinstance(node, ast.BoolOp):
        yield from (text for value in node.values for text in _constants(value))
    elif isinstance(node, ast.Tuple | ast.List):
        yield from (text for value in node.elts for text in _constants(value))


def _said() -> Iterator[tuple[str, str, ast.Call | None]]:
    """Every key the code names: where, which, and the call it stands in (None beside `reason`)."""
    for file in modules("bot", "pipeline", "storage"):
        for node in ast.walk(tree(file)):
            if isinstance(node, ast.Call):
                where = f"{shown(file)}:{node.lineno}"
                name = (
                    node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                )
                place = _POSITION.get(name)
                if place is not None and len(node.args) > place:
                    keys = _constants(node.args[place])
                    yield from ((where, key, node) for key in keys if name != "tell" or _KEY.fullmatch(key))
                for word in node.keywords:
                    if word.arg in _NAMED and (place is not None or word.arg != "key"):
                        yield from (
                            (where, key, None) for key in _constants(word.value) if _KEY.fullmatch(key)
                        )
            elif isinstance(node, ast.Dict):
                for name_, value in zip(node.keys, node.values, strict=True):
                    if isinstance(name_, ast.Constant) and name_.value in {"reason", "reasons"}:
                        where = f"{shown(file)}:{node.lineno}"
                        yield from ((where, key, None) for key in _constants(value) if _KEY.fullmatch(key))


def test_both_languages_have_the_same_texts() -> None:
    """English is complete, and neither language has a sentence the other lacks."""
    assert set(_texts("zh")) ^ set(_texts("en")) == set()


def test_both_languages_use_the_same_fields() -> None:
    """A figure shown in one language is not missing in the other."""
    both = set(_texts("zh")) & set(_texts("en"))
    unlike = {key for key in both if _fields(_texts("zh")[key]) != _fields(_texts("en")[key])}
    assert unlike == set()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_no_sentence_is_empty_or_left_with_its_neighbours_words(lang: str) -> None:
    """A key that was added in a hurry still has a sentence, and Chinese ones are Chinese."""
    found = [key for key, sentence in _texts(lang).items() if not sentence.strip()]
    assert found == [], "\n".join(found)
    wide = {key for key, sentence in _texts(lang).items() if re.search(r"[\u4e00-\u9fff]", sentence)}
    if lang == "zh":
        wordless = {
            key for key, text in _texts(lang).items() if not re.search(r"\w{3}", re.sub(r"{.*?}", "", text))
        }
        assert set(_texts(lang)) - wide - wordless - _SAME == set()
    else:
        assert wide - _CHINESE_IN_ENGLISH == set()


# Names that are the same in both languages, and English sentences that quote Chinese words.
_SAME: set[str] = set()
_CHINESE_IN_ENGLISH: set[str] = {"talk.b_zh"}


def test_every_key_in_the_code_has_a_sentence() -> None:
    """An error without a sentence would reach a person as a bare key."""
    found = sorted({f"{where}: {key}" for where, key, _ in _said() if key not in _texts("en")})
    assert found == [], "\n".join(found)


def test_every_field_of_a_sentence_is_given() -> None:
    """A sentence whose field is not handed over cannot be said at all."""
    short = []
    for where, key, call in _said():
        given = _given(call) if call else None
        if given is not None and key in _texts("en") and not _fields(_texts("en")[key]) <= given:
            short.append(f"{where}: {key} wants {sorted(_fields(_texts('en')[key]) - given)}")
    assert short == [], "\n".join(short)


def _given(call: ast.Call) -> set[str] | None:
    """The names of the fields handed over in this call; None where they are not written out there."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    place = {"say": 2, "Notice": 2}.get(name, 1)
    named = [word.value for word in call.keywords if word.arg == "fields"]
    node = named[0] if named else call.args[place] if len(call.args) > place else ast.Dict([], [])
    if not isinstance(node, ast.Dict) or not all(isinstance(key, ast.Constant) for key in node.keys):
        return None
    return {str(key.value) for key in node.keys if isinstance(key, ast.Constant)}


def test_no_sentence_is_kept_that_nobody_says() -> None:
    """Translators' time is for sentences people read. A key may be put together: `step.{name}`."""
    whole, begun = set[str](), set[str]()
    for file in modules("bot", "pipeline", "storage"):
        for node in ast.walk(tree(file)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                whole.add(node.value)
            if isinstance(node, ast.JoinedStr) and isinstance(first := node.values[0], ast.Constant):
                begun.add(str(first.value))  # "step." of f"step.{name}"
    # A page that says its texts itself is handed all of them by their stem.
    begun |= {word for word in whole if re.fullmatch(r"[a-z]+\.", word)}
    stems = tuple(stem for stem in begun if stem.endswith("."))
    found = [key for key in _texts("en") if key not in whole and not key.startswith(stems)]
    assert found == [], "\n".join(found)
