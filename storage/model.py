"""The nouns: what is remembered, in the form every room speaks of it."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Lang = Literal["zh", "en"]
Speaker = Literal["person", "pet", "pet2"]
Point = tuple[float, float]
Plan = Literal["usual", "fast", "best", "cheap", "free"]
"""How vendors are chosen: in their usual order, the quick ones first, the best first, the cheapest that is
paid, or only those that cost nothing."""


class Noun(BaseModel):
    """A frozen model: what crosses a room never changes on the way."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Address(Noun):
    """Where a person is reached: a channel and their id in it."""

    channel: str
    id: str

    @property
    def columns(self) -> dict[str, str]:
        """The columns a row names this address by."""
        return {"channel": self.channel, "person": self.id}


Emotion = Literal["calm", "happy", "sad", "crying", "proud", "sly", "shocked"]


class Direction(Noun):
    """How one of the pet's lines is played; `note` is the same in one sentence, `notes` in each language for
    models that are told."""

    emotion: Emotion = "calm"
    action: Literal["none", "nod", "shake", "tilt", "hop", "bite", "lean"] = "none"
    camera: Literal["hold", "push", "pull", "shake"] = "hold"
    prop: Literal["none", "bun"] = "none"
    note: str = ""
    notes: dict[Lang, str] = Field(default_factory=dict)


class Line(Noun):
    """One thing one speaker says."""

    speaker: Speaker
    text: str
    direction: Direction | None = None


class Script(Noun):
    """A dialogue ready to be played.

    `title` is the hook, one to three short lines; `tags` are hashtags without the mark.
    """

    title: tuple[str, ...] = ()
    lines: tuple[Line, ...]
    tags: tuple[str, ...] = ()
    lang: Lang = "zh"
    theme: str = ""
    audience: str = ""


class Taps(Noun):
    """What a person pointed out on the upright photo, in its pixels."""

    mouth: Point | None = None
    eyes: tuple[Point, Point] | None = None
    pet: int | None = None


class Asset(Noun):
    """A file that is kept: `id` names the row, `key` the blob."""

    id: str
    project: str
    kind: str
    media_type: str
    key: str
    bytes: int
    sha256: str


class Brief(Noun):
    """Everything a person has chosen so far; files are asset ids.

    `seen` holds the pet's lines of script options shown before; `rounds` counts how often a part was asked
    for again, so that the next one is made from something new; under the key of a take in doubt, that
    somebody wants it paid again. `plan` is how much it may cost. `consent` is the sample of which somebody
    said that it is their own voice, or that they may use it. `frame` is a picture that was drawn and takes
    the photo's place in the film. `lifted`: the pet's recorded lines are moved to a child's register; None
    where nobody was asked. `own_voice`: the model that performs says the pet's lines itself; what was chosen
    as the pet's voice waits meanwhile. Without `captions` no words stand over the picture. `stickers` come
    with the punchline; None as the look has it. `music` is "off", the name of a bed, or an asset; empty: what
    suits how the pet plays. `width` of the film in pixels, in place of the house's; its shape stays.
    """

    lang: Lang = "zh"
    photo: str | None = None
    frame: str | None = None
    taps: Taps = Taps()
    theme: str | None = None
    audience: str | None = None
    script: Script | None = None
    voice: str | None = None
    sample: str | None = None
    consent: str = ""
    pet_lines: tuple[str, ...] = ()
    lifted: bool | None = None
    own_voice: bool = False
    person_voice: str | None = None
    person_lines: tuple[str, ...] = ()
    look: str = "classic"
    captions: bool = True
    stickers: bool | None = None
    music: str = ""
    width: int | None = None
    seen: tuple[tuple[str, ...], ...] = ()
    rounds: dict[str, int] = Field(default_factory=dict)
    wishes: dict[str, str] = Field(default_factory=dict)
    plan: Plan = "usual"


class Project(Noun):
    """One film in the making, and whose it is."""

    id: str
    address: Address
    state: Literal["open", "making", "done", "failed", "cancelled"] = "open"
    brief: Brief = Brief()
    created: float = 0.0


class Voice(Noun):
    """A voice somebody may use: a preset, or one tuned or cloned from a sample."""

    id: str
    project: str
    kind: Literal["preset", "stand-in", "clone"]
    name: str
    vendor: str
    sample: str | None = None
    params: dict[str, float | str] = Field(default_factory=dict)


TakeState = Literal["new", "sending", "accepted", "done", "failed", "rejected", "unsure"]


class Take(Noun):
    """One attempt that may cost money.

    `made_from` is a digest of everything the result depends on, so that a redo finds what is still good.
    `result` is plain JSON (asset ids, small values); `cost` and `quote`, what it was expected to cost, are in
    `currency` units. `account` is whose seat at the vendor it has while it is under way; `making` is what it
    was claimed for, last at `claimed`.
    """

    key: str
    project: str
    step: str
    vendor: str
    model: str
    state: TakeState
    made_from: str
    ticket: str | None = None
    result: str | None = None
    cost: float = 0.0
    currency: str = "CNY"
    error: str | None = None
    opened: float = 0.0
    changed: float = 0.0
    quote: float = 0.0
    account: str = ""
    claimed: float | None = None
    making: str = ""


class Stride(Noun):
    """How far one step of one making is; `fraction` 0 to 1, times in seconds since the epoch.

    `weight` is the step's rough share of the whole in seconds, for a time left before anything is measured.
    """

    making: str
    step: str
    state: Literal["waiting", "running", "done", "failed"] = "waiting"
    fraction: float = 0.0
    weight: float = 1.0
    vendor: str = ""
    model: str = ""
    started: float | None = None
    ended: float | None = None


class Notice(Noun):
    """What a making ended with: a text key, its fields, and files to show."""

    kind: Literal["done", "failed", "unsure", "cancelled"]
    key: str
    fields: dict[str, str] = Field(default_factory=dict)
    assets: dict[str, str] = Field(default_factory=dict)
