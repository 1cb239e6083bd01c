"""Where the pets are: SSD MobileNetV2 over Open Images classes, read by hand from its raw outputs.

Source: the network and its label list ship in the npm package `@mediapipe/objectron`; input 300 x 300 RGB
in -1..1, 1,917 anchors, box scales 10 and 5, sigmoid scores, columns 0 background, 4 Person, 8 Cat, 20 Dog.
"""

from functools import cache
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.model import Box, Pet

Floats = NDArray[np.float32]

THRESHOLD = 0.22
INSIDE = 0.60
_SIDE = 300
_GRIDS = (19, 10, 5, 3, 2, 1)
_PERSON = 4
_PERSON_SURE, _PERSON_LARGE = 0.35, 0.06  # on pets and things people have at most 0.24
_SPECIES: dict[Literal["dog", "cat"], int] = {"cat": 8, "dog": 20}


def detect(picture: NDArray[np.uint8], weights: Path) -> tuple[Pet, ...]:
    """Return every cat and dog as a box with its score, the most prominent first (score x area^0.25).

    Args:
        picture: upright RGB; boxes are in its pixels, cut at its edges.
        weights: the TFLite file.
    """
    encodings, logits = _raw(picture, weights)
    scores = 1 / (1 + np.exp(-logits))
    corners = _corners(encodings) * np.tile(picture.shape[1::-1], 2)
    found = [
        _pet(species, corners[row], float(scores[row, column]))
        for species, column in _SPECIES.items()
        for row in np.flatnonzero(scores[:, column] >= THRESHOLD)
    ]
    return tuple(sorted(_merged(found), key=prominence, reverse=True))


def shows_person(picture: NDArray[np.uint8], weights: Path) -> bool:
    """Tell whether a person takes a good part of the picture; for pictures without pets."""
    encodings, logits = _raw(picture, weights)
    left, top, right, bottom = _corners(encodings).T
    scores = 1 / (1 + np.exp(-logits[:, _PERSON]))
    return bool(((scores >= _PERSON_SURE) & ((right - left) * (bottom - top) >= _PERSON_LARGE)).any())


def prominence(pet: Pet) -> float:
    """Return how likely this is the animal the photo is about."""
    return float(pet.score * (pet.box.w * pet.box.h) ** 0.25)


def _raw(picture: NDArray[np.uint8], weights: Path) -> tuple[Floats, Floats]:
    """Return the encodings (1917, 4) and the class logits (1917, 24).

    OpenCV 4.14 joins the box encodings channel by channel instead of place by place, which puts them beside
    the wrong anchors; so they are taken from the six layers before the join and put in order here.
    """
    net = cv2.dnn.readNetFromTFLite(str(weights))
    net.setInput(cv2.dnn.blobFromImage(picture, 1 / 127.5, (_SIDE, _SIDE), (127.5, 127.5, 127.5)))
    starts = [f"BoxPredictor_{layer}/BoxEncodingPredictor/BiasAdd" for layer in range(len(_GRIDS))]
    boxes = [next(name for name in net.getLayerNames() if name.startswith(start)) for start in starts]
    *layers, logits = net.forward([*boxes, "raw_outputs/class_predictions"])
    encodings = np.concatenate([layer[0].transpose(1, 2, 0).reshape(-1, 4) for layer in layers])
    return encodings, logits[0]


@cache
def _anchors() -> Floats:
    """Return centre y, centre x, height, width of all anchors, as fractions."""
    scales = [*np.linspace(0.2, 0.95, len(_GRIDS)), 1.0]
    rows = []
    for layer, grid in enumerate(_GRIDS):
        low, high = scales[layer], scales[layer + 1]
        shapes = [(0.1, 1.0), (low, 2.0), (low, 0.5)] if layer == 0 else [
            *((low, ratio) for ratio in (1.0, 2.0, 0.5, 3.0, 1 / 3)), (float(np.sqrt(low * high)), 1.0),
        ]  # fmt: skip
        centres = (np.arange(grid) + 0.5) / grid
        for y in centres:
            for x in centres:
                rows += [(y, x, scale / ratio**0.5, scale * ratio**0.5) for scale, ratio in shapes]
    return np.array(rows, np.float32)


def _corners(encodings: Floats) -> Floats:
    """Decode to left, top, right, bottom, as fractions within the picture."""
    anchors = _anchors()
    centre = encodings[:, :2] / 10 * anchors[:, 2:] + anchors[:, :2]
    half = np.exp(encodings[:, 2:] / 5) * anchors[:, 2:] / 2
    yx = np.hstack([centre - half, centre + half])
    return np.clip(yx[:, [1, 0, 3, 2]], 0, 1)


def _pet(species: Literal["dog", "cat"], corners: Floats, score: float) -> Pet:
    left, top, right, bottom = (float(edge) for edge in corners)
    return Pet(species=species, box=Box(x=left, y=top, w=right - left, h=bottom - top), score=score)


def _merged(pets: list[Pet]) -> list[Pet]:
    """Drop every box that lies mostly inside a better one; cats and dogs compete with each other."""
    kept: list[Pet] = []
    for pet in sorted(pets, key=lambda pet: pet.score, reverse=True):
        if all(_overlap(pet.box, other.box) < INSIDE for other in kept):
            kept.append(pet)
    return kept


def _overlap(one: Box, other: Box) -> float:
    """Return the shared area as a part of the smaller box's."""
    return one.common(other) / max(min(one.w * one.h, other.w * other.h), 1e-6)
