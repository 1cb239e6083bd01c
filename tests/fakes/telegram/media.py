"""From bytes to what a message carries: the kind it becomes, its object on the wire, what is odd about it."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from tests.fakes.telegram.files import MEGABYTE, Files
from tests.fakes.telegram.look import Facts, jpeg, look
from tests.fakes.telegram.nouns import Json, Media
from tests.fakes.telegram.refusals import Refusal, bad

_UPLOAD = 50 * MEGABYTE
_LOCAL_UPLOAD = 2000 * MEGABYTE
_PHOTO = 10 * MEGABYTE
_VOICE = MEGABYTE
_SELF_READ = 10 * MEGABYTE
_SIDES = (90, 320, 800, 1280)


@dataclass(frozen=True)
class Upload:
    """A file as it came, and what was told about it: shape, length, title, a size claimed."""

    content: bytes
    name: str | None = None
    mime: str | None = None
    told: Json = field(default_factory=dict)
    thumbnail: bytes | None = None
    cover: bytes | None = None


def take(files: Files, asked: str, upload: Upload) -> tuple[str, Media]:
    """Keep a bot's upload; return the kind it became and the file.

    Raises:
        Refusal: empty, too large, a picture or thumbnail the service does not take.
    """
    if not upload.content:
        raise bad("file must be non-empty")
    if len(upload.content) > (_LOCAL_UPLOAD if files.folder else _UPLOAD):
        raise Refusal(413, "Request Entity Too Large")
    facts = look(upload.content)
    if asked == "photo":
        _check_photo(upload.content, facts)
    if upload.thumbnail is not None:
        _check_thumbnail(upload.thumbnail)
    if upload.cover is not None and not look(upload.cover).width:
        raise bad("IMAGE_PROCESS_FAILED")
    kind = became(asked, facts, len(upload.content))
    return kind, keep(files, kind, upload, facts)


def became(asked: str, facts: Facts, size: int) -> str:
    """The kind a file becomes: what does not fit the kind that was asked for goes out as a document."""
    mp4 = facts.form == "mp4" and facts.codec is not None
    voice = facts.codec is None and (
        (facts.form == "ogg" and facts.sound in _OPUS) or facts.form in {"mp3", "m4a"}
    )
    fits = {
        "video": mp4,
        "animation": mp4 or facts.form == "gif",
        "video_note": mp4 and facts.width == facts.height,
        "voice": voice and size <= _VOICE,
        "audio": facts.sound is not None and facts.form in {"mp3", "m4a", "ogg"},
    }
    return asked if fits.get(asked, True) else "document"


_OPUS = {"opus", "libopus"}


def keep(files: Files, kind: str, upload: Upload, facts: Facts) -> Media:
    """Keep a file of this kind and give its object on the wire a place (see `wire`)."""
    file_id, unique = files.name(kind, upload.content)
    told = upload.told
    media = Media(
        kind,
        upload.content,
        file_id,
        unique,
        int(told.get("size", len(upload.content))),
        name=upload.name,
        mime=upload.mime or _MIMES.get(facts.form),
        width=facts.width,
        height=facts.height,
        seconds=facts.seconds,
        codec=facts.codec,
        sound=facts.sound,
        faststart=facts.faststart,
        streaming=bool(told.get("supports_streaming")),
        told=told,
        thumbnail=upload.thumbnail,
        cover=upload.cover,
    )
    media = replace(media, oddities=tuple(_odd(media)))
    files.keep(media, _SHAPES.get(kind, _document)(files, media))
    return media


def wire(files: Files, media: Media) -> Json | list[Json]:
    """The file's object in a message."""
    return files.find(media.file_id).shape


def _check_photo(content: bytes, facts: Facts) -> None:
    if len(content) > _PHOTO:
        raise bad("too big for a photo")
    if not facts.width or facts.codec is not None:
        raise bad("IMAGE_PROCESS_FAILED")
    long, short = max(facts.width, facts.height), min(facts.width, facts.height)
    if long + short > 10000 or long > 20 * short:
        raise bad("PHOTO_INVALID_DIMENSIONS")


def _check_thumbnail(content: bytes) -> None:
    """Stricter than the service, which drops a thumbnail it does not like without a word."""
    facts = look(content)
    if facts.form != "jpeg" or len(content) >= 200_000 or max(facts.width, facts.height) > 320:
        raise bad("wrong thumbnail: a JPEG below 200 kB, no side longer than 320 pixels")


def _odd(media: Media) -> list[str]:
    if media.kind != "video":
        return []
    told, found = media.told, []
    shape = (told.get("width"), told.get("height"))
    if shape == (None, None):
        found.append("a square tile: no shape told" if media.size > _SELF_READ else "no shape told")
    elif shape != (media.width, media.height):
        found.append(f"shape told {shape[0]}x{shape[1]} is {media.width}x{media.height}")
    if "duration" not in told:
        found.append("no length told")
    elif abs(float(told["duration"]) - media.seconds) > 1:
        found.append(f"length told {told['duration']} is {media.seconds:.1f}")
    if media.codec not in {"h264", "libx264"}:
        found.append(f"coded as {media.codec}")
    if not media.faststart:
        found.append("the index stands at the end")
    if media.thumbnail is None and media.cover is None:
        found.append("neither cover nor thumbnail")
    return found


def _base(media: Media) -> Json:
    return {"file_id": media.file_id, "file_unique_id": media.unique, "file_size": media.size}


def _photo(files: Files, media: Media) -> list[Json]:
    """The sizes a photo is offered in, each with an id; the last is the largest and holds the photo's."""
    long = max(media.width, media.height)
    sides = [side for side in _SIDES if side < long] + [min(long, _SIDES[-1])]
    sizes = []
    for side in dict.fromkeys(sides):
        drawn = jpeg(media.content, side)
        file_id, unique = files.name("photo", drawn)
        facts = look(drawn)
        size = replace(
            media,
            content=drawn,
            file_id=file_id,
            unique=unique,
            size=len(drawn),
            width=facts.width,
            height=facts.height,
        )
        files.keep(size, {})
        sizes.append(_base(size) | {"width": facts.width, "height": facts.height})
    sizes[-1] |= {"file_id": media.file_id, "file_unique_id": media.unique}
    if "size" in media.told:
        sizes[-1]["file_size"] = media.size
    return sizes


def _moving(files: Files, media: Media) -> Json:
    told, reads = media.told, media.size <= _SELF_READ
    width, height = (media.width, media.height) if reads else (320, 320)
    made = _base(media) | {
        "width": int(told.get("width") or width),
        "height": int(told.get("height") or height),
        "duration": int(float(told.get("duration", media.seconds if reads else 0))),
        "mime_type": media.mime or "video/mp4",
    }
    made |= {"file_name": media.name} if media.name else {}
    if media.thumbnail is not None:
        made["thumbnail"] = _still(files, media.thumbnail)
    if media.cover is not None and media.kind == "video":
        made["cover"] = [_still(files, media.cover)]
    return made


def _still(files: Files, content: bytes) -> Json:
    facts = look(content)
    file_id, unique = files.name("thumbnail", content)
    still = Media("thumbnail", content, file_id, unique, len(content), width=facts.width, height=facts.height)
    files.keep(still, {})
    return _base(still) | {"width": facts.width, "height": facts.height}


def _note(files: Files, media: Media) -> Json:
    made = _base(media) | {
        "length": media.width,
        "duration": int(float(media.told.get("duration", media.seconds))),
    }
    return made | ({"thumbnail": _still(files, media.thumbnail)} if media.thumbnail is not None else {})


def _voice(_: Files, media: Media) -> Json:
    seconds = int(float(media.told.get("duration", media.seconds)))
    return _base(media) | {"duration": seconds, "mime_type": media.mime or "audio/ogg"}


def _audio(files: Files, media: Media) -> Json:
    made = _voice(files, media) | {
        name: media.told[name] for name in ("title", "performer") if name in media.told
    }
    return made | ({"file_name": media.name} if media.name else {})


def _document(files: Files, media: Media) -> Json:
    made = _base(media) | ({"file_name": media.name} if media.name else {})
    made |= {"mime_type": media.mime} if media.mime else {}
    return made | ({"thumbnail": _still(files, media.thumbnail)} if media.thumbnail is not None else {})


_SHAPES: dict[str, Callable[[Files, Media], Json | list[Json]]] = {
    "photo": _photo,
    "video": _moving,
    "animation": _moving,
    "video_note": _note,
    "voice": _voice,
    "audio": _audio,
}
_MIMES = {
    "jpeg": "image/jpeg",
    "png": "image/png",
    "gif": "image/gif",
    "mp4": "video/mp4",
    "mov": "video/quicktime",
    "ogg": "audio/ogg",
    "mp3": "audio/mpeg",
    "m4a": "audio/mp4",
    "wav": "audio/x-wav",
    "webp": "image/webp",
    "flac": "audio/flac",
}
