"""What the fake services for voices share: a voice by formula, bills, faults to come, samples looked at."""

import io
import itertools
import tempfile
import wave
from collections import deque
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from starlette.requests import Request
from starlette.responses import Response

from pipeline.film import sound
from pipeline.sound.samples import Samples
from tests.pipeline.sound.made import silence, talk

Said = list[tuple[str, float, float]]


class Singing:
    """`bills` are what was charged, `faults` what goes wrong with the next calls, one entry each; `now` is
    the service's own clock, in seconds."""

    def __init__(self, *faults: str) -> None:
        self.bills: list[tuple[str, float]] = []
        self.asked: list[dict[str, object]] = []
        self.faults = deque(faults)
        self.address = ""
        self.now = 1_795_305_600.0
        self.kept: dict[str, bytes] = {}
        self.numbers = itertools.count(346829471052)

    @property
    def charged(self) -> float:
        """What all bills come to."""
        return sum(amount for _, amount in self.bills)

    def fault(self) -> str:
        """What goes wrong with this call."""
        return self.faults.popleft() if self.faults else ""

    def keep(self, body: bytes, ending: str) -> str:
        """Lay something down; return the address it can be fetched from."""
        name = f"{next(self.numbers)}{ending}"
        self.kept[name] = body
        return f"{self.address}/kept/{name}?Signature=hidden"

    async def give(self, request: Request) -> Response:
        """What was laid down."""
        body = self.kept.get(request.path_params["name"])
        return Response("expired", 403) if body is None else Response(body)


def said(lines: Sequence[str], pauses: Sequence[float], hertz: int = 24_000) -> tuple[Samples, Said]:
    """Say lines, a syllable for each letter, with so many seconds of silence after each but the last; tell
    when each letter was said."""
    pieces, words, at = [silence(0.12, hertz)], Said(), 0.12
    for number, line in enumerate(lines):
        letters = [letter for letter in line if letter.isalnum()]
        piece = talk(max(len(letters), 1), hertz=hertz, seed=number + 1)
        words += [(letter, at + n * 0.2, at + (n + 1) * 0.2) for n, letter in enumerate(letters)]
        after = silence(pauses[number] if number < len(lines) - 1 else 0.1, hertz)
        pieces += [piece, after]
        at += (len(piece) + len(after)) / hertz
    return np.concatenate(pieces), words


def spoilt(samples: Samples, fault: str, hertz: int = 24_000) -> Samples:
    """The sound as a fault leaves it: "short" (0.2 s), "silent", "babble" (three times as long)."""
    if fault == "short":
        return samples[: hertz // 5]
    if fault == "silent":
        return np.asarray(samples * 0, np.float32)
    if fault == "babble":
        return talk(max(30, round(len(samples) / hertz * 15)), hertz=hertz, seed=9)
    return samples


def as_wav(samples: Samples, hertz: int = 24_000) -> bytes:
    """A WAV file's bytes."""
    with tempfile.TemporaryDirectory() as folder:
        sound.write(Path(folder) / "said.wav", samples, hertz)
        return (Path(folder) / "said.wav").read_bytes()


def as_mp3(samples: Samples, hertz: int = 24_000) -> bytes:
    """An MP3 file's bytes, 48 kbit/s."""
    out = io.BytesIO()
    with av.open(out, "w", format="mp3") as sink:
        stream = sink.add_stream("mp3", rate=hertz, layout="mono")
        assert isinstance(stream, av.AudioStream)
        stream.bit_rate = 48_000
        frame = av.AudioFrame.from_ndarray(samples[None, :].astype(np.float32), "fltp", "mono")
        frame.sample_rate, frame.time_base, frame.pts = hertz, Fraction(1, hertz), 0
        resampler = av.AudioResampler(
            format=stream.codec_context.format, layout="mono", rate=hertz, frame_size=1152
        )
        for part in [*resampler.resample(frame), *resampler.resample(None)]:
            sink.mux(stream.encode(part))
        sink.mux(stream.encode(None))
    return out.getvalue()


def seconds(wav: bytes) -> float | None:
    """How long a WAV is; None for what is none."""
    try:
        with wave.open(io.BytesIO(wav)) as file:
            return float(file.getnframes() / file.getframerate())
    except (wave.Error, EOFError):
        return None


def counted(text: str) -> int:
    """Characters as they are charged: a Chinese one counts twice."""
    return sum(2 if "\u4e00" <= letter <= "\u9fff" else 1 for letter in text)
