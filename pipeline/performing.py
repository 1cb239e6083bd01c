"""Performing one part of the speech: whom to ask, what they are given, how long to wait, what came of it."""

import contextlib
import dataclasses
import itertools
from collections.abc import Awaitable, Callable, Iterator, Sequence
from pathlib import Path

from pipeline import crafts
from pipeline.choosing import Choice, Need, Part, choose, quiet
from pipeline.lend import lend, lends
from pipeline.model import Framed, Span, Timeline
from pipeline.parts import Shot
from pipeline.plans import chosen
from pipeline.ports.avatar import Avatar, Job
from pipeline.ports.can import Can
from pipeline.ports.errors import Busy, Failed, NoAccess, Surprise
from pipeline.ports.facts import Facts, Paid
from pipeline.spend import spend
from pipeline.studio import Studio, digest
from pipeline.writing import prompts
from storage.model import Brief, Take

LENT_LONGER = 600.0  # seconds beyond the job's own end: a vendor may fetch late
_ODD_IN_A_ROW = 4
_WAITING = 0.8  # of the step's progress


@dataclasses.dataclass(frozen=True)
class Work:
    """What is to be performed, and whose it is; `prints` are digests of what is heard of each line. `own`:
    the model says it by itself, so that there is no sound yet, and where its lines lie is about right."""

    studio: Studio
    project: str
    frame: str
    sound: str
    spans: tuple[Span, ...]
    framed: Framed
    timeline: Timeline
    brief: Brief
    prints: tuple[str, ...] = ()
    own: bool = False

    def choices(self) -> tuple[Choice, ...]:
        """Everybody the plan asks, those that can do it first and in order."""
        need = self.need(self.spans)
        worth = self.studio.settings.worth
        facts = [vendor.facts for vendor in self.studio.catalogue.avatar]
        costs = {each.facts.name: each.cost for each in choose(facts, need)}
        asked = chosen(
            self.studio.catalogue.avatar,
            self.brief.plan,
            lambda of: costs[of.name] * worth.get(of.currency, 1.0),
        )
        place = {vendor.facts.name: number for number, vendor in enumerate(asked)}
        return choose([vendor.facts for vendor in asked], need, place)

    def groups(self, choices: Sequence[Choice]) -> list[list[Choice]]:
        """The vendors that can do it, in order, those together that are given the same jobs.

        Raises:
            NoAccess: nobody can; the first one's reason.
        """
        able = [choice for choice in choices if not choice.left]
        if not able:
            left = choices[0] if choices else None
            raise NoAccess(*((left.left, left.fields) if left else ("vendor.none", {"step": "animate"})))
        return [list(group) for _, group in itertools.groupby(able, key=_sort)]

    def need(self, spans: tuple[Span, ...]) -> Need:
        """What these lines ask of a vendor."""
        pane = self.framed.layout.pane
        return Need(spans=spans, ratio=pane.w / pane.h, lends=lends(self.studio), own=self.own)

    def vendors(self, choices: Sequence[Choice], part: Part | None = None) -> list[Avatar]:
        """The vendors of a group; of those only who takes a part's lines in one job."""
        names = [choice.facts.name for choice in choices]
        if part is not None:
            judged = choose([choice.facts for choice in choices], self.need(self.lines(part)))
            able = {each.facts.name for each in judged if len(each.parts) == 1}
            names = [name for name in names if name in able]
        found = {vendor.facts.name: vendor for vendor in self.studio.catalogue.avatar}
        return [found[name] for name in names]

    def lines(self, part: Part) -> tuple[Span, ...]:
        """Where a part's lines lie in the sound."""
        return self.spans[part[0] : part[1] + 1]

    async def made_from(self, *about: str) -> str:
        """A digest of what the film's whole performance depends on, or a way of making it."""
        picture, sound = await self.studio.asset(self.frame), await self.studio.asset(self.sound)
        base = digest("animate", picture.sha256, self.framed, sound.sha256, self.timeline, self._rounds)
        return digest(base, *about) if about else base

    async def lines_made_from(self) -> tuple[str, ...]:
        """A digest for each line of what its performance depends on: neither on other lines nor on when it
        is heard."""
        picture = await self.studio.asset(self.frame)
        how = digest("line", picture.sha256, self.framed, self.brief.lang, self._rounds)
        return tuple(digest(how, *each) for each in zip(self.prints, self._notes(), strict=True))

    async def part_made_from(self, facts: Facts, part: Part) -> str:
        """A digest of what one job depends on; a scene shows somebody who speaks, whatever is said."""
        if can_of(facts).sound == "own":
            picture = await self.studio.asset(self.frame)
            return digest("scene", picture.sha256, self.framed, self.brief.lang, self._rounds, *self._notes())
        return digest("part", *(await self.lines_made_from())[part[0] : part[1] + 1])

    def dub_made_from(self, clip: str) -> str:
        """A digest of what a scene with its lips depends on."""
        return digest("dub", clip, self._rounds, *self.prints)

    @property
    def _rounds(self) -> int:
        return self.brief.rounds.get("animate", 0)

    def _notes(self) -> list[str]:
        """How each line is played, in the film's language."""
        pets = [cue.direction for cue in self.timeline.cues if cue.speaker != "person"]
        return [direction.notes.get(self.brief.lang, direction.note) for direction in pets]

    def prompt(self, can: Can, part: Part) -> str:
        """How the lines of a part are played, in words."""
        prompt = prompts.read("scene" if can.sound == "own" else "perform", self.brief.lang)
        notes = dict.fromkeys(note for note in self._notes()[part[0] : part[1] + 1] if note)
        return f"{prompt.system} {prompt.words} {' '.join(notes)}" if notes else prompt.system

    def job(self, frame: Path, speech: Path, spans: tuple[Span, ...], seconds: float) -> Job:
        """The job as a vendor gets it."""
        return Job(
            frame=frame,
            framed=self.framed,
            speech=speech,
            spans=spans,
            seconds=seconds,
            timeline=self.timeline,
        )


def _sort(choice: Choice) -> tuple[bool, tuple[Part, ...], bool]:
    own = choice.facts.can is not None and choice.facts.can.sound == "own"
    return choice.facts.whole_film, choice.parts, own


async def shot(work: Work, choices: Sequence[Choice], part: Part) -> Take:
    """One part of the speech, performed once and paid once."""
    studio, facts = work.studio, choices[0].facts
    lines = () if can_of(facts).sound == "own" else await work.lines_made_from()

    async def send(vendor: Avatar, key: str) -> Paid:
        async with studio.borrow(work.frame, work.sound) as (frame, speech):
            with studio.bench() as bench:
                job = await job_of(work, vendor.facts, part, frame, speech, bench)
                return await vendor.submit(await lent(work, vendor.facts, job), key)

    return await spend(
        studio,
        work.project,
        "animate",
        work.vendors(choices, part),
        await work.part_made_from(facts, part),
        send=send,
        collect=collecting(work, part, lines),
        price=lambda facts: price_of(work, facts, part),
    )


def price_of(work: Work, facts: Facts, part: Part) -> float:
    need = work.need(work.lines(part)).model_copy(update={"lends": not _dubbed_later(facts)})
    (choice,) = choose([facts], need)
    return choice.cost


def _dubbed_later(facts: Facts) -> bool:
    """Whether the price of the choice holds another job's, which has a take of its own."""
    return facts.can is not None and facts.can.dub > 0


async def job_of(work: Work, facts: Facts, part: Part, frame: Path, speech: Path, bench: Path) -> Job:
    """What one vendor is given for one part: its lines in a sound of their own, and how they are played."""
    can = can_of(facts)
    lines = work.lines(part)
    around = quiet(lines, (0, len(lines) - 1), can)
    spans, seconds = await work.studio.workshop.run(
        "stage", crafts.stage.sent, speech, lines, around, bench / "sent.wav"
    )
    job = work.job(frame, bench / "sent.wav", spans, seconds)
    return job.model_copy(update={"prompt": work.prompt(can, part)})


async def lent(work: Work, facts: Facts, job: Job) -> Job:
    """The job with addresses for a vendor that wants them."""
    can = can_of(facts)
    if not can.needs_url:
        return job
    studio, seconds = work.studio, can.minutes * 60 + LENT_LONGER
    sound = await studio.keep(work.project, "sent", job.speech, "audio/wav")
    return job.model_copy(
        update={
            "frame_url": await lend(studio, work.frame, seconds, facts.vendor),
            "speech_url": await lend(studio, sound.id, seconds, facts.vendor),
        }
    )


def collecting(work: Work, part: Part, lines: Sequence[str] = ()) -> Callable[[Avatar, str], Awaitable[Paid]]:
    """Wait for a part's clip, bring it home, and keep it if it is one; `lines`: what all lines are made from,
    where the clip may serve another film for some of them."""
    studio = work.studio

    async def collect(vendor: Avatar, ticket: str) -> Paid:
        async with studio.borrow(work.frame, work.sound) as (frame, speech):
            with studio.bench() as bench:
                job = await job_of(work, vendor.facts, part, frame, speech, bench)
                await ready(studio, vendor, ticket, job.seconds)
                performed = await vendor.fetch(ticket, job, bench / "clip.mp4", studio.teller())
                shot = await _worth(work, vendor.facts, job, bench / "clip.mp4")
        shot = shot.model_copy(update={"made_from": tuple(lines[part[0] : part[1] + 1])})
        return Paid(value=shot.model_dump_json(), cost=performed.cost)

    return collect


async def ready(studio: Studio, vendor: Avatar, ticket: str, seconds: float) -> None:
    """Wait for a job, asking for nothing but whether it is done; who does not answer is asked again, and so
    is who answers oddly: a paid job is not given up for one page of a gateway.

    Raises:
        Failed: it never will be, or it takes longer than such a job may.
        Surprise: the answers stay odd.
    """
    can, began, tell, odd = can_of(vendor.facts), studio.clock(), studio.teller(), 0

    async def done() -> bool:
        nonlocal odd
        waited = studio.clock() - began
        tell(_WAITING * min(1.0, waited / max(1.0, can.pace * seconds)))
        if waited > can.minutes * 60:
            raise Failed("vendor.too_late", {"vendor": vendor.facts.vendor, "minutes": f"{can.minutes:.0f}"})
        try:
            ready, odd = await vendor.poll(ticket), 0
        except Busy:
            return False
        except Surprise:
            odd += 1
            if odd == _ODD_IN_A_ROW:
                raise
            return False
        return ready

    await studio.until(done)


@contextlib.contextmanager
def delivered() -> Iterator[None]:
    """What came is looked at inside: where it is no use, its vendor has charged for it all the same."""
    try:
        yield
    except Failed as trouble:
        raise Failed(trouble.key, trouble.fields, trouble.cause, True) from trouble


async def _worth(work: Work, facts: Facts, job: Job, clip: Path) -> Shot:
    """The clip, kept once it has been seen to be one, and where its lines lie."""
    can = can_of(facts)
    sound, seconds = (None, 1.0) if can.sound == "own" else (job.speech, job.spans[-1][1])
    with delivered():
        worth = await work.studio.workshop.run(
            "stage", crafts.stage.judge, clip, sound, seconds, can.sound == "reference"
        )
    kept = await work.studio.keep(work.project, "shot", clip, "video/mp4")
    spans = tuple((start + worth.late, end + worth.late) for start, end in job.spans)
    return Shot(clip=kept.id, spans=spans, follows=worth.follows)


def can_of(facts: Facts) -> Can:
    assert facts.can is not None
    return facts.can
