"""Bring: a part of what lies behind a link, as a sound like any that people send."""

from pipeline import crafts
from pipeline.parts import Brought
from pipeline.studio import Studio

MOST = 60.0
"""Seconds; nobody needs more of a voice."""


async def bring(studio: Studio, project: str, link: str, start: int, end: int) -> Brought:
    """Return the sound between two moments of a public video or sound.

    Args:
        start, end: in milliseconds; an end of 0 is a minute later, or where it ends.
    """
    first = start / 1000
    last = min(end / 1000, first + MOST) if end else None
    with studio.bench() as bench:
        whole = await studio.follow(link, bench)
        out = bench / "excerpt.wav"
        seconds = await studio.workshop.run("voice", crafts.voice.passage, whole, first, last, MOST, out)
        kept = await studio.keep(project, "sound", out, "audio/wav")
    return Brought(sound=kept.id, seconds=seconds)
