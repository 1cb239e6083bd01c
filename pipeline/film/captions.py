"""Captions: who says what, in one or two lines, where neither mouth nor platform covers them."""

import itertools
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.film.draw import Ink, Rgba, lettering, pill, stacked
from pipeline.film.looks import Look
from pipeline.film.type import Faces, pieces, split, wrap
from pipeline.model import Box, Cue, Layout, Span, Timeline, Track
from storage.model import Noun, Speaker

_NARROWEST = 0.04  # of the height: the foot that stays free when a low mouth leaves no other room
_SHALLOWEST = 0.58  # of a panel is used, also where that leaves less of the foot free
_LIKE_THE_REST = 0.8  # of the largest size: a smaller line in a panel is rather two larger ones
_QUIET_ENDS = "\uff0c\u3002\u3001\uff1b\uff1a,;:"  # punctuation a caption does not end with


class Page(Noun):
    """One caption on the screen: the lines as drawn, seconds, its box and its letters' size in canvas pixels
    (0 in pages written before that was noted)."""

    cue: int
    lines: tuple[str, ...]
    start: float
    end: float
    box: Box
    letters: int = 0


@dataclass(frozen=True)
class Caption:
    """A page, or the stretch of it in which so much of it is said, and its picture; kept packed: a long film
    has many."""

    page: Page
    start: float
    end: float
    shape: tuple[int, ...]
    packed: bytes

    @classmethod
    def of(cls, page: Page, span: Span, picture: Rgba) -> "Caption":
        """Pack a picture."""
        return cls(page, *span, picture.shape, zlib.compress(picture.tobytes(), 1))

    @property
    def picture(self) -> Rgba:
        """The picture, to be looked at."""
        return np.frombuffer(zlib.decompress(self.packed), np.uint8).reshape(self.shape)


def captions(
    timeline: Timeline,
    layout: Layout,
    track: Track,
    look: Look,
    faces: Faces,
    tags: Mapping[Speaker, str],
    taken: Box | None,
) -> list[Caption]:
    """Return every caption of a film, drawn and placed; a line nothing can be drawn of has none.

    Args:
        tags: what each speaker is called over their captions; without one there is no tag.
        taken: the label's box, which a caption at the top keeps away from.
    """
    made = []
    for cue in timeline.cues:
        tag = faces.plain(tags.get(cue.speaker, "")) if look.caption.tags else ""
        for text, start, end in _paged(cue, layout, look, faces, timeline.fps, tagged=bool(tag)):
            lines, letters, picture = _drawn(text, cue, layout, look, faces, tag)
            mouths = _mouths(track, start, end, timeline.fps)
            box = _placed(picture.shape[1], picture.shape[0], layout, look, mouths, taken)
            page = Page(cue=cue.index, lines=lines, start=start, end=end, box=box, letters=letters)
            for said, span in _told(page, look, timeline.fps):
                if said:
                    picture = _drawn(text, cue, layout, look, faces, tag, said)[2]
                made.append(Caption.of(page, span, picture))
    return made


def _told(page: Page, look: Look, fps: int) -> list[tuple[int, Span]]:
    """Return how many characters of a page have been said, and when: once for a look that lights no words."""
    if look.caption.lit is None:
        return [(0, (page.start, page.end))]
    ends = list(itertools.accumulate(len(piece) for line in page.lines for piece in pieces(line)))
    edges = [page.start]
    for end in ends:
        at = page.start + (page.end - page.start) * end / ends[-1]
        edges.append(max(edges[-1], round(at * fps) / fps))
    return [
        (end, (start, stop))
        for end, (start, stop) in zip(ends, itertools.pairwise(edges), strict=True)
        if stop > start
    ]


def _paged(
    cue: Cue, layout: Layout, look: Look, faces: Faces, fps: int, *, tagged: bool
) -> list[tuple[str, float, float]]:
    """Return a line in pieces that fit two lines each, with times in proportion to their length."""
    text = faces.plain(cue.text).rstrip(_QUIET_ENDS)
    texts = _cut(text, layout, look, faces, tagged=tagged) if text else []
    whole = sum(len(text) for text in texts)
    pieces, start, read = [], cue.start, 0
    for text in texts:
        read += len(text)
        end = round((cue.start + (cue.end - cue.start) * read / whole) * fps) / fps
        pieces.append((text.rstrip(_QUIET_ENDS) or text, start, end))
        start = end
    return [piece for piece in pieces if piece[2] > piece[1]]


def _cut(text: str, layout: Layout, look: Look, faces: Faces, *, tagged: bool) -> list[str]:
    if _fitted(text, layout, look, faces, tagged=tagged)[0] is not None:
        return [text]
    before, after = split(text)
    if not before:  # one word wider than the screen: broken where the edge is
        middle = len(text) // 2
        before, after = text[:middle], text[middle:]
    return [part for half in (before, after) for part in _cut(half, layout, look, faces, tagged=tagged)]


def _fitted(
    text: str, layout: Layout, look: Look, faces: Faces, *, tagged: bool
) -> tuple[tuple[str, ...] | None, int]:
    """Return the lines and their size: one line if that keeps it large enough, else two; None: too long."""
    style = look.caption
    share = style.largest if layout.panel is None else style.in_panel
    largest, smallest = round(layout.width * share), round(layout.width * style.smallest)
    room = layout.width * (1 - 2 * style.sides - 2 * style.weight * share)
    size = min(largest, int(largest * room / max(faces.width(text, largest), 1.0)))
    alone = size >= layout.width * style.one_line
    if alone and (layout.panel is None or size >= _LIKE_THE_REST * largest):
        return (text,), size
    lines = wrap(faces, text, smallest, room, 2, least=2) or wrap(faces, text, smallest, room, 1)
    if lines is None:
        return ((text,) if alone or len(text) < 2 else None), size if alone else smallest
    widest = max(faces.width(line, smallest) for line in lines)
    ceiling = max(smallest, min(largest, _deepest(layout, look, tagged=tagged)))
    both = min(ceiling, int(smallest * room / widest))
    return ((text,), size) if alone and size >= both else (lines, both)


def _deepest(layout: Layout, look: Look, *, tagged: bool) -> int:
    """Return the size at which two lines, with a tag over them, just fit into the panel above the platforms'
    buttons."""
    if layout.panel is None:
        return layout.width
    top, foot = _panel_room(layout, look)
    return max(1, int((foot - top) / ((0.16 + 0.5 * 1.5 if tagged else 0.0) + 2 * 1.28)))


def _panel_room(layout: Layout, look: Look) -> Span:
    """Return the top and bottom between which the card's captions stand."""
    assert layout.panel is not None
    pad = look.caption.clear * layout.height
    top, bottom = layout.panel.y + pad, layout.panel.y + layout.panel.h - pad
    foot = layout.height * (1 - _free(layout, look))
    return top, max(min(foot, bottom), top + _SHALLOWEST * (bottom - top))


def _drawn(
    text: str, cue: Cue, layout: Layout, look: Look, faces: Faces, tag: str, said: int = 0
) -> tuple[tuple[str, ...], int, Rgba]:
    lines, size = _fitted(text, layout, look, faces, tagged=bool(tag))
    lines = lines or (text,)
    voice = look.speakers[cue.speaker]
    words = lettering(
        faces,
        lines,
        size,
        Ink(voice.fill, voice.stroke, look.caption.weight, look.caption.bold, voice.lit or look.caption.lit),
        said=said,
    )
    if not tag:
        return lines, size, words
    small = max(8, round(layout.width * 0.038))
    # The tag wears the caption's colours the other way round, so that it is plainly not a word of the line.
    badge = pill(faces, tag, small, Ink(voice.stroke, voice.fill, 0.0), voice.fill, 0.94)
    return lines, size, stacked(badge, words, round(size * 0.16))


def _free(layout: Layout, look: Look) -> float:
    """Return the share of the height that stays free at the bottom: platforms lay nothing over a square."""
    return look.caption.foot if layout.height > layout.width else _NARROWEST


def _mouths(track: Track, start: float, end: float, fps: int) -> list[Box]:
    seen = track.mouths[max(0, round(start * fps) - 1) : round(end * fps) + 1]
    return [box for box in seen if box is not None]


def _placed(
    wide: int, high: int, layout: Layout, look: Look, mouths: Sequence[Box], taken: Box | None
) -> Box:
    """Return where a caption goes: in the panel, or under the mouth, or failing that at the top."""
    x = round((layout.width - wide) / 2)
    if layout.panel is not None:
        top, bottom = _panel_room(layout, look)
        return Box(x=x, y=round(max(top, (top + bottom - high) / 2)), w=wide, h=high)
    foot = layout.height * (1 - _free(layout, look))
    pane_foot = layout.pane.y + layout.pane.h - layout.height * _NARROWEST
    clear = look.caption.clear * layout.height
    under = max((mouth.y + mouth.h for mouth in mouths), default=0.0) + clear
    y = min(foot, pane_foot) - high
    if y < under:
        y = under
    if y + high > pane_foot:
        y = _above(layout, taken, clear)
    return Box(x=x, y=round(y), w=wide, h=high)


def _above(layout: Layout, taken: Box | None, clear: float) -> float:
    """Return the top of a caption over the face: as high as it goes: ears and forehead, not eyes."""
    top = max(layout.pane.y, layout.band.y + layout.band.h) + clear
    return top if taken is None else max(top, taken.y + taken.h + clear / 2)
