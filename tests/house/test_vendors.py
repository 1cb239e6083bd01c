"""Who can be asked is documented: for people in the README, for programmers in a card."""

import ast
import re
from typing import Any

import pytest

from pipeline.hire import Row, image, text, voice
from tests.house.checkout import CHECKOUT

_CARD = ("Service:", "Documentation:", "Read on:", "Auth:", "Limits", "Price", "Keeps data for:",
         "Repeats safely:", "Can cancel:", "Quirks:")  # fmt: skip
_ROWS: tuple[Row[Any], ...] = (*text.ROWS, *image.ROWS, *voice.ROWS)
_HOSTED = [row for row in _ROWS if row.account]


@pytest.mark.parametrize("row", _HOSTED, ids=lambda row: f"{row.vendor}-{row.models[0]}")
def test_a_vendor_has_its_row_in_the_readme(row: Row[Any]) -> None:
    """Its name, its default model and the setting that holds its key."""
    lines = (CHECKOUT / "README.md").read_text("utf-8").splitlines()
    key = row.keys[0][0].upper()
    assert any(f"`{row.vendor}` · `{row.models[0]}`" in line and f"`{key}`" in line for line in lines)


@pytest.mark.parametrize("row", _HOSTED, ids=lambda row: f"{row.vendor}-{row.models[0]}")
def test_a_vendor_has_its_card(row: Row[Any]) -> None:
    """What the service promises and what it does not, with the day it was read."""
    source = (CHECKOUT / f"pipeline/vendors/{row.vendor.replace('-', '_')}.py").read_text("utf-8")
    card = ast.get_docstring(ast.parse(source)) or ""
    assert [word for word in _CARD if word not in card] == []
    assert re.search(r"Read on: \d{4}-\d\d-\d\d", card)


def test_no_vendor_knows_a_model() -> None:
    """Ids are words of rows and settings: a retired one is changed in one place."""
    known = {model for row in _HOSTED for model in row.models if model}
    for file in (CHECKOUT / "pipeline").rglob("*.py"):
        if file.parent.name != "hire":
            code = file.read_text("utf-8")
            assert [model for model in known if f'"{model}"' in code] == [], file
