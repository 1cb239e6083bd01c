"""What a setting's value may look like, and which sentence says that it does not."""

import re
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import ErrorDetails, PydanticCustomError

from pipeline.ports.errors import BadInput


def _address(value: str) -> str:
    if not value.startswith(("http://", "https://")):
        raise PydanticCustomError("address", "not an address")
    return value.rstrip("/")


def _users(value: str) -> str:
    if not all(re.fullmatch(r"\s*[a-z]+:[^\s:]+\s*", each) for each in value.split(",") if each.strip()):
        raise PydanticCustomError("users", "not channel:id")
    return value


def _rates(value: str) -> str:
    rate = r"\s*[A-Z]{3}:(\d+(\.\d+)?|\.\d+)\s*"
    if not all(re.fullmatch(rate, each) for each in value.split(",") if each.strip()):
        raise PydanticCustomError("rates", "not CODE:number")
    return value


def _folder(value: Path) -> Path:
    try:
        return value.expanduser()
    except RuntimeError:  # ~somebody nobody knows
        raise PydanticCustomError("folder", "no such home") from None


Address = Annotated[str, AfterValidator(_address)]
"""Where something answers; without a slash at its end."""

Users = Annotated[str, AfterValidator(_users)]
"""People, `telegram:123,feishu:ou_x`."""

Rates = Annotated[str, AfterValidator(_rates)]
"""What a unit of other currencies is worth in our own, `USD:7.1,EUR:7.8`."""

Currency = Annotated[str, Field(pattern="^[A-Z]{3}$")]

Folder = Annotated[Path, AfterValidator(_folder)]
Money = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0)]

# What pydantic calls a mistake, and what we say about it.
_MISTAKES = {
    **dict.fromkeys(("int_parsing", "int_type", "int_from_float"), "settings.not_whole_number"),
    **dict.fromkeys(("float_parsing", "float_type", "finite_number"), "settings.not_number"),
    **dict.fromkeys(("bool_parsing", "bool_type"), "settings.not_yes_or_no"),
    "literal_error": "settings.not_one_of",
    "greater_than_equal": "settings.too_low",
    "less_than_equal": "settings.too_high",
    "address": "settings.not_address",
    "folder": "settings.not_folder",
    "users": "settings.not_users",
    "rates": "settings.not_rates",
    "string_pattern_mismatch": "settings.not_currency",
}


def mistake(first: ErrorDetails) -> BadInput:
    """The error that names the setting and what it wants, and repeats nothing of its value."""
    bounds = first.get("ctx", {})
    fields = {
        "name": str(first["loc"][0]).upper(),
        "why": first["msg"],
        "allowed": str(bounds.get("expected", "")).replace("'", "").replace(" or ", ", "),
        "least": str(bounds.get("ge", "")),
        "most": str(bounds.get("le", "")),
    }
    return BadInput(_MISTAKES.get(first["type"], "settings.bad_value"), fields)
