"""Animate: the first frame speaks the pet's lines."""

import itertools
from collections.abc import Sequence

from pipeline import crafts
from pipeline.choosing import Choice
from pipeline.crafts.stage import Played
from pipeline.dubbing import dubbed, suits
from pipeline.model import Framed, Timeline
from pipeline.parts import Animated, Shot, Speech
from pipeline.performing import Work, first_that_can, shot
from pipeline.ports.avatar import Avatar
from pipeline.ports.errors import Surprise
from pipeline.ports.facts import Facts, Paid
from pipeline.spend import pass_over, spend
from pipeline.studio import Studio, together
from storage import takes
from storage.model import Take


async def animate(
    studio: Studio, project: str, frame: str, framed: str, speech: str, timeline: str
) -> Animated:
    """Return the performance; the same frame, sound and timeline give the one made before.

    Vendors that can do it are asked in their order; those that play only the speech share their jobs, and
    the stage makes the film's performance of their clips.
    """
    pet = await studio.noun(speech, Speech)
    work = Work(
        studio=studio,
        project=project,
        frame=frame,
        sound=pet.sound,
        spans=pet.spans,
        framed=await studio.noun(framed, Framed),
        timeline=await studio.noun(timeline, Timeline),
        brief=(await studio.project(project)).brief,
    )
    if pet.shots:  # whoever said it performed it as well
        return await _stage(work, _parts(pet.shots), pet.shots)
    asked = work.choices()
    for choice in (each for each in asked if each.left):
        await pass_over(studio, project, "animate", choice.facts, await work.made_from(), choice.left)
    groups = work.groups(asked)
    there = await _stood_in(work, groups)
    if there is not None:
        return there

    async def performed(choices: Sequence[Choice]) -> Animated:
        return await (_played if choices[0].facts.whole_film else _staged)(work, choices)

    return await first_that_can(studio, groups, performed)


async def _stood_in(work: Work, groups: Sequence[Sequence[Choice]]) -> Animated | None:
    """What somebody played because those before them could not: asking them again may cost again."""
    studio = work.studio
    found = await takes.good(studio.db, work.project, await work.made_from())
    if found is None or found.result is None or groups[0][0].facts.whole_film:
        return None
    ledger = await takes.of(studio.db, work.project)
    left = {take.made_from for take in ledger if take.state in {"failed", "rejected"}}
    for choices in itertools.takewhile(lambda group: not group[0].facts.whole_film, groups):
        if left.isdisjoint([await work.made_from("part", *part) for part in choices[0].parts]):
            return None
    studio.made_by(found.vendor, found.model)
    return Animated.model_validate_json(found.result)


async def _played(work: Work, choices: Sequence[Choice]) -> Animated:
    """A performance by somebody who plays the whole film."""
    studio = work.studio

    async def send(vendor: Avatar, key: str) -> Paid:
        async with studio.borrow(work.frame, work.sound) as (frame, speech):
            return await vendor.submit(work.job(frame, speech, work.spans, work.timeline.seconds), key)

    async def collect(vendor: Avatar, ticket: str) -> Paid:
        async with studio.borrow(work.frame, work.sound) as (frame, speech):
            with studio.bench() as bench:
                out = bench / "performance.mp4"
                job = work.job(frame, speech, work.spans, work.timeline.seconds)
                await studio.until(lambda: vendor.poll(ticket))
                performed = await vendor.fetch(ticket, job, out, studio.teller())
                if performed.track is None:
                    raise Surprise("vendor.odd", {"vendor": vendor.facts.vendor, "model": vendor.facts.model})
                clip = await studio.keep(work.project, "performance", out, "video/mp4")
        track = await studio.keep_noun(work.project, "track", performed.track)
        return Paid(value=Animated(clip=clip.id, track=track.id).model_dump_json())

    take = await spend(
        studio,
        work.project,
        "animate",
        work.vendors(choices),
        await work.made_from(),
        send=send,
        collect=collect,
    )
    return Animated.model_validate_json(take.result or "")


async def _staged(work: Work, choices: Sequence[Choice]) -> Animated:
    """A performance made of clips, one for each part of the speech."""
    parts = choices[0].parts
    suited = await suits(work, choices, parts[0])
    performed = await _side_by_side(work, choices)
    shots = tuple(
        [await dubbed(work, choices, take, part) for take, part in zip(performed, parts, strict=True)]
    )
    made = await _stage(work, parts, shots)
    work.studio.made_by(performed[-1].vendor, performed[-1].model)
    told = () if suited else ("performance.no_subject",)
    return made.model_copy(update={"notes": (*told, *made.notes)})


def _parts(shots: Sequence[Shot]) -> list[tuple[int, int]]:
    """The lines of each clip, first to last, as numbers."""
    ends = list(itertools.accumulate(len(shot.spans) for shot in shots))
    return [(end - len(shot.spans), end - 1) for end, shot in zip(ends, shots, strict=True)]


async def _side_by_side(work: Work, choices: Sequence[Choice]) -> list[Take]:
    """Every part's take; at the same time where the account lets several jobs run."""
    parts = choices[0].parts
    if choices[0].facts.at_once == 1:
        return [await shot(work, choices, part) for part in parts]
    return await together(*(shot(work, choices, part) for part in parts))


class _Stage:
    """Our own craft under a take, so that the same clips are not staged twice."""

    facts = Facts(vendor="builtin", model="stage", free=True, source="this program")


async def _stage(work: Work, parts: Sequence[tuple[int, int]], shots: tuple[Shot, ...]) -> Animated:
    """The film's performance, out of the clips."""
    studio = work.studio
    pets = [cue.index for cue in work.timeline.cues if cue.speaker != "person"]

    async def send(_stage: _Stage, _key: str) -> Paid:
        clips = [shot.clip for shot in shots]
        async with studio.borrow(work.frame, work.sound, *clips) as (frame, speech, *paths):
            played = tuple(
                Played(clip=path, cues=tuple(pets[first : last + 1]), spans=shot.spans, follows=shot.follows)
                for path, shot, (first, last) in zip(paths, shots, parts, strict=True)
            )
            with studio.bench() as bench:
                out = bench / "performance.mp4"
                job = work.job(frame, speech, work.spans, work.timeline.seconds)
                track = await studio.workshop.run(
                    "stage", crafts.stage.stage, job, played, out, tell=studio.teller()
                )
                clip = await studio.keep(work.project, "performance", out, "video/mp4")
        kept = await studio.keep_noun(work.project, "track", track)
        notes = () if all(shot.follows for shot in shots) else ("performance.voice_over",)
        return Paid(value=Animated(clip=clip.id, track=kept.id, notes=notes).model_dump_json())

    told = [each.model_dump_json() for each in shots]
    take = await spend(
        studio, work.project, "animate", [_Stage()], await work.made_from("stage", *told), send=send
    )
    return Animated.model_validate_json(take.result or "")
