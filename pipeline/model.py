"""What the rooms of the pipeline hand to each other: frozen models, pixels and seconds."""

from pathlib import Path
from typing import Literal

from pydantic import Field

from storage.model import Direction, Noun, Point, Speaker

Span = tuple[float, float]
Mood = Literal["tender", "merry", "blue", "sly", "proud"]
"""The beds of music there are."""


class Box(Noun):
    """A rectangle in pixels: left, top, width, height."""

    x: float
    y: float
    w: float
    h: float

    def holds(self, point: Point) -> bool:
        """Return whether a point lies in it, or on its edge."""
        return self.x <= point[0] <= self.x + self.w and self.y <= point[1] <= self.y + self.h

    def common(self, other: "Box") -> float:
        """Return how many pixels two rectangles share."""
        across = min(self.x + self.w, other.x + other.w) - max(self.x, other.x)
        down = min(self.y + self.h, other.y + other.h) - max(self.y, other.y)
        return max(0.0, across) * max(0.0, down)


class Pet(Noun):
    """One animal in a picture, in that picture's pixels.

    Eyes are left to right as seen. `lip` is the lip line, left corner to right corner, as points.
    `found` only when sure enough to animate without asking; `reason` is a text key otherwise.
    """

    species: Literal["dog", "cat", "other"] | None
    box: Box
    score: float = Field(ge=0, le=1)
    eyes: tuple[Point, Point] | None = None
    eye_radius: float | None = None
    nose: Point | None = None
    mouth: Point | None = None
    lip: tuple[Point, ...] = ()
    mouth_open: bool | None = None
    confidence: float = 0.0
    found: bool = False
    reason: str | None = None


class Sight(Noun):
    """What was seen on a photo, in pixels of the upright picture; the speaking pet first."""

    width: int
    height: int
    pets: tuple[Pet, ...] = ()
    reason: str | None = None


class Heard(Noun):
    """What was heard in a sound; None where there is nothing to measure.

    Levels in LUFS and dBTP over the file's own channels (ITU-R BS.1770); `lines` in seconds.
    """

    seconds: float
    speech_seconds: float
    lufs: float | None
    true_peak_db: float | None
    snr_db: float | None
    clipped: bool
    second_voice: bool
    background: bool
    verdict: Literal["good", "usable", "poor"]
    reasons: tuple[str, ...] = ()
    lines: tuple[Span, ...] = ()


class Layout(Noun):
    """Where things are on the canvas, in its pixels: `band` holds the title, `pane` the picture,
    `panel` the captions where they have a place of their own (the card)."""

    kind: Literal["full", "framed", "card"]
    width: int
    height: int
    band: Box
    pane: Box
    panel: Box | None = None


class Framed(Noun):
    """The first frame: a picture exactly the size of the layout's pane, the pet in its pixels, and where
    `others` are that do not speak; `second` is another whose face is sure: it speaks where a script has two;
    under the row `floor` there is no photo but what was drawn out of it."""

    layout: Layout
    pet: Pet | None
    others: tuple[Box, ...] = ()
    second: Pet | None = None
    floor: float | None = None
    rescued: bool = False
    notes: tuple[str, ...] = ()


class Cue(Noun):
    """One line in the film's time: `start` to `end` is when the words sound, in seconds."""

    index: int
    speaker: Speaker
    text: str
    start: float
    end: float
    direction: Direction = Direction()


class Timeline(Noun):
    """The whole film in time."""

    seconds: float
    fps: int
    cues: tuple[Cue, ...]

    @property
    def frames(self) -> int:
        """Number of pictures in the film."""
        return round(self.seconds * self.fps)


class Piece(Noun):
    """Pictures `first` to before `stop` of a performance, and a digest of what they are drawn from."""

    first: int
    stop: int
    made_from: str


class Track(Noun):
    """Per frame, the mouth's box in canvas pixels (None: no mouth seen) and how open it is, 0 to 1. `pieces`
    are what the performance consists of, where it can be taken apart again."""

    mouths: tuple[Box | None, ...]
    openness: tuple[float, ...]
    pieces: tuple[Piece, ...] = ()


class Credentials(Noun):
    """What a film is signed with: PEM files, the chain of certificates from our own on, and its key."""

    certificate: Path
    key: Path


class Fault(Noun):
    """Something a check found: a text key, whether it stops delivery, and figures."""

    key: str
    stops: bool
    fields: dict[str, str] = Field(default_factory=dict)


class Report(Noun):
    """A film's own report; `facts` are measured figures by name."""

    faults: tuple[Fault, ...]
    facts: dict[str, float | int | str | bool | None]

    @property
    def sendable(self) -> bool:
        """True when nothing found stops delivery."""
        return not any(fault.stops for fault in self.faults)
