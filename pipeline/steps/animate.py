"""Animate: the first frame speaks the pet's lines."""

from pathlib import Path

from pipeline.model import Framed, Timeline
from pipeline.parts import Animated, Speech
from pipeline.ports.avatar import Avatar, Job
from pipeline.ports.facts import Paid
from pipeline.spend import spend
from pipeline.studio import Studio, digest


async def animate(
    studio: Studio, project: str, frame: str, framed: str, speech: str, timeline: str
) -> Animated:
    """Return the performance; the same frame, sound and timeline give the one made before."""
    picture = await studio.asset(frame)
    pet = await studio.noun(speech, Speech)
    plan = await studio.noun(timeline, Timeline)
    drawn = await studio.noun(framed, Framed)
    sound = await studio.asset(pet.sound)
    rounds = (await studio.project(project)).brief.rounds.get("animate", 0)
    made_from = digest("animate", picture.sha256, drawn, sound.sha256, plan, rounds)

    def job(frame_path: Path, speech_path: Path) -> Job:
        return Job(frame=frame_path, framed=drawn, speech=speech_path, spans=pet.spans, timeline=plan)

    async def send(vendor: Avatar, key: str) -> Paid:
        async with studio.borrow(frame, pet.sound) as (frame_path, speech_path):
            return await vendor.submit(job(frame_path, speech_path), key)

    async def collect(vendor: Avatar, ticket: str) -> Paid:
        async with studio.borrow(frame, pet.sound) as (frame_path, speech_path):
            with studio.bench() as bench:
                out = bench / "performance.mp4"
                await studio.until(lambda: vendor.poll(ticket))
                performed = await vendor.fetch(ticket, job(frame_path, speech_path), out, studio.teller())
                clip = await studio.keep(project, "performance", out, "video/mp4")
        assert performed.track is not None
        track = await studio.keep_noun(project, "track", performed.track)
        return Paid(value=Animated(clip=clip.id, track=track.id).model_dump_json())

    take = await spend(
        studio, project, "animate", studio.catalogue.avatar, made_from, send=send, collect=collect
    )
    return Animated.model_validate_json(take.result or "")
