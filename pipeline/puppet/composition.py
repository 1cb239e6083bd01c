"""Which part of a photo is shown, and in which of three layouts: numbers only, no pixels.

Full: the pane fills everything under the title band. Framed: the same pane, the photo too short for it, the
rest filled. Card: a wide pane, and a panel for the captions below. Everything is in source pixels until
`arranged` gives the places on the canvas.
"""

from collections.abc import Callable
from typing import Literal, NamedTuple

import numpy as np

from pipeline.model import Box, Layout, Pet
from pipeline.puppet.place import Place

BAND = 0.155
"""Height of the title band, as a part of the canvas."""

CARD = (640 / 720, 760 / 720)
"""Least and greatest height of the card's pane, as parts of its width."""

MOST_PADDING = 1 / 3
LOWEST_MOUTH = 0.72
_FLATTEST_CARD = 480 / 720
_FLATTEST_OF_TWO = 380 / 720  # two heads side by side
_MOUTH_AT = 0.60
_HEAD_SHARE = 0.70
_MARGIN = 1.05
_TALL = 0.76
_MOST_ENLARGED = 2.4
CHIN = 0.75
"""Room below the lips, in eye distances."""


class Composition(NamedTuple):
    """A layout and the part of the source it shows; the part of a framed one reaches beyond the photo."""

    kind: Literal["full", "framed", "card"]
    part: Box

    def place(self, layout: Layout) -> Place:
        """Return where the source lies on the pane."""
        scale = layout.pane.w / self.part.w
        return Place(scale, -self.part.x * scale, -self.part.y * scale)


def composed(
    wide: int,
    high: int,
    pet: Pet | None,
    subject: Box | None,
    canvas: tuple[int, int],
    empty: Callable[[Box], bool],
    second: Pet | None = None,
) -> Composition:
    """Return the best composition of a photo.

    Args:
        wide, high: of the photo, in pixels.
        pet: the speaking pet, in the photo's pixels.
        subject: where the subject seems to be when there is no pet.
        canvas: width and height of the film.
        empty: tells whether a strip of the photo holds no part of a pet, so that it may be mirrored.
        second: another pet whose face is sure, to be seen beside it where there is room.
    """
    head = head_box(pet) if pet else subject or Box(x=wide * 0.3, y=high * 0.25, w=wide * 0.4, h=high * 0.4)
    head = _within(head, wide, high)
    mouth = pet.mouth[1] if pet and pet.found and pet.mouth else head.y + head.h * 0.72
    flattest = _FLATTEST_CARD
    if second is not None and second.mouth is not None:
        both = _joined(head, _within(head_box(second), wide, high))
        if both.w * _MARGIN <= min(float(wide), high / _FLATTEST_OF_TWO):
            head, mouth, flattest = both, max(mouth, second.mouth[1]), _FLATTEST_OF_TWO
    pane = full_pane(*canvas)
    aspect = pane.w / pane.h
    return (
        _full(wide, high, head, mouth, aspect, canvas[0])
        or _framed(wide, high, head, mouth, aspect, empty)
        or Composition("card", _with_chin(_card(wide, high, head, flattest), high, pet))
    )


def arranged(composition: Composition, width: int, height: int) -> Layout:
    """Return the layout on the canvas; every box has whole pixels, even heights and no gaps."""
    band = Box(x=0, y=0, w=width, h=_even(BAND * height))
    if composition.kind != "card":
        return Layout(
            kind=composition.kind, width=width, height=height, band=band, pane=full_pane(width, height)
        )
    deep = _even(width * composition.part.h / composition.part.w)
    pane = Box(x=0, y=band.h, w=width, h=deep)
    panel = Box(x=0, y=band.h + deep, w=width, h=height - band.h - deep)
    return Layout(kind="card", width=width, height=height, band=band, pane=pane, panel=panel)


def full_pane(width: int, height: int) -> Box:
    """Return everything under the band."""
    top = _even(BAND * height)
    return Box(x=0, y=top, w=width, h=height - top)


def head_box(pet: Pet) -> Box:
    """Return a rectangle that surely holds the head with its ears, and no more than the pet's own box.

    Measured on frontal portraits: ears span about 3.1 eye distances and reach 1 to 2.1 above the eyes, the
    chin is 1.7 below them.
    """
    if pet.found and pet.eyes:
        (left, top), (right, bottom) = pet.eyes
        unit = float(np.hypot(right - left, bottom - top))
        x, y = (left + right) / 2, (top + bottom) / 2
        head = Box(x=x - 1.75 * unit, y=y - 2.3 * unit, w=3.5 * unit, h=4.1 * unit)
    elif pet.found and pet.mouth:
        unit = 0.30 * min(pet.box.w, pet.box.h)
        head = Box(x=pet.mouth[0] - 1.9 * unit, y=pet.mouth[1] - 3.2 * unit, w=3.8 * unit, h=4.2 * unit)
    else:
        return pet.box
    return _common(head, pet.box)


def _full(wide: int, high: int, head: Box, mouth: float, aspect: float, canvas: int) -> Composition | None:
    """Return the tall crop, when it holds the head and the mouth is not too low in it."""
    across = min(float(wide), high * aspect)
    if head.w * _MARGIN > across or head.h > across / aspect:
        return None
    across = _comfortable(across, head)
    if canvas / across > _MOST_ENLARGED and wide / high > _TALL:
        return None
    down = across / aspect
    top = _clipped(min(mouth - _MOUTH_AT * down, head.y - 0.03 * down), high - down)
    if mouth > top + LOWEST_MOUTH * down:
        return None
    left = _clipped(head.x + head.w / 2 - across / 2, wide - across)
    return Composition("full", Box(x=left, y=top, w=across, h=down))


def _framed(
    wide: int, high: int, head: Box, mouth: float, aspect: float, empty: Callable[[Box], bool]
) -> Composition | None:
    """Return the pane with the photo's edge mirrored above or below, when nothing of a pet gets mirrored."""
    across = min(float(wide), max(head.w * _MARGIN * 1.04, high * aspect))
    down = across / aspect
    missing = down - high
    if missing <= 0 or missing > MOST_PADDING * down:
        return None
    left = _clipped(head.x + head.w / 2 - across / 2, wide - across)
    for share in (0.5, 0.35, 0.65, 0.2, 0.8, 0.0, 1.0):
        above, below = share * missing, (1 - share) * missing
        strips = [Box(x=left, y=0, w=across, h=above), Box(x=left, y=high - below, w=across, h=below)]
        if mouth + above <= LOWEST_MOUTH * down and all(empty(strip) for strip in strips if strip.h >= 1):
            return Composition("framed", Box(x=left, y=-above, w=across, h=down))
    return None


def _card(wide: int, high: int, head: Box, flattest: float) -> Box:
    """Return the part for the card: the head whole, as near the pane's usual shape as the photo allows."""
    flat, deep = CARD
    across = min(float(wide), high / flat)
    if head.w * _MARGIN > across:
        flat = max(flattest, min(flat, high / min(float(wide), head.w * _MARGIN)))
        across = min(float(wide), high / flat)
    across = _comfortable(across, head)
    across = max(across, min(float(wide), high / flat, head.h * _MARGIN / deep))
    down = min(float(high), across * max(flat, min(deep, head.h * 1.15 / across)))
    left = _clipped(head.x + head.w / 2 - across / 2, wide - across)
    top = _clipped(head.y + head.h / 2 - down / 2, high - down)
    return Box(x=left, y=top, w=across, h=down)


def _with_chin(part: Box, high: int, pet: Pet | None) -> Box:
    """Return the part, reaching below a photo that ends under the lips: a jaw needs room to open."""
    if pet is None or not (pet.found and pet.mouth and pet.eyes):
        return part
    (left, top), (right, bottom) = pet.eyes
    wanted = pet.mouth[1] + CHIN * float(np.hypot(right - left, bottom - top))
    missing = min(wanted, part.y + CARD[1] * part.w) - high
    return part if missing <= 0 else part.model_copy(update={"h": part.h + missing})


def _comfortable(most: float, head: Box) -> float:
    """Return a width in which the head takes a good part of the picture; never more than there is."""
    return min(most, max(head.w / _HEAD_SHARE, 0.5 * most))


def _clipped(start: float, room: float) -> float:
    return float(min(max(start, 0.0), max(room, 0.0)))


def _common(one: Box, other: Box) -> Box:
    """Return the shared part of two boxes; the first when they share none."""
    left, top = max(one.x, other.x), max(one.y, other.y)
    right, bottom = min(one.x + one.w, other.x + other.w), min(one.y + one.h, other.y + other.h)
    return Box(x=left, y=top, w=right - left, h=bottom - top) if right > left and bottom > top else one


def _within(box: Box, wide: int, high: int) -> Box:
    return _common(box, Box(x=0, y=0, w=wide, h=high))


def _joined(one: Box, other: Box) -> Box:
    """Return the box about two boxes."""
    left, top = min(one.x, other.x), min(one.y, other.y)
    right, bottom = max(one.x + one.w, other.x + other.w), max(one.y + one.h, other.y + other.h)
    return Box(x=left, y=top, w=right - left, h=bottom - top)


def _even(length: float) -> int:
    return 2 * round(length / 2)
