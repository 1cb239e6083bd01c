"""One picture of the film: what never changes is drawn once, the performance goes in, the words over it."""

from collections.abc import Sequence
from functools import lru_cache

import av
import numpy as np

from pipeline.film.captions import Caption
from pipeline.film.draw import Rgba, ground, paws
from pipeline.film.encode import tagged
from pipeline.film.looks import Look
from pipeline.film.marks import Mark
from pipeline.film.planes import Layer, Plane, layer, paint, planes
from pipeline.film.stickers import Moving
from pipeline.model import Box, Layout

Canvas = tuple[Plane, Plane, Plane]

_FADE = 8  # frames over which the label leaves


class Scene:
    """Joins performance and words, in planes of light and colour; see `compose`."""

    def __init__(
        self,
        layout: Layout,
        look: Look,
        band: Rgba,
        captions: Sequence[Caption],
        mark: Mark | None,
        fps: int,
        behind: Canvas | None = None,
        stickers: Sequence[Moving] = (),
    ) -> None:
        """Draw what stays. `behind`: what lies around the picture in place of the look's colours."""
        self._stickers = tuple(stickers)
        self._size = layout.width, layout.height
        self._pane = even(layout.pane, layout)
        self._card, self._fps = layout.panel is not None, fps
        self._ready = lru_cache(maxsize=2)(_ready)
        self._covered = self._pane == (0, 0, layout.width, layout.height)
        self._base = _blank(layout) if self._covered else behind or _ground(layout, look)
        title = layer(band, round(layout.band.x), round(layout.band.y))
        over = layout.pane.y < layout.band.y + layout.band.h - 1
        self._over = title if over else None
        if not over:
            paint(self._base, title)
        self._captions = [(round(each.start * fps), round(each.end * fps), each) for each in captions]
        self._mark = (
            None if mark is None else (round(mark.label.end * fps), _layer(mark.picture, mark.label.box))
        )

    def ground(self) -> av.VideoFrame | None:
        """Return what never changes, without picture and words over it; None where the picture covers it."""
        if self._covered:
            return None
        frame = tagged(av.VideoFrame(*self._size, "yuv420p"))
        for place, still in zip(planes(frame), self._base, strict=True):
            place[...] = still
        return frame

    def compose(self, number: int, picture: av.VideoFrame, *, cover: bool = False) -> av.VideoFrame:
        """Return the film's frame `number` with this picture of the performance in its pane.

        Args:
            picture: any size and format; one that is not the pane's yuv420p is converted.
            cover: as the film's cover: the label always, no caption on the picture; a card's panel, which
                would be empty, asks the question that is being answered.
        """
        frame = tagged(av.VideoFrame(*self._size, "yuv420p"))
        canvas = planes(frame)
        if not self._covered:
            for place, still in zip(canvas, self._base, strict=True):
                place[...] = still
        self._insert(canvas, picture)
        if self._over is not None:
            paint(canvas, self._over)
        for words in self._asked(number) if cover else self._said(number):
            paint(canvas, words)
        if not cover:
            self._react(canvas, number)
        if self._mark is not None:
            stop, mark = self._mark
            if cover or number < stop:
                paint(canvas, mark)
            elif number < stop + _FADE:
                paint(canvas, mark, (stop + _FADE - number) / _FADE)
        return frame

    def _react(self, canvas: Sequence[Plane], number: int) -> None:
        for sticker in self._stickers:
            if (shown := sticker.at(number)) is not None:
                paint(canvas, shown)

    def _said(self, number: int) -> list[Layer]:
        return [self._ready(words) for first, stop, words in self._captions if first <= number < stop]

    def _asked(self, number: int) -> list[Layer]:
        before = [words for _, _, words in self._captions if round(words.page.end * self._fps) <= number]
        return [self._ready(words) for words in before[-1:]] if self._card else []

    def _insert(self, canvas: Sequence[Plane], picture: av.VideoFrame) -> None:
        x, y, wide, high = self._pane
        if (picture.width, picture.height, picture.format.name) != (wide, high, "yuv420p"):
            picture = picture.reformat(wide, high, "yuv420p")
        for place, source, half in zip(canvas, planes(picture), (1, 2, 2), strict=True):
            place[y // half : (y + high) // half, x // half : (x + wide) // half] = source


def even(box: Box, layout: Layout) -> tuple[int, int, int, int]:
    """Return a box as left, top, width, height in even whole pixels inside the canvas."""
    x, y = (max(0, round(value / 2) * 2) for value in (box.x, box.y))
    wide, high = round(box.w / 2) * 2, round(box.h / 2) * 2
    return x, y, min(wide, layout.width - x), min(high, layout.height - y)


def _ready(words: Caption) -> Layer:
    return _layer(words.picture, words.page.box)


def _layer(picture: Rgba, box: Box) -> Layer:
    return layer(picture, round(box.x), round(box.y))


def _ground(layout: Layout, look: Look) -> Canvas:
    """Return the canvas without picture and title: the band's colour above, the panel with its paws below."""
    canvas = _blank(layout)
    paint(canvas, layer(ground(layout.width, layout.height, look.band.top, look.panel.bottom), 0, 0))
    if layout.panel is not None:
        panel = layout.panel
        area = ground(round(panel.w), round(panel.h), look.panel.top, look.panel.bottom)
        area = paws(area, look.panel.paws, look.panel.paws_opacity, layout.width * look.panel.paws_size)
        paint(canvas, layer(area, round(panel.x), round(panel.y)))
    return canvas


def _blank(layout: Layout) -> Canvas:
    """Return a black canvas."""
    wide, high = layout.width, layout.height
    grey = np.full((2, high // 2, wide // 2), 128, np.uint8)
    return np.full((high, wide), 16, np.uint8), grey[0], grey[1]
