"""The film's own report: everything a person would hold against it, measured before it is sent."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from pipeline.film import marks, sidecar, sound
from pipeline.film.heard import Heard, Sync, listen, sync
from pipeline.film.mix import WHOLE
from pipeline.film.probe import Probe, probe
from pipeline.film.seen import Seen, watch
from pipeline.film.sidecar import Sidecar
from pipeline.film.timeline import LONGEST, SHORTEST
from pipeline.model import Box, Fault, Report, Span

Channel = Literal["telegram", "feishu"]

LARGEST: dict[str, int] = {"telegram": 45_000_000, "feishu": 28_000_000}  # bytes, hard caps
_PEAK, _LOUDNESS = -1.0, 1.0  # dBTP at most; LU either way
_WHOLE = 0.95  # share of the promised pictures; a file that broke off has far fewer
_DARKEST = 24.0  # mean luma of a first frame that is not black
_FRAMES = 2  # frames a mouth may be early or late
_ALIKE = 0.4  # correlation below which a delay says nothing
_WORDS = 0.08  # seconds captions may be off
_TOGETHER, _LONGER = 0.08, 0.4  # seconds sound may begin after or before pictures; end after or before them
_FOOT, _SIDES = 0.08, 0.04  # of height and width: what every platform lays words and buttons over


def check(path: Path, channel: Channel | None = None) -> Report:
    """Return what is wrong with a film, and its figures; what only the sidecar knows is None without one.

    Args:
        channel: where it shall go; None holds it against the larger cap.

    Raises:
        BadInput: `film.missing`, `film.not_a_film`, `film.bad_sidecar`.
    """
    told, page = probe(path), sidecar.read(path)
    seen = watch(path, told.fps or 25.0, None if page is None else page.layout.pane)
    samples = None if told.audio is None else sound.read(path, sound_rate(told))
    heard = None if samples is None else listen(samples, sound_rate(told))
    mouth = None if samples is None or page is None else sync(samples, sound_rate(told), page)
    faults = [*_file(told, channel), *_picture(seen, told), *_sound(heard), *_mouth(mouth, page)]
    faults += [] if page is None else [*_words(page, told), *_label(page, told), *_stuck(page)]
    wanted = page is not None and page.label is not None
    if marks.aigc(told.metadata) is None:
        faults.append(Fault(key="check.aigc", stops=wanted))
    return Report(faults=tuple(faults), facts=_facts(told, seen, heard, mouth, page))


def sound_rate(told: Probe) -> int:
    """Return the rate at which a film's sound is measured: its own."""
    return told.hertz or 48_000


def _file(told: Probe, channel: Channel | None) -> Iterator[Fault]:
    if not SHORTEST - 0.05 <= told.seconds <= LONGEST + 0.05:
        limits = {"shortest": f"{SHORTEST:.0f}", "longest": f"{LONGEST:.0f}"}
        yield Fault(key="check.length", stops=True, fields={"seconds": f"{told.seconds:.1f}", **limits})
    if told.audio is None or told.streams != 2:
        yield Fault(key="check.streams", stops=True, fields={"streams": str(told.streams)})
    made = told.video, told.profile or "?", told.pix_fmt or "?"
    if made != ("h264", "High", "yuv420p"):
        yield Fault(key="check.codec", stops=True, fields={"codec": " ".join(made)})
    if told.colours[:3] != (1, 1, 1) or told.colours[3] > 1:
        yield Fault(key="check.colours", stops=False)
    if round(told.fps, 2) not in (24.0, 25.0):
        yield Fault(key="check.fps", stops=False, fields={"fps": f"{told.fps:.2f}"})
    if told.audio is not None and (told.audio, told.hertz, told.channels) != ("aac", 48_000, 2):
        given = f"{told.audio} {told.hertz} Hz, {told.channels}"
        yield Fault(key="check.sound_format", stops=False, fields={"format": given})
    apart = told.seconds - (told.sound_seconds or told.seconds)
    if abs(told.sound_late) > _TOGETHER or abs(apart) > _LONGER:
        late, short = f"{told.sound_late * 1000:.0f}", f"{apart * 1000:.0f}"
        yield Fault(key="check.apart", stops=True, fields={"late": late, "short": short})
    if not told.index_first:
        yield Fault(key="check.index", stops=True)
    limit = LARGEST[channel or "telegram"]
    if told.bytes > limit:
        sizes = {"megabytes": f"{told.bytes / 1e6:.1f}", "limit": f"{limit / 1e6:.0f}"}
        yield Fault(key="check.size", stops=True, fields=sizes)


def _picture(seen: Seen, told: Probe) -> Iterator[Fault]:
    wanted = round(told.seconds * told.fps)
    if seen.frames < _WHOLE * wanted:
        fields = {"frames": str(seen.frames), "wanted": str(wanted)}
        yield Fault(key="check.cut_short", stops=True, fields=fields)
    if seen.first_luma < _DARKEST:
        yield Fault(key="check.first_frame", stops=True)
    for span in seen.black:
        yield Fault(key="check.black", stops=True, fields=_span(span))
    for span in seen.still:
        yield Fault(key="check.frozen", stops=True, fields=_span(span))


def _sound(heard: Heard | None) -> Iterator[Fault]:
    if heard is None:
        return
    if heard.lufs is None or heard.true_peak_db is None:
        yield Fault(key="check.silent", stops=True)
        return
    if abs(heard.lufs - WHOLE) > _LOUDNESS:
        figures = {"lufs": f"{heard.lufs:.1f}", "aim": f"{WHOLE:.0f}"}
        yield Fault(key="check.loudness", stops=True, fields=figures)
    if heard.true_peak_db > _PEAK:
        yield Fault(key="check.peak", stops=True, fields={"db": f"{heard.true_peak_db:.1f}"})
    for span in heard.silences:
        yield Fault(key="check.silence", stops=False, fields=_span(span))
    if heard.clicks:
        where = ", ".join(f"{at:.2f}" for at in heard.clicks[:5])
        yield Fault(key="check.clicks", stops=False, fields={"n": str(len(heard.clicks)), "where": where})


def _mouth(mouth: Sync | None, page: Sidecar | None) -> Iterator[Fault]:
    if mouth is None or page is None:
        return
    if mouth.correlation < _ALIKE:
        yield Fault(key="check.mouth", stops=False, fields={"correlation": f"{mouth.correlation:.2f}"})
    elif abs(mouth.late) * page.timeline.fps > _FRAMES + 0.01:
        yield Fault(key="check.sync", stops=True, fields={"milliseconds": f"{mouth.late * 1000:.0f}"})


def _words(page: Sidecar, told: Probe) -> Iterator[Fault]:
    """Find captions over the mouth, over the edge, or at another time than the words."""
    fps = page.timeline.fps
    cues = {cue.index: cue for cue in page.timeline.cues}
    for caption in page.captions:
        line = {"line": str(caption.cue + 1)}
        shown = page.mouths[round(caption.start * fps) : round(caption.end * fps)]
        if any(box is not None and box.common(caption.box) for box in shown):
            yield Fault(key="check.caption_over_mouth", stops=True, fields=line)
        if not _inside(caption.box, told):
            yield Fault(key="check.caption_outside", stops=True, fields=line)
        elif _overlaid(caption.box, told):
            yield Fault(key="check.caption_overlaid", stops=False, fields=line)
        cue = cues.get(caption.cue)
        if cue is None or caption.start < cue.start - _WORDS or caption.end > cue.end + _WORDS:
            yield Fault(key="check.caption_time", stops=True, fields=line)


def _label(page: Sidecar, told: Probe) -> Iterator[Fault]:
    label = page.label
    if label is None:
        yield Fault(key="check.no_label", stops=False)
        return
    least = marks.LEAST_SHARE * min(told.width, told.height)
    short = label.end - label.start < marks.LEAST_SECONDS - 1e-6 or label.start > 0
    if label.letters < least or short or not _inside(label.box, told):
        yield Fault(key="check.label", stops=True)
    shown = page.mouths[: round(label.end * page.timeline.fps)]
    if any(box is not None and box.common(label.box) for box in shown):
        yield Fault(key="check.label_over_mouth", stops=True)


def _stuck(page: Sidecar) -> Iterator[Fault]:
    """Find stickers over what has to be seen, while they are there."""
    fps = page.timeline.fps
    for sticker in page.stickers:
        over = [box for box in page.mouths[round(sticker.start * fps) : round(sticker.end * fps)] if box]
        over += [each.box for each in page.captions if each.end > sticker.start and each.start < sticker.end]
        if page.label is not None and page.label.end > sticker.start:
            over.append(page.label.box)
        if any(sticker.box.common(box) for box in over):
            yield Fault(key="check.sticker_over", stops=True)


def _facts(
    told: Probe, seen: Seen, heard: Heard | None, mouth: Sync | None, page: Sidecar | None
) -> dict[str, float | int | str | bool | None]:
    return {
        "seconds": round(told.seconds, 2),
        "width": told.width,
        "height": told.height,
        "fps": round(told.fps, 3),
        "frames": seen.frames,
        "video": told.video,
        "profile": told.profile,
        "pix_fmt": told.pix_fmt,
        "audio": told.audio,
        "hertz": told.hertz,
        "channels": told.channels,
        "index_first": told.index_first,
        "bytes": told.bytes,
        "lufs": _rounded(None if heard is None else heard.lufs),
        "true_peak_db": _rounded(None if heard is None else heard.true_peak_db),
        "clicks": None if heard is None else len(heard.clicks),
        "sound_late_ms": round(told.sound_late * 1000),
        "first_luma": round(seen.first_luma, 1),
        "black_seconds": _total(seen.black),
        "frozen_seconds": _total(seen.still),
        "mouth_correlation": _rounded(None if mouth is None else mouth.correlation),
        "mouth_late_ms": None if mouth is None else round(mouth.late * 1000),
        "captions": None if page is None else len(page.captions),
        "stickers": None if page is None else len(page.stickers),
        "label_seconds": None if page is None or page.label is None else page.label.end - page.label.start,
        "aigc": marks.aigc(told.metadata) is not None,
        "sidecar": page is not None,
    }


def _inside(box: Box, told: Probe) -> bool:
    return box.x >= 0 and box.y >= 0 and box.x + box.w <= told.width and box.y + box.h <= told.height


def _overlaid(box: Box, told: Probe) -> bool:
    side = _SIDES * told.width
    low = told.height > told.width and box.y + box.h > (1 - _FOOT) * told.height
    return low or box.x < side or box.x + box.w > told.width - side


def _span(span: Span) -> dict[str, str]:
    return {"start": f"{span[0]:.1f}", "end": f"{span[1]:.1f}"}


def _total(spans: tuple[Span, ...]) -> float:
    return round(sum(stop - start for start, stop in spans), 2)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)
