"""Films of noise, which nothing makes small, with a tone and the field that marks them."""

from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from pipeline.film import encode
from pipeline.film.marks import FIELD

HERTZ = 48_000


def tone(seconds: float, pitch: float = 220.0) -> NDArray[np.float32]:
    """A plain tone, (n,) at 48 000 Hz."""
    times = np.arange(round(seconds * HERTZ)) / HERTZ
    return np.asarray(0.3 * np.sin(2 * np.pi * pitch * times), dtype=np.float32)


def film_of_noise(path: Path, seconds: int, wide: int = 256, high: int = 256) -> Path:
    """Write a film, its index first."""
    random = np.random.default_rng(1)
    flags = {"movflags": "+faststart+use_metadata_tags"}
    with av.open(str(path), "w", format="mp4", options=flags) as sink:
        sink.metadata[FIELD] = '{"Label":"1","ContentProducer":"p","ProduceID":"n"}'
        video = encode.video_stream(sink, wide, high, 25, {"crf": "20", "preset": "ultrafast"})
        audio = sink.add_stream("aac", rate=HERTZ, layout="mono")
        assert isinstance(audio, av.AudioStream)
        for number in range(25 * seconds):
            frame = encode.yuv(random.integers(0, 255, (high, wide, 3), np.uint8))
            frame.pts = number
            sink.mux(video.encode(frame))
        heard = tone(seconds)
        for start in range(0, len(heard), 1024):
            block = av.AudioFrame.from_ndarray(heard[None, start : start + 1024].copy(), "fltp", "mono")
            block.sample_rate, block.pts = HERTZ, start
            sink.mux(audio.encode(block))
        sink.mux(video.encode(None))
        sink.mux(audio.encode(None))
    return path
