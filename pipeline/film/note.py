"""Voice notes: any sound as mono OGG/Opus, small enough for every messenger to take it for a voice note."""

import math
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from pipeline.film import sound
from pipeline.film.atomic import replacing

MOST_BYTES = 1_000_000
"""Telegram shows a larger one as a file."""

HERTZ = 48_000
_BLOCK = 960  # samples: 20 ms, what Opus takes at a time
_FINE, _COARSE = 32_000, 8_000  # bits a second of speech that sounds good, and that can be understood


def note(source: Path, out: Path, most: int = MOST_BYTES) -> float:
    """Write a sound as a voice note of at most that many bytes, and return its seconds.

    What is too long even at the lowest rate ends early. For an `.m4a` it is AAC, as for people who take no
    voice notes.

    Raises:
        BadInput: as `sound.read`.
    """
    samples = sound.read(source, HERTZ, mono=True)[:, 0]
    seconds = len(samples) / HERTZ
    bits = int(min(_FINE, max(_COARSE, most * 8 * 0.9 / seconds)))
    while True:
        _write(out, samples, bits)
        size = out.stat().st_size
        if size <= most:
            return len(samples) / HERTZ
        if bits > _COARSE:
            bits = max(_COARSE, bits * 2 // 3)
        else:
            samples = samples[: math.floor(len(samples) * 0.95 * most / size)]


def _write(out: Path, samples: NDArray[np.float32], bits: int) -> None:
    music = out.suffix == ".m4a"
    form, codec, layout = ("ipod", "aac", "fltp") if music else ("ogg", "libopus", "flt")
    with replacing(out) as part, av.open(str(part), "w", format=form) as sink:
        stream = sink.add_stream(codec, rate=HERTZ, layout="mono")
        assert isinstance(stream, av.AudioStream)
        stream.bit_rate = bits
        for start in range(0, len(samples), _BLOCK):
            block = samples[None, start : start + _BLOCK].copy()
            frame = av.AudioFrame.from_ndarray(block, layout, "mono")
            frame.sample_rate, frame.pts = HERTZ, start
            sink.mux(stream.encode(frame))
        sink.mux(stream.encode(None))
