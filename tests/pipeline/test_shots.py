"""Which line is played out of which clip."""

from pipeline.parts import Shot
from pipeline.shots import OTHER, Place, placed, played

_OLD = Shot(clip="old", spans=((0.3, 1.0), (1.5, 2.5), (3.0, 4.0)), made_from=("a", "b", "c"))
_NEW = Shot(clip="new", spans=((0.3, 1.6),), made_from=("d",))


def test_a_line_performed_anew_takes_the_place_of_the_old_one() -> None:
    """The old clip goes on serving its other lines, and says which of its lines is none of the film's."""
    places = placed((Place(_OLD, 0), None, Place(_OLD, 2)), (1, 1), _NEW)
    told = dict(played([place for place in places if place], (1, 3, 5)))
    assert (told["old"].cues, told["new"].cues) == ((1, OTHER, 5), (3,))
    assert told["old"].spans == _OLD.spans


def test_of_two_lines_that_are_alike_one_clip_serves_both() -> None:
    """A pet that says "yes" twice is performed once."""
    found = list(played([Place(_OLD, 0), Place(_OLD, 0)], (1, 3)))
    assert [(clip, part.cues) for clip, part in found] == [
        ("old", (1, OTHER, OTHER)),
        ("old", (3, OTHER, OTHER)),
    ]
