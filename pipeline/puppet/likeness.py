"""How like a left eye, a right eye, a nose and a mouth every place of a square is.

The detector was trained on cats and dogs, and its inner layers tell their parts apart long before its boxes do.
A linear reading of three of those layers, fitted by us on marked photos, gives four maps: see the README for how.
"""

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

_LAYERS = ("expanded_conv_3/expand", "expanded_conv_6/expand", "expanded_conv_13/expand")
_WEIGHTS = Path(__file__).with_name("likeness.npz")


class Likeness:
    """The detector, opened once and read at its inner layers. Not for several threads at once."""

    def __init__(self, detector: Path) -> None:
        """Open the detector.

        Args:
            detector: the weights that find the pets.
        """
        self._net = cv2.dnn.readNetFromTFLite(str(detector))
        names = self._net.getLayerNames()
        self._layers = [_after_relu(names, f"FeatureExtractor/MobilenetV2/{layer}") for layer in _LAYERS]

    def maps(self, square: NDArray[np.uint8]) -> Floats:
        """Return the four maps, CELLS x CELLS x 4, in logits; 0 is as likely as not.

        Args:
            square: RGB, SIDE x SIDE.
        """
        self._net.setInput(cv2.dnn.blobFromImage(square, 1 / 127.5, (SIDE, SIDE), (127.5, 127.5, 127.5)))
        weights, total = _weights(), np.zeros((CELLS, CELLS, 4), np.float32)
        for layer, weight in zip(self._net.forward(self._layers), weights[:-1], strict=True):
            grid = layer.shape[2]
            # Not a matrix product: BLAS threads of two processes fight (twice the time of all the rest).
            read = np.einsum("kc,cyx->kyx", weight, layer[0]).transpose(1, 2, 0)
            way = cv2.INTER_AREA if grid > CELLS else cv2.INTER_LINEAR
            total += cv2.resize(np.ascontiguousarray(read), (CELLS, CELLS), interpolation=way)
        return total + weights[-1]


def _after_relu(names: tuple[str, ...], start: str) -> str:
    found = [name for name in names if name.startswith(start)]
    return next((name for name in found if name.endswith("/activ")), found[0])


@cache
def _weights() -> tuple[Floats, ...]:
    """Return one matrix a layer (channels x 4), then what is added to each map."""
    with np.load(_WEIGHTS) as kept:
        names = ("fine", "middle", "coarse", "bias")
        return tuple(np.ascontiguousarray(kept[name].T, np.float32) for name in names)
