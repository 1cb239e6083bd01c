"""The square version: the same edit on a square canvas, the picture cut about the mouth."""

from statistics import median

from pipeline.film.cut import CutJob
from pipeline.model import Box, Layout, Track

_BAND = 0.19  # of the side
_MOUTH_AT = 0.5  # of the pane's height, where there is picture enough above and below


def squared(job: CutJob) -> CutJob:
    """Return the edit of the square film; it still goes where `job` says."""
    side, pane = job.layout.width, job.layout.pane
    band = 2 * round(_BAND * side / 2)
    place = Box(x=0, y=band, w=side, h=side - band)
    scale = max(place.w / pane.w, place.h / pane.h)
    across, down = pane.w * scale - place.w, pane.h * scale - place.h
    mouth = _mouth(job)
    left = _within((mouth[0] - pane.x) * scale - place.w / 2, across)
    top = _within((mouth[1] - pane.y) * scale - _MOUTH_AT * place.h, down)

    def moved(box: Box) -> Box:
        return Box(
            x=(box.x - pane.x) * scale - left + place.x,
            y=(box.y - pane.y) * scale - top + place.y,
            w=box.w * scale,
            h=box.h * scale,
        )

    track = Track(mouths=tuple(box and moved(box) for box in job.track.mouths), openness=job.track.openness)
    layout = Layout(kind="full", width=side, height=side, band=Box(x=0, y=0, w=side, h=band), pane=place)
    focus = (left / across if across > 0 else 0.5, top / down if down > 0 else 0.5)
    heads = tuple(moved(box) for box in job.heads)
    return job.model_copy(update={"layout": layout, "track": track, "heads": heads, "focus": focus})


def _mouth(job: CutJob) -> tuple[float, float]:
    """Return where the mouth usually is on the canvas; without one, a little below the pane's middle."""
    boxes, pane = [box for box in job.track.mouths if box is not None], job.layout.pane
    if not boxes:
        return pane.x + pane.w / 2, pane.y + 0.55 * pane.h
    return median(box.x + box.w / 2 for box in boxes), median(box.y + box.h / 2 for box in boxes)


def _within(start: float, room: float) -> float:
    return min(max(start, 0.0), max(room, 0.0))
