"""Pictures become a clip: H.264 High, yuv420p, BT.709; and clips of one make are joined without loss."""

from collections.abc import Sequence
from contextlib import ExitStack
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self

import av
import numpy as np
from av.container import OutputContainer
from av.video.frame import PictureType
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc
from numpy.typing import NDArray

from pipeline.film.atomic import replacing
from pipeline.ports.errors import BadInput, Surprise


def video_stream(
    container: OutputContainer, width: int, height: int, fps: int, options: dict[str, str]
) -> av.VideoStream:
    """Add an H.264 High stream, yuv420p, tagged BT.709 in limited range.

    Args:
        options: of libx264 (crf, preset, …).
    """
    stream = container.add_stream("libx264", rate=fps, options={"profile": "high", **options})
    stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
    context = stream.codec_context
    context.color_range = ColorRange.MPEG
    context.colorspace = Colorspace.ITU709
    context.color_primaries = ColorPrimaries.BT709
    context.color_trc = ColorTrc.BT709
    return stream


def tagged(frame: av.VideoFrame) -> av.VideoFrame:
    """Mark a yuv420p frame as BT.709 in limited range, in place, and return it."""
    frame.colorspace = Colorspace.ITU709
    frame.color_range = ColorRange.MPEG
    frame.color_primaries = ColorPrimaries.BT709
    frame.color_trc = ColorTrc.BT709
    return frame


def yuv(rgb: NDArray[np.uint8]) -> av.VideoFrame:
    """Return a picture (height, width, 3) as a yuv420p frame in BT.709, limited range; even sizes only."""
    frame = av.VideoFrame.from_ndarray(rgb, "rgb24")
    turned = frame.reformat(
        format="yuv420p", dst_colorspace=Colorspace.ITU709, dst_color_range=ColorRange.MPEG
    )
    return tagged(turned)


class Clip:
    """A clip being written, picture by picture; it appears at `path` when the block ends without an error.

    An intermediate: cheap to write and to read rather than small, far finer than the film made of it, a key
    frame every second, no B-frames, so that clips can be joined.
    """

    def __init__(
        self,
        path: Path,
        width: int,
        height: int,
        fps: int,
        crf: int = 14,
        preset: str = "ultrafast",
        every: int | None = None,
    ) -> None:
        """Open a clip; `every`: pictures between key frames, one a second without it."""
        if width % 2 or height % 2:
            raise BadInput("film.odd_size", {"width": str(width), "height": str(height)})
        self._path, self._size, self._fps = path, (width, height), fps
        self._options = {"crf": str(crf), "preset": preset, "bf": "0", "g": str(every or fps)}
        self._stack = ExitStack()
        self._frames = 0

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            part = stack.enter_context(replacing(self._path))
            self._container = stack.enter_context(av.open(str(part), "w", format="mp4"))
            self._stream = video_stream(self._container, *self._size, self._fps, self._options)
            self._stack = stack.pop_all()
        return self

    def add(self, rgb: NDArray[np.uint8]) -> None:
        """Append one picture, (height, width, 3) uint8."""
        self.put(yuv(rgb))

    def put(self, frame: av.VideoFrame) -> None:
        """Append one picture that is yuv420p in BT.709 already; its time is written into it."""
        frame.pts, frame.time_base = self._frames, Fraction(1, self._fps)
        frame.pict_type = PictureType.NONE  # a decoded picture's own kind would be forced upon ours
        self._frames += 1
        self._container.mux(self._stream.encode(frame))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        with self._stack:
            if error is not None:
                raise error
            self._container.mux(self._stream.encode(None))
        return None


def join(parts: Sequence[Path], out: Path) -> None:
    """Put clips one behind the other without encoding them again.

    Args:
        parts: clips made by `Clip` with the same size, rate and quality; one is fine.

    Raises:
        BadInput: `film.cannot_write`. Failed: `film.disk_full`.
        Surprise: `film.unlike_parts`, the clips are not of one make.
    """
    with ExitStack() as stack:
        part = stack.enter_context(replacing(out))
        sink = stack.enter_context(av.open(str(part), "w", format="mp4"))
        stream: av.VideoStream | None = None
        make: tuple[object, ...] = ()
        frames = 0
        for path in parts:
            with av.open(str(path)) as source:
                taken = source.streams.video[0]
                context = taken.codec_context
                if stream is None:
                    stream, make = sink.add_stream_from_template(taken), _make(context)
                    step = 1 / (taken.average_rate or 25) / (taken.time_base or 1)
                elif _make(context) != make:
                    raise Surprise("film.unlike_parts", {"name": path.name})
                for packet in source.demux(taken):
                    if packet.dts is None:
                        continue
                    packet.pts = packet.dts = round(frames * step)
                    packet.stream = stream
                    frames += 1
                    sink.mux(packet)


def _make(context: av.VideoCodecContext) -> tuple[object, ...]:
    return context.name, context.width, context.height, context.pix_fmt, context.extradata
