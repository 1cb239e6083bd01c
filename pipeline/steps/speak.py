"""Speak: each role's lines in one take, by a vendor's voice or as people recorded them."""

from collections.abc import Sequence
from typing import Literal

from pipeline import crafts
from pipeline.parts import Said, Speech
from pipeline.ports.voice import SpeakAsk
from pipeline.speaking import speak
from pipeline.studio import Studio
from storage.model import Line, Script


async def speak_pet(studio: Studio, project: str, script: str, maker: str, params: str) -> Said:
    """Return the pet's lines: recorded ones, as they are or lifted, else in the chosen voice.

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
    words = await studio.noun(script, Script)
    lines = _of(words, role)
    ask = SpeakAsk(
        lines=tuple(line.text for line in lines),
        role=role,
        lang=words.lang,
        voice=voice,
        params=params,
        feelings=tuple(line.direction.emotion if line.direction else "calm" for line in lines),
    )
    step = f"speak_{role}"
    return await speak(studio, project, step, ask, maker=maker, again=brief.rounds.get(step, 0))


async def _recorded(
    studio: Studio, project: str, script: str, role: Literal["pet", "person"], files: Sequence[str]
) -> Said:
    """Put people's own recordings into one sound: one file per line, or one file cut at its pauses."""
    lines = _of(await studio.noun(script, Script), role)
    lifted = role == "pet" and bool((await studio.project(project)).brief.lifted)
    async with studio.borrow(*files) as paths:
        with studio.bench() as bench:
            out = bench / "speech.wav"
            spans = await studio.workshop.run(
                "voice", crafts.voice.gather, paths, len(lines), role, out, lifted
            )
            sound = await studio.keep(project, f"{role}-speech", out, "audio/wav")
    speech = await studio.keep_noun(project, "speech", Speech(sound=sound.id, spans=spans))
    return Said(speech=speech.id, voice="lifted" if lifted else "recorded")


def _of(script: Script, role: Literal["pet", "person"]) -> list[Line]:
    return [line for line in script.lines if (line.speaker == "person") == (role == "person")]
