"""Which picture of which clip is shown when: speech as it was performed, listening out of the pauses.

Pure. A spot is a clip's number and a place in it, in pictures; clip -1 stands for pictures that are drawn
anew, by the film's own number. While nobody of the pet's speaks, its clips' pauses are played gently to and
fro; where there is none, the drawn pet listens.
"""

import math
from collections.abc import Sequence

from pipeline.model import Timeline
from storage.model import Noun

DRAWN = -1
_LEAD = 6  # pictures of the clip's own pause played before and after a line
_CLOSED = 2  # pictures a mouth takes to close: no pause begins earlier
_LEAST = 7  # pictures that make a pause worth playing
_ENOUGH = 12  # pictures; a shorter one is only played where no longer one is there: it would look nervous
_PACE = 0.7  # of its own speed
_JUMP = 2.5  # pictures; further apart is a seam
FADE = 5  # pictures over which a seam is blended

Spot = tuple[int, float]


class Look(Noun):
    """One picture of the film: a spot, and what it is blended with, `share` of the other."""

    spot: Spot
    other: Spot | None = None
    share: float = 0.0


class Lines(Noun):
    """What one clip holds: its pictures, and of each cue, by index, its first and last second in it; a line
    that the film has not has an index that no cue has. `follows`: its mouth moves with them; else the clip is
    a scene, played through to and fro."""

    frames: int
    cues: tuple[tuple[int, float, float], ...]
    follows: bool = True


def plan(timeline: Timeline, clips: Sequence[Lines]) -> tuple[Look, ...]:
    """Return a look for every picture of the film."""
    if clips and not all(clip.follows for clip in clips):
        scene = next(number for number, clip in enumerate(clips) if not clip.follows)
        return tuple(Look(spot=(scene, swing(n, clips[scene].frames - 1))) for n in range(timeline.frames))
    spots = _spoken(timeline, clips)
    speaking = [spot is not None for spot in spots]
    pauses = [pause for number, clip in enumerate(clips) for pause in _pauses(number, clip, timeline.fps)]
    for first, stop in _gaps(spots):
        spots[first:stop] = _listening(spots, first, stop, pauses)
    return _blended([spot or (DRAWN, float(n)) for n, spot in enumerate(spots)], speaking, clips)


def swing(n: int, last: int) -> float:
    """To and fro between picture 0 and the last, at the clip's own pace."""
    at = n % max(1, 2 * last)
    return float(min(at, 2 * last - at))


def _spoken(timeline: Timeline, clips: Sequence[Lines]) -> list[Spot | None]:
    """Where each line's pictures come from, with a little of the pause around it; None elsewhere."""
    fps, frames = timeline.fps, timeline.frames
    spots: list[Spot | None] = [None] * frames
    times = {cue.index: cue for cue in timeline.cues}
    edges = sorted((round(cue.start * fps), round(cue.end * fps)) for cue in timeline.cues)
    for number, clip in enumerate(clips):
        for place, (index, start, _) in enumerate(clip.cues):
            if index not in times:
                continue
            cue = times[index]
            first, stop = round(cue.start * fps), round(cue.end * fps)
            quiet = _around(clip, place, fps)
            lead = min(_LEAD, quiet[0], first - max((stop for _, stop in edges if stop <= first), default=0))
            tail = min(_LEAD, quiet[1], min((f for f, _ in edges if f >= stop), default=frames) - stop)
            for n in range(max(0, first - lead), min(frames, stop + tail)):
                at = round(start * fps) + n - first  # whole pictures: a blend would show two mouths
                spots[n] = number, float(min(max(at, 0), clip.frames - 1))
    return spots


def _around(clip: Lines, place: int, fps: int) -> tuple[int, int]:
    """How many pictures of quiet a line has before and after it in its clip; half of a shared pause each."""
    _, start, end = clip.cues[place]
    before = start if place == 0 else (start - clip.cues[place - 1][2]) / 2
    after = clip.frames / fps - end if place + 1 == len(clip.cues) else (clip.cues[place + 1][1] - end) / 2
    return max(0, int(before * fps)), max(0, int(after * fps))


def _pauses(number: int, clip: Lines, fps: int) -> list[tuple[int, float, float]]:
    """The stretches in which a clip's mouth is shut, long enough to be played."""
    borders = [0.0, *(edge for _, start, end in clip.cues for edge in (start, end)), clip.frames / fps]
    found = []
    for place in range(0, len(borders), 2):
        low = borders[place] * fps + (_CLOSED if place else 0)
        high = min(borders[place + 1] * fps - 1, clip.frames - 1.0)
        if high - low >= _LEAST:
            found.append((number, math.ceil(low), math.floor(high)))
    return [(clip_number, float(low), float(high)) for clip_number, low, high in found]


def _gaps(spots: Sequence[Spot | None]) -> list[tuple[int, int]]:
    found, start = [], None
    for n, spot in enumerate([*spots, (0, 0.0)]):
        if spot is None and start is None:
            start = n
        elif spot is not None and start is not None:
            found.append((start, n))
            start = None
    return found


def _listening(
    spots: Sequence[Spot | None], first: int, stop: int, pauses: Sequence[tuple[int, float, float]]
) -> list[Spot]:
    """Spots for a gap: on from the line before or towards the line after where a long enough pause touches
    it, else in the longest pause there is, else drawn."""
    count = stop - first
    before = spots[first - 1] if first else None
    after = spots[stop] if stop < len(spots) else None
    longest = max(pauses, key=_width, default=None)
    for edge, backwards in ((before, False), (after, True)):
        near = edge and next((p for p in pauses if p[0] == edge[0] and _touches(p, edge[1])), None)
        if edge and near and longest and (_width(near) >= _ENOUGH or _width(longest) < 1.5 * _width(near)):
            return _to_and_fro(
                near, edge[1], count, backwards=backwards, other=after if edge == before else None
            )
    if longest is None:
        return [(DRAWN, float(n)) for n in range(first, stop)]
    return _to_and_fro(longest, (longest[1] + longest[2]) / 2, count, backwards=False, other=None)


def _width(pause: tuple[int, float, float]) -> float:
    return pause[2] - pause[1]


def _touches(pause: tuple[int, float, float], at: float) -> bool:
    return pause[1] - _CLOSED - _JUMP <= at <= pause[2] + _JUMP


def _to_and_fro(
    pause: tuple[int, float, float], edge: float, count: int, *, backwards: bool, other: Spot | None
) -> list[Spot]:
    """A gentle walk in a pause that begins at `edge`, or with `backwards` ends there; with `other` in reach
    it ends at that, so that nothing has to be blended."""
    clip, low, high = pause
    start = min(max(edge, low), high)
    if other is not None and other[0] == clip and _touches(pause, other[1]) and other[1] >= start:
        goal = min(other[1], high)
        if goal - start >= 1 and count >= goal - start:
            return [(clip, place) for place in _legs(start, goal, count)]
    places = [_bounced(start + _PACE * (n + 1) * (-1 if backwards else 1), low, high) for n in range(count)]
    return [(clip, place) for place in (reversed(places) if backwards else places)]


def _legs(low: float, high: float, count: int) -> list[float]:
    """From low to high in an odd number of passes, slow at the turns."""
    passes = round(count * _PACE / (high - low))
    passes = max(1, passes - (passes + 1) % 2)
    places = []
    for n in range(count):
        leg, part = divmod(passes * (n + 1) / (count + 1), 1)
        eased = (1 - math.cos(math.pi * part)) / 2 if passes > 1 else part
        places.append(low + (high - low) * (eased if leg % 2 == 0 else 1 - eased))
    return places


def _bounced(at: float, low: float, high: float) -> float:
    """A place on an endless walk between two ends."""
    wide = high - low
    along = (at - low) % (2 * wide)
    return low + min(along, 2 * wide - along)


def _blended(spots: Sequence[Spot], speaking: Sequence[bool], clips: Sequence[Lines]) -> tuple[Look, ...]:
    """Looks with every seam blended over a few pictures, on the side where nobody speaks."""
    looks = [Look(spot=spot) for spot in spots]
    for n in range(1, len(spots)):
        if not _seam(spots[n - 1], spots[n]):
            continue
        if speaking[n - 1]:
            for step in range(min(FADE, len(spots) - n)):
                gone = _moved(spots[n - 1], step + 1, clips)
                looks[n + step] = Look(spot=spots[n + step], other=gone, share=1 - (step + 1) / (FADE + 1))
        else:
            for step in range(min(FADE, n)):
                coming = _moved(spots[n], -(step + 1), clips)
                looks[n - 1 - step] = Look(
                    spot=spots[n - 1 - step], other=coming, share=1 - (step + 1) / (FADE + 1)
                )
    return tuple(looks)


def _seam(one: Spot, other: Spot) -> bool:
    return one[0] != other[0] or (one[0] != DRAWN and abs(one[1] - other[1]) > _JUMP)


def _moved(spot: Spot, steps: int, clips: Sequence[Lines]) -> Spot:
    """A spot some pictures later or earlier in its clip."""
    if spot[0] == DRAWN:
        return DRAWN, max(0.0, spot[1] + steps)
    return spot[0], min(max(spot[1] + steps, 0.0), clips[spot[0]].frames - 1.0)
