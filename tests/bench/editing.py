"""One measurement of the edit, in a process of its own: `python -m tests.bench.editing cut|floor|alike JOB`.

`cut` is the whole edit; `floor` encodes its finished pictures and nothing else; `alike` compares both films
with the pictures as they were before encoding.
"""

import json
import re
import resource
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from pipeline.film.cut import CutJob, cut, finished
from pipeline.film.encode import video_stream
from pipeline.film.planes import planes

_BLOCK = 8  # pixels of the squares that SSIM compares


def main(what: str, place: Path) -> None:
    """Measure and print one JSON object."""
    job = CutJob.model_validate_json(place.read_bytes())
    floor = job.out.with_name("floor.mp4")
    if what == "cut":
        found = _spent(lambda: cut(job))
    elif what == "floor":
        pictures = list(finished(job))
        found = _spent(lambda: _encode(pictures, floor, job.timeline.fps))
    else:
        found = _alike(job, floor)
    sys.stdout.write(json.dumps({**found, "seconds": job.timeline.seconds, "peak_mb": _peak_mb()}))


def _spent(work: Callable[[], object]) -> dict[str, float]:
    begun, used = time.perf_counter(), _cpu()
    work()
    return {"wall": time.perf_counter() - begun, "cpu": _cpu() - used}


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _peak_mb() -> float:
    """The most memory this process ever had (its high-water mark, shared pages counted whole)."""
    told = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return int(told[1]) / 1000 if told else float("nan")


def _encode(pictures: list[av.VideoFrame], out: Path, fps: int) -> None:
    with av.open(str(out), "w", format="mp4") as sink:
        first = pictures[0]
        video = video_stream(sink, first.width, first.height, fps, {"preset": "veryfast", "crf": "20"})
        for number, picture in enumerate(pictures):
            picture.pts = number
            sink.mux(video.encode(picture))
        sink.mux(video.encode(None))


def _alike(job: CutJob, floor: Path) -> dict[str, float]:
    """How like the pictures before encoding both films are, on average over all pictures."""
    likenesses = [
        (_ssim(true, ours), _ssim(true, theirs))
        for true, ours, theirs in zip(_lights(finished(job)), _film(job.out), _film(floor), strict=True)
    ]
    film, other = np.mean(likenesses, axis=0)
    return {"film": float(film), "floor": float(other)}


def _film(path: Path) -> Iterator[NDArray[np.float64]]:
    with av.open(str(path)) as source:
        yield from _lights(source.decode(video=0))


def _lights(pictures: Iterator[av.VideoFrame]) -> Iterator[NDArray[np.float64]]:
    for picture in pictures:
        yield planes(picture)[0].astype(np.float64)


def _ssim(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Structural similarity of two pictures of light, over squares side by side.

    Source: Wang, Bovik, Sheikh, Simoncelli, "Image quality assessment", IEEE TIP 13(4), 2004.
    """
    x, y, xx, yy, xy = (_means(each) for each in (one, other, one * one, other * other, one * other))
    steady, lively = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    likeness = (2 * x * y + steady) * (2 * (xy - x * y) + lively)
    likeness /= (x * x + y * y + steady) * (xx - x * x + yy - y * y + lively)
    return float(likeness.mean())


def _means(values: NDArray[np.float64]) -> NDArray[np.float64]:
    high, wide = (length // _BLOCK for length in values.shape)
    squares = values[: high * _BLOCK, : wide * _BLOCK].reshape(high, _BLOCK, wide, _BLOCK)
    return np.asarray(squares.mean(axis=(1, 3)))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
