"""Any decoded picture as one of ours: upright, filling a size, yuv420p in BT.709, standard range."""

from functools import cache

import av
import numpy as np
from av.video.reformatter import ColorRange, Colorspace, ColorTrc, Interpolation
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from pipeline.film.encode import tagged, yuv
from pipeline.film.planes import planes

Focus = tuple[float, float]
MIDDLE: Focus = (0.5, 0.5)
_GROUND = (32, 26, 36)  # what shows through a picture that is partly clear
_UNKNOWN = 2  # ITU-T H.273: nothing said; then it is BT.709, as players take it at these sizes
_MATRICES = {5: Colorspace.ITU601, 6: Colorspace.ITU601, 7: Colorspace.SMPTE240M, 9: Colorspace.BT2020}
_WHITE = 203.0  # candela per square metre that are white on an ordinary screen (ITU-R BT.2408, 2.1)
_KNEE = 0.75  # of an ordinary screen's range: above it highlights are pressed together
_STEPS = 33
# Linear BT.2020 to linear BT.709 (ITU-R BT.2087-0, 4).
_PRIMARIES = np.array([
    [1.6605, -0.5876, -0.0728],
    [-0.1246, 1.1329, -0.0083],
    [-0.0182, -0.1006, 1.1187],
])  # fmt: skip


def fitted(
    frame: av.VideoFrame, width: int, height: int, aspect: float = 1.0, focus: Focus = MIDDLE
) -> av.VideoFrame:
    """Return a picture upright and scaled to fill the size, what hangs over cut off.

    One that is already so comes back as it is. High dynamic range is brought down, clear parts get a
    dark ground.

    Args:
        width, height: even.
        aspect: how wide one of the picture's pixels is for its height.
        focus: the shares of what hangs over that are cut off at the left and at the top.
    """
    turns = round(frame.rotation / 90) % 4
    if not turns and aspect == 1 and (frame.width, frame.height) == (width, height) and _ours(frame):
        return frame
    flat = _flattened(frame)
    high_range = frame.color_trc in (ColorTrc.SMPTE2084, ColorTrc.ARIB_STD_B67)
    wide, high = (height, width) if turns % 2 else (width, height)
    covered = _covering(flat, wide, high, aspect, _before_turning(focus, turns))
    made = _toned(covered, int(frame.color_trc)) if high_range else covered
    return _turned(made, turns) if turns else made


def _before_turning(focus: Focus, turns: int) -> Focus:
    """Return the shares as they are on the picture that is yet to be turned against the clock."""
    for _ in range(turns):
        focus = 1 - focus[1], focus[0]
    return focus


def _ours(frame: av.VideoFrame) -> bool:
    plain = frame.colorspace in (Colorspace.ITU709, _UNKNOWN) and frame.color_trc not in _CURVES
    return frame.format.name == "yuv420p" and plain and frame.color_range != ColorRange.JPEG


def _flattened(frame: av.VideoFrame) -> av.VideoFrame:
    """Return a picture with nothing clear in it."""
    if not any(part.is_alpha for part in frame.format.components):
        return frame
    rgba = Image.fromarray(frame.to_ndarray(format="rgba"), "RGBA")
    ground = Image.new("RGBA", rgba.size, (*_GROUND, 255))
    ground.alpha_composite(rgba)
    return av.VideoFrame.from_ndarray(np.asarray(ground.convert("RGB")), "rgb24")


def _covering(frame: av.VideoFrame, width: int, height: int, aspect: float, focus: Focus) -> av.VideoFrame:
    """Return a picture of that size: yuv420p in BT.709; one of high range as RGB, still to be toned."""
    scale = max(width / (frame.width * aspect), height / frame.height)
    across, down = _evenly(frame.width * aspect * scale, width), _evenly(frame.height * scale, height)
    rgb = frame.format.name.startswith(("rgb", "bgr", "gbr"))
    high_range = frame.color_trc in _CURVES
    scaled = frame.reformat(
        across,
        down,
        "rgb24" if high_range else "yuv420p",
        src_colorspace=None if rgb else _MATRICES.get(int(frame.colorspace), Colorspace.ITU709),
        dst_colorspace=Colorspace.ITU709,
        interpolation=Interpolation.BICUBIC,
        dst_color_range=None if high_range else ColorRange.MPEG,
    )
    if (across, down) == (width, height):
        return scaled if high_range else tagged(scaled)
    left, top = round((across - width) * focus[0] / 2) * 2, round((down - height) * focus[1] / 2) * 2
    if high_range:
        whole: NDArray[np.uint8] = np.asarray(scaled.to_ndarray(), np.uint8)
        cut = np.ascontiguousarray(whole[top : top + height, left : left + width])
        return av.VideoFrame.from_ndarray(cut, "rgb24")
    made = tagged(av.VideoFrame(width, height, "yuv420p"))
    for place, source, half in zip(planes(made), planes(scaled), (1, 2, 2), strict=True):
        rows, columns = place.shape
        place[...] = source[top // half : top // half + rows, left // half : left // half + columns]
    return made


def _evenly(length: float, least: int) -> int:
    """Return an even number of pixels, no fewer than are needed."""
    return max(least, round(length / 2) * 2)


def _turned(frame: av.VideoFrame, turns: int) -> av.VideoFrame:
    """Return a picture turned by quarters, against the clock."""
    size = (frame.height, frame.width) if turns % 2 else (frame.width, frame.height)
    made = tagged(av.VideoFrame(*size, "yuv420p"))
    for place, source in zip(planes(made), planes(frame), strict=True):
        place[...] = np.rot90(source, turns)
    return made


def _toned(frame: av.VideoFrame, curve: int) -> av.VideoFrame:
    """Return a picture of high range (RGB) as an ordinary one."""
    shown = Image.fromarray(frame.to_ndarray(format="rgb24")).filter(_table(curve))
    return yuv(np.array(shown))


@cache
def _table(curve: int) -> ImageFilter.Color3DLUT:
    """Return the table from a high range's coded colours to ours: light, primaries, highlights, gamma."""
    steps = np.linspace(0, 1, _STEPS)
    blue, green, red = np.meshgrid(steps, steps, steps, indexing="ij")
    light = _CURVES[curve](np.stack([red, green, blue], axis=-1)) @ _PRIMARIES.T
    bright = np.maximum(light.max(axis=-1, keepdims=True), 1e-6)
    over = np.maximum(bright - _KNEE, 0) / (1 - _KNEE)
    pressed = np.where(bright > _KNEE, _KNEE + (1 - _KNEE) * over / (1 + over), bright)
    light = np.clip(light * pressed / bright, 0, 1)
    coded = np.where(light < 0.018, 4.5 * light, 1.099 * np.maximum(light, 1e-9) ** 0.45 - 0.099)
    return ImageFilter.Color3DLUT(_STEPS, coded.reshape(-1, 3).ravel().tolist())


def _pq(coded: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return light, 1 being white. Source: ITU-R BT.2100-2, table 4."""
    root = coded ** (1 / 78.84375)
    light = (np.maximum(root - 0.8359375, 0) / (18.8515625 - 18.6875 * root)) ** (1 / 0.1593017578125)
    return np.asarray(10_000 * light / _WHITE)


def _hlg(coded: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return light, 1 being white, as on a screen of 1000 candela. Source: ITU-R BT.2100-2, table 5."""
    above = (np.exp((coded - 0.55991073) / 0.17883277) + 0.28466892) / 12
    scene = np.where(coded <= 0.5, coded**2 / 3, above)
    light = scene @ np.array([0.2627, 0.6780, 0.0593])
    return np.asarray(1000 * scene * np.maximum(light, 1e-9)[..., None] ** 0.2 / _WHITE)


_CURVES = {int(ColorTrc.SMPTE2084): _pq, int(ColorTrc.ARIB_STD_B67): _hlg}
