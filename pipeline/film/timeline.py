"""When each line sounds: a question before its answer, breaths between, a beat before the punchline."""

import itertools
import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.model import Cue, Timeline
from pipeline.ports.errors import BadInput
from storage.model import Direction, Line, Speaker

SHORTEST, LONGEST = 8.0, 40.0  # seconds of a film
_LEAD, _ANSWER, _BREATH, _TAIL = 0.35, 0.32, 0.50, 0.90  # seconds of quiet: before, answering, between, after
_BEAT = 0.24  # seconds more before the last answer
_ROOMIER = 0.35  # seconds a pause may grow by in a film that would be too short
_EDGE = 0.03  # seconds over which a sound that is cut short fades
_FAINTEST = 0.05  # seconds; less is not a spoken line


def plan(lines: Sequence[tuple[Line, float]], fps: int = 25) -> Timeline:
    """Lay spoken lines out in time; every time is on a frame.

    Args:
        lines: what is said, in order, and how many seconds each takes to say.

    Raises:
        BadInput: `film.no_lines`; `film.silent_line`, a line has no sound; `film.too_long`, over 40 s.
            A short dialogue is not refused: its pauses grow a little and the last picture holds.
    """
    if not lines:
        raise BadInput("film.no_lines")
    for number, (_, spoken) in enumerate(lines, 1):
        if not math.isfinite(spoken) or spoken < _FAINTEST:
            raise BadInput("film.silent_line", {"line": str(number)})
    lengths = [_frames(spoken, fps) for _, spoken in lines]
    pauses = [_frames(pause, fps) for pause in _pauses([line.speaker for line, _ in lines])]
    total = sum(lengths) + sum(pauses)
    if total > LONGEST * fps:
        raise BadInput("film.too_long", {"seconds": f"{total / fps:.0f}", "limit": f"{LONGEST:.0f}"})
    pauses = _held(pauses, _frames(SHORTEST, fps) - total, fps)
    cues, at = [], 0
    for index, ((line, _), pause, length) in enumerate(zip(lines, pauses, lengths, strict=False)):
        start = at + pause
        at = start + length
        cues.append(
            Cue(
                index=index,
                speaker=line.speaker,
                text=line.text,
                start=start / fps,
                end=at / fps,
                direction=line.direction or Direction(),
            )
        )
    return Timeline(seconds=(at + pauses[-1]) / fps, fps=fps, cues=tuple(cues))


def pet_sound(
    timeline: Timeline,
    sounds: Mapping[int, NDArray[np.float32]],
    hertz: int,
    speakers: Sequence[Speaker] = ("pet", "pet2"),
) -> NDArray[np.float32]:
    """Return the pet's lines in the film's time, (n,), digital silence elsewhere: what moves its mouth.

    Args:
        sounds: per cue index, mono samples at `hertz`.
        speakers: whose lines; with two pets in the picture, one at a time.
    """
    track = np.zeros(round(timeline.seconds * hertz), np.float32)
    for cue in timeline.cues:
        if cue.speaker in speakers:
            piece = placed(timeline, cue.index, sounds[cue.index], hertz, len(track))
            start = round(cue.start * hertz)
            track[start : start + len(piece)] += piece
    return track


def placed(
    timeline: Timeline, index: int, sound: NDArray[np.float32], hertz: int, length: int
) -> NDArray[np.float32]:
    """Return what is heard of a line at its place; what would run into the next line fades away before it.

    Args:
        length: samples of the whole film.
    """
    start = round(timeline.cues[index].start * hertz)
    last = index + 1 == len(timeline.cues)
    stop = length if last else round(timeline.cues[index + 1].start * hertz)
    piece = sound[: stop - start]
    if len(piece) < len(sound):
        edge = min(round(_EDGE * hertz), len(piece))
        piece = piece.copy()
        piece[len(piece) - edge :] *= np.linspace(1, 0, edge, dtype=np.float32)
    return piece


def _pauses(speakers: Sequence[Speaker]) -> list[float]:
    """Return the quiet before each line, and after the last."""
    pauses = [_LEAD]
    for before, now in itertools.pairwise(speakers):
        pauses.append(_ANSWER if now != "person" and now != before else _BREATH)
    if len(speakers) > 2 and speakers[-1] != "person":
        pauses[-1] += _BEAT
    return [*pauses, _TAIL]


def _held(pauses: list[int], missing: int, fps: int) -> list[int]:
    """Return the pauses with `missing` frames more: some in every pause, the rest after the last."""
    if missing <= 0:
        return pauses
    each = min(missing // len(pauses), _frames(_ROOMIER, fps))
    grown = [pause + each for pause in pauses]
    grown[-1] += missing - each * len(pauses)
    return grown


def _frames(seconds: float, fps: int) -> int:
    return math.ceil(seconds * fps - 1e-6)
