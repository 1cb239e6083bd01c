"""Clips as vendors send them: a mouth that goes with the sound it was given, in every make and fault."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from pipeline.film import sound

HERTZ = 48_000


def clip(
    out: Path,
    sent: Path | None,
    *,
    seconds: float = 0.0,
    size: tuple[int, int] = (216, 384),
    fps: int = 25,
    codec: str = "libx264",
    pix_fmt: str = "yuv420p",
    late: float = 0.0,
    fault: str = "",
    uneven: bool = False,
    face: NDArray[np.uint8] | None = None,
) -> Path:
    """Write a clip that says the sound it was sent.

    Args:
        seconds: how long; as long as the sound without it.
        late: by which its own sound and mouth are behind.
        fault: "black", "frozen", "silent", "mute" (no sound stream), "short" (0.2 s).
        uneven: every third picture is left out, and the others keep their times.
        face: the picture to begin with; a painted one without it.
    """
    said = np.zeros(round(seconds * HERTZ), np.float32) if sent is None else sound.read(sent, HERTZ)[:, 0]
    said = np.concatenate([np.zeros(round(late * HERTZ), np.float32), said])
    length = 0.2 if fault == "short" else seconds or len(said) / HERTZ
    said = said[: round(length * HERTZ)]
    with av.open(str(out), "w", format="mp4") as sink:
        video = sink.add_stream(codec, rate=fps, options={"preset": "ultrafast"})
        assert isinstance(video, av.VideoStream)
        video.width, video.height, video.pix_fmt = *size, pix_fmt
        video.time_base = video.codec_context.time_base = Fraction(1, fps)
        for number in range(round(length * fps)):
            if uneven and number % 3 == 1:
                continue
            frame = av.VideoFrame.from_ndarray(_picture(number, fps, size, said, fault, face), "rgb24")
            frame = frame.reformat(format=pix_fmt)
            frame.pts, frame.time_base = number, Fraction(1, fps)
            sink.mux(video.encode(frame))
        sink.mux(video.encode(None))
    if fault == "mute" or sent is None:
        return out
    return _voiced(out, said * (0 if fault == "silent" else 1))


def _picture(
    number: int, fps: int, size: tuple[int, int], said: NDArray[np.float32], fault: str,
    face: NDArray[np.uint8] | None,
) -> NDArray[np.uint8]:  # fmt: skip
    wide, high = size
    if fault == "black":
        return np.zeros((high, wide, 3), np.uint8)
    n = 0 if fault == "frozen" else number
    rows, columns = np.mgrid[0:high, 0:wide]
    sway = 4 * np.sin(n / fps * 2.2)
    if face is None:
        texture = 40 * np.sin((columns + 3 * sway) / 7) * np.cos(rows / 9)
        tinted = np.stack([texture + tint for tint in (190, 150, 110)], 2)
        picture = np.asarray(np.clip(tinted, 0, 255), np.uint8)
    else:
        picture = np.asarray(np.roll(face, round(sway), 1), np.uint8)
    if fault != "frozen":
        here = said[round(n / fps * HERTZ) : round((n + 1) / fps * HERTZ)]
        level = min(1.0, 12 * float(np.sqrt(np.square(here).mean()))) if len(here) else 0.0
        across, down = wide * 0.08, high * (0.004 + 0.03 * level)
        inside = ((columns - wide / 2 - sway) / across) ** 2 + ((rows - high * 0.55) / down) ** 2 < 1
        picture[inside] = (80, 10, 20)
    return picture


def _voiced(path: Path, said: NDArray[np.float32]) -> Path:
    """Put a sound beside a clip's pictures."""
    silent = path.with_suffix(".silent.mp4")
    path.rename(silent)
    with av.open(str(silent)) as source, av.open(str(path), "w", format="mp4") as sink:
        taken = source.streams.video[0]
        video = sink.add_stream_from_template(taken)
        audio = sink.add_stream("aac", rate=44_100, layout="mono")
        assert isinstance(audio, av.AudioStream)
        resampler = av.AudioResampler(format="fltp", layout="mono", rate=44_100)
        for packet in source.demux(taken):
            if packet.dts is not None:
                packet.stream = video
                sink.mux(packet)
        whole = av.AudioFrame.from_ndarray(said[None, :].astype(np.float32), "fltp", "mono")
        whole.sample_rate = HERTZ
        for frame in [*resampler.resample(whole), *resampler.resample(None)]:
            sink.mux(audio.encode(frame))
        sink.mux(audio.encode(None))
    silent.unlink()
    return path


def turned(path: Path) -> Path:
    """Write into a clip's header that it is to be shown a quarter turned.

    Source: ISO/IEC 14496-12, 8.3.2: nine numbers of 16.16 and 2.30, behind 40 bytes of a version 0 `tkhd`.
    """
    words = bytearray(path.read_bytes())
    at = words.index(b"tkhd") + 4 + 40
    one, big = (1 << 16).to_bytes(4, "big"), (1 << 30).to_bytes(4, "big")
    less, none = (-(1 << 16)).to_bytes(4, "big", signed=True), bytes(4)
    words[at : at + 36] = b"".join([none, one, none, less, none, none, none, none, big])
    path.write_bytes(bytes(words))
    return path


def lines(out: Path, spoken: Sequence[float], pause: float = 0.5) -> tuple[tuple[float, float], ...]:
    """Write humming lines with pauses between, and return where each lies, in seconds."""
    pieces: list[NDArray[np.float32]] = []
    spans, at = [], 0.0
    for number, seconds in enumerate(spoken):
        time = np.arange(round(seconds * HERTZ)) / HERTZ
        hum = sum(np.sin(2 * np.pi * (310 + 20 * number) * k * time) / k for k in range(1, 9))
        beat = np.clip(np.sin(2 * np.pi * (1.7 + 0.4 * number) * time) ** 2, 0.001, 1)
        pieces += [np.asarray(0.12 * hum * beat, np.float32), np.zeros(round(pause * HERTZ), np.float32)]
        spans.append((at, at + seconds))
        at += seconds + pause
    sound.write(out, np.concatenate(pieces[:-1]), HERTZ)
    return tuple(spans)
