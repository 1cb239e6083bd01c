"""Avatar without a key: the photo itself speaks, listens, blinks and cries."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from pipeline import crafts
from pipeline.crafts.drawn import Cut
from pipeline.model import Box, Piece, Track
from pipeline.ports.avatar import Job, Performed, Tell
from pipeline.ports.facts import Paid
from pipeline.vendors.builtin.facts import home
from pipeline.workshop import Workshop

_HALVES = 2  # one per core of the smallest machine; pictures do not depend on each other
_OUTLINED = 0.05  # of the work


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
        """Draw what was not drawn before in two processes, and put everything together."""
        pieces = await self._workshop.run("stage", crafts.drawn.outline, job)
        reel = _Reel()
        if job.before is not None:
            reel.take(job.before.clip, job.before.track.pieces, job.before.track)
        tell(_OUTLINED)
        new = list({piece.made_from: piece for piece in pieces if piece.made_from not in reel}.values())
        halves = _halves(new)
        parts = [out.with_suffix(f".{n}.mp4") for n in range(len(halves))]
        for half, part, track in zip(halves, parts, await self._drawn(job, halves, parts, tell), strict=True):
            reel.take(part, half, track)
        cuts, track = reel.laid(pieces)
        await self._workshop.run("stage", crafts.drawn.join, cuts, out)
        return Performed(track=track, seconds=job.timeline.seconds)

    async def _drawn(
        self, job: Job, halves: Sequence[Sequence[Piece]], parts: Sequence[Path], tell: Tell
    ) -> list[Track]:
        """Draw each half into its file."""
        done = [0.0] * len(halves)

        def listener(n: int) -> Tell:
            def hear(fraction: float) -> None:
                done[n] = fraction
                tell(_OUTLINED + (1 - _OUTLINED) * sum(done) / len(done))

            return hear

        try:
            async with asyncio.TaskGroup() as group:
                tasks = [
                    group.create_task(
                        self._workshop.run("stage", crafts.drawn.perform, job, half, part, tell=listener(n))
                    )
                    for n, (half, part) in enumerate(zip(halves, parts, strict=True))
                ]
        except BaseExceptionGroup as troubles:
            raise _first(troubles) from troubles
        return [task.result() for task in tasks]


class _Reel:
    """Where each piece that was drawn lies, by what it is made from, with the mouths in it."""

    def __init__(self) -> None:
        self._there: dict[str, tuple[Cut, tuple[Box | None, ...], tuple[float, ...]]] = {}

    def __contains__(self, made_from: str) -> bool:
        return made_from in self._there

    def take(self, clip: Path, pieces: Sequence[Piece], track: Track) -> None:
        """Take the pieces of a clip, which lie in it one behind the other."""
        at = 0
        for piece in pieces:
            stop = at + piece.stop - piece.first
            self._there[piece.made_from] = (clip, at, stop), track.mouths[at:stop], track.openness[at:stop]
            at = stop

    def laid(self, pieces: Sequence[Piece]) -> tuple[list[Cut], Track]:
        """Pieces in a film's order: where they are, and the film's track."""
        there = [self._there[piece.made_from] for piece in pieces]
        track = Track(
            mouths=tuple(box for _, mouths, _ in there for box in mouths),
            openness=tuple(value for *_, openness in there for value in openness),
            pieces=tuple(pieces),
        )
        return [cut for cut, *_ in there], track


def _first(troubles: BaseExceptionGroup[BaseException]) -> BaseException:
    """What went wrong in the first half that failed: both halves fail for one reason, such as a full disk."""
    trouble = troubles.exceptions[0]
    return _first(trouble) if isinstance(trouble, BaseExceptionGroup) else trouble


def _halves(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """The pieces in runs of about as many pictures each."""
    whole = sum(piece.stop - piece.first for piece in pieces)
    halves: list[list[Piece]] = [[] for _ in range(_HALVES)]
    done = 0
    for piece in pieces:
        halves[min(_HALVES - 1, _HALVES * (done + (piece.stop - piece.first) // 2) // whole)].append(piece)
        done += piece.stop - piece.first
    return [half for half in halves if half]
