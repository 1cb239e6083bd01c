"""Avatar without a key: the photo itself speaks, listens, blinks and cries."""

import asyncio
import itertools
from pathlib import Path

from pipeline import crafts
from pipeline.model import Track
from pipeline.ports.avatar import Job, Performed, Tell
from pipeline.ports.facts import Paid
from pipeline.vendors.builtin.facts import home
from pipeline.workshop import Workshop

_HALVES = 2  # one per core of the smallest machine; pictures do not depend on each other


class Avatar:
    """Draws every picture of the film; submitting is only a promise, fetching does the work."""

    facts = home("puppet", whole_film=True)

    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop

    async def submit(self, job: Job, key: str) -> Paid:
        """Promise; the take's key is the ticket."""
        return Paid(value=key)

    async def poll(self, ticket: str) -> bool:
        """Always ready: the work happens in `fetch`."""
        return True

    async def fetch(self, ticket: str, job: Job, out: Path, tell: Tell) -> Performed:
        """Draw the film's pictures in two processes and join the halves."""
        halves = _split(job.timeline.frames)
        parts = [out.with_suffix(f".{n}.mp4") for n in range(len(halves))]
        done = [0.0] * len(halves)

        def listener(n: int) -> Tell:
            def hear(fraction: float) -> None:
                done[n] = fraction
                tell(sum(done) / len(done))

            return hear

        try:
            async with asyncio.TaskGroup() as group:
                tasks = [
                    group.create_task(
                        self._workshop.run("stage", crafts.stage.perform, job, half, part, tell=listener(n))
                    )
                    for n, (half, part) in enumerate(zip(halves, parts, strict=True))
                ]
        except BaseExceptionGroup as troubles:
            raise _first(troubles) from troubles
        await self._workshop.run("stage", crafts.stage.join, parts, out)
        tracks = [task.result() for task in tasks]
        track = Track(
            mouths=tuple(box for each in tracks for box in each.mouths),
            openness=tuple(value for each in tracks for value in each.openness),
        )
        return Performed(track=track, seconds=job.timeline.seconds)


def _first(troubles: BaseExceptionGroup[BaseException]) -> BaseException:
    """What went wrong in the first half that failed: both halves fail for one reason, such as a full disk."""
    trouble = troubles.exceptions[0]
    return _first(trouble) if isinstance(trouble, BaseExceptionGroup) else trouble


def _split(frames: int) -> list[tuple[int, int]]:
    edges = [frames * n // _HALVES for n in range(_HALVES + 1)]
    return [(first, last) for first, last in itertools.pairwise(edges) if last > first]
