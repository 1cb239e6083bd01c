"""Speak: each role's lines in one take, by a vendor's voice or as people recorded them."""

from collections.abc import Sequence
from typing import Literal

from pipeline import crafts
from pipeline.money import Size, estimate, lasting
from pipeline.parts import Learnt, Said, Speech
from pipeline.ports.facts import Paid
from pipeline.ports.voice import SpeakAsk, Spoken, Voice
from pipeline.spend import spend
from pipeline.studio import Studio, digest
from storage import voices
from storage.model import Script
from storage.model import Voice as Kept


async def speak_pet(studio: Studio, project: str, script: str, maker: str, params: str) -> Said:
    """Return the pet's lines: recorded ones as they are, else in the chosen voice.

    Args:
        maker, params: the vendor that learnt a voice, and what it needs to speak in it; empty for presets.
    """
    brief = (await studio.project(project)).brief
    if brief.pet_lines:
        return await _recorded(studio, project, script, "pet", brief.pet_lines)
    return await _spoken(studio, project, script, "pet", brief.voice, params or None, maker)


async def speak_person(studio: Studio, project: str, script: str) -> Said:
    """Return the person's lines: recorded ones as they are, else in a preset voice."""
    brief = (await studio.project(project)).brief
    if brief.person_lines:
        return await _recorded(studio, project, script, "person", brief.person_lines)
    return await _spoken(studio, project, script, "person", brief.person_voice, None, "")


async def clone(studio: Studio, project: str) -> Learnt:
    """Return a voice made from the brief's sample; empty where there is none, or the lines are recorded."""
    brief = (await studio.project(project)).brief
    sample = brief.sample
    if sample is None or brief.pet_lines:
        return Learnt(vendor="", params="")
    row = await studio.asset(sample)

    async def send(vendor: Voice, _key: str) -> Paid:
        async with studio.borrow(sample) as (path,):
            learnt = Learnt(vendor=vendor.facts.vendor, params=await vendor.clone(path))
            return Paid(value=learnt.model_dump_json())

    # A voice that was learnt and paid for is no use to a film that is to cost nothing: speaking with it does.
    take = await spend(
        studio,
        project,
        "clone",
        studio.catalogue.voice,
        digest("clone", row.sha256),
        send=send,
        price=lambda facts: facts.learning,
        by_chosen=True,
    )
    learnt = Learnt.model_validate_json(take.result or "")
    await _remember(studio, project, sample, learnt)
    return learnt


async def _remember(studio: Studio, project: str, sample: str, learnt: Learnt) -> None:
    """Write down a voice that lives at its vendor, so that it can be deleted there."""
    free = {each.facts.vendor for each in studio.catalogue.voice if each.facts.free}
    if learnt.vendor in free:
        return
    voice = Kept(
        id=f"{project}.voice.{digest(learnt)[:16]}",
        project=project,
        kind="clone",
        name="",
        vendor=learnt.vendor,
        sample=sample,
        params={"params": learnt.params},
    )
    await voices.keep(studio.db, voice)


async def _spoken(
    studio: Studio,
    project: str,
    script: str,
    role: Literal["pet", "person"],
    voice: str | None,
    params: str | None,
    maker: str,
) -> Said:
    brief = (await studio.project(project)).brief
    spoken = await studio.noun(script, Script)
    ask = SpeakAsk(lines=_lines(spoken, role), role=role, lang=spoken.lang, voice=voice, params=params)
    able = [each for each in studio.catalogue.voice if not maker or each.facts.vendor == maker]

    async def send(vendor: Voice, _key: str) -> Paid:
        with studio.bench() as bench:
            told: Spoken = await vendor.speak(ask, bench / "speech.wav")
            sound = await studio.keep(project, f"{role}-speech", bench / "speech.wav", "audio/wav")
        speech = await studio.keep_noun(project, "speech", Speech(sound=sound.id, spans=told.spans))
        return Paid(value=Said(speech=speech.id, voice=told.voice).model_dump_json())

    made_from = digest("speak", ask, brief.rounds.get(f"speak_{role}", 0))
    size = Size(characters=sum(map(len, ask.lines)), seconds=sum(lasting(ask.lines, ask.lang)))
    take = await spend(
        studio, project, f"speak_{role}", able, made_from, send=send, price=lambda of: estimate(of, size)
    )
    return Said.model_validate_json(take.result or "")


async def _recorded(
    studio: Studio, project: str, script: str, role: Literal["pet", "person"], files: Sequence[str]
) -> Said:
    """Put people's own recordings into one sound: one file per line, or one file cut at its pauses."""
    lines = _lines(await studio.noun(script, Script), role)
    async with studio.borrow(*files) as paths:
        with studio.bench() as bench:
            out = bench / "speech.wav"
            spans = await studio.workshop.run("voice", crafts.gather, paths, len(lines), role, out)
            sound = await studio.keep(project, f"{role}-speech", out, "audio/wav")
    speech = await studio.keep_noun(project, "speech", Speech(sound=sound.id, spans=spans))
    return Said(speech=speech.id, voice="recorded")


def _lines(script: Script, role: Literal["pet", "person"]) -> tuple[str, ...]:
    return tuple(line.text for line in script.lines if (line.speaker == "person") == (role == "person"))
