"""The room `sight`: photos looked at, shown, framed."""

from pathlib import Path

from pipeline.model import Box, Framed, Pet, Sight
from pipeline.ports.errors import BadInput, Failed
from storage.model import Taps

_SHOWN = 1_600  # pixels on the longer side of a picture that asks
_TOLD = 1_024  # pixels on the longer side of a picture a model looks at
_REFERENCE = 2_048  # pixels on the longer side of a photo that a painter starts from
_QUALITY, _FINE_QUALITY = 88, 93


def look(photo: Path, detector: Path | None, taps: Taps) -> Sight:
    """What is on the photo."""
    from pipeline.puppet.look import look as see

    return see(photo, detector, taps)


def snapshot(photo: Path, out: Path) -> None:
    """Write the photo as it is shown to a model: an upright JPEG, bare of where and when it was taken."""
    from PIL import Image

    from pipeline.puppet.photo import upright

    Image.fromarray(upright(photo, _TOLD)).save(out, "JPEG", quality=_QUALITY)


def show(photo: Path, sight: Sight, chosen: int | None, marked: Path, grid: Path) -> Box:
    """Write the photo with its marks as JPEG, and the part of it about the pet with numbered fields.

    Args:
        chosen: the number from 0 of the pet that a person chose: the numbers shown stay those of the choice.

    Returns:
        The part shown as a grid, in the upright photo's pixels.
    """
    from PIL import Image

    from pipeline.puppet import marks
    from pipeline.puppet.photo import upright
    from pipeline.puppet.place import Place

    picture = upright(photo, _SHOWN)
    near = Place(picture.shape[1] / sight.width)
    pets = tuple(near.put_pet(pet if pet.found else _bare(pet)) for pet in sight.pets)
    first, rest, at = pets[:1], pets[1:], chosen or 0
    drawn = marks.marked(picture, (*rest[:at], *first, *rest[at:]))
    Image.fromarray(drawn).save(marked, quality=_QUALITY)
    high, wide = picture.shape[:2]
    about = _within(pets[0].box if pets else Box(x=0, y=0, w=wide, h=high), wide, high)
    Image.fromarray(marks.gridded(picture, about)).save(grid, quality=_QUALITY)
    scale = 1 / near.scale
    return Box(x=about.x * scale, y=about.y * scale, w=about.w * scale, h=about.h * scale)


def _bare(pet: Pet) -> Pet:
    """The pet without what was only guessed about its face."""
    return pet.model_copy(update={"eyes": None, "nose": None, "mouth": None, "lip": ()})


def _within(box: Box, wide: int, high: int) -> Box:
    """The box on whole pixels inside the picture."""
    left, top = max(0, round(box.x)), max(0, round(box.y))
    right, bottom = min(wide, round(box.x + box.w)), min(high, round(box.y + box.h))
    return Box(x=left, y=top, w=max(1, right - left), h=max(1, bottom - top))


def draw(photo: Path, sight: Sight, saliency: Path | None, out: Path, width: int, height: int) -> Framed:
    """Frame the photo for the canvas."""
    from pipeline.puppet.frame import frame

    return frame(photo, sight, saliency, out, width, height)


def reference(photo: Path, out: Path) -> None:
    """Write the photo as painters start from it: an upright JPEG of full worth, bare as a snapshot is."""
    from PIL import Image

    from pipeline.puppet.photo import upright

    Image.fromarray(upright(photo, _REFERENCE)).save(out, "JPEG", quality=_FINE_QUALITY)


def receive(
    picture: Path, weights: tuple[Path | None, Path | None], canvas: tuple[int, int], out: Path
) -> Sight:
    """What is on a drawn picture; the pane as the film will show it is written as JPEG.

    Args:
        weights: of detector and saliency.

    Raises:
        Failed: it is no picture, or none a face can be worked on in.
    """
    from PIL import Image

    from pipeline.puppet.frame import frame
    from pipeline.puppet.look import look as see

    pane = out.with_suffix(".png")
    try:
        sight = see(picture, weights[0], Taps())
        frame(picture, sight, weights[1], pane, *canvas)
    except BadInput as unusable:
        raise Failed("image.unusable", {}, repr(unusable)) from unusable
    with Image.open(pane) as whole:
        whole.convert("RGB").save(out, "JPEG", quality=_QUALITY)
    return sight
