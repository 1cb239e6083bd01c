"""A cartoon cat for tests: every feature is where the constants say."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

WIDE, HIGH = 480, 640
EYES = ((180.0, 250.0), (300.0, 250.0))
NOSE = (240.0, 322.0)
MOUTH = (240.0, 356.0)
HALF_MOUTH = 40
RADIUS = 15


def cat(*, is_open: bool = False) -> NDArray[np.uint8]:
    """Return a front-on face with dark eyes and nose and a curved lip line, on a noisy ground."""
    chance = np.random.default_rng(3)
    picture = np.full((HIGH, WIDE, 3), (150, 170, 150), np.uint8)
    cv2.ellipse(picture, (240, 300), (150, 160), 0, 0, 360, (214, 184, 150), -1, cv2.LINE_AA)
    for side in (-1, 1):
        ear = np.array([(240 + side * 140, 260), (240 + side * 120, 90), (240 + side * 40, 160)], np.int32)
        cv2.fillPoly(picture, [ear], (200, 168, 132), cv2.LINE_AA)
    for x, y in EYES:
        cv2.circle(picture, (int(x), int(y)), RADIUS, (24, 22, 20), -1, cv2.LINE_AA)
    cv2.circle(picture, (int(NOSE[0]), int(NOSE[1])), 12, (60, 40, 40), -1, cv2.LINE_AA)
    if is_open:
        cv2.ellipse(picture, (240, 372), (32, 22), 0, 0, 360, (168, 40, 56), -1, cv2.LINE_AA)
    cv2.polylines(picture, [lip().astype(np.int32)[:, None]], isClosed=False, color=(70, 48, 44), thickness=3)
    noise = chance.normal(0, 3, picture.shape)
    return np.clip(picture + noise, 0, 255).astype(np.uint8)


def lip() -> NDArray[np.float64]:
    """Return the drawn lip line: a shallow arc, lowest in the middle."""
    x = np.linspace(-HALF_MOUTH, HALF_MOUTH, 41)
    return np.stack([MOUTH[0] + x, MOUTH[1] - 6 * (x / HALF_MOUTH) ** 2], axis=1)


def saved(folder: Path, picture: NDArray[np.uint8], name: str = "cat.png") -> Path:
    """Write a picture without loss and return where."""
    path = folder / name
    Image.fromarray(picture).save(path)
    return path
