"""Image without a key: the photo itself, upright, rescued from the dark, framed for the canvas."""

from collections.abc import Mapping
from pathlib import Path

from pipeline import crafts
from pipeline.model import Framed
from pipeline.ports.image import DrawAsk
from pipeline.vendors.builtin.facts import home
from pipeline.workshop import Workshop


class Image:
    """Frames."""

    facts = home("frame")

    def __init__(self, workshop: Workshop, weights: Mapping[str, Path | None]) -> None:
        self._workshop = workshop
        self._saliency = weights["saliency"]

    async def draw(self, photo: Path, ask: DrawAsk, out: Path) -> Framed:
        """Write the pane as PNG; a wish in words cannot be granted here and changes nothing."""
        return await self._workshop.run(
            "sight", crafts.draw, photo, ask.sight, self._saliency, out, ask.width, ask.height
        )
