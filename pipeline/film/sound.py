"""Sounds in and out: any audio or video file becomes samples, samples become a WAV.

Samples are float32 in -1..1, shaped (n, channels), everywhere in the project.
"""

import contextlib
import wave
from collections.abc import Iterator, Sequence
from pathlib import Path

import av
import numpy as np
from av.container import InputContainer
from numpy.typing import NDArray

from pipeline.film.atomic import replacing
from pipeline.model import Span
from pipeline.ports.errors import BadInput, Surprise

# Only containers that carry their own bytes: a playlist could name other files, text has no sound.
OPEN = {
    "protocol_whitelist": "file",
    "format_whitelist": "aac,ac3,eac3,aiff,amr,amrnb,amrwb,ape,asf,au,avi,caf,flac,flv,gsm,loas,"
    "matroska,webm,mov,mp4,m4a,3gp,3g2,mj2,mp3,mpeg,mpegts,ogg,tta,w64,wav,wv",
}
_LARGEST = 64_000_000  # values kept in memory at once: 256 MB, 20 minutes of 16 kHz mono thrice over
_SHORTEST = 0.02  # seconds; less than this is what decoders make of noise


def read(
    path: Path, hertz: int = 48_000, *, seconds: float | None = None, mono: bool = False
) -> NDArray[np.float32]:
    """Return the sound of an audio or video file, (n, channels) at `hertz`.

    Args:
        path: any file PyAV opens; of several sound streams the best one, more than two channels as two.
        hertz: the rate wanted.
        seconds: stop after so many; None reads to the end.
        mono: average the channels, (n, 1).

    Raises:
        BadInput: `sound.not_a_sound` (text, empty, corrupt), `sound.no_sound` (a picture without sound),
            `sound.too_long` (would not fit in memory; give `seconds`, `mono` or a lower rate),
            `sound.missing` (no such file).
    """
    if not path.is_file():
        raise BadInput("sound.missing", {"name": path.name})
    try:
        with av.open(str(path), "r", container_options=OPEN, metadata_errors="replace") as container:
            samples = _gathered(container, path, hertz, seconds, mono)
    except (av.FFmpegError, UnicodeDecodeError) as error:
        raise BadInput("sound.not_a_sound", {"name": path.name}, str(error)) from error
    if len(samples) < _SHORTEST * hertz:
        raise BadInput("sound.not_a_sound", {"name": path.name}, f"{len(samples)} samples")
    return samples


def excerpt(path: Path, start: float, end: float, hertz: int = 48_000) -> tuple[NDArray[np.float32], float]:
    """Return one channel of a part of a file, (n, 1), and how many seconds of the file were read for it.

    Args:
        start, end: in seconds; a file that ends earlier gives less, or nothing.

    Raises:
        BadInput: as `read`.
    """
    first, last = round(start * hertz), round(end * hertz)
    blocks: list[NDArray[np.float32]] = [np.zeros((0, 1), np.float32)]
    length = 0
    try:
        with av.open(str(path), "r", container_options=OPEN, metadata_errors="replace") as container:
            if not container.streams.audio:
                raise BadInput("sound.no_sound", {"name": path.name})
            for block in _blocks(container, hertz, mono=True):
                blocks.append(block[max(0, first - length) : max(0, last - length)])
                length += len(block)
                if length >= last:
                    break
    except (av.FFmpegError, UnicodeDecodeError) as error:
        raise BadInput("sound.not_a_sound", {"name": path.name}, str(error)) from error
    return np.concatenate(blocks), length / hertz


def write(path: Path, samples: NDArray[np.float32], hertz: int) -> None:
    """Write a WAV of signed 16 bit, whole or not at all.

    Args:
        samples: (n,) or (n, channels), -1..1; louder values are clipped.

    Raises:
        Failed, BadInput: as `atomic.replacing`.
    """
    table = samples[:, None] if samples.ndim == 1 else samples
    with replacing(path) as part, part.open("wb") as file, wave.open(file, "wb") as sink:
        sink.setnchannels(table.shape[1])
        sink.setsampwidth(2)
        sink.setframerate(hertz)
        for start in range(0, len(table), hertz):
            block = np.rint(np.clip(table[start : start + hertz], -1.0, 1.0) * 32767.0)
            sink.writeframes(block.astype("<i2").tobytes())


def splice(cuts: Sequence[tuple[Path, Span]], out: Path, pause: float) -> tuple[Span, ...]:
    """Write parts of WAVs of ours as one, silence between them; return where each lies in it, in seconds.

    Nothing is reckoned anew: what is heard of a part is what was heard before, to the bit.

    Args:
        cuts: the files, all of one rate and with one channel, and from when to when.
    """
    parts, where, at = [], [], 0
    with contextlib.ExitStack() as stack:
        sources = [stack.enter_context(wave.open(str(path), "rb")) for path, _ in cuts]
        hertz = sources[0].getframerate()
        if any((each.getframerate(), each.getnchannels()) != (hertz, 1) for each in sources):
            raise Surprise("film.unlike_parts", {"name": out.name})
        silence = bytes(2 * round(pause * hertz))
        for source, (_, (start, end)) in zip(sources, cuts, strict=True):
            first, last = round(start * hertz), round(end * hertz)
            source.setpos(first)
            parts.append(source.readframes(last - first))
            where.append((at / hertz, (at + last - first) / hertz))
            at += last - first + len(silence) // 2
    with replacing(out) as part, part.open("wb") as file, wave.open(file, "wb") as sink:
        sink.setnchannels(1)
        sink.setsampwidth(2)
        sink.setframerate(hertz)
        sink.writeframes(silence.join(parts))
    return tuple(where)


def silent(path: Path) -> BadInput:
    """Return the trouble of a file in which nothing is heard."""
    return BadInput("sound.silence", {"name": path.name})


def _gathered(
    container: InputContainer, path: Path, hertz: int, seconds: float | None, mono: bool
) -> NDArray[np.float32]:
    if not container.streams.audio:
        raise BadInput("sound.no_sound", {"name": path.name})
    wanted = None if seconds is None else round(seconds * hertz)
    blocks: list[NDArray[np.float32]] = []
    length = 0
    for block in _blocks(container, hertz, mono):
        blocks.append(block)
        length += len(block)
        if wanted is not None and length >= wanted:
            break
        if length * block.shape[1] > _LARGEST:
            raise BadInput("sound.too_long", {"name": path.name, "minutes": f"{length / hertz / 60:.0f}"})
    if not blocks:
        return np.zeros((0, 1), np.float32)
    samples = np.concatenate(blocks)
    return samples if wanted is None else samples[:wanted]


def _blocks(container: InputContainer, hertz: int, mono: bool) -> Iterator[NDArray[np.float32]]:
    """Yield (n, channels) blocks; a damaged packet is skipped, a stream damaged from the start raises."""
    stream = container.streams.best("audio")
    if not isinstance(stream, av.AudioStream):  # a sound in name only: no rate, no channels
        return
    resampler: av.AudioResampler | None = None
    damage: av.FFmpegError | None = None
    for packet in _packets(container, stream):
        try:
            frames = packet.decode()
        except av.FFmpegError as error:
            damage = error
            continue
        for frame in frames:
            if resampler is None:
                layout = "mono" if frame.layout.nb_channels == 1 else "stereo"
                resampler = av.AudioResampler(format="fltp", layout=layout, rate=hertz)
            for part in resampler.resample(frame):
                yield _shaped(part, mono)
    if resampler is None and damage is not None:
        raise damage
    if resampler is not None:
        for part in resampler.resample(None):
            yield _shaped(part, mono)


def _packets(container: InputContainer, stream: av.AudioStream) -> Iterator["av.Packet[av.AudioStream]"]:
    """Yield the packets of a stream; a file cut off in the middle ends there."""
    packets = container.demux(stream)
    while True:
        try:
            yield next(packets)
        except (StopIteration, av.error.EOFError):
            return
        except av.error.InvalidDataError:
            return


def _shaped(frame: av.AudioFrame, mono: bool) -> NDArray[np.float32]:
    samples = np.ascontiguousarray(frame.to_ndarray().T, dtype=np.float32)
    return samples.mean(axis=1, keepdims=True, dtype=np.float32) if mono else samples
