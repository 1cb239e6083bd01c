"""Avatar: the picture speaks. Submitting spends, polling and fetching do not and may be repeated."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from pipeline.model import Framed, Span, Timeline, Track
from pipeline.ports.facts import Facts
from storage.model import Noun

Tell = Callable[[float], None]


class Job(Noun):
    """What is performed: paths are local and readable while a call lasts.

    `speech` is a mono WAV; `spans` says where each of the pet's lines lies in it, in seconds.
    """

    frame: Path
    framed: Framed
    speech: Path
    spans: tuple[Span, ...]
    timeline: Timeline


class Performed(Noun):
    """The mouth on every picture of the performance, in pixels of the pane."""

    track: Track
    seconds: float


class Avatar(Protocol):
    """Performs."""

    facts: Facts

    async def submit(self, job: Job, key: str) -> str:
        """Spend: hand the job over under `key`; return the vendor's ticket."""
        ...

    async def poll(self, ticket: str) -> bool:
        """True when the performance can be fetched; raises Failed or Refused when it never will."""
        ...

    async def fetch(self, ticket: str, job: Job, out: Path, tell: Tell) -> Performed:
        """Write the performance as MP4 and tell the fraction done now and then."""
        ...
