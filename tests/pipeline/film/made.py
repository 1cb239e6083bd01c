"""Small films for tests: a drifting picture with a painted mouth, voices made of humming syllables."""

from collections.abc import Callable, Iterator
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from pipeline import packaged
from pipeline.film import encode, sound
from pipeline.film.cut import CutJob
from pipeline.film.encode import video_stream
from pipeline.film.timeline import plan
from pipeline.film.type import Faces
from pipeline.model import Box, Layout, Timeline, Track
from storage.model import Line

HERTZ = 48_000
WIDE, HIGH = 360, 640
LINES = (
    ("person", "长大后要不要养妈妈？", 1.8, 190.0),
    ("pet", "要", 0.5, 330.0),
    ("person", "没钱怎么办？", 1.0, 190.0),
    ("pet", "接外包搞钱，养你🥺", 1.4, 340.0),
)
FULL = Layout(
    kind="full",
    width=WIDE,
    height=HIGH,
    band=Box(x=0, y=0, w=WIDE, h=100),
    pane=Box(x=0, y=100, w=WIDE, h=540),
)
CARD = Layout(
    kind="card",
    width=WIDE,
    height=HIGH,
    band=Box(x=0, y=0, w=WIDE, h=100),
    pane=Box(x=0, y=100, w=WIDE, h=360),
    panel=Box(x=0, y=460, w=WIDE, h=180),
)


def faces() -> Faces | None:
    """Return the packaged typefaces, or None where they are not fetched."""
    cute, sans = packaged.path("font-cute"), packaged.path("font-sans")
    return Faces.of(cute, sans) if cute and sans else None


def voice(seconds: float, pitch: float, loud: float = 0.2) -> NDArray[np.float32]:
    """Return humming with four syllables a second, (n,) at 48 000 Hz."""
    time = np.arange(round(seconds * HERTZ)) / HERTZ
    hum = sum(np.sin(2 * np.pi * pitch * k * time) / k for k in range(1, 9))
    syllables = np.clip(np.sin(2 * np.pi * 2 * time) ** 2, 0.001, 1)
    return np.asarray(loud * hum * syllables, dtype=np.float32)


def sounds() -> dict[int, NDArray[np.float32]]:
    """Return the lines' sounds; the second speaker is much quieter than the first."""
    return {
        index: voice(seconds, pitch, 0.3 if speaker == "person" else 0.04)
        for index, (speaker, _, seconds, pitch) in enumerate(LINES)
    }


def timeline() -> Timeline:
    """Return the small film's times."""
    return plan([(Line.model_validate({"speaker": s, "text": t}), seconds) for s, t, seconds, _ in LINES])


def perform(path: Path, layout: Layout, times: Timeline, mouth_at: float = 0.55) -> Track:
    """Write a performance for that layout and return where its mouth is."""
    wide, high = round(layout.pane.w), round(layout.pane.h)
    rows, columns = np.mgrid[0:high, 0:wide]
    texture = (40 * np.sin(columns / 7) * np.cos(rows / 9)).astype(np.int16)
    mouths, openness = [], []
    with encode.Clip(path, wide, high, times.fps) as clip:
        for number in range(times.frames):
            level = _level(times, number)
            across, down = wide * 0.1, high * (0.006 + 0.04 * level)
            x, y = wide / 2 + 3 * np.sin(number / 9), high * mouth_at
            picture = np.stack([np.roll(texture, number, 1) + tint for tint in (190, 150, 110)], axis=2)
            inside = ((columns - x) / across) ** 2 + ((rows - y) / down) ** 2 < 1
            picture[inside] = (80, 10, 20)
            clip.add(np.clip(picture, 0, 255).astype(np.uint8))
            mouths.append(
                Box(x=layout.pane.x + x - across, y=layout.pane.y + y - down, w=2 * across, h=2 * down)
            )
            openness.append(level)
    return Track(mouths=tuple(mouths), openness=tuple(openness))


def _level(times: Timeline, number: int) -> float:
    at = number / times.fps
    for cue in times.cues:
        if cue.speaker != "person" and cue.start <= at < cue.end:
            return float(np.sin(2 * np.pi * 2 * (at - cue.start)) ** 2)
    return 0.0


def job(folder: Path, layout: Layout = FULL, **changes: object) -> CutJob:
    """Return a job whose files lie in `folder`."""
    times = timeline()
    for index, samples in sounds().items():
        sound.write(folder / f"line-{index}.wav", samples, HERTZ)
    asked: dict[str, object] = {
        "performance": folder / "performance.mp4",
        "layout": layout,
        "timeline": times,
        "track": perform(folder / "performance.mp4", layout, times),
        "title": ("长大后要不要养妈妈", "狗子的回答笑哭了"),
        "sounds": {index: folder / f"line-{index}.wav" for index in range(len(LINES))},
        "producer": "tester",
        "font_cute": packaged.path("font-cute"),
        "font_sans": packaged.path("font-sans"),
        "out": folder / "film.mp4",
        "cover": folder / "film.jpg",
    }
    return CutJob.model_validate(asked | changes)


Picture = Callable[[int, NDArray[np.uint8]], NDArray[np.uint8]]


def doctored(
    film: Path,
    out: Path,
    picture: Picture | None = None,
    gain: float = 1.0,
    delay: float = 0.0,
    codec: str = "",
    sounding: Callable[[NDArray[np.float32]], NDArray[np.float32]] | None = None,
    starts: float = 0.0,
) -> Path:
    """Write the film again with other pictures, another loudness, later sound or another codec.

    Args:
        picture: gets number and picture (height, width, 3), gives what is shown instead.
        codec: in place of H.264 in the right make.
        sounding: gets the samples, gives what is heard instead.
        starts: seconds after the pictures at which the sound's own time begins.
    """
    samples = sound.read(film, HERTZ) * np.float32(gain)
    samples = np.roll(samples, round(delay * HERTZ), axis=0)
    samples = samples if sounding is None else sounding(samples)
    with av.open(str(out), "w", format="mp4", options={"movflags": "+faststart"}) as sink:
        if codec:
            video = sink.add_stream("mpeg4", rate=25)
            video.width, video.height, video.pix_fmt = WIDE, HIGH, "yuv420p"
        else:
            video = video_stream(sink, WIDE, HIGH, 25, {"preset": "superfast", "crf": "20"})
        audio = sink.add_stream("aac", rate=HERTZ, layout="stereo")
        assert isinstance(video, av.VideoStream)
        assert isinstance(audio, av.AudioStream)
        for number, frame in enumerate(_frames(film)):
            rgb = np.asarray(frame.to_ndarray(format="rgb24"), dtype=np.uint8)
            shown = encode.yuv(rgb if picture is None else picture(number, rgb))
            shown.pts = number
            sink.mux(video.encode(shown))
        for start in range(0, len(samples), 1024):
            block = av.AudioFrame.from_ndarray(
                np.ascontiguousarray(samples[start : start + 1024].T), "fltp", "stereo"
            )
            block.sample_rate, block.pts = HERTZ, start + round(starts * HERTZ)
            sink.mux(audio.encode(block))
        sink.mux(video.encode(None))
        sink.mux(audio.encode(None))
    return out


def _frames(film: Path) -> Iterator[av.VideoFrame]:
    with av.open(str(film)) as source:
        yield from source.decode(source.streams.video[0])
