"""What the fake services for performances share: jobs, bills, faults to come, clips made of the sound."""

import itertools
import re
import tempfile
import time
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from urllib.request import ProxyHandler, build_opener

import numpy as np
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pipeline.themes.words import syllables
from tests.fakes import clips
from tests.fakes.singing import as_wav
from tests.pipeline.sound.made import silence, talk

_CLIP_FAULTS = {"black", "frozen", "silent", "mute", "short"}


@dataclass
class Job:
    """One job: its sound (None: it only moves), our mark on it, what goes wrong with it; `length` of its clip
    in seconds, where that is not the sound's."""

    id: str
    sound: bytes | None
    mark: str = ""
    model: str = ""
    fault: str = ""
    looks: int = 0
    served: int = 0
    length: float = 0.0
    begun: float = field(default_factory=time.monotonic)
    asked: dict[str, object] = field(default_factory=dict)

    @property
    def seconds(self) -> float:
        """Length of its sound; of a scene, five."""
        return 5.0 if self.sound is None else max(0.0, (len(self.sound) - 44) / 2 / clips.HERTZ)


class Performing:
    """`bills` counts what was charged, `faults` are what goes wrong with the next jobs, one entry each;
    `looks`: how often a job is asked for before it is done, `takes`: how many seconds it takes at least."""

    takes = 0.0

    def __init__(self, *faults: str, looks: int = 0, late: float = 0.0) -> None:
        self.jobs: dict[str, Job] = {}
        self.bills = 0
        self.faults = deque(faults)
        self.looks, self.late = looks, late
        self.address = ""
        self._numbers = itertools.count(7392616336519610001)

    def fault(self) -> str:
        """What goes wrong with this call."""
        return self.faults.popleft() if self.faults else ""

    def begin(
        self, sound: bytes | None, fault: str = "", mark: str = "", model: str = "", length: float = 0.0
    ) -> Job:
        """Take a job and charge for it."""
        self.bills += 1
        job = Job(
            id=str(next(self._numbers)), sound=sound, fault=fault, mark=mark, model=model, length=length
        )
        self.jobs[job.id] = job
        return job

    def done(self, job: Job) -> bool:
        """Whether a job is done by now."""
        job.looks += 1
        return job.looks > self.looks and not self._at_work(job)

    def running(self) -> int:
        """How many jobs are under way: where they take no time, those nobody has heard the end of."""
        if self.takes:
            return sum(map(self._at_work, self.jobs.values()))
        return sum(job.looks <= self.looks for job in self.jobs.values())

    def _at_work(self, job: Job) -> bool:
        return time.monotonic() < job.begun + self.takes

    def url(self, job: Job) -> str:
        """Where a job's clip lies; another address each time it is asked for."""
        return f"{self.address}/result/{job.id}.mp4?sig={job.looks}"

    def result(self) -> Route:
        """The route at which clips lie; the first address of an "expired" job has run out."""
        return Route("/result/{name}", self._result)

    async def _result(self, request: Request) -> Response:
        job = self.jobs[request.path_params["name"].removesuffix(".mp4")]
        job.served += 1
        if job.fault == "gone" or (job.fault == "expired" and job.served == 1):
            return Response("expired", 403)
        return Response(self._clip(job), media_type="video/mp4")

    def _clip(self, job: Job) -> bytes:
        if job.fault == "page":
            return b"<html>this is no film</html>" * 40
        fault = job.fault if job.fault in _CLIP_FAULTS else ""
        with tempfile.TemporaryDirectory() as name:
            out, sound = Path(name) / "clip.mp4", None
            if job.sound is not None:
                sound = Path(name) / "sound.wav"
                sound.write_bytes(job.sound)
            seconds = job.length or (5.0 if sound is None else 0.0)
            return clips.clip(out, sound, seconds=seconds, fault=fault, late=self.late, fps=24).read_bytes()


def own_sound(prompt: str, fault: str = "") -> bytes:
    """What a model that speaks for itself makes of a prompt: a burst of sound for each line in quotation
    marks; with "muddle" all in one breath."""
    lines = re.findall(r'"([^"]+)"', prompt)
    counts = [syllables(line, "en" if line.isascii() else "zh") for line in lines]
    pause = silence(0.0 if fault == "muddle" else 0.8, clips.HERTZ)
    pieces = [silence(0.4, clips.HERTZ)]
    for number, count in enumerate(counts):
        pieces += [talk(max(1, count), hertz=clips.HERTZ, seed=number + 1), pause]
    return as_wav(np.concatenate(pieces), clips.HERTZ)


def hung_up() -> Response:
    """An answer that breaks off: whoever waits for it knows nothing."""
    return Response(b"{", headers={"content-length": "1000"}, media_type="application/json")


def fetched(url: str) -> bytes | None:
    """What lies at an address that was lent; None where it is closed."""
    try:
        with build_opener(ProxyHandler({})).open(url, timeout=10) as answer:
            return bytes(answer.read())
    except OSError:
        return None
