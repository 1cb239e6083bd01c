"""Blending in the codec's own planes gives what blending colours would."""

import av
import numpy as np
import pytest

from pipeline.film.encode import yuv
from pipeline.film.planes import layer, paint, planes


@pytest.mark.parametrize("place", [(10, 20), (11, 21), (-7, 90), (50, -3)])
def test_a_layer_lands_where_it_belongs(place: tuple[int, int]) -> None:
    """Protects captions from wrong colours and from shifting by a pixel, also over the edge."""
    grey = np.full((100, 80, 3), 100, np.uint8)
    picture = np.zeros((24, 30, 4), np.uint8)
    picture[..., :3], picture[4:20, 6:24, 3] = (255, 224, 74), 255
    frame = yuv(grey)
    paint(planes(frame), layer(picture, *place))
    wanted = grey.copy()
    for row in range(4, 20):
        for column in range(6, 24):
            y, x = row + place[1], column + place[0]
            if 0 <= y < 100 and 0 <= x < 80:
                wanted[y, x] = (255, 224, 74)
    luma = planes(frame)[0].astype(int)
    assert np.abs(luma - planes(yuv(wanted))[0].astype(int)).max() <= 2


def test_a_faint_layer_is_between_nothing_and_all() -> None:
    """Protects the label's fading: half strength gives half the change."""
    picture = np.full((10, 10, 4), 255, np.uint8)
    lumas = []
    for strength in (0.0, 0.5, 1.0):
        frame = av.VideoFrame(16, 16, "yuv420p")
        for plane in planes(frame):
            plane[...] = 128
        paint(planes(frame), layer(picture, 2, 2), strength)
        lumas.append(int(planes(frame)[0][6, 6]))
    assert lumas[0] == 128
    assert lumas[2] == 235
    assert abs(lumas[1] - (128 + 235) / 2) <= 1
