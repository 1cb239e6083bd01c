"""A plate twice as large: the last resampling may then be the cheap one, and loses no sharpness by it.

Half-way between two pixels a linear mean is soft; between those of the enlargement, whose every other pixel
is the plate's own, it is not.
"""

from collections.abc import Iterable

import cv2
import numpy as np

from pipeline.puppet.plate import Bytes

TIMES = 2
_HALF = np.array((-0.09375, 0.59375, 0.59375, -0.09375), np.float32)  # the cubic's weights half-way
_AROUND = 4  # pixels about a part that its enlargement depends on

Part = tuple[int, int, int, int]
"""Left, top, width, height."""


class Enlarged:
    """One plate's enlargement, of which the same parts are painted anew for each picture."""

    def __init__(self, plate: Bytes) -> None:
        self._large = _larger(plate)

    def of(self, picture: Bytes, painted: Iterable[Part]) -> Bytes:
        """Return the enlargement of the plate's picture, which differs from the plate in those parts only.

        It is valid until the next call, which has to name the same parts.
        """
        for left, top, wide, high in painted:
            x, y = max(0, left - _AROUND), max(0, top - _AROUND)
            large = _larger(picture[y : top + high + _AROUND, x : left + wide + _AROUND])
            rows = slice(TIMES * (top - y), TIMES * (top - y + high))
            columns = slice(TIMES * (left - x), TIMES * (left - x + wide))
            part = large[rows, columns]
            self._large[TIMES * top :, TIMES * left :][: part.shape[0], : part.shape[1]] = part
        return self._large


def _larger(picture: Bytes) -> Bytes:
    high, wide = picture.shape[:2]
    mirrored = cv2.BORDER_REFLECT_101
    between = cv2.filter2D(picture, -1, _HALF[None, :], anchor=(1, 0), borderType=mirrored)
    across = np.asarray(cv2.merge([picture, between]), np.uint8).reshape(high, TIMES * wide, 3)
    out = np.empty((high, TIMES, TIMES * wide, 3), np.uint8)
    out[:, 0] = across
    out[:, 1] = cv2.filter2D(across, -1, _HALF[:, None], anchor=(0, 1), borderType=mirrored)
    return out.reshape(TIMES * high, TIMES * wide, 3)
