"""Files by id: what was uploaded, what people sent, what may be downloaded for an hour."""

import base64
import hashlib
import itertools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.fakes.telegram.nouns import Json, Media
from tests.fakes.telegram.refusals import bad

MEGABYTE = 1 << 20
_DOWNLOAD = 20 * MEGABYTE
_LINK_SECONDS = 3600.0
_FOLDERS = {
    "photo": "photos",
    "video": "videos",
    "voice": "voice",
    "audio": "music",
    "video_note": "video_notes",
    "animation": "animations",
    "thumbnail": "thumbnails",
}


@dataclass
class Kept:
    """A file the server has; `shape` is its object in a message (for a photo: all sizes)."""

    media: Media
    shape: Json | list[Json]
    path: str
    until: float = 0.0


class Files:
    """The server's files; with a `folder` they lie on its disk and the bot reads them there (local mode)."""

    def __init__(self, clock: Callable[[], float], folder: Path | None) -> None:
        self._clock, self.folder = clock, folder
        self._numbers = itertools.count(1)
        self._by_id: dict[str, Kept] = {}
        self._by_path: dict[str, Kept] = {}

    def name(self, kind: str, content: bytes) -> tuple[str, str]:
        """A new file id, and the id this content has everywhere and always."""
        digest = hashlib.sha256(content).digest()
        unique = base64.urlsafe_b64encode(digest[:9]).decode()
        number = next(self._numbers)
        return f"{kind[:2].upper()}AC{number:06d}{unique}", f"AQAD{unique}"

    def keep(self, media: Media, shape: Json | list[Json]) -> Kept:
        """Remember a file under its id."""
        end = Path(media.name).suffix if media.name else _SUFFIX.get(media.kind, "")
        folder = _FOLDERS.get(media.kind, "documents")
        path = f"{folder}/file_{next(self._numbers)}{end}"
        kept = Kept(media, shape, path)
        self._by_id[media.file_id] = kept
        return kept

    def find(self, file_id: str) -> Kept:
        """Look a file up.

        Raises:
            Refusal: nobody has such an id.
        """
        if kept := self._by_id.get(file_id):
            return kept
        raise bad("wrong file identifier/HTTP URL specified")

    def lend(self, file_id: str) -> Json:
        """What `getFile` answers; the path is good for an hour.

        Raises:
            Refusal: unknown, or larger than a bot may download.
        """
        kept = self._by_id.get(file_id)
        if kept is None:
            raise bad("invalid file_id")
        media = kept.media
        if media.size > _DOWNLOAD and self.folder is None:
            raise bad("file is too big")
        kept.until = self._clock() + _LINK_SECONDS
        self._by_path[kept.path] = kept
        path = str(self._on_disk(kept)) if self.folder is not None else kept.path
        return {
            "file_id": file_id,
            "file_unique_id": media.unique,
            "file_size": media.size,
            "file_path": path,
        }

    def download(self, path: str) -> bytes | None:
        """The content behind a path that was lent and has not lapsed."""
        kept = self._by_path.get(path)
        return kept.media.content if kept and self._clock() < kept.until else None

    def _on_disk(self, kept: Kept) -> Path:
        assert self.folder is not None
        path = self.folder / kept.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(kept.media.content)
        return path


_SUFFIX = {
    "photo": ".jpg",
    "video": ".mp4",
    "voice": ".oga",
    "video_note": ".mp4",
    "audio": ".mp3",
    "thumbnail": ".jpg",
}
