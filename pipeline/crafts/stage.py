"""The room `stage`: performances drawn, or made of clips that others performed."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.crafts.samples import HERTZ, by_cue, mono
from pipeline.model import Box, Pet, Span, Track
from pipeline.ports.avatar import Job, Tell
from pipeline.ports.errors import BadInput, Failed
from storage.model import Lang, Noun

if TYPE_CHECKING:
    from numpy.typing import NDArray


_FACE_SIDE = 720  # pixels of the shorter side of a scene in which a face is looked for
_SCENE_FPS = 25


def perform(job: Job, part: tuple[int, int], out: Path, *, tell: Tell) -> Track:
    """Draw pictures `part[0]` to `part[1]` of the performance into an MP4; returns their mouths."""
    import numpy as np
    from PIL import Image

    from pipeline.film import encode
    from pipeline.film import sound as files
    from pipeline.film import timeline as timing
    from pipeline.puppet import tracks
    from pipeline.puppet.puppet import Duet, Puppet

    with Image.open(job.frame) as image:
        picture = np.asarray(image.convert("RGB"))
    whole = mono(files.read(job.speech, HERTZ))
    sounds = by_cue(job.timeline, "pet", whole, job.spans)
    pet, second = job.framed.pet, job.framed.second
    first, last = part
    height, width = picture.shape[:2]
    draw: Callable[[int], NDArray[np.uint8]]
    if pet and second and any(cue.speaker == "pet2" for cue in job.timeline.cues):
        own = [timing.pet_sound(job.timeline, sounds, HERTZ, (each,)) for each in ("pet", "pet2")]
        both = tracks.play_both((own[0], own[1]), HERTZ, job.timeline, (pet, second))
        duet = Duet(picture, (pet, second), floor=job.framed.floor)
        draw, mouth = partial(duet.draw, both), partial(duet.mouth_box, both)
        openness = np.maximum(both[0].open, both[1].open)
    else:
        heard = timing.pet_sound(job.timeline, sounds, HERTZ)
        played = tracks.play(heard, HERTZ, job.timeline, pet)
        puppet = Puppet(picture, pet, floor=job.framed.floor)
        draw, mouth, openness = partial(puppet.draw, played), partial(puppet.mouth_box, played), played.open
    with encode.Clip(out, width, height, job.timeline.fps) as clip:
        for n in range(first, last):
            clip.add(draw(n))
            tell((n + 1 - first) / (last - first))
    boxes = tuple(mouth(n) for n in range(first, last))
    return Track(mouths=boxes, openness=tuple(float(each) for each in openness[first:last]))


def join(parts: Sequence[Path], out: Path) -> None:
    """Put the pieces of a performance one behind the other."""
    from pipeline.film import encode

    encode.join(parts, out)


def sent(speech: Path, spans: Sequence[Span], quiet: Span, out: Path) -> tuple[tuple[Span, ...], float]:
    """Write the part of a sound that one job is made of: some lines and what lies between them, with seconds
    of quiet before and after; return where each line lies in it, and its length in seconds."""
    import numpy as np

    from pipeline.film import sound as files

    first, last = spans[0][0], spans[-1][1]
    whole = mono(files.read(speech, HERTZ))[round(first * HERTZ) : round(last * HERTZ)]
    before, after = (np.zeros(round(seconds * HERTZ), np.float32) for seconds in quiet)
    padded = np.concatenate([before, whole, after])
    files.write(out, padded, HERTZ)
    moved = quiet[0] - first
    return tuple((start + moved, end + moved) for start, end in spans), len(padded) / HERTZ


def silence(seconds: float, out: Path) -> None:
    """Write a sound in which nothing is heard: what is sent to a model that speaks for itself."""
    import numpy as np

    from pipeline.film import sound as files

    files.write(out, np.zeros(round(seconds * HERTZ), np.float32), HERTZ)


def overhear(clip: Path, lines: Sequence[str], lang: Lang, out: Path) -> tuple[Span, ...]:
    """Where lines lie in a clip whose model says them by itself; its sound is written as long as it is, with
    silence between them. Where no way of cutting gives lines of the right lengths, it is guessed.

    Raises:
        Failed: the clip is none, or nobody speaks in it.
    """
    import numpy as np

    from pipeline.film import judged
    from pipeline.film import sound as files
    from pipeline.sound import cut, divide
    from pipeline.themes.words import syllables

    judged.judge(clip, None, 1.0)
    try:
        heard = mono(files.read(clip, HERTZ))
    except BadInput as mute:
        raise Failed("performance.silent", {}, mute.key) from mute
    counts = [syllables(line, lang) for line in lines]
    try:
        found = divide.spans(heard, HERTZ, lines, counts)
    except Failed as unclear:
        if unclear.key == "voice.silent_take":
            raise Failed("performance.silent", {}, unclear.key) from unclear
        found = divide.guessed(heard, HERTZ, counts)
    where = cut.roomy(found, len(heard) / HERTZ)
    alone = np.zeros_like(heard)
    for start, end in where:
        first, last = round(start * HERTZ), round(end * HERTZ)
        alone[first:last] = cut.faded(heard[first:last], HERTZ)
    files.write(out, alone, HERTZ)
    return where


class Worth(Noun):
    """A vendor's clip that is one: seconds by which its sound is late, and whether its mouth follows ours."""

    late: float
    follows: bool


def judge(clip: Path, sound: Path | None, seconds: float, strict: bool) -> Worth:
    """What a vendor's clip is worth; `sound` is what was sent for it to say, None where it only moves.

    Raises:
        Failed: nothing.
    """
    from pipeline.film import judged

    found = judged.judge(clip, sound, seconds)
    return Worth(late=found.late, follows=sound is not None and judged.follows(found, strict=strict))


def scene(clip: Path, frame: Path, seconds: float, out: Path) -> None:
    """Make a scene as long as a sound, of the frame's shape and large enough for whoever looks for faces."""
    from PIL import Image

    from pipeline.film import stage as stages

    with Image.open(frame) as image:
        wide, high = image.size
    scale = max(1.0, _FACE_SIDE / min(wide, high))
    size = round(wide * scale / 2) * 2, round(high * scale / 2) * 2
    stages.swung(clip, size, _SCENE_FPS, seconds, out)


class Played(Noun):
    """One vendor's clip: which cues it says, by index, and where each lies in it, in seconds; `follows`: its
    mouth moves with them."""

    clip: Path
    cues: tuple[int, ...]
    spans: tuple[Span, ...]
    follows: bool = True


def stage(job: Job, parts: tuple[Played, ...], out: Path, *, tell: Tell) -> Track:
    """Make the film's performance of clips in which only the pet's speech is; return its mouths."""
    import numpy as np
    from PIL import Image

    from pipeline.film import sound as files
    from pipeline.film import stage as stages
    from pipeline.film import timeline as timing
    from pipeline.puppet import lipsync, tracks
    from pipeline.puppet.puppet import Puppet

    with Image.open(job.frame) as image:
        picture = np.asarray(image.convert("RGB"))
    sounds = by_cue(job.timeline, "pet", mono(files.read(job.speech, HERTZ)), job.spans)
    heard = timing.pet_sound(job.timeline, sounds, HERTZ)
    puppet = Puppet(picture, job.framed.pet)
    listening = tracks.play(np.zeros_like(heard), HERTZ, job.timeline, job.framed.pet)
    given = [
        stages.Part(
            clip=part.clip,
            cues=tuple((cue, *span) for cue, span in zip(part.cues, part.spans, strict=True)),
            follows=part.follows,
        )
        for part in parts
    ]
    high, wide = picture.shape[:2]
    stages.stage(given, job.timeline, (wide, high), lambda n: puppet.draw(listening, n), out, tell)
    frames, fps = job.timeline.frames, job.timeline.fps
    box = _mouth_about(puppet.mouth_box(tracks.still(1), 0), job.framed.pet, wide, high)
    shut = tuple(0.0 for _ in range(frames))
    if not all(part.follows for part in parts):
        return Track(mouths=(box,) * frames, openness=shut)
    lines = [(cue.start, cue.end) for cue in job.timeline.cues if cue.speaker != "person"]
    openness, _ = lipsync.openings(heard, HERTZ, frames, fps, lines)
    return Track(mouths=(box,) * frames, openness=tuple(float(each) for each in openness))


def _mouth_about(mouth: Box | None, pet: Pet | None, wide: int, high: int) -> Box:
    """Where the mouth of somebody who moves freely is at most: about the one on the first frame, else the
    lower half of the head, else of the picture's middle."""
    if mouth is not None:
        return Box(x=mouth.x - mouth.w * 0.3, y=mouth.y - mouth.h, w=mouth.w * 1.6, h=mouth.h * 3)
    if pet is not None:
        box = pet.box
        return Box(x=box.x + box.w * 0.25, y=box.y + box.h * 0.25, w=box.w * 0.5, h=box.h * 0.3)
    return Box(x=wide * 0.3, y=high * 0.45, w=wide * 0.4, h=high * 0.2)
