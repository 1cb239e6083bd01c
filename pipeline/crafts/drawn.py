"""On the stage: performances drawn in pieces, and put together of new ones and of some drawn before."""

import dataclasses
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.crafts.samples import HERTZ, by_cue, mono
from pipeline.model import Box, Pet, Piece, Track
from pipeline.ports.avatar import Job, Tell

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from pipeline.puppet.tracks import Tracks

Cut = tuple[Path, int, int]
"""Pictures of a clip, from the first to before the last."""


def outline(job: Job) -> tuple[Piece, ...]:
    """What a performance will consist of, before anything is drawn."""
    from pipeline.film import encode
    from pipeline.puppet.pieces import pieces

    cast = _cast(job)
    return pieces(cast.plate, cast.pets, job.framed.floor, job.timeline, cast.tracks, encode.MAKE)


def perform(job: Job, pieces: Sequence[Piece], out: Path, *, tell: Tell) -> Track:
    """Draw some pieces of a performance into an MP4, one behind the other; returns their mouths."""
    from pipeline.film import encode

    cast = _cast(job)
    draw, mouth = _drawing(cast, job.framed.floor)
    height, width = cast.plate.shape[:2]
    numbers = [n for piece in pieces for n in range(piece.first, piece.stop)]
    begins = {piece.first for piece in pieces}
    with encode.Clip(out, width, height, job.timeline.fps) as clip:
        for done, n in enumerate(numbers, 1):
            clip.add(draw(n), key=n in begins)
            tell(done / len(numbers))
    openness = tuple(max(float(each.open[n]) for each in cast.tracks) for n in numbers)
    return Track(mouths=tuple(mouth(n) for n in numbers), openness=openness)


def join(cuts: Sequence[Cut], out: Path) -> None:
    """Put pieces one behind the other; each begins where a piece began in its clip."""
    from pipeline.film import encode

    encode.join(cuts, out)


@dataclasses.dataclass(frozen=True)
class _Cast:
    """The pets of a job, the plate they are on, and what each does in every frame."""

    plate: "NDArray[np.uint8]"
    pets: tuple[Pet | None, ...]
    tracks: "tuple[Tracks, ...]"


def _cast(job: Job) -> _Cast:
    import numpy as np
    from PIL import Image

    from pipeline.film import sound as files
    from pipeline.film import timeline as timing
    from pipeline.puppet import tracks

    with Image.open(job.frame) as image:
        plate = np.asarray(image.convert("RGB"))
    sounds = by_cue(job.timeline, "pet", mono(files.read(job.speech, HERTZ)), job.spans)
    pet, second = job.framed.pet, job.framed.second
    if pet and second and any(cue.speaker == "pet2" for cue in job.timeline.cues):
        own = [timing.pet_sound(job.timeline, sounds, HERTZ, (each,)) for each in ("pet", "pet2")]
        both = tracks.play_both((own[0], own[1]), HERTZ, job.timeline, (pet, second))
        return _Cast(plate, (pet, second), both)
    heard = timing.pet_sound(job.timeline, sounds, HERTZ)
    return _Cast(plate, (pet,), (tracks.play(heard, HERTZ, job.timeline, pet),))


def _drawing(
    cast: _Cast, floor: float | None
) -> "tuple[Callable[[int], NDArray[np.uint8]], Callable[[int], Box | None]]":
    """What draws a picture by its number, and what tells where the mouth is on it."""
    from functools import partial

    from pipeline.puppet.puppet import Duet, Puppet

    match cast.pets, cast.tracks:
        case (Pet() as first, Pet() as second), (one, other):
            duet = Duet(cast.plate, (first, second), floor=floor)
            return partial(duet.draw, (one, other)), partial(duet.mouth_box, (one, other))
    puppet = Puppet(cast.plate, cast.pets[0], floor=floor)
    return partial(puppet.draw, cast.tracks[0]), partial(puppet.mouth_box, cast.tracks[0])
