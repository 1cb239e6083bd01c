"""Animate: the first frame speaks the pet's lines."""

import dataclasses
import itertools
from collections.abc import Sequence

from pipeline import crafts
from pipeline.choosing import Choice
from pipeline.dubbing import dubbed, suits
from pipeline.model import Framed, Timeline, Track
from pipeline.parts import Animated, Speech
from pipeline.performing import Work, shot
from pipeline.ports.avatar import Avatar, Before
from pipeline.ports.errors import Surprise
from pipeline.ports.facts import Facts, Paid
from pipeline.shots import Place, known, placed, played, still_to_do
from pipeline.spend import first_that_can, pass_over, spend
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
        return await _stage(work, [Place(shot, n) for shot in pet.shots for n in range(len(shot.spans))])
    asked = work.choices()
    for choice in (each for each in asked if each.left):
        await pass_over(studio, project, "animate", choice.facts, await work.made_from(), choice.left)
    work, groups = await _to_do(work, work.groups(asked))
    there = await _stood_in(work, groups)
    if there is not None:
        return there

    async def performed(choices: Sequence[Choice]) -> Animated:
        return await (_played if choices[0].facts.whole_film else _staged)(work, choices)

    return await first_that_can(studio, groups, performed)


async def _to_do(work: Work, groups: list[list[Choice]]) -> tuple[Work, list[list[Choice]]]:
    """The work with prints of its lines, and the groups with what they have not performed yet, where anybody
    is asked for lines."""
    if all(group[0].facts.whole_film for group in groups):
        return work, groups
    async with work.studio.borrow(work.sound) as (speech,):
        prints = await work.studio.workshop.run("stage", crafts.stage.prints, speech, work.spans)
    work = dataclasses.replace(work, prints=prints)
    return work, [group if group[0].facts.whole_film else await still_to_do(work, group) for group in groups]


async def _stood_in(work: Work, groups: Sequence[Sequence[Choice]]) -> Animated | None:
    """What somebody played because those before them could not: asking them again may cost again."""
    studio = work.studio
    found = await takes.good(studio.db, work.project, await work.made_from())
    if found is None or found.result is None or groups[0][0].facts.whole_film:
        return None
    ledger = await takes.of(studio.db, work.project)
    left = {take.made_from for take in ledger if take.state in {"failed", "rejected"}}
    for choices in itertools.takewhile(lambda group: not group[0].facts.whole_film, groups):
        first = choices[0]
        if left.isdisjoint([await work.part_made_from(first.facts, part) for part in first.parts]):
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
        earlier = await _earlier(work, vendor)
        async with studio.borrow(work.frame, work.sound, *(earlier[:1])) as (frame, speech, *clips):
            with studio.bench() as bench:
                out = bench / "performance.mp4"
                job = work.job(frame, speech, work.spans, work.timeline.seconds)
                if earlier:
                    before = Before(clip=clips[0], track=await studio.noun(earlier[1], Track))
                    job = job.model_copy(update={"before": before})
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


async def _earlier(work: Work, vendor: Avatar) -> tuple[str, ...]:
    """The performance a vendor made last for this film, and its track; nothing where there is none."""
    who = vendor.facts.vendor, vendor.facts.model
    for take in reversed(await takes.of(work.studio.db, work.project)):
        if take.step == "animate" and take.state == "done" and (take.vendor, take.model) == who:
            made = Animated.model_validate_json(take.result or "")
            return made.clip, made.track
    return ()


async def _staged(work: Work, choices: Sequence[Choice]) -> Animated:
    """A performance made of clips: one for each part of the speech that has to be performed, and those there
    are of the rest."""
    places, parts = await known(work, choices), choices[0].parts
    suited = await suits(work, choices, parts[0] if parts else (0, 0))
    performed = await _side_by_side(work, choices)
    for take, part in zip(performed, parts, strict=True):
        places = placed(places, part, await dubbed(work, choices, take, part))
    made = await _stage(work, [place for place in places if place is not None])
    if performed:
        work.studio.made_by(performed[-1].vendor, performed[-1].model)
    told = () if suited else ("performance.no_subject",)
    return made.model_copy(update={"notes": (*told, *made.notes)})


async def _side_by_side(work: Work, choices: Sequence[Choice]) -> list[Take]:
    """Every part's take; at the same time where the account lets several jobs run."""
    parts = choices[0].parts
    if choices[0].facts.at_once == 1:
        return [await shot(work, choices, part) for part in parts]
    return await together(*(shot(work, choices, part) for part in parts))


class _Stage:
    """Our own craft under a take, so that the same clips are not staged twice."""

    facts = Facts(vendor="builtin", model="stage", free=True, source="this program")


async def _stage(work: Work, places: Sequence[Place]) -> Animated:
    """The film's performance, out of the clips in which its lines are."""
    studio = work.studio
    pets = [cue.index for cue in work.timeline.cues if cue.speaker != "person"]
    clips, parts = zip(*played(places, pets), strict=True)

    async def send(_stage: _Stage, _key: str) -> Paid:
        async with studio.borrow(work.frame, work.sound, *clips) as (frame, speech, *paths):
            there = [part.model_copy(update={"clip": path}) for part, path in zip(parts, paths, strict=True)]
            with studio.bench() as bench:
                out = bench / "performance.mp4"
                job = work.job(frame, speech, work.spans, work.timeline.seconds)
                track = await studio.workshop.run(
                    "stage", crafts.stage.stage, job, tuple(there), out, tell=studio.teller()
                )
                clip = await studio.keep(work.project, "performance", out, "video/mp4")
        kept = await studio.keep_noun(work.project, "track", track)
        notes = () if all(part.follows for part in parts) else ("performance.voice_over",)
        return Paid(value=Animated(clip=clip.id, track=kept.id, notes=notes).model_dump_json())

    told = [each.model_dump_json() for each in parts]
    take = await spend(
        studio, work.project, "animate", [_Stage()], await work.made_from("stage", *clips, *told), send=send
    )
    return Animated.model_validate_json(take.result or "")
