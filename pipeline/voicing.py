"""Voicing: the pet's lines said by the model that performs them, in its own voice.

There is no sound of ours: the lines are in the prompt, a clip comes with speech and mouth together, and its
sound is cut into the lines. Each clip is a take, paid once; all are one vendor's, for each has another voice.
"""

import dataclasses
from collections.abc import Sequence
from pathlib import Path

from pipeline import crafts
from pipeline.choosing import Choice, choose, clip
from pipeline.parts import Shot, Voiced
from pipeline.performing import Work, delivered, first_that_can, ready
from pipeline.ports.avatar import Avatar, Job
from pipeline.ports.facts import Facts, Paid
from pipeline.spend import pass_over, spend
from pipeline.studio import digest, together
from pipeline.writing import prompts
from storage import takes
from storage.model import Lang, Line, Take

_QUOTES = str.maketrans({'"': "'", "“": "'", "”": "'"})


@dataclasses.dataclass(frozen=True)
class _Clip:
    """One clip to be made: whose work it is, some of the pet's lines in a language, and who says them."""

    work: Work
    lines: tuple[Line, ...]
    lang: Lang
    part: tuple[int, int]
    facts: Facts

    @property
    def texts(self) -> tuple[str, ...]:
        """What is said."""
        return tuple(line.text for line in self.lines)

    async def made_from(self) -> str:
        """A digest of what it depends on: what a person says between the lines is no part of that."""
        work = self.work
        picture, rounds = await work.studio.asset(work.frame), work.brief.rounds.get("animate", 0)
        who = (self.facts.name, *self.part)
        return digest("own voice", picture.sha256, work.framed, self.lang, rounds, *who, *self.lines)

    def price(self, facts: Facts) -> float:
        """What it costs."""
        (choice,) = choose([facts], self.work.need(self.work.lines(self.part)))
        return choice.cost

    async def job(self, frame: Path, bench: Path) -> Job:
        """The job as its vendor gets it: the lines in words, and how long the clip shall be."""
        assert self.facts.can is not None
        assert self.facts.can.speaks is not None
        speech, seconds = bench / "silence.wav", clip(self.work.spans, self.part, self.facts.can.speaks)
        await self.work.studio.workshop.run("stage", crafts.stage.silence, seconds, speech)
        job = self.work.job(frame, speech, self.work.lines(self.part), seconds)
        return job.model_copy(update={"words": self.texts, "prompt": asked(self.lines, self.lang)})


async def voiced(work: Work, lines: tuple[Line, ...], lang: Lang) -> tuple[tuple[Voiced, ...], str]:
    """Return the clips in which the pet's lines are said, and their vendor.

    Raises:
        NoAccess: nobody in use can, with the first one's reason.
        Those of `spend`, where nobody is left to be asked.
    """
    choices = work.choices()
    for choice in (each for each in choices if each.left):
        none = await _Clip(work, lines, lang, (0, len(lines) - 1), choice.facts).made_from()
        await pass_over(work.studio, work.project, "voice_pet", choice.facts, none, choice.left)
    able = [_clips(work, lines, lang, choice) for group in work.groups(choices) for choice in group]
    there = [clips for clips in able if await _there(clips)]
    return await first_that_can(work.studio, [*there, *able], _said)


def _clips(work: Work, lines: tuple[Line, ...], lang: Lang, choice: Choice) -> list[_Clip]:
    return [
        _Clip(work, lines[first : last + 1], lang, (first, last), choice.facts)
        for first, last in choice.parts
    ]


async def _there(clips: Sequence[_Clip]) -> bool:
    """Whether all of somebody's clips were made before."""
    found = [
        await takes.good(each.work.studio.db, each.work.project, await each.made_from()) for each in clips
    ]
    return all(each is not None for each in found)


async def _said(clips: Sequence[_Clip]) -> tuple[tuple[Voiced, ...], str]:
    """All of one vendor's clips, and who that is."""
    made = await _side_by_side(clips)
    return tuple(Voiced.model_validate_json(take.result or "") for take in made), made[0].vendor


async def _side_by_side(clips: Sequence[_Clip]) -> list[Take]:
    """Every clip's take; at the same time where the account lets several jobs run."""
    if clips[0].facts.at_once == 1:
        return [await _paid(each) for each in clips]
    return await together(*(_paid(each) for each in clips))


async def _paid(one: _Clip) -> Take:
    """One clip, paid once, kept once it is seen that it is one and heard that somebody speaks in it."""
    work, studio = one.work, one.work.studio

    async def send(vendor: Avatar, key: str) -> Paid:
        async with studio.borrow(work.frame) as (frame,):
            with studio.bench() as bench:
                return await vendor.submit(await one.job(frame, bench), key)

    async def collect(vendor: Avatar, ticket: str) -> Paid:
        async with studio.borrow(work.frame) as (frame,):
            with studio.bench() as bench:
                job = await one.job(frame, bench)
                await ready(studio, vendor, ticket, job.seconds)
                performed = await vendor.fetch(ticket, job, bench / "clip.mp4", studio.teller())
                kept = await _heard(one, bench / "clip.mp4", bench / "said.wav")
        return Paid(value=kept.model_dump_json(), cost=performed.cost)

    vendors = [each for each in studio.catalogue.avatar if each.facts.name == one.facts.name]
    made_from = await one.made_from()
    return await spend(
        studio, work.project, "voice_pet", vendors, made_from, send=send, collect=collect, price=one.price
    )


async def _heard(one: _Clip, path: Path, out: Path) -> Voiced:
    studio, project = one.work.studio, one.work.project
    with delivered():
        spans = await studio.workshop.run("stage", crafts.stage.overhear, path, one.texts, one.lang, out)
    shot = await studio.keep(project, "shot", path, "video/mp4")
    sound = await studio.keep(project, "said", out, "audio/wav")
    return Voiced(shot=Shot(clip=shot.id, spans=spans), sound=sound.id)


def asked(lines: Sequence[Line], lang: Lang) -> str:
    """Return the words a model is asked with: each line in quotation marks, how it is played before it."""
    prompt = prompts.read("say", lang)
    rows = []
    for number, line in enumerate(lines, 1):
        note = line.direction.notes.get(lang, line.direction.note) if line.direction else ""
        played = f"({note.translate(_QUOTES)}) " if note else ""
        rows.append(f'{number}. {played}"{line.text.translate(_QUOTES)}"')
    return "\n".join([prompt.system, prompt.words, *rows])
