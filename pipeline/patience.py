"""What a step may meet from outside: a busy vendor is asked again, a full disk is said in a sentence."""

import asyncio
import contextlib
import errno
import itertools
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

from pipeline.ports.errors import Busy, Failed
from pipeline.studio import Studio
from pipeline.turns import stop_here
from storage.model import Noun

_PAUSES = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 30.0, 30.0)  # seconds before a busy vendor is asked again
_SILENT_TRIES = 4
_BETWEEN_LOOKS = 3.0


@contextlib.contextmanager
def room(folder: Path) -> Iterator[None]:
    """A full disk is no mistake of ours, wherever in a step it is met."""
    try:
        yield
    except OSError as error:
        if error.errno not in {errno.ENOSPC, errno.EDQUOT}:
            raise
        raise Failed("storage.full", {"place": str(folder)}, str(error)) from error


async def patiently(
    studio: Studio, project: str, run: Callable[[], Awaitable[Noun]], patience: float
) -> Noun:
    """The one place that retries: only what was surely not sent.

    Who says that it is busy is waited for longer than who does not answer at all; on the last try whoever is
    next in the list is asked. `patience`: seconds of the first pause.
    """
    tries = _SILENT_TRIES
    for attempt in itertools.count(1):
        if studio.now:
            studio.now.last_try = attempt >= tries
        try:
            return await run()
        except Busy as trouble:
            if attempt >= tries:
                raise
            told = "seconds" in trouble.fields
            tries = len(_PAUSES) + 1 if told else _SILENT_TRIES
            wanted = min(float(trouble.fields["seconds"] or 0), _PAUSES[-1]) if told else 0.0
            await _pause(studio, project, patience * max(_PAUSES[attempt - 1], wanted))
    raise AssertionError


async def _pause(studio: Studio, project: str, seconds: float) -> None:
    """Wait, unless the making is stopped meanwhile."""
    while seconds > 0:
        await asyncio.sleep(min(seconds, _BETWEEN_LOOKS))
        seconds -= _BETWEEN_LOOKS
        await stop_here(studio, project)
