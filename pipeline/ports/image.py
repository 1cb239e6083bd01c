"""Image: a new picture of the pet on a photo, drawn by somebody hosted; and any picture framed for the film.

Drawing spends. What comes of it may be the picture itself, an address where it lies, or a job to wait for:
who answers with the latter two also *delivers*, which costs nothing and may be repeated. Framing is our own
craft and takes what was drawn as well as a photo.
"""

from pathlib import Path
from typing import Literal, Protocol, runtime_checkable

from pipeline.model import Framed, Sight
from pipeline.ports.facts import Facts, Paid
from storage.model import Noun

MOST_BYTES = 32_000_000
"""Of a drawn picture; a whole one at the largest size has about half."""


class FrameAsk(Noun):
    """The canvas in pixels, and what was seen on the picture."""

    sight: Sight
    width: int = 720
    height: int = 1280


@runtime_checkable
class Framer(Protocol):
    """Frames."""

    facts: Facts

    async def frame(self, picture: Path, ask: FrameAsk, out: Path) -> Framed:
        """Write the first frame as PNG, exactly as large as the layout's pane."""
        ...


class DrawAsk(Noun):
    """One new picture: an upright JPEG to start from, readable while the call lasts and bare of where and
    when it was taken; what shall be drawn, in words; the canvas in pixels, whose shape the picture has."""

    photo: Path
    words: str
    width: int = 720
    height: int = 1280


class Came(Noun):
    """What a call came to; kept in the take.

    `job` is to be waited for, at `url` the picture lies; without both it was written where it was wanted.
    `end`: "refused" by a content policy, "broken" where no picture came for another reason, "odd" where the
    answer has not the documented shape; then `told` is its outline, for the operator.
    """

    end: Literal["whole", "refused", "broken", "odd"] = "whole"
    job: str = ""
    url: str = ""
    told: str = ""

    @property
    def here(self) -> bool:
        """Whether the picture came with the answer."""
        return self.end == "whole" and not (self.job or self.url)


@runtime_checkable
class Image(Protocol):
    """Draws."""

    facts: Facts

    async def draw(self, ask: DrawAsk, key: str, out: Path) -> Paid:
        """Spend: ask for one picture under `key`. The value is a `Came` as JSON; a picture that came with the
        answer lies in `out`."""
        ...


@runtime_checkable
class Delivers(Protocol):
    """Brings what did not come with the answer."""

    async def poll(self, came: Came) -> bool:
        """True when the picture can be fetched; raises Failed or Refused when it never will."""
        ...

    async def deliver(self, came: Came, out: Path) -> float | None:
        """Write the picture; return what it did cost in the vendor's currency, where that is told."""
        ...
