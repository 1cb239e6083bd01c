"""Links with times: a part of a public video becomes a sound, as if it had been sent."""

from bot.messages import File
from bot.talking import changes, files
from bot.talking.draft import Draft
from bot.talking.model import Clip
from bot.talking.moments import Span, clock

MOST = 60.0
"""Seconds that are taken at most."""

LONGEST = 20 * 60.0
"""Seconds of a video in which a part may lie."""


def given(draft: Draft, link: str, span: Span | None) -> Draft:
    """Take a link; without times, or with wrong ones, they are asked for."""
    noted = draft.change(clip=Clip(link=link))
    return changes.want(noted, "times") if span is None else times(noted, span)


def times(draft: Draft, span: Span) -> Draft:
    """Take the part of the link that is wanted, and go for it."""
    clip = draft.talk.clip
    start, end = span
    if clip is None:
        return changes.answered(draft, "times")
    if end is not None and end - start < 1:
        return changes.want(draft, "times").tell("talk.times_wrong")
    if max(start, end or 0) > LONGEST:
        return changes.want(draft, "times").tell("talk.times_too_late", {"minutes": int(LONGEST / 60)})
    stop = min(end, start + MOST) if end else None
    noted = changes.answered(draft, "times", "retry").change(clip=Clip(link=clip.link, start=start, end=stop))
    going = noted.start("link", clip.link, *_milliseconds(start, stop))
    if stop is None:
        return going.tell("talk.link_from", {"start": clock(start)})
    key = "talk.link_noted" if stop == end else "talk.link_cut"
    return going.tell(key, {"start": clock(start), "end": clock(stop)})


def again(draft: Draft) -> Draft | None:
    """Go for the same part once more; None when there is no link any more."""
    clip = draft.talk.clip
    if clip is None:
        return None
    return draft.start("link", clip.link, *_milliseconds(clip.start, clip.end))


def arrived(draft: Draft, sound: str, seconds: str) -> Draft:
    """Take the sound as if it had been sent now; while a film is being made it is kept for the next one."""
    brought = draft.change(clip=None).tell("talk.link_brought", {"seconds": seconds})
    file = File(asset=sound, sort="sound")
    if brought.runs("film"):
        return files.keep_for_later(brought, "", (file,))
    return files.take(brought, (file,))


def _milliseconds(start: float, end: float | None) -> tuple[int, int]:
    return round(start * 1000), round((end or 0) * 1000)
