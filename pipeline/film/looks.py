"""Look packs: how a film is dressed, read from `looks/*.toml`."""

import re
import tomllib
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from pipeline.ports.errors import BadInput, Surprise
from storage.model import Emotion, Lang, Noun, Speaker

_FOLDER = Path(__file__).with_name("looks")


class BandLook(Noun):
    """The title's band: ground, the rule under it, the colour of each line, sizes as shares of the width."""

    top: str
    bottom: str
    rule: str
    lines: tuple[str, ...] = Field(min_length=1)
    stroke: str
    weight: float
    bold: float = 0.0
    largest: float
    smallest: float


class PanelLook(Noun):
    """The card's panel under the picture."""

    top: str
    bottom: str
    paws: str
    paws_opacity: float
    paws_size: float


class CaptionLook(Noun):
    """Captions: sizes as shares of the width; what stays free at the sides, the foot, the mouth.

    `foot` and `sides` are what platforms lay their own words and buttons over. `lit` colours what has been
    said already, word by word; without it a caption stays as it is. `tags` names the speaker over it.
    """

    largest: float
    in_panel: float
    one_line: float
    smallest: float
    weight: float
    bold: float = 0.0
    sides: float
    foot: float
    clear: float
    lit: str | None = None
    tags: bool = True


class SpeakerLook(Noun):
    """One speaker's colours, and what the tag calls them; `lit` in place of the captions' own."""

    fill: str
    stroke: str
    lit: str | None = None
    tag: dict[Lang, str]


class LabelLook(Noun):
    """The mark that says the film is generated: size as a share of the width, seconds from the start."""

    fill: str
    ground: str
    opacity: float
    size: float = Field(ge=0.05)
    seconds: float = Field(ge=2.0)


class StickerLook(Noun):
    """Reactions on the punchline: whether they come unasked, their size as a share of the width, the rim cut
    around them as a share of that, and which shapes there are for how the last answer is played."""

    usual: bool = False
    size: float = Field(default=0.17, gt=0, lt=0.5)
    rim: str = "#FFFFFF"
    weight: float = 0.035
    shown: dict[Emotion, tuple[str, ...]] = Field(default_factory=dict)


class Look(Noun):
    """A whole look pack; with `backdrop` what lies around the picture is the picture itself, out of focus."""

    name: str
    backdrop: bool = False
    face: Literal["cute", "sans"] = "cute"
    band: BandLook
    panel: PanelLook
    caption: CaptionLook
    speakers: dict[Speaker, SpeakerLook]
    label: LabelLook
    sticker: StickerLook = StickerLook()


def names() -> tuple[str, ...]:
    """Return the look packs there are."""
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.toml")))


def load(name: str) -> Look:
    """Return a look pack.

    Raises:
        BadInput: `film.no_look`, there is none of that name.
        Surprise: `film.bad_look`, the pack's file is not as it should be.
    """
    if not re.fullmatch(r"[a-z0-9-]+", name) or name not in names():
        raise BadInput("film.no_look", {"name": name, "names": ", ".join(names())})
    try:
        return Look.model_validate(tomllib.loads((_FOLDER / f"{name}.toml").read_text("utf-8")))
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        raise Surprise("film.bad_look", {"name": name}, str(error)) from error
