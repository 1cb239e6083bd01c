"""What is drawn on a photo to ask about it: four marks, or numbered cells."""

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.model import Box, Pet
from storage.model import Point

Picture = NDArray[np.uint8]
Colour = tuple[int, int, int]

_EYE: Colour = (64, 200, 255)
_NOSE: Colour = (255, 214, 64)
_MOUTH: Colour = (255, 84, 112)
_BOX: Colour = (255, 255, 255)


def marked(picture: Picture, pets: tuple[Pet, ...]) -> Picture:
    """Return a copy with eyes, nose, mouth and lip line marked, and a number on each of several pets.

    `pets` are in the picture's pixels; unknown parts are left out.
    """
    drawn = picture.copy()
    for number, pet in enumerate(pets, 1):
        thick = max(1, round(max(picture.shape) / 400))
        if len(pets) > 1:
            _frame(drawn, pet.box, thick)
            _number(drawn, (pet.box.x + 14 * thick, pet.box.y + 16 * thick), str(number), thick)
        for eye in pet.eyes or ():
            _ring(drawn, eye, pet.eye_radius or 5 * thick, _EYE, thick)
        if pet.nose:
            _ring(drawn, pet.nose, 3 * thick, _NOSE, thick)
        _line(drawn, pet.lip, _MOUTH, thick)
        if pet.mouth:
            _ring(drawn, pet.mouth, 3 * thick, _MOUTH, thick)
    return drawn


def gridded(picture: Picture, about: Box, cells: int = 6) -> Picture:
    """Return the part about a box, enlarged if small, with `cells` x `cells` numbered fields over it."""
    part = _part(picture, about)
    ratio = max(1.0, 720 / min(part.shape[:2]))
    drawn = np.ascontiguousarray(
        cv2.resize(part, None, fx=ratio, fy=ratio, interpolation=cv2.INTER_CUBIC), np.uint8
    )
    high, wide = drawn.shape[:2]
    for step in range(1, cells):
        for colour, thick in (((40, 40, 40), 3), ((255, 255, 255), 1)):
            x, y = round(wide * step / cells), round(high * step / cells)
            cv2.line(drawn, (x, 0), (x, high), colour, thick, cv2.LINE_AA)
            cv2.line(drawn, (0, y), (wide, y), colour, thick, cv2.LINE_AA)
    for number in range(1, cells * cells + 1):
        x, y = cell_middle(Box(x=0, y=0, w=wide, h=high), number, cells)
        _number(drawn, (x - wide / cells * 0.30, y - high / cells * 0.30), str(number), 1)
    return drawn


def cell_box(about: Box, number: int, cells: int = 6) -> Box:
    """Return the field with that number, counted from 1 in reading order, in the box's pixels."""
    row, column = divmod(number - 1, cells)
    wide, high = about.w / cells, about.h / cells
    return Box(x=about.x + column * wide, y=about.y + row * high, w=wide, h=high)


def cell_middle(about: Box, number: int, cells: int = 6) -> Point:
    """Return the middle of the field with that number."""
    cell = cell_box(about, number, cells)
    return cell.x + cell.w / 2, cell.y + cell.h / 2


def _part(picture: Picture, about: Box) -> Picture:
    left, top = max(0, round(about.x)), max(0, round(about.y))
    right, bottom = max(left + 1, round(about.x + about.w)), max(top + 1, round(about.y + about.h))
    return picture[top:bottom, left:right]


def _ring(drawn: Picture, at: Point, radius: float, colour: Colour, thick: int) -> None:
    centre = round(at[0]), round(at[1])
    cv2.circle(drawn, centre, max(2, round(radius)), (20, 20, 20), thick + 2, cv2.LINE_AA)
    cv2.circle(drawn, centre, max(2, round(radius)), colour, thick, cv2.LINE_AA)


def _line(drawn: Picture, points: tuple[Point, ...], colour: Colour, thick: int) -> None:
    if len(points) > 1:
        path = np.array(points, np.float64).round().astype(np.int32)[:, None, :]
        cv2.polylines(drawn, [path], isClosed=False, color=colour, thickness=thick, lineType=cv2.LINE_AA)


def _frame(drawn: Picture, box: Box, thick: int) -> None:
    corner, other = (round(box.x), round(box.y)), (round(box.x + box.w), round(box.y + box.h))
    cv2.rectangle(drawn, corner, other, (20, 20, 20), thick + 2)
    cv2.rectangle(drawn, corner, other, _BOX, thick)


def _number(drawn: Picture, at: Point, text: str, thick: int) -> None:
    """Write digits, dark under light, with their middle at a point."""
    size = 0.55 * max(1, thick)
    (wide, high), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, size, thick + 1)
    corner = round(at[0] - wide / 2), round(at[1] + high / 2)
    for colour, width in (((20, 20, 20), 3 * thick + 2), ((255, 255, 255), thick + 1)):
        cv2.putText(drawn, text, corner, cv2.FONT_HERSHEY_SIMPLEX, size, colour, width, cv2.LINE_AA)
