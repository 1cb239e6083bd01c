"""A photo described: words made short and clean, and a face believed only where it can be one."""

from pipeline.ports.text import Described, Marks
from pipeline.writing import clean
from pipeline.writing.shapes import Face, Look
from storage.model import Point

_WORDS, _COLOUR = 60, 20  # characters
_COLOURS = 3
_APART = 0.01  # of the picture: places nearer than this are one and the same


def described(look: Look) -> Described:
    """Return what is on the photo."""
    if look.species == "none":
        return Described()
    return Described(
        species=look.species,
        breed=clean.line(look.breed, _WORDS),
        colours=tuple(word for word in (clean.line(one, _COLOUR) for one in look.colours[:_COLOURS]) if word),
        pose=clean.line(look.pose, _WORDS),
        expression=clean.line(look.expression, _WORDS),
        holds=clean.line(look.holds, _WORDS),
        background=clean.line(look.background, _WORDS),
        marks=_marks(look.face),
    )


def _marks(face: Face) -> Marks:
    """Return the face's places; a face whose parts lie where no face has them is not sure at all."""
    mouth, nose = _place(face.mouth), _place(face.nose)
    left, right = _place(face.left_eye), _place(face.right_eye)
    eyes = (left, right) if left and right else None
    likely = face.visible and mouth is not None and (eyes is None or _is_face(mouth, eyes))
    return Marks(
        mouth=mouth, eyes=eyes, nose=nose, mouth_open=face.mouth_open,
        sure=min(max(face.sure, 0.0), 1.0) if likely else 0.0,
    )  # fmt: skip


def _place(written: list[float]) -> Point | None:
    if len(written) != 2 or not all(0.0 < one < 1.0 for one in written):
        return None
    return written[0], written[1]


def _is_face(mouth: Point, eyes: tuple[Point, Point]) -> bool:
    """Two eyes side by side, and a mouth that is not between them."""
    (ax, ay), (bx, by) = eyes
    return bx - ax > _APART and abs(mouth[1] - (ay + by) / 2) + abs(mouth[0] - (ax + bx) / 2) > _APART
