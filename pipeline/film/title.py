"""The hook over the picture: a band with two or three big lines, each as large as it may be."""

import itertools
from collections.abc import Sequence

import numpy as np

from pipeline.film.draw import Ink, Rgba, ground, lettering
from pipeline.film.looks import Look
from pipeline.film.type import Faces, wrap
from pipeline.model import Box, Layout

_SIDES = 0.045  # of the width, kept free
_FILLED = 0.84  # of the band's height that lines may take
LEADING = 1.14  # of the size, from line to line


def lines(title: Sequence[str], layout: Layout, look: Look, faces: Faces) -> list[tuple[str, int]]:
    """Return the title's lines and their sizes in pixels: three at most, none wider than the band.

    A line that would be too small is wrapped while there is room for one more; after that it ends in "…".
    """
    texts = [text for text in (faces.plain(line) for line in title) if text][:3]
    room = layout.band.w * (1 - 2 * _SIDES)
    smallest = layout.width * look.band.smallest
    while len(texts) < 3:
        wide = next((text for text in texts if faces.width(text, smallest * 1.25) > room), None)
        halves = None if wide is None else wrap(faces, wide, smallest, room, 2)
        if wide is None or halves is None or len(halves) < 2:
            break
        at = texts.index(wide)
        texts[at : at + 1] = halves
    largest = min(layout.width * look.band.largest, layout.band.h * _FILLED / (LEADING * max(len(texts), 1)))
    return [_sized(text, faces, room, largest, min(smallest, largest)) for text in texts]


def band(title: Sequence[str], layout: Layout, look: Look, faces: Faces) -> tuple[Rgba, Box | None]:
    """Return the band as a picture of the band's size, and the box of its words on the canvas.

    Where the picture runs on under the band, the ground is a shade that melts away downwards; over a backdrop
    it has none.
    """
    box, style = layout.band, look.band
    picture = ground(round(box.w), round(box.h), style.top, style.bottom).copy()
    if look.backdrop:
        picture[..., 3] = 0
    elif layout.pane.y < box.y + box.h - 1:
        picture[..., 3] = np.rint(np.linspace(225, 0, len(picture))).astype(np.uint8)[:, None]
    else:
        rule = max(2, round(layout.width * 0.006))
        picture[-rule:] = ground(round(box.w), rule, style.rule, style.rule)
    words = _words(lines(title, layout, look, faces), look, faces)
    if words is None:
        return picture, None
    x, y = (picture.shape[1] - words.shape[1]) // 2, (picture.shape[0] - words.shape[0]) // 2
    x, y = max(x, 0), max(y, 0)
    place = picture[y : y + words.shape[0], x : x + words.shape[1]]
    _over(place, words[: place.shape[0], : place.shape[1]])
    return picture, Box(x=box.x + x, y=box.y + y, w=place.shape[1], h=place.shape[0])


def _words(sized: list[tuple[str, int]], look: Look, faces: Faces) -> Rgba | None:
    """Return all lines under each other, centred, the second in the accent colour."""
    if not sized:
        return None
    style = look.band
    drawn = [
        lettering(faces, [text], size, Ink(colour, style.stroke, style.weight, style.bold))
        for (text, size), colour in zip(sized, itertools.cycle(style.lines), strict=False)
    ]
    gap = round(max(size for _, size in sized) * (LEADING - 1))
    wide = max(line.shape[1] for line in drawn)
    sheet = np.zeros((sum(line.shape[0] for line in drawn) + gap * (len(drawn) - 1), wide, 4), np.uint8)
    y = 0
    for line in drawn:
        x = (wide - line.shape[1]) // 2
        sheet[y : y + line.shape[0], x : x + line.shape[1]] = line
        y += line.shape[0] + gap
    return sheet


def _sized(text: str, faces: Faces, room: float, largest: float, smallest: float) -> tuple[str, int]:
    size = min(largest, largest * room / max(faces.width(text, largest), 1e-6))
    if size >= smallest:
        return text, int(size)
    while text and faces.width(text + "…", smallest) > room:
        text = text[:-1]
    return faces.plain(text + "…"), int(smallest)


def _over(place: Rgba, words: Rgba) -> None:
    """Lay one picture over another in place, alpha over alpha."""
    upper, lower = words[..., 3:] / 255.0, place[..., 3:] / 255.0
    whole = upper + lower * (1 - upper)
    colour = words[..., :3] * upper + place[..., :3] * lower * (1 - upper)
    place[..., :3] = np.rint(colour / np.maximum(whole, 1e-6))
    place[..., 3:] = np.rint(whole * 255)
