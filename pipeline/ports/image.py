"""Image: the first frame, from the photo."""

from pathlib import Path
from typing import Protocol

from pipeline.model import Framed, Sight
from pipeline.ports.facts import Facts
from storage.model import Noun


class DrawAsk(Noun):
    """The canvas in pixels, and what was seen on the photo."""

    sight: Sight
    width: int = 720
    height: int = 1280
    wish: str = ""


class Image(Protocol):
    """Draws."""

    facts: Facts

    async def draw(self, photo: Path, ask: DrawAsk, out: Path) -> Framed:
        """Write the first frame as PNG, exactly as large as the layout's pane."""
        ...
