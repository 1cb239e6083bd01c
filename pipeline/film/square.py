"""The square version: the same edit on a square canvas, the picture cut about the mouth."""

from collections.abc import Callable
from statistics import median

from pipeline.film.cut import CutJob
from pipeline.model import Box, Layout, Track

_BAND = 0.19  # of the side
_MOUTH_AT = 0.5  # of the pane's height, where there is picture enough above and below
# A card's picture ends under the mouth, so that words have no room on it: they get a panel here too.
_CARD_BAND, _CARD_PANEL, _CARD_MOUTH_AT = 0.14, 0.2, 0.76


def squared(job: CutJob) -> CutJob:
    """Return the edit of the square film; it still goes where `job` says."""
    layout, pane = _layout(job), job.layout.pane
    place = layout.pane
    scale = max(place.w / pane.w, place.h / pane.h)
    across, down = pane.w * scale - place.w, pane.h * scale - place.h
    mouth, low = _mouth(job), _MOUTH_AT if layout.panel is None else _CARD_MOUTH_AT
    if mouth is None:
        mouth, low = (pane.x + pane.w / 2, pane.y + pane.h / 2), 0.5
    left = _within((mouth[0] - pane.x) * scale - place.w / 2, across)
    top = _within((mouth[1] - pane.y) * scale - low * place.h, down)
    moved = _moving(pane, place, scale, (left, top))
    return job.model_copy(
        update={
            "layout": layout,
            "track": Track(
                mouths=tuple(box and moved(box) for box in job.track.mouths), openness=job.track.openness
            ),
            "heads": tuple(moved(box) for box in job.heads),
            "faces": tuple(moved(box) for box in job.faces),
            # A panel is too low for a name over two lines; the colours tell who speaks.
            "tags": job.tags if layout.panel is None else dict.fromkeys(_EVERYBODY, ""),
            "focus": (left / across if across > 0 else 0.5, top / down if down > 0 else 0.5),
        }
    )


_EVERYBODY = ("person", "pet", "pet2")


def _layout(job: CutJob) -> Layout:
    side = job.layout.width
    card = job.layout.panel is not None and job.captions
    band, foot = (
        2 * round(share * side / 2) for share in ((_CARD_BAND, _CARD_PANEL) if card else (_BAND, 0.0))
    )
    return Layout(
        kind="card" if card else "full",
        width=side,
        height=side,
        band=Box(x=0, y=0, w=side, h=band),
        pane=Box(x=0, y=band, w=side, h=side - band - foot),
        panel=Box(x=0, y=side - foot, w=side, h=foot) if card else None,
    )


def _moving(pane: Box, place: Box, scale: float, cut: tuple[float, float]) -> Callable[[Box], Box]:
    """Return how a box of the film's pane comes to lie on the square."""
    return lambda box: Box(
        x=(box.x - pane.x) * scale - cut[0] + place.x,
        y=(box.y - pane.y) * scale - cut[1] + place.y,
        w=box.w * scale,
        h=box.h * scale,
    )


def _mouth(job: CutJob) -> tuple[float, float] | None:
    """Return where the mouth usually is on the canvas; None where none is seen."""
    boxes = [box for box in job.track.mouths if box is not None]
    if not boxes:
        return None
    return median(box.x + box.w / 2 for box in boxes), median(box.y + box.h / 2 for box in boxes)


def _within(start: float, room: float) -> float:
    return min(max(start, 0.0), max(room, 0.0))
