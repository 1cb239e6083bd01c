"""What a film file says of itself, and where its index lies."""

from pathlib import Path

import av

from pipeline.film.sound import OPEN
from pipeline.ports.errors import BadInput
from storage.model import Noun


class Probe(Noun):
    """A film file's own facts; None where a stream or a tag is missing.

    `colours` are the H.273 numbers of matrix, primaries, transfer and range (BT.709 limited: 1, 1, 1, 1).
    `index_first` is None in files that are not MP4. `sound_late` is by how much sound begins after pictures.
    """

    seconds: float
    width: int
    height: int
    fps: float
    frames: int
    video: str
    profile: str | None
    pix_fmt: str | None
    colours: tuple[int, int, int, int]
    audio: str | None
    hertz: int | None
    channels: int | None
    sound_seconds: float | None
    sound_late: float
    streams: int
    index_first: bool | None
    bytes: int
    metadata: dict[str, str]


def probe(path: Path) -> Probe:
    """Return what the file says.

    Raises:
        BadInput: `film.missing`, no such file; `film.not_a_film`, it holds no picture that can be read.
    """
    if not path.is_file():
        raise BadInput("film.missing", {"name": path.name})
    try:
        with av.open(str(path), "r", container_options=OPEN, metadata_errors="replace") as container:
            if not container.streams.video:
                raise BadInput("film.not_a_film", {"name": path.name})
            return _told(container, path)
    except av.FFmpegError as error:
        raise BadInput("film.not_a_film", {"name": path.name}, str(error)) from error


def _told(container: av.container.InputContainer, path: Path) -> Probe:
    video = container.streams.video[0]
    context = video.codec_context
    audio = container.streams.audio[0] if container.streams.audio else None
    seconds = _lasting(video) or (container.duration or 0) / 1e6
    return Probe(
        seconds=seconds,
        width=context.width,
        height=context.height,
        fps=float(video.average_rate or 0),
        frames=video.frames,
        video=context.name,
        profile=context.profile,
        pix_fmt=context.pix_fmt,
        colours=(context.colorspace, context.color_primaries, context.color_trc, context.color_range),
        audio=None if audio is None else audio.codec_context.name,
        hertz=None if audio is None else audio.sample_rate,
        channels=None if audio is None else audio.channels,
        sound_seconds=None if audio is None else _lasting(audio),
        sound_late=0.0 if audio is None else _start(audio) - _start(video),
        streams=len(container.streams),
        index_first=_index_first(path),
        bytes=path.stat().st_size,
        metadata=dict(container.metadata),
    )


def _lasting(stream: av.AudioStream | av.VideoStream) -> float:
    return float((stream.duration or 0) * (stream.time_base or 0))


def _start(stream: av.AudioStream | av.VideoStream) -> float:
    return float((stream.start_time or 0) * (stream.time_base or 0))


def _index_first(path: Path) -> bool | None:
    """Whether the index (moov) comes before the samples (mdat), read from the boxes of the file itself.

    Source: ISO/IEC 14496-12, 4.2: 32-bit size and type; size 1 means a 64-bit size follows, 0 the rest.
    """
    with path.open("rb") as file:
        end, at = path.stat().st_size, 0
        while at + 8 <= end:
            file.seek(at)
            head = file.read(16)
            size, kind = int.from_bytes(head[:4], "big"), head[4:8]
            if kind in (b"moov", b"mdat"):
                return kind == b"moov"
            if at == 0 and kind != b"ftyp":
                return None
            at += int.from_bytes(head[8:16], "big") if size == 1 else size if size >= 8 else end
    return None
