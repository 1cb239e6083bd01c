"""How like a left eye, a right eye, a nose and a mouth every place of a square is.

The detector was trained on cats and dogs, and its inner layers tell their parts apart before its boxes do.
A linear reading of four of those layers, fitted on photos we marked, gives four maps: the README tells how.
"""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

SIDE = 300
"""Side of a square in pixels, the detector's own."""

CELLS = 38
"""Places along a side: one every eight pixels."""

LEFT, RIGHT, NOSE, MOUTH = range(4)

LAYERS = {"expanded_conv_3": 144, "expanded_conv_6": 192, "expanded_conv_10": 384, "expanded_conv_13": 576}
"""The layers that are read, widened, and how many channels each has: grids of 75, 38, 19 and 19."""

READING = Path(__file__).with_name("likeness.txt")
"""The reading: four figures for each channel of the layers, then what is added to each map."""


class Likeness:
    """The detector, opened once and read at its inner layers. Not for several threads at once."""

    def __init__(self, detector: Path, reading: Path = READING) -> None:
        """Open the detector.

        Args:
            detector: the weights that find the pets.
            reading: how its layers are read.
        """
        self._net, self._weights = cv2.dnn.readNetFromTFLite(str(detector)), _weights(reading)
        names = self._net.getLayerNames()
        self._layers = [
            _after_relu(names, f"FeatureExtractor/MobilenetV2/{layer}/expand") for layer in LAYERS
        ]

    def maps(self, square: NDArray[np.uint8]) -> Floats:
        """Return the four maps, CELLS x CELLS x 4, in logits; 0 is as likely as not.

        Args:
            square: RGB, SIDE x SIDE.
        """
        weights, total = self._weights, np.zeros((CELLS, CELLS, 4), np.float32)
        for layer, weight in zip(self.layers(square), weights[:-1], strict=True):
            # Not a matrix product: BLAS threads of two processes fight (twice the time of all the rest).
            total += evenly(np.einsum("kc,cyx->kyx", weight, layer).transpose(1, 2, 0))
        return total + weights[-1]

    def layers(self, square: NDArray[np.uint8]) -> list[Floats]:
        """Return what the layers that are read hold, channels first."""
        self._net.setInput(cv2.dnn.blobFromImage(square, 1 / 127.5, (SIDE, SIDE), (127.5, 127.5, 127.5)))
        return [layer[0] for layer in self._net.forward(self._layers)]


def evenly(map_: Floats) -> Floats:
    """Return a map of any grid on CELLS x CELLS."""
    way = cv2.INTER_AREA if len(map_) > CELLS else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(np.ascontiguousarray(map_), (CELLS, CELLS), interpolation=way), np.float32)


def _after_relu(names: Sequence[str], start: str) -> str:
    found = [name for name in names if name.startswith(start)]
    return next((name for name in found if name.endswith("/activ")), found[0])


@cache
def _weights(reading: Path) -> tuple[Floats, ...]:
    """Return one matrix a layer (4 x channels), then what is added to each map."""
    rows = np.loadtxt(reading, np.float32)
    parts = np.split(rows, np.cumsum(list(LAYERS.values())))
    return (*(np.ascontiguousarray(part.T) for part in parts[:-1]), parts[-1][0])
