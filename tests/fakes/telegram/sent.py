"""What a person's words and files become on their way: entities, sizes, Opus, claims about a file."""

import re
from pathlib import Path
from typing import TypedDict

from tests.fakes.telegram.files import Files
from tests.fakes.telegram.look import jpeg, look, opus
from tests.fakes.telegram.media import Upload, keep, wire
from tests.fakes.telegram.nouns import Json, Media

Source = Path | str | bytes


class Claims(TypedDict, total=False):
    """What a sender's client says of a file, true or not; `size` needs no such bytes."""

    name: str
    mime: str
    size: int
    duration: float
    title: str
    performer: str


def file(files: Files, kind: str, source: Source, caption: str, claims: Claims) -> tuple[Json, Media]:
    """A file as this kind of message, as phones send it: photos as small JPEGs, voices as Opus."""
    content = source if isinstance(source, bytes) else Path(source).read_bytes()
    name = claims.get("name") or (
        None if isinstance(source, bytes) or kind in _NAMELESS else Path(source).name
    )
    if kind == "photo":
        content = jpeg(content, 1280)
    elif kind == "voice" and look(content).form != "ogg":
        content = opus(content)
    told = {claim: value for claim, value in claims.items() if claim not in {"name", "mime"}}
    media = keep(files, kind, Upload(content, name, claims.get("mime"), told), look(content))
    made: Json = {kind: wire(files, media)}
    if kind == "animation":  # a document too, for bots that are older
        made["document"] = made[kind]
    return made | said(caption, "caption"), media


def said(words: str, part: str = "text") -> Json:
    """Words as a message's text or caption, with what is found in them."""
    if not words:
        return {}
    found = entities(words)
    named = "entities" if part == "text" else "caption_entities"
    return {part: words} | ({named: found} if found else {})


def entities(text: str) -> list[Json]:
    """Commands, mentions and links in a person's words; offsets count UTF-16 units."""
    found = []
    for kind, shape in _ENTITIES.items():
        for match in re.finditer(shape, text):
            offset = len(text[: match.start()].encode("utf-16-le")) // 2
            length = len(match.group().encode("utf-16-le")) // 2
            found.append({"type": kind, "offset": offset, "length": length})
    return sorted(found, key=lambda entity: int(entity["offset"]))


def thing(kind: str) -> Json:
    """A sticker, location, contact, dice or poll."""
    return {kind: _THINGS[kind]}


_ENTITIES = {
    "bot_command": r"(?<![\w/])/[A-Za-z0-9_]{1,32}(?:@\w+)?",
    "mention": r"(?<![\w/@])@[A-Za-z]\w{3,31}",
    "url": r"https?://[^\s，。]+",
}
_NAMELESS = {"photo", "voice", "video_note"}
_THINGS: dict[str, Json] = {
    "sticker": {
        "file_id": "STAC1",
        "file_unique_id": "AQADsticker",
        "width": 512,
        "height": 512,
        "type": "regular",
        "is_animated": False,
        "is_video": False,
        "emoji": "🐶",
    },
    "location": {"latitude": 31.2, "longitude": 121.5},
    "contact": {"phone_number": "+100", "first_name": "Somebody"},
    "dice": {"emoji": "🎲", "value": 4},
    "poll": {
        "id": "77",
        "question": "?",
        "options": [],
        "total_voter_count": 0,
        "is_closed": False,
        "is_anonymous": True,
        "type": "regular",
        "allows_multiple_answers": False,
        "allows_revoting": False,
        "members_only": False,
    },
}
