"""The shape of each answer, as models; and their JSON schemas in the plain form every service takes."""

from typing import Any, Literal

from pydantic import BaseModel

from storage.model import Emotion, Speaker


class SaidLine(BaseModel):
    """One line by its number from 1."""

    n: int
    speaker: Speaker
    text: str


class Acting(BaseModel):
    """How one of the pet's lines is played: four words, and one sentence in each language."""

    n: int
    emotion: Emotion
    action: Literal["none", "nod", "shake", "tilt", "hop", "bite", "lean"]
    camera: Literal["hold", "push", "pull", "shake"]
    prop: Literal["none", "bun"]
    zh: str
    en: str


class Option(BaseModel):
    """One whole script."""

    title: list[str]
    tags: list[str]
    lines: list[SaidLine]
    acting: list[Acting]


class Options(BaseModel):
    """The answer to a WriteAsk."""

    options: list[Option]


class Change(BaseModel):
    """The answer to an EditAsk: the whole script again, and what was changed in it."""

    changed: list[int]
    title_changed: bool
    title: list[str]
    lines: list[SaidLine]
    acting: list[Acting]


class Face(BaseModel):
    """Places as [x, y], fractions of width and height; empty where it cannot be seen."""

    visible: bool
    sure: float
    mouth: list[float]
    left_eye: list[float]
    right_eye: list[float]
    nose: list[float]
    mouth_open: bool


class Look(BaseModel):
    """The answer to a LookAsk."""

    species: Literal["dog", "cat", "other", "none"]
    breed: str
    colours: list[str]
    pose: str
    expression: str
    holds: str
    background: str
    face: Face


class Same(BaseModel):
    """The answer to a CompareAsk: what is unlike first, so that the verdict follows from it."""

    unlike: str
    same: Literal["yes", "no", "unsure"]


def schema(shape: type[BaseModel]) -> dict[str, Any]:
    """The JSON schema with every object closed, every field required and nothing referred to."""
    whole = shape.model_json_schema()
    plain = _plain(whole, whole.get("$defs", {}))
    assert isinstance(plain, dict)
    return plain


def _plain(node: object, named: dict[str, Any]) -> object:
    if isinstance(node, list):
        return [_plain(one, named) for one in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        return _plain(named[str(node["$ref"]).rpartition("/")[2]], named)
    kept = {
        name: one for name, one in node.items() if name not in {"$defs", "title", "default", "description"}
    }
    if "properties" in node:
        kept["properties"] = {name: _plain(one, named) for name, one in node["properties"].items()}
        return {**kept, "required": list(node["properties"]), "additionalProperties": False}
    return {name: _plain(one, named) for name, one in kept.items()}
