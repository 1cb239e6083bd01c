"""What is asked for on the command line, and what is wrong with it before anything is loaded or made."""

import dataclasses
import os
from pathlib import Path
from typing import Literal, get_args

from pipeline.film import looks
from pipeline.model import Mood
from pipeline.ports.errors import BadInput
from pipeline.sound import presets
from storage.model import Lang, Script, Taps

BEDS = ("off", *get_args(Mood))
Also = Literal["square", "preview", "project"]


@dataclasses.dataclass(frozen=True)
class Wish:
    """What was asked for on the command line; `music` is a file, `bed` one of ours or "off"; `also` is what
    is made of the film besides."""

    photo: Path
    out: Path
    theme: str | None = None
    script: Script | None = None
    audience: str | None = None
    voice: str | None = None
    pet_lines: tuple[Path, ...] = ()
    person_voice: tuple[Path, ...] = ()
    taps: Taps = dataclasses.field(default_factory=Taps)
    sample: Path | None = None
    may_use_voice: bool = False
    look: str = "classic"
    stickers: bool | None = None
    bed: str = ""
    music: Path | None = None
    width: int | None = None
    also: tuple[Also, ...] = ()
    lang: Lang = "zh"


def check_wish(wish: Wish) -> None:
    """Find out what cannot work before anything is made.

    Raises:
        BadInput: a file is missing, there is no such look or voice, or the folder cannot be written to.
    """
    samples = (wish.sample,) if wish.sample else ()
    own = (wish.music,) if wish.music else ()
    for path in (wish.photo, *samples, *own, *wish.pet_lines, *wish.person_voice):
        if not path.is_file():
            raise BadInput("file.missing", {"name": str(path)})
    looks.load(wish.look)
    if wish.voice is not None:
        presets.find(wish.voice)
    folder = wish.out.absolute().parent
    if not folder.is_dir() or not os.access(folder, os.W_OK) or wish.out.is_dir():
        raise BadInput("file.cannot_write", {"name": str(wish.out)})
