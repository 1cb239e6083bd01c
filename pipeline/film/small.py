"""Small pictures: what a messenger shows of a film before it has it."""

from pathlib import Path

from PIL import Image, ImageOps

from pipeline.film.atomic import replacing

SIDE, MOST_BYTES = 320, 200_000


def small(picture: Path, out: Path) -> None:
    """Write a picture as a JPEG of at most 320 pixels a side and under 200 kB."""
    with Image.open(picture) as image:
        shrunk = ImageOps.exif_transpose(image).convert("RGB")
    shrunk.thumbnail((SIDE, SIDE))
    for quality in (85, 70, 50, 30, 10):
        with replacing(out) as part:
            shrunk.save(part, "JPEG", quality=quality)
        if out.stat().st_size < MOST_BYTES:
            return
