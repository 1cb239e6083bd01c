"""How like a left eye, a right eye, a nose and a mouth every place of a square is.

The detector was trained on cats and dogs, and its inner layers tell their parts apart before its boxes do.
A small reading of four of those layers, fitted on photos we marked, gives four maps: the README tells how.
"""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

SIDE = 300
"""Side of a square in pixels, the detector's own."""

CELLS = 38
"""Places along a side: one every eight pixels."""

LEFT, RIGHT, NOSE, MOUTH = range(4)

_STEPS = 127  # of a count, on either side of 0

LAYERS = {"expanded_conv_3": 144, "expanded_conv_6": 192, "expanded_conv_10": 384, "expanded_conv_13": 576}
"""The layers that are read, widened, and how many channels each has: grids of 75, 38, 19 and 19."""

READING = Path(__file__).with_name("likeness.txt")
"""The reading, as a table: a row for each channel of the layers, then what turns their sums into the maps.

A channel's row: what it is multiplied by, then how much it counts for each unit, in steps. Then come a row of
the units' steps and one of what is added to them (both begin with a 1); then a row for each map: what is
added to it, and how much each unit counts.
"""


class Likeness:
    """The detector, opened once and read at its inner layers. Not for several threads at once."""

    def __init__(self, detector: Path, reading: Path = READING) -> None:
        """Open the detector.

        Args:
            detector: the weights that find the pets.
            reading: how its layers are read.
        """
        self._net = cv2.dnn.readNetFromTFLite(str(detector))
        self._reading = read(reading)
        names = self._net.getLayerNames()
        self._layers = [
            _after_relu(names, f"FeatureExtractor/MobilenetV2/{layer}/expand") for layer in LAYERS
        ]

    def maps(self, square: NDArray[np.uint8]) -> Floats:
        """Return the four maps, CELLS x CELLS x 4, in logits; 0 is as likely as not.

        Args:
            square: RGB, SIDE x SIDE.
        """
        reading = self._reading
        units = np.zeros((len(reading.added), CELLS, CELLS), np.float32)
        for counts, layer in zip(reading.counts, self.layers(square), strict=True):
            # Not a matrix product: BLAS threads of two processes fight (twice the time of all the rest).
            units += evenly(np.einsum("kc,cyx->kyx", counts, layer))
        lit = np.maximum(units + reading.added[:, None, None], 0)
        maps = np.einsum("mk,kyx->yxm", reading.maps, lit)
        return np.asarray(maps + reading.maps_added, np.float32)

    def layers(self, square: NDArray[np.uint8]) -> list[Floats]:
        """Return what the layers that are read hold, channels first."""
        self._net.setInput(cv2.dnn.blobFromImage(square, 1 / 127.5, (SIDE, SIDE), (127.5, 127.5, 127.5)))
        return [layer[0] for layer in self._net.forward(self._layers)]


def evenly(grids: Floats) -> Floats:
    """Return grids of any size, one behind the other, on CELLS x CELLS."""
    way = cv2.INTER_AREA if grids.shape[1] > CELLS else cv2.INTER_LINEAR
    even = [cv2.resize(np.ascontiguousarray(grid), (CELLS, CELLS), interpolation=way) for grid in grids]
    return np.asarray(even, np.float32)


def _after_relu(names: Sequence[str], start: str) -> str:
    found = [name for name in names if name.startswith(start)]
    return next((name for name in found if name.endswith("/activ")), found[0])


class Reading(NamedTuple):
    """How the layers are read: `counts` one matrix a layer, units x channels; `maps` is maps x units."""

    counts: tuple[Floats, ...]
    added: Floats
    maps: Floats
    maps_added: Floats


@cache
def read(table: Path) -> Reading:
    """Return a reading from its table."""
    rows = np.loadtxt(table, np.float32)
    channels = np.cumsum(list(LAYERS.values()))
    steps, added, *maps = rows[channels[-1] :]
    counts = rows[: channels[-1], 1:] * rows[: channels[-1], :1] * steps[1:]
    parts = np.split(counts, channels[:-1])
    last = np.array(maps)
    return Reading(tuple(np.ascontiguousarray(part.T) for part in parts), added[1:], last[:, 1:], last[:, 0])


def written(
    counts: Floats, usual: Floats, measure: Floats, added: Floats, maps: Floats, last: Floats
) -> Floats:
    """Return a reading's table.

    Args:
        counts: how much each channel counts for each unit, once it has been made to vary about 0 by 1.
        usual: the channels' means.
        measure: how much they vary.
        added: what is added to each unit.
        maps: how much each unit counts for each map, units x maps.
        last: what is added to each map.
    """
    steps = np.abs(counts).max(0) / _STEPS
    whole = np.round(counts / steps)
    added = added - (usual / measure) @ (whole * steps)
    return np.vstack(
        [
            np.hstack([1 / measure[:, None], whole]),
            np.hstack([np.ones((2, 1), np.float32), np.array([steps, added], np.float32)]),
            np.hstack([last[:, None], maps.T]),
        ]
    )
