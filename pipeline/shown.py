"""Which picture a film shows, the photo or one that was drawn after it and chosen, and how large; pure."""

from pipeline.ports.errors import BadInput
from storage.model import Brief, Taps

PHOTO = "photo"
"""Said to a step that shall look at the photo whatever was chosen."""


CANDIDATES = 3
"""How many pictures are drawn in one round."""


def canvas(brief: Brief, usual: tuple[int, int]) -> tuple[int, int]:
    """Return the film's width and height in pixels, both even; `usual` are the house's."""
    width = 2 * round((brief.width or usual[0]) / 2)
    return width, 2 * round(usual[1] * width / usual[0] / 2)


def shown(brief: Brief, which: str = "") -> tuple[str, Taps]:
    """Return the picture's asset and what a person pointed out on it; nobody points at a drawn one.

    Raises:
        BadInput: there is no photo yet.
    """
    if brief.photo is None:
        raise BadInput("photo.missing")
    if brief.frame is None or which == PHOTO:
        return brief.photo, brief.taps
    return brief.frame, Taps()
