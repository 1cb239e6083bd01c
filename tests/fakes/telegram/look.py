"""Look at bytes as they are: a picture's pixels, a film's streams, length and index, a voice's code."""

import io
from dataclasses import dataclass

import av
from PIL import Image, ImageOps, UnidentifiedImageError


@dataclass(frozen=True)
class Facts:
    """What a file really is; `form` is a sniffed format such as jpeg, png, mp4, ogg, mp3, or empty."""

    form: str = ""
    width: int = 0
    height: int = 0
    seconds: float = 0.0
    codec: str | None = None
    sound: str | None = None
    faststart: bool = False


def look(content: bytes) -> Facts:
    """What these bytes are; empty facts for what is neither picture, sound nor film."""
    return _picture(content) or _recording(content) or Facts()


def jpeg(content: bytes, side: int) -> bytes:
    """The picture upright, as a JPEG no side of which is longer."""
    with Image.open(io.BytesIO(content)) as opened:
        opened.draft("RGB", (side, side))
        turned = ImageOps.exif_transpose(opened).convert("RGB")
    turned.thumbnail((side, side))
    made = io.BytesIO()
    turned.save(made, "JPEG", quality=85)
    return made.getvalue()


def opus(content: bytes) -> bytes:
    """Any sound as a phone's voice note: mono Opus in Ogg."""
    made = io.BytesIO()
    with av.open(io.BytesIO(content), "r") as source, av.open(made, "w", format="ogg") as target:
        stream = target.add_stream("libopus", rate=48000)
        stream.layout, stream.bit_rate = "mono", 32000
        resampler = av.AudioResampler("s16", "mono", 48000)
        for frame in source.decode(audio=0):
            for part in resampler.resample(frame):
                target.mux(stream.encode(part))
        for part in resampler.resample(None):
            target.mux(stream.encode(part))
        target.mux(stream.encode(None))
    return made.getvalue()


def _picture(content: bytes) -> Facts | None:
    if content[4:8] == b"ftyp" and content[8:12] not in _STILLS:
        return None
    try:
        with Image.open(io.BytesIO(content)) as opened:
            return Facts((opened.format or "").lower(), *opened.size)
    except (UnidentifiedImageError, OSError, SyntaxError, Image.DecompressionBombError):
        return None


_STILLS = {b"heic", b"heix", b"mif1", b"avif"}


def _recording(content: bytes) -> Facts | None:
    try:
        with av.open(io.BytesIO(content), "r") as opened:
            video = next(iter(opened.streams.video), None)
            audio = next(iter(opened.streams.audio), None)
            if video is None and audio is None:
                return None
            form = _form(content, opened.format.name)
            seconds = (opened.duration or 0) / av.time_base
            shape = (video.width, video.height) if video else (0, 0)
            return Facts(
                form, *shape, seconds, _name(video), _name(audio), form == "mp4" and _index_first(content)
            )
    except av.FFmpegError:
        return None


def _name(stream: "av.VideoStream | av.AudioStream | None") -> str | None:
    return stream.codec_context.name if stream is not None else None


def _form(content: bytes, name: str) -> str:
    if "mp4" in name:
        return "m4a" if content[8:11] == b"M4A" else "mov" if content[8:10] == b"qt" else "mp4"
    return name.partition(",")[0]


def _index_first(content: bytes) -> bool:
    """Whether an MP4's index stands before its pictures."""
    at = 0
    while at + 8 <= len(content):
        size, kind = int.from_bytes(content[at : at + 4], "big"), content[at + 4 : at + 8]
        if kind == b"moov":
            return True
        if kind == b"mdat":
            return False
        if size == 1:
            size = int.from_bytes(content[at + 8 : at + 16], "big")
        if size < 8:
            return False
        at += size
    return False
