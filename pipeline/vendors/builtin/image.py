"""Image without a key: the photo itself, upright, rescued from the dark, framed for the canvas."""

from collections.abc import Mapping
from pathlib import Path

from pipeline import crafts
from pipeline.model import Framed
from pipeline.ports.image import FrameAsk
from pipeline.vendors.builtin.facts import home
from pipeline.workshop import Workshop


class Image:
    """Frames; it draws nothing new."""

    facts = home("frame")

    def __init__(self, workshop: Workshop, weights: Mapping[str, Path | None]) -> None:
        self._workshop = workshop
        self._saliency = weights["saliency"]

    async def frame(self, picture: Path, ask: FrameAsk, out: Path) -> Framed:
        """Write the pane as PNG."""
        return await self._workshop.run(
            "sight", crafts.sight.draw, picture, ask.sight, self._saliency, out, ask.width, ask.height
        )
