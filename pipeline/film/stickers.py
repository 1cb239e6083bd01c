"""Reactions on the punchline: a face and small signs beside the pet, off its face, the words, the edges."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.film.looks import Look
from pipeline.film.planes import Layer, layer
from pipeline.film.shapes import shape
from pipeline.model import Box, Layout, Timeline
from storage.model import Noun

_BEGINS = 0.45  # of the last answer has been said
_POP = (0.35, 0.75, 1.14, 1.06, 1.0)  # of the size, picture by picture
_TURNS, _HELD = (0.0, 5.0, 0.0, -5.0), 7  # degrees it sways by, pictures for each
_LESS = 0.62  # of the first one's size are those beside it
_NEAR = 1.4  # of the first one's size, from middle to middle: else there is none beside it
_EDGE = 0.05  # of the width, kept free at the sides of the picture
_STEPS = 12  # places that are tried across and down


class Sticker(Noun):
    """A sticker on the picture: its box in canvas pixels, seconds."""

    name: str
    box: Box
    start: float
    end: float


@dataclass(frozen=True)
class Moving:
    """A sticker and its pictures: how it comes, then how it sways."""

    first: int
    coming: tuple[Layer, ...]
    swaying: tuple[Layer, ...]

    def at(self, number: int) -> Layer | None:
        """Return what is seen of it in a picture of the film."""
        since = number - self.first
        if since < 0:
            return None
        if since < len(self.coming):
            return self.coming[since]
        return self.swaying[(since - len(self.coming)) // _HELD % len(self.swaying)]


def begin(timeline: Timeline) -> float:
    """Return when the first sticker comes, in seconds: on a picture, in the last answer; the film's end when
    there is none."""
    answers = [cue for cue in timeline.cues if cue.speaker != "person"]
    if not answers:
        return timeline.seconds
    last = answers[-1]
    return round((last.start + _BEGINS * (last.end - last.start)) * timeline.fps) / timeline.fps


def stickers(
    timeline: Timeline, layout: Layout, look: Look, heads: Sequence[Box], taken: Sequence[Box]
) -> tuple[Sticker, ...]:
    """Return the stickers of a film: what the look has for how its last answer is played.

    Args:
        heads: where stickers are rather not.
        taken: where they never are: faces, captions, label. Where there is no room there is no sticker.
    """
    answers = [cue for cue in timeline.cues if cue.speaker != "person"]
    if not answers:
        return ()
    last = answers[-1]
    fps, start = timeline.fps, begin(timeline)
    placed: list[Sticker] = []
    for number, name in enumerate(look.sticker.shown.get(last.direction.emotion, ())):
        side = round(layout.width * look.sticker.size * (_LESS if number else 1.0))
        full = [*taken, *(each.box for each in placed)]
        beside = placed[0].box if placed else None
        box = _free(side, layout, full, heads, beside)
        if box is None:
            break
        begins = min(start + number * 4 / fps, timeline.seconds - 1 / fps)
        placed.append(Sticker(name=name, box=box, start=begins, end=timeline.seconds))
    return tuple(placed)


def moving(sticker: Sticker, look: Look, fps: int) -> Moving:
    """Draw a sticker as it comes and sways."""
    box, style = sticker.box, look.sticker

    def drawn(scale: float, turn: float) -> Layer:
        side = round(box.w * scale)
        picture = shape(sticker.name, side, style.rim, style.weight, turn)
        return layer(picture, round(box.x + (box.w - side) / 2), round(box.y + (box.h - side) / 2))

    coming = tuple(drawn(scale, 0.0) for scale in _POP)
    return Moving(round(sticker.start * fps), coming, tuple(drawn(1.0, turn) for turn in _TURNS))


def _free(
    side: int, layout: Layout, full: Sequence[Box], heads: Sequence[Box], beside: Box | None
) -> Box | None:
    """Return the best of the free places: off the heads, high up, near the one it stands beside."""
    free = [box for box in _places(side, layout) if not any(box.common(other) > 0 for other in full)]

    def cost(box: Box) -> float:
        over = sum(box.common(head) for head in heads) / (side * side)
        down = (box.y - layout.pane.y) / layout.pane.h
        middle = 1 - abs(box.x + side / 2 - layout.width / 2) / (layout.width / 2)
        away = 0.0 if beside is None else _distance(box, beside) / layout.width
        return over + down + 0.3 * middle + 1.5 * away

    near = [box for box in free if beside is None or _distance(box, beside) < _NEAR * beside.w]
    return min(near, key=cost, default=None)


def _places(side: int, layout: Layout) -> Iterator[Box]:
    """Yield places all over the picture, off its edges and off the title that lies over it."""
    pane, edge = layout.pane, _EDGE * layout.width
    top = max(pane.y, layout.band.y + layout.band.h) + edge / 2
    across = pane.w - 2 * edge - side
    down = pane.y + pane.h - edge - side - top
    if across < 0 or down < 0:
        return
    for column, row in itertools.product(range(_STEPS + 1), repeat=2):
        x, y = pane.x + edge + across * column / _STEPS, top + down * row / _STEPS
        yield Box(x=round(x), y=round(y), w=side, h=side)


def _distance(one: Box, other: Box) -> float:
    across = (one.x + one.w / 2) - (other.x + other.w / 2)
    down = (one.y + one.h / 2) - (other.y + other.h / 2)
    return float((across**2 + down**2) ** 0.5)
