"""The film, from whatever is still good and whatever has to be made."""

import asyncio
import json
from collections.abc import Coroutine
from typing import Any

from pipeline.engine import Outcome, making, step
from pipeline.parts import Checked, Drawn, Learnt, Said, Scripted, Seen
from pipeline.recipes.seeing import helped
from pipeline.steps.admit import admit
from pipeline.steps.animate import animate
from pipeline.steps.arrange import arrange
from pipeline.steps.check import check
from pipeline.steps.clone import clone
from pipeline.steps.cut import cut
from pipeline.steps.draw import draw
from pipeline.steps.look import look
from pipeline.steps.mend import mend
from pipeline.steps.redo import redo
from pipeline.steps.speak import speak_person, speak_pet
from pipeline.steps.tell import tell
from pipeline.steps.voice import voice_pet
from pipeline.steps.write import write
from storage.model import Notice

_FILM = {
    "admit": 0.1,
    "look": 2.0,
    "write": 0.1,
    "draw": 0.6,
    "clone": 0.1,
    "speak_pet": 5.0,
    "speak_person": 5.0,
    "arrange": 0.1,
    "animate": 11.0,
    "cut": 5.0,
    "check": 1.0,
}


@making(_FILM, film=True)
async def make_film(project: str) -> Notice:
    """The film, from whatever is still good and whatever has to be made."""
    return await _film(project)


@making({"redo": 0.1, **_FILM}, film=True)
async def redo_part(project: str, part: str, number: int) -> Notice:
    """One part again and whatever depends on it; the rest is found by what it was made from."""
    asked = await step(redo, project, part, number)
    return await _film(project) if asked.value else asked.notice


async def _film(project: str) -> Notice:
    admitted = await step(admit, project)
    if not admitted.value:
        return await _stop(project, admitted)
    seen, script = await asyncio.gather(step(look, project, ""), step(write, project))
    seen = await helped(project, seen)
    if not (seen.value and script.value):
        return await _stop(project, seen, script)
    drawn, learnt = await asyncio.gather(step(draw, project, seen.value.sight), step(clone, project))
    if not (drawn.value and learnt.value):
        return await _stop(project, drawn, learnt)
    words = script.value.script
    pet, person = await asyncio.gather(
        _pets_part(project, words, drawn.value, learnt.value),
        step(speak_person, project, words),
    )
    if not (pet.value and person.value):
        return await _stop(project, pet, person)
    return await _finish(project, seen.value, script.value, drawn.value, pet.value, person.value)


def _pets_part(project: str, words: str, drawn: Drawn, learnt: Learnt) -> Coroutine[Any, Any, Outcome[Said]]:
    """The pet's lines: in a voice of ours, or performed already by a model that speaks for itself."""
    if learnt.likeness == "own":
        return step(voice_pet, project, words, drawn.frame, drawn.framed)
    return step(speak_pet, project, words, learnt.vendor, learnt.params)


# What another cut of the same parts cannot change.
_HOPELESS = {"check.length", "check.frozen", "check.black", "check.sync"}


async def _finish(
    project: str, seen: Seen, script: Scripted, drawn: Drawn, pet: Said, person: Said
) -> Notice:
    words = script.script
    arranged = await step(arrange, project, words, pet.speech, person.speech)
    if not arranged.value:
        return await _stop(project, arranged)
    timeline = arranged.value.timeline
    animated = await step(animate, project, drawn.frame, drawn.framed, pet.speech, timeline)
    if not animated.value:
        return await _stop(project, animated)
    clip, track = animated.value.clip, animated.value.track
    film = await step(cut, project, words, drawn.framed, clip, track, timeline, pet.speech, person.speech)
    if not film.value:
        return await _stop(project, film)
    made = film.value
    checked = await step(check, project, made.film, made.sidecar)
    if checked.value and any(fault.key not in _HOPELESS for fault in checked.value.stopping):
        mended = await step(mend, project, made.parts)
        if not mended.value:
            return await _stop(project, mended)
        made = mended.value
        checked = await step(check, project, made.film, made.sidecar)
    if not checked.value:
        return await _stop(project, checked)
    assets = {
        **made.model_dump(exclude={"seconds", "notes"}),
        "report": checked.value.report,
        "script": words,
    }
    fields = {
        "seconds": f"{made.seconds:.1f}",
        "mouth": seen.mouth,
        "voice": pet.voice,
        "maker": pet.maker,
        "exact": "yes" if script.exact else "no",
        "faults": " ".join(checked.value.faults),
        "notes": " ".join((*animated.value.notes, *made.notes)),
    }
    if not checked.value.sendable:
        await step(tell, project, "failed")
        fields |= stopping(checked.value)
        return Notice(kind="failed", key="film.faulty", fields=fields, assets=assets)
    told = await step(tell, project, "done")
    if told.value:
        fields["cost"] = told.value.cost
    return Notice(kind="done", key="notice.film", fields=fields, assets=assets)


def stopping(checked: Checked) -> dict[str, str]:
    """What keeps a film from being sent, for whoever tells it."""
    return {"stopping": json.dumps([fault.model_dump() for fault in checked.stopping])}


async def _stop(project: str, *outcomes: Outcome[Any]) -> Notice:
    """End with the first trouble there is."""
    await step(tell, project, "failed")
    return next(outcome for outcome in outcomes if outcome.value is None).notice
