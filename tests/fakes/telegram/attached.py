"""The file a call speaks of: a part of the request, an id from before, a path in local mode."""

import json
import re
from dataclasses import replace
from pathlib import Path

from tests.fakes.telegram.args import Args, Part
from tests.fakes.telegram.core import Core
from tests.fakes.telegram.media import Upload, take, wire
from tests.fakes.telegram.nouns import Json, Media
from tests.fakes.telegram.refusals import bad

_TOLD = ("width", "height", "duration", "supports_streaming", "title", "performer")


def from_args(core: Core, args: Args, kind: str) -> tuple[Json, Media]:
    """The content `sendPhoto`, `sendVideo` … speak of: `{kind: …}`, and the file."""
    fields: Json = {
        name: args.words(name) for name in (*_TOLD, "thumbnail", "cover") if args.words(name) is not None
    }
    for name in ("width", "height", "duration"):
        if name in fields:
            fields[name] = args.whole(name)
    fields["supports_streaming"] = args.yes("supports_streaming")
    return load(core, args, kind, args.words(kind) or f"attach://{kind}", fields)


def from_item(core: Core, args: Args, item: Json) -> tuple[Json, Media]:
    """The content an item of an album, or of `editMessageMedia`, speaks of."""
    kind = str(item.get("type"))
    if kind not in {"photo", "video", "animation", "audio", "document"}:
        raise bad("can't parse InputMedia: type is invalid")
    return load(core, args, kind, str(item.get("media", "")), item)


def load(core: Core, args: Args, kind: str, reference: str, told: Json) -> tuple[Json, Media]:
    """Find or keep the file; what does not fit its kind becomes a document.

    Raises:
        Refusal: nothing there, or not to be used so.
    """
    part = _part(core, args, reference)
    if part is None:
        return _known(core, kind, reference)
    stills = {name: _still(core, args, told, name) for name in ("thumbnail", "cover")}
    kept = {name: told[name] for name in _TOLD if told.get(name) not in (None, False, "")}
    upload = Upload(part.content, part.name, part.mime, kept, stills["thumbnail"], stills["cover"])
    became, media = take(core.files, kind, upload)
    with core.news.lock:
        core.stats.uploads += 1
        core.stats.upload_bytes += len(part.content)
    return {became: wire(core.files, media)}, media


def _part(core: Core, args: Args, reference: str) -> Part | None:
    if reference.startswith("attach://"):
        name = reference.removeprefix("attach://")
        if name not in args.parts:
            raise bad(f"there is no {name} in the request")
        return args.parts[name]
    if reference.startswith("file://") and core.files.folder is not None:
        path = Path(reference.removeprefix("file://"))
        if not path.is_file():
            raise bad("wrong file identifier/HTTP URL specified")
        return Part(path.read_bytes(), path.name, None)
    if re.match(r"https?://", reference):
        raise bad("failed to get HTTP URL content")
    return None


def _known(core: Core, kind: str, reference: str) -> tuple[Json, Media]:
    kept = core.files.find(reference)
    media = kept.media
    if media.kind != kind:
        raise bad(f"can't use file of type {media.kind.title()} as {kind.title()}")
    shape = kept.shape or [{"file_id": media.file_id, "file_unique_id": media.unique, "file_size": media.size,
                            "width": media.width, "height": media.height}]  # fmt: skip
    return {kind: shape}, replace(media, uploaded=False)


def _still(core: Core, args: Args, told: Json, name: str) -> bytes | None:
    """A cover or thumbnail; a cover may be a photo known by its id, a thumbnail is always uploaded."""
    reference = told.get(name) or (f"attach://{name}" if name in args.parts else None)
    if not reference:
        return None
    part = _part(core, args, str(reference))
    if part is not None:
        return part.content
    if name == "thumbnail":
        raise bad("thumbnail must be uploaded in the request")
    return core.files.find(str(reference)).media.content


def items(args: Args) -> list[Json]:
    """The items of an album.

    Raises:
        Refusal: not two to ten, or kinds that do not go together.
    """
    found = args.shape("media")
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        raise bad("can't parse media JSON object")
    if not 2 <= len(found) <= 10:
        raise bad("wrong number of items in the album: 2-10 are expected")
    kinds = {str(item.get("type")) for item in found}
    if not kinds <= {"photo", "video"} and kinds not in ({"audio"}, {"document"}):
        raise bad(f"can't send media of these types together in an album: {json.dumps(sorted(kinds))}")
    return found
