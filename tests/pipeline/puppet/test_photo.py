"""Photos come in every form a phone or a browser makes; the unusable ones are refused by name."""

import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms
from pillow_heif import from_pillow

from pipeline.ports.errors import BadInput
from pipeline.puppet import photo

ORANGE, BLUE = (230, 140, 40), (40, 60, 200)


def two_tone(size: tuple[int, int] = (400, 300)) -> Image.Image:
    """Return a picture whose left half is orange and whose right half is blue."""
    picture = Image.new("RGB", size, ORANGE)
    picture.paste(BLUE, (size[0] // 2, 0, *size))
    return picture


def turned(path: Path) -> None:
    """Stored lying on its side, to be turned by a quarter clockwise to show."""
    exif = Image.Exif()
    exif[274] = 6
    two_tone().transpose(Image.Transpose.ROTATE_90).save(path, "JPEG", exif=exif, quality=95)


def profiled(path: Path) -> None:
    """Carrying the profile of another RGB space."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    two_tone().save(path, "JPEG", icc_profile=profile, quality=95)


def animated(path: Path, kind: str) -> None:
    """Two frames, of which only the first is the photo."""
    first, second = two_tone(), Image.new("RGB", (400, 300), (0, 0, 0))
    first.save(path, kind, save_all=True, append_images=[second], duration=100)


FORMS: dict[str, Callable[[Path], None]] = {
    "plain.jpg": lambda path: two_tone().save(path, "JPEG", quality=95),
    "print.jpg": lambda path: two_tone().convert("CMYK").save(path, "JPEG", quality=95),
    "turned.jpg": turned,
    "profile.jpg": profiled,
    "phone.heic": lambda path: from_pillow(two_tone()).save(path, quality=90),
    "moving.gif": lambda path: animated(path, "GIF"),
    "moving.webp": lambda path: animated(path, "WEBP"),
    "palette.png": lambda path: two_tone().quantize(16).save(path, "PNG"),
}


@pytest.mark.parametrize("name", FORMS)
def test_every_form_shows_the_same_picture(name: str, tmp_path: Path) -> None:
    """Colour space, orientation, codec and animation do not change what is seen."""
    FORMS[name](tmp_path / name)
    seen = photo.upright(tmp_path / name)
    assert seen.shape == (300, 400, 3)
    assert np.abs(seen[150, 60].astype(int) - ORANGE).max() < 26
    assert np.abs(seen[150, 340].astype(int) - BLUE).max() < 26
    assert photo.size(tmp_path / name) == (400, 300)


def test_transparent_places_become_a_soft_neutral(tmp_path: Path) -> None:
    """A cut-out pet does not get a black ground."""
    layer = Image.new("RGBA", (300, 300), (0, 0, 0, 0))
    layer.paste((*ORANGE, 255), (100, 100, 200, 200))
    layer.save(tmp_path / "cut.png")
    seen = photo.upright(tmp_path / "cut.png")
    assert tuple(seen[10, 10]) == photo.BEHIND
    assert tuple(seen[150, 150]) == ORANGE


def test_sixteen_bits_keep_their_tones(tmp_path: Path) -> None:
    """A deep grey picture is scaled, not cut off at 255."""
    deep = np.tile(np.linspace(0, 65535, 256).astype(np.uint16), (256, 1))
    Image.fromarray(deep).save(tmp_path / "deep.png")
    seen = photo.upright(tmp_path / "deep.png")
    assert seen[0, 0, 0] == 0
    assert seen[0, -1, 0] == 255
    assert abs(int(seen[0, 128, 0]) - 128) <= 1


def test_a_thirty_megapixel_photo_is_read_at_reduced_size(tmp_path: Path) -> None:
    """Large photos work, and `size` still tells their full size."""
    two_tone((6000, 5000)).save(tmp_path / "large.jpg", "JPEG", quality=80)
    seen = photo.upright(tmp_path / "large.jpg", 1280)
    assert seen.shape == (1067, 1280, 3)
    assert photo.size(tmp_path / "large.jpg") == (6000, 5000)


def bomb() -> bytes:
    """Return a PNG whose head promises 20,000 x 20,000 pixels."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", 20_000, 20_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(1000)))


def jpeg(size: tuple[int, int]) -> bytes:
    """Return a JPEG of that size with something in it."""
    from io import BytesIO

    noise = np.random.default_rng(1).integers(0, 255, (size[1], size[0], 3), dtype=np.uint8)
    file = BytesIO()
    Image.fromarray(noise).save(file, "JPEG")
    return file.getvalue()


UNUSABLE = {
    "words.jpg": (b"this is a letter, not a photo\n" * 20, "photo.not_a_picture"),
    "empty.jpg": (b"", "photo.empty"),
    "torn.jpg": (jpeg((400, 400))[:30_000], "photo.damaged"),
    "bomb.png": (bomb(), "photo.too_large"),
    "thumb.jpg": (jpeg((120, 80)), "photo.too_small"),
    "video.heic": (b"\x00\x00\x00\x18ftypmp42" + bytes(400), "photo.not_a_picture"),
}


@pytest.mark.parametrize("name", UNUSABLE)
def test_an_unusable_file_is_refused_by_name(name: str, tmp_path: Path) -> None:
    """Each kind of bad file has its own sentence, and none of them raises anything else."""
    body, key = UNUSABLE[name]
    (tmp_path / name).write_bytes(body)
    with pytest.raises(BadInput) as refused:
        photo.upright(tmp_path / name)
    assert refused.value.key == key


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    """No file and a folder are told apart from a damaged photo."""
    for path in (tmp_path / "nothing.jpg", tmp_path):
        with pytest.raises(BadInput) as refused:
            photo.size(path)
        assert refused.value.key == "photo.missing"
