"""Stickers drawn by ourselves, for there is no emoji font: faces and small signs with a rim around them."""

import math
from collections.abc import Callable, Sequence
from functools import cache

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from pipeline.film.draw import Rgba

_SIDE = 480  # pixels a shape is drawn at; films show a quarter of it at most
_INNER = 400  # of these the shape itself: the rest is for the rim
_SKIN, _SHADE, _INK = "#FFD54A", "#F5A623", "#5A3413"
_TEAR, _ROSE, _TONGUE = "#6CC8FF", "#FF5C7A", "#E84A5F"

Pen = ImageDraw.ImageDraw


def names() -> tuple[str, ...]:
    """Return the shapes there are."""
    return tuple(sorted(_SHAPES))


@cache
def shape(name: str, size: int, rim: str, weight: float, turn: float = 0.0) -> Rgba:
    """Return a shape, about `size` pixels wide and high.

    Args:
        rim: colour of the edge around it, as #RRGGBB; `weight` is its width as a share of the size.
        turn: degrees, against the clock.
    """
    drawn = Image.new("RGBA", (_SIDE, _SIDE), (0, 0, 0, 0))
    _SHAPES[name](ImageDraw.Draw(drawn))
    edged = _edged(drawn, rim, round(_SIDE * weight))
    turned = edged.rotate(turn, Image.Resampling.BICUBIC) if turn else edged
    return np.asarray(turned.resize((size, size), Image.Resampling.LANCZOS))


def _edged(drawn: Image.Image, rim: str, width: int) -> Image.Image:
    """Put an even rim around what is drawn."""
    small = drawn.getchannel("A").resize((_SIDE // 4, _SIDE // 4), Image.Resampling.BOX)
    wider = small.filter(ImageFilter.MaxFilter(2 * max(1, width // 4) + 1)).filter(
        ImageFilter.GaussianBlur(1.5)
    )
    mask = wider.resize(drawn.size, Image.Resampling.BICUBIC).point(
        lambda alpha: min(255, max(0, (alpha - 96) * 4))
    )
    whole = Image.new("RGBA", drawn.size, rim)
    whole.putalpha(mask)
    whole.alpha_composite(drawn)
    return whole


def _at(x: float, y: float) -> tuple[float, float]:
    """Return a place given from the middle, 1 being half the shape, on the sheet."""
    return _SIDE / 2 + x * _INNER / 2, _SIDE / 2 + y * _INNER / 2


def _oval(pen: Pen, x: float, y: float, wide: float, high: float, fill: str) -> None:
    left, top = _at(x - wide, y - high)
    right, bottom = _at(x + wide, y + high)
    pen.ellipse((left, top, right, bottom), fill=fill)


def _bow(
    pen: Pen, box: tuple[float, float, float, float], start: float, end: float, width: float = 0.08
) -> None:
    """Draw a part of an oval's edge; degrees go with the clock from the right."""
    corners = (*_at(box[0], box[1]), *_at(box[2], box[3]))
    pen.arc(corners, start, end, fill=_INK, width=round(width * _INNER / 2))


def _area(pen: Pen, points: Sequence[tuple[float, float]], fill: str) -> None:
    pen.polygon([_at(x, y) for x, y in points], fill=fill)


def _face(pen: Pen) -> None:
    _oval(pen, 0, 0, 1, 1, _SHADE)
    _oval(pen, 0, -0.04, 0.96, 0.94, _SKIN)


def _cry(pen: Pen) -> None:
    """A face with two streams of tears."""
    _face(pen)
    for side in (-1, 1):
        _area(
            pen, [(side * 0.56, -0.02), (side * 0.26, -0.02), (side * 0.30, 0.8), (side * 0.62, 0.68)], _TEAR
        )
        _oval(pen, side * 0.45, 0.72, 0.2, 0.14, _TEAR)
        _bow(pen, (side * 0.42 - 0.22, -0.24, side * 0.42 + 0.22, 0.12), 10, 170)
    _oval(pen, 0, 0.48, 0.24, 0.28, _INK)
    _oval(pen, 0, 0.62, 0.16, 0.12, _TONGUE)
    _brows(pen, 0.14)


def _brows(pen: Pen, slant: float) -> None:
    """Draw brows, their inner ends higher by `slant`."""
    for side in (-1, 1):
        outer, inner = (side * 0.62, -0.34), (side * 0.26, -0.34 - slant)
        pen.line([_at(*outer), _at(*inner)], fill=_INK, width=round(0.08 * _INNER / 2))


def _laugh(pen: Pen) -> None:
    """A face that laughs with its eyes shut."""
    _face(pen)
    for side in (-1, 1):
        _bow(pen, (side * 0.42 - 0.22, -0.3, side * 0.42 + 0.22, 0.1), 195, 345, 0.1)
    left, top = _at(-0.56, -0.32)
    right, bottom = _at(0.56, 0.72)
    pen.pieslice((left, top, right, bottom), 0, 180, fill=_INK)
    _oval(pen, 0, 0.56, 0.28, 0.14, _TONGUE)


def _gasp(pen: Pen) -> None:
    """A face with round eyes and a round mouth."""
    _face(pen)
    for side in (-1, 1):
        _oval(pen, side * 0.36, -0.14, 0.2, 0.24, "#FFFFFF")
        _oval(pen, side * 0.36, -0.12, 0.1, 0.12, _INK)
        _bow(pen, (side * 0.36 - 0.24, -0.66, side * 0.36 + 0.24, -0.26), 205, 335)
    _oval(pen, 0, 0.48, 0.2, 0.3, _INK)


def _smirk(pen: Pen) -> None:
    """A face that has an idea."""
    _face(pen)
    for side in (-1, 1):
        _oval(pen, side * 0.38, -0.1, 0.13, 0.15, _INK)
        _oval(pen, side * 0.34, -0.15, 0.045, 0.05, "#FFFFFF")
    pen.line([_at(-0.6, -0.36), _at(-0.22, -0.28)], fill=_INK, width=round(0.09 * _INNER / 2))
    _bow(pen, (0.14, -0.6, 0.64, -0.2), 200, 340, 0.09)
    _bow(pen, (-0.42, -0.02, 0.52, 0.62), 10, 110, 0.1)


def _star_eyes(pen: Pen) -> None:
    """A face with stars for eyes."""
    _face(pen)
    for side in (-1, 1):
        _area(pen, _star(side * 0.4, -0.12, 0.32, 0.14, 5), _ROSE)
    left, top = _at(-0.46, -0.1)
    right, bottom = _at(0.46, 0.7)
    pen.pieslice((left, top, right, bottom), 5, 175, fill=_INK)
    _oval(pen, 0, 0.56, 0.24, 0.1, _TONGUE)


def _star(x: float, y: float, outer: float, inner: float, points: int) -> list[tuple[float, float]]:
    found = []
    for number in range(2 * points):
        reach, angle = (outer, inner)[number % 2], math.pi * number / points - math.pi / 2
        found.append((x + reach * math.cos(angle), y + reach * math.sin(angle)))
    return found


def _heart(pen: Pen) -> None:
    turns = [2 * math.pi * step / 90 for step in range(90)]
    points = [
        (
            16 * math.sin(turn) ** 3 / 17,
            -(13 * math.cos(turn) - 5 * math.cos(2 * turn) - 2 * math.cos(3 * turn) - math.cos(4 * turn))
            / 17,
        )
        for turn in turns
    ]
    _area(pen, points, _ROSE)
    _oval(pen, -0.42, -0.36, 0.17, 0.12, "#FF9DB0")


def _drop(pen: Pen) -> None:
    _area(pen, [(0, -1), (0.5, 0.12), (-0.5, 0.12)], _TEAR)
    _oval(pen, 0, 0.34, 0.56, 0.6, _TEAR)
    _bow_light(pen)


def _bow_light(pen: Pen) -> None:
    """The light on a drop."""
    corners = (*_at(-0.36, 0.02), *_at(0.36, 0.76))
    pen.arc(corners, 100, 170, fill="#FFFFFF", width=round(0.1 * _INNER / 2))


def _sparkle(pen: Pen) -> None:
    _area(pen, _star(0, 0, 1, 0.26, 4), "#FFE36B")
    _area(pen, _star(0, 0, 0.5, 0.16, 4), "#FFFFFF")


def _bang(pen: Pen) -> None:
    """Two exclamation marks."""
    for x, lean in ((-0.36, -0.1), (0.36, 0.1)):
        _area(
            pen,
            [(x - 0.24 + lean, -0.95), (x + 0.24 + lean, -0.95), (x + 0.11, 0.36), (x - 0.11, 0.36)],
            _ROSE,
        )
        _oval(pen, x, 0.7, 0.19, 0.19, _ROSE)


_SHAPES: dict[str, Callable[[Pen], None]] = {
    "bang": _bang,
    "cry": _cry,
    "drop": _drop,
    "gasp": _gasp,
    "heart": _heart,
    "laugh": _laugh,
    "smirk": _smirk,
    "sparkle": _sparkle,
    "star-eyes": _star_eyes,
}
