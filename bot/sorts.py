"""What a file is, judged by its bytes: picture, sound, video or something else; its name counts for nothing.

Source: the formats' own signatures, as in the file(1) magic database and ISO/IEC 14496-12 (boxes).
"""

from pathlib import Path
from typing import IO, Literal, NamedTuple

_HEAD = 65_536
_MOST_INDEX = 8_000_000  # bytes of a film's index looked through for a picture track


class Sort(NamedTuple):
    """What a file is, and the media type browsers know it by."""

    name: Literal["picture", "sound", "video", "other"]
    media_type: str


_OTHER = Sort("other", "application/octet-stream")

_STARTS: tuple[tuple[bytes, Sort], ...] = (
    (b"\xff\xd8\xff", Sort("picture", "image/jpeg")),
    (b"\x89PNG\r\n\x1a\n", Sort("picture", "image/png")),
    (b"GIF8", Sort("picture", "image/gif")),
    (b"II*\0", Sort("picture", "image/tiff")),
    (b"MM\0*", Sort("picture", "image/tiff")),
    (b"BM", Sort("picture", "image/bmp")),
    (b"ID3", Sort("sound", "audio/mpeg")),
    (b"fLaC", Sort("sound", "audio/flac")),
    (b"#!AMR", Sort("sound", "audio/amr")),
    (b"caff", Sort("sound", "audio/x-caf")),
    (b"FLV\1", Sort("video", "video/x-flv")),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", Sort("video", "video/x-ms-asf")),
    (b"\0\0\1\xba", Sort("video", "video/mpeg")),
)

_RIFF = {
    b"WEBP": Sort("picture", "image/webp"),
    b"WAVE": Sort("sound", "audio/wav"),
    b"AVI ": Sort("video", "video/x-msvideo"),
}

# Whole names: two letters alone also turn up by chance in half a minute of sound.
_WEBM_PICTURES = (b"V_VP8", b"V_VP9", b"V_AV1", b"V_MPEG", b"V_MS", b"V_THEORA")

_PICTURE_BRANDS = {
    **dict.fromkeys((b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"), "image/heic"),
    **dict.fromkeys((b"avif", b"avis"), "image/avif"),
}


def sort_of(path: Path) -> Sort:
    """Return what a file is."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
        if head[4:8] == b"ftyp":
            return _box_file(file, head)
    for start, sort in _STARTS:
        if head.startswith(start):
            return sort
    if head[:4] == b"RIFF":
        return _RIFF.get(head[8:12], _OTHER)
    if head[:4] == b"FORM" and head[8:12] in {b"AIFF", b"AIFC"}:
        return Sort("sound", "audio/aiff")
    if head[:4] == b"OggS":
        moving = b"theora" in head[:512] or b"\x01video" in head[:512]
        return Sort("video", "video/ogg") if moving else Sort("sound", "audio/ogg")
    if head[:4] == b"\x1a\x45\xdf\xa3":
        return (
            Sort("video", "video/webm")
            if any(codec in head for codec in _WEBM_PICTURES)
            else Sort("sound", "audio/webm")
        )
    if head[:1] == b"\x47" and head[188:189] == head[376:377] == b"\x47":
        return Sort("video", "video/mp2t")
    return _frames(head)


def _frames(head: bytes) -> Sort:
    """MPEG sound without a header begins with a frame: eleven set bits, then version and layer."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return _OTHER
    layer, rate = head[1] >> 1 & 3, head[2] >> 4
    if layer == 0:  # ADTS
        return Sort("sound", "audio/aac") if head[1] & 0xF6 == 0xF0 else _OTHER
    return Sort("sound", "audio/mpeg") if rate not in {0, 15} else _OTHER


def _box_file(file: IO[bytes], head: bytes) -> Sort:
    """A file of boxes: a picture by its brand, a video when its index names a picture track."""
    brand = head[8:12].lower()
    if brand in _PICTURE_BRANDS:
        return Sort("picture", _PICTURE_BRANDS[brand])
    if brand in {b"m4a ", b"m4b "}:
        return Sort("sound", "audio/mp4")
    index = _index(file)
    if b"vide" in index:
        return Sort("video", "video/quicktime" if brand == b"qt  " else "video/mp4")
    return Sort("sound", "audio/mp4") if b"soun" in index else _OTHER


def _index(file: IO[bytes]) -> bytes:
    """The bytes of the `moov` box, wherever it lies; empty where there is none."""
    at = 0
    while True:
        file.seek(at)
        header = file.read(16)
        if len(header) < 8:
            return b""
        size, kind = int.from_bytes(header[:4]), header[4:8]
        if size == 1:
            size = int.from_bytes(header[8:16])
        if kind == b"moov":
            return file.read(min(size or _MOST_INDEX, _MOST_INDEX))
        if size < 8:
            return b""
        at += size
