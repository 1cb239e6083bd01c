"""Avatar: the picture speaks. Submitting spends, polling and fetching do not and may be repeated."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol, runtime_checkable

from pipeline.model import Framed, Span, Timeline, Track
from pipeline.ports.facts import Facts, Paid
from storage.model import Noun

Tell = Callable[[float], None]


class Job(Noun):
    """What is performed: paths are local and readable while a call lasts.

    `speech` is a mono WAV; `spans` says where each of the pet's lines lies in it, in seconds, and `seconds`
    how long it is. `prompt` says in words how it is played. `words` are the lines that the model is to say
    by itself, in its own voice: they are in the prompt, the sound is silent and as long as the clip shall be.
    `frame_url` and `speech_url` are lent for a while to vendors that want addresses, None to others;
    `clip_url` is a scene for whoever makes its mouth follow, `seen` what its looker found in it.
    """

    frame: Path
    framed: Framed
    speech: Path
    spans: tuple[Span, ...]
    timeline: Timeline
    seconds: float = 0.0
    prompt: str = ""
    words: tuple[str, ...] = ()
    frame_url: str | None = None
    speech_url: str | None = None
    clip_url: str | None = None
    seen: str = ""


class Performed(Noun):
    """What was fetched.

    `track` is the mouth on every picture, in pixels of the pane, where the vendor plays the whole film; None
    where the clip holds the pet's speech only and the stage makes the film's performance of it. `cost` is
    what the vendor says it did cost, in its currency.
    """

    track: Track | None
    seconds: float
    cost: float | None = None


class Avatar(Protocol):
    """Performs."""

    @property
    def facts(self) -> Facts:
        """What it can do and costs."""
        ...

    async def submit(self, job: Job, key: str) -> Paid:
        """Spend: hand the job over under `key`; return the vendor's ticket, and the cost where known."""
        ...

    async def poll(self, ticket: str) -> bool:
        """True when the performance can be fetched; raises Failed or Refused when it never will."""
        ...

    async def fetch(self, ticket: str, job: Job, out: Path, tell: Tell) -> Performed:
        """Write the performance as MP4 and tell the fraction done now and then."""
        ...


@runtime_checkable
class Dubs(Protocol):
    """Makes scenes, and knows who can make their mouths follow our sound afterwards, as a job of its own."""

    dubber: Avatar


class Looker(Protocol):
    """Looks at a picture or a scene before a job, as an order of its own that may cost something."""

    @property
    def facts(self) -> Facts:
        """What it costs."""
        ...

    async def submit(self, job: Job, key: str) -> Paid:
        """Spend: have it looked at; return the vendor's ticket."""
        ...

    async def seen(self, ticket: str) -> str | None:
        """Return what was found: empty where nothing can be worked on, None as long as it is looked at."""
        ...


@runtime_checkable
class LooksFirst(Protocol):
    """Can only work on a scene in which its looker found something; the job tells what."""

    looker: Looker


@runtime_checkable
class Advised(Protocol):
    """Has somebody who says whether a picture suits it, and works on any."""

    adviser: Looker


@runtime_checkable
class Finds(Protocol):
    """Can say later whether a job whose answer was lost is there."""

    async def find(self, key: str) -> str | None:
        """Return the ticket of the job handed over under `key`; None when there surely is none."""
        ...


@runtime_checkable
class Cancels(Protocol):
    """Can stop a job that has not begun."""

    async def cancel(self, ticket: str) -> bool:
        """Stop it; False where it is too late."""
        ...


@runtime_checkable
class Checks(Protocol):
    """Can be asked, for nothing, whether it lets us in."""

    async def check(self) -> None:
        """Ask one free question; raises NoAccess and the other six."""
        ...
