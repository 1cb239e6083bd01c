"""What lies behind a picture that does not fill the screen: itself, enlarged, dim and out of focus."""

import av
import numpy as np
from av.video.reformatter import ColorRange, Colorspace
from PIL import Image, ImageEnhance, ImageFilter, ImageOps

from pipeline.film.encode import yuv
from pipeline.film.planes import Plane, planes

_SMALL = 90  # pixels of width at which it is softened: a hundredth of the work, and nobody can tell
_SOFT = 3.2
_COLOURFUL = 1.3
_DIM = 0.42  # of its own light: white words stand out on it


def backdrop(picture: av.VideoFrame, width: int, height: int) -> tuple[Plane, Plane, Plane]:
    """Return the planes of a whole canvas made from one picture of the performance."""
    rgb = picture.reformat(format="rgb24", src_colorspace=Colorspace.ITU709, src_color_range=ColorRange.MPEG)
    small = ImageOps.fit(Image.fromarray(rgb.to_ndarray()), (_SMALL, round(_SMALL * height / width)))
    soft = ImageEnhance.Color(small.filter(ImageFilter.GaussianBlur(_SOFT))).enhance(_COLOURFUL)
    large = soft.point(lambda light: light * _DIM).resize((width, height), Image.Resampling.BICUBIC)
    return planes(yuv(np.array(large)))
