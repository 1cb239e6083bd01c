"""Why a face is not sure, said as exactly as can be told: against the light, or drawn."""

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.model import Box

Picture = NDArray[np.uint8]

_DARK, _BRIGHT = 0.20, 0.60  # median lightness of a pet against the light, and of what is about it
_SHEEN = 0.35  # a tenth of a black coat is lighter than this where light falls on it
_EVEN = 2  # levels by which a flat surface differs within a few pixels; a lens and a sensor add more
_FLAT = 0.45  # part of a drawing that is flat, paper and ink not counted
_PAPER = 6, 249  # what is outside may be a studio's white or a night


def backlit(picture: Picture, box: Box) -> bool:
    """Tell whether the pet in a box is nearly black before something bright, and nothing on it shines."""
    light = cv2.cvtColor(picture, cv2.COLOR_RGB2LAB)[..., 0]
    inside = np.zeros(light.shape, bool)
    # The middle of the box: its corners show what is behind.
    rows = slice(round(box.y + 0.25 * box.h), round(box.y + 0.75 * box.h) + 1)
    inside[rows, round(box.x + 0.25 * box.w) : round(box.x + 0.75 * box.w) + 1] = True
    about = np.ones(light.shape, bool)
    about[round(box.y) : round(box.y + box.h) + 1, round(box.x) : round(box.x + box.w) + 1] = False
    if about.mean() < 0.1 or not inside.any():
        about = ~inside
    dark, bright = (float(np.median(light[part])) / 255 for part in (inside, about))
    shine = float(np.quantile(light[inside], 0.9)) / 255
    return dark < _DARK and shine < _SHEEN and bright > _BRIGHT


def drawn(picture: Picture, box: Box | None = None) -> bool:
    """Tell whether the part in a box, or the whole, is made of flat areas, as no photo is."""
    if box is not None:
        top, left = max(0, round(box.y)), max(0, round(box.x))
        picture = picture[top : round(box.y + box.h) + 1, left : round(box.x + box.w) + 1]
    if min(picture.shape[:2]) < 8:
        return False
    light = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    around = np.ones((5, 5), np.uint8)
    even = cv2.subtract(cv2.dilate(light, around), cv2.erode(light, around)) <= _EVEN
    counted = (light > _PAPER[0]) & (light < _PAPER[1])
    return bool(counted.mean() > 0.1 and even[counted].mean() > _FLAT)
