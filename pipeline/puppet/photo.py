"""A photo as it should be seen: upright, in RGB, at a chosen size, whatever file it came in."""

import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from pipeline.ports.errors import BadInput

LEAST_SIDE = 200
"""Pixels of the shorter side below which no face can be worked on."""

BEHIND = (226, 222, 216)
"""What shows through transparent places: a soft neutral."""

_TURNED_ASIDE = {5, 6, 7, 8}
_ORIENTATION = 274
_RGB = ImageCms.createProfile("sRGB")


def upright(path: Path, longest: int | None = None) -> NDArray[np.uint8]:
    """Return the picture as (height, width, 3) RGB, turned as its EXIF says, first frame only.

    Args:
        path: JPEG (CMYK too), PNG (16-bit, transparent), HEIC, WebP, GIF, TIFF, BMP.
        longest: wanted length of the longer side in pixels; the file is decoded at reduced size where
            its format can. None, or more than there is: as it is.

    Raises:
        BadInput: not a picture, empty, damaged, too many pixels, or too few to show a face.
    """
    with _opened(path) as picture:
        if longest is not None and max(picture.size) > longest:
            picture.draft(None, _within(picture.size, longest))
        image = _flat(picture)
        if longest is not None and max(image.size) > longest:
            image = image.resize(_within(image.size, longest), Image.Resampling.LANCZOS, reducing_gap=3)
        return np.asarray(_in_rgb(ImageOps.exif_transpose(image), picture.info.get("icc_profile")))


def size(path: Path) -> tuple[int, int]:
    """Return width and height of the upright picture without decoding it.

    Raises:
        BadInput: as for `upright`, as far as the file's head tells.
    """
    with _opened(path) as picture:
        wide, high = picture.size
        return (high, wide) if picture.getexif().get(_ORIENTATION) in _TURNED_ASIDE else (wide, high)


@contextmanager
def _opened(path: Path) -> Iterator[Image.Image]:
    """Open the picture; whatever the decoders say about a bad file becomes one `BadInput`."""
    _expect_picture_formats(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path) as picture:
                if min(picture.size) < LEAST_SIDE:
                    raise _small(picture.size)
                yield picture
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as huge:
        raise BadInput("photo.too_large", {}, repr(huge)) from huge
    except UnidentifiedImageError as foreign:
        raise BadInput("photo.not_a_picture", {}, repr(foreign)) from foreign
    except (OSError, SyntaxError, ValueError, EOFError, struct.error) as damage:
        raise BadInput("photo.damaged", {}, repr(damage)) from damage


def _expect_picture_formats(path: Path) -> None:
    """Check there is something to read; make Pillow know HEIC when the file looks like it."""
    try:
        with path.open("rb") as file:
            head = file.read(12)
    except OSError as missing:
        raise BadInput("photo.missing", {"name": path.name}, repr(missing)) from missing
    if not head:
        raise BadInput("photo.empty")
    if head[4:8] == b"ftyp":
        from pillow_heif import register_heif_opener  # only here: most photos do not need libheif

        register_heif_opener()


def _small(size: tuple[int, int]) -> BadInput:
    return BadInput(
        "photo.too_small", {"width": str(size[0]), "height": str(size[1]), "least": str(LEAST_SIDE)}
    )


def _within(size: tuple[int, int], longest: int) -> tuple[int, int]:
    ratio = longest / max(size)
    return max(1, round(size[0] * ratio)), max(1, round(size[1] * ratio))


def _flat(picture: Image.Image) -> Image.Image:
    """Return 8 bits a channel, opaque, in RGB or CMYK; EXIF is kept for the turning."""
    if picture.mode.startswith("I") or picture.mode == "F":
        return _eight_bits(picture)
    if picture.has_transparency_data:
        layer = picture.convert("RGBA")
        behind = Image.new("RGBA", layer.size, (*BEHIND, 255))
        return _with_exif(Image.alpha_composite(behind, layer).convert("RGB"), picture)
    if picture.mode == "CMYK":
        return _with_exif(picture.copy(), picture)
    return _with_exif(picture.convert("RGB"), picture)


def _eight_bits(picture: Image.Image) -> Image.Image:
    """Scale deep greys to 8 bits: by 257 when they are 16 bits, by their own range when floating."""
    deep = np.asarray(picture, dtype=np.float32)
    top = float(deep.max(initial=0))
    white = 255.0 if top <= 255 and picture.mode != "F" else 65535.0 if top > 1 else 1.0
    grey = np.clip(deep * (255 / white), 0, 255).astype(np.uint8)
    return _with_exif(Image.fromarray(grey).convert("RGB"), picture)


def _with_exif(image: Image.Image, picture: Image.Image) -> Image.Image:
    turn = picture.getexif().get(_ORIENTATION)
    if turn is not None:
        image.getexif()[_ORIENTATION] = turn
    return image


def _in_rgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Bring colours to sRGB by the file's own profile; a profile that cannot be read is left aside."""
    if profile:
        try:
            own = ImageCms.ImageCmsProfile(BytesIO(profile))
            turned = ImageCms.profileToProfile(image, own, _RGB, outputMode="RGB")
        except (ImageCms.PyCMSError, OSError):
            return image.convert("RGB")
        if turned is not None:
            return turned
    return image.convert("RGB")
