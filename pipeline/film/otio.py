"""The same tracks for every other editor: an OpenTimelineIO timeline, and the captions as SubRip.

Source: OpenTimelineIO's file format and schema (opentimelineio.readthedocs.io, 0.18, read 2026-11-26). Words
are no track there: they are markers on the timeline, and a file of subtitles that every editor imports.
"""

import json
from collections.abc import Sequence
from typing import Any

from pipeline.film.jianying import MEDIA
from pipeline.film.layers import Layers, Piece, Stuck, Words

Json = dict[str, Any]  # the format's own objects; nothing of ours reads them back


def timeline(layers: Layers) -> str:
    """Return the timeline as JSON; its media lie beside it."""
    rate = layers.fps
    lengths = {clip.file: clip.seconds for clip in layers.clips}
    ground = (
        [Piece(file=layers.ground, name="ground", at=0.0, seconds=layers.seconds)] if layers.ground else []
    )
    heard = [*layers.voices.items(), *([("music", (layers.music,))] if layers.music else [])]
    tracks = [
        *([_track("Video", "ground", ground, rate, lengths)] if ground else []),
        _track("Video", "picture", layers.pictures, rate, lengths),
        *(
            _track("Video", f"sticker {number}", [_piece(one)], rate, lengths)
            for number, one in enumerate(layers.stickers, 1)
        ),
        *(_track("Audio", name, pieces, rate, lengths) for name, pieces in heard),
    ]
    words = [*layers.title, *layers.captions, *layers.label]
    stack = {
        **_named("Stack.1", "tracks"),
        "children": tracks,
        "markers": [_marker(each, rate) for each in words],
    }
    whole = {
        **_named("Timeline.1", layers.name),
        "global_start_time": None,
        "tracks": {**stack, "effects": [], "enabled": True, "source_range": None},
    }
    return json.dumps(whole, ensure_ascii=False, indent=1)


def subtitles(layers: Layers) -> str:
    """Return the captions as SubRip."""
    shown = [
        f"{number}\n{_clock(words.at)} --> {_clock(words.at + words.seconds)}\n{words.text}\n"
        for number, words in enumerate(layers.captions, 1)
    ]
    return "\n".join(shown)


def _track(kind: str, name: str, pieces: Sequence[Piece], rate: int, lengths: dict[str, float]) -> Json:
    """Return a track; where nothing is on it there is a gap."""
    children: list[Json] = []
    at = 0
    for piece in pieces:
        first = round(piece.at * rate)
        if first > at:
            gap = {**_named("Gap.1", ""), "effects": [], "enabled": True, "markers": []}
            children.append({**gap, "source_range": _range(0, first - at, rate)})
        count = round((piece.at + piece.seconds) * rate) - first
        children.append(_clip(piece, count, rate, lengths.get(piece.file, piece.seconds)))
        at = first + count
    return {
        **_named("Track.1", name),
        "children": children,
        "effects": [],
        "enabled": True,
        "kind": kind,
        "markers": [],
        "source_range": None,
    }


def _piece(sticker: Stuck) -> Piece:
    """A sticker as its track has it: where on the picture it is, that format does not say."""
    return Piece(file=sticker.file, name=sticker.name, at=sticker.at, seconds=sticker.seconds)


def _clip(piece: Piece, count: int, rate: int, whole: float) -> Json:
    media = {
        **_named("ExternalReference.1", piece.file),
        "available_image_bounds": None,
        "available_range": _range(0, max(count, round(whole * rate)), rate),
        "target_url": f"{MEDIA}/{piece.file}",
    }
    return {
        **_named("Clip.2", piece.name),
        "active_media_reference_key": "DEFAULT_MEDIA",
        "effects": [],
        "enabled": True,
        "markers": [],
        "media_references": {"DEFAULT_MEDIA": media},
        "source_range": _range(round(piece.start * rate), count, rate),
    }


def _marker(words: Words, rate: int) -> Json:
    span = _range(round(words.at * rate), round(words.seconds * rate), rate)
    return {**_named("Marker.2", words.text), "color": "YELLOW", "comment": "", "marked_range": span}


def _named(schema: str, name: str) -> Json:
    return {"OTIO_SCHEMA": schema, "metadata": {}, "name": name}


def _range(start: int, count: int, rate: int) -> Json:
    first, length = (
        {"OTIO_SCHEMA": "RationalTime.1", "rate": float(rate), "value": float(value)}
        for value in (start, count)
    )
    return {"OTIO_SCHEMA": "TimeRange.1", "start_time": first, "duration": length}


def _clock(seconds: float) -> str:
    milli = round(seconds * 1000)
    return f"{milli // 3_600_000:02}:{milli // 60_000 % 60:02}:{milli // 1000 % 60:02},{milli % 1000:03}"
