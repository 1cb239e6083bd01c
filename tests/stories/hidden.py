"""A photo whose face has to be asked about: the sample cat with one eye behind something dark."""

from pathlib import Path

from PIL import Image, ImageDraw

_BEFORE_ONE_EYE = (250, 100, 380, 180)


def half_hidden(sample: Path, folder: Path) -> Path:
    """Write the sample photo with one eye hidden, as large as it was, and return where."""
    with Image.open(sample) as opened:
        picture = opened.convert("RGB")
    ImageDraw.Draw(picture).rectangle(_BEFORE_ONE_EYE, fill=(40, 40, 40))
    out = folder / "half-hidden.png"
    picture.save(out)
    return out
