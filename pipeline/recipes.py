"""The makings: short, ending by themselves, waiting for nobody. Version 5.

A recipe is steps and branches on their outcomes; no clock, no chance, no I/O. Which steps run and in what
order is what the engine replays: changing it is a new version (a new function name).
"""

import asyncio
import json
from collections.abc import Coroutine
from typing import Any

from pipeline.engine import Outcome, making, step
from pipeline.parts import Checked, Drawn, Learnt, Picture, Said, Scripted, Seen
from pipeline.shown import CANDIDATES, PHOTO
from pipeline.steps.admit import admit
from pipeline.steps.animate import animate
from pipeline.steps.arrange import arrange
from pipeline.steps.audition import audition as listen
from pipeline.steps.bring import bring
from pipeline.steps.check import check
from pipeline.steps.clone import clone
from pipeline.steps.compare import compare
from pipeline.steps.cut import cut
from pipeline.steps.describe import describe
from pipeline.steps.draw import draw
from pipeline.steps.edit import edit
from pipeline.steps.export import export
from pipeline.steps.hear import hear
from pipeline.steps.look import look
from pipeline.steps.mend import mend
from pipeline.steps.paint import paint
from pipeline.steps.point import point
from pipeline.steps.preview import preview
from pipeline.steps.redo import redo
from pipeline.steps.show import show
from pipeline.steps.speak import speak_person, speak_pet
from pipeline.steps.tell import tell
from pipeline.steps.vary import vary
from pipeline.steps.voice import voice_pet
from pipeline.steps.write import propose, write
from storage.model import Notice


@making({"propose": 1.0})
async def propose_scripts(project: str) -> Notice:
    """Three script options for the brief's theme and audience: fields hold them as JSON, by number."""
    options = await step(propose, project)
    if options.value is None:
        return options.notice
    shown = {str(n): asset for n, asset in enumerate(options.value.scripts, 1)}
    fields = {str(n): words for n, words in enumerate(options.value.texts, 1)}
    fields["exact"] = "yes" if options.value.exact else "no"
    return Notice(kind="done", key="notice.scripts", fields=fields, assets=shown)


@making({"edit": 3.0})
async def edit_script(project: str) -> Notice:
    """The chosen script changed as free words ask: field `script` holds it as JSON."""
    edited = await step(edit, project)
    if edited.value is None:
        return edited.notice
    made = edited.value
    return Notice(
        kind="done", key="notice.edited", fields={"script": made.text}, assets={"script": made.script}
    )


@making({"look": 2.5, "describe": 0.1, "show": 0.6, "draw": 2.0})
async def prepare_frame(project: str) -> Notice:
    """What was seen on the photo, shown; and, where the face is sure, the first frame."""
    seen, doubt = await _seen(project, PHOTO)
    if seen.value is None:
        return seen.notice
    shown = await step(show, project, seen.value.sight)
    if shown.value is None:
        return shown.notice
    told = shown.value.model_dump(exclude={"marked", "grid", "cells"})
    fields = {"mouth": seen.value.mouth, **{name: str(value) for name, value in told.items()}, **doubt}
    assets = {"sight": seen.value.sight, "marked": shown.value.marked}
    if shown.value.grid:
        assets["grid"] = shown.value.grid
    else:
        drawn = await step(draw, project, seen.value.sight, PHOTO)
        if drawn.value is None:
            return drawn.notice
        assets |= {"cells": shown.value.cells, **drawn.value.model_dump()}
    return Notice(kind="done", key="notice.frame", fields=fields, assets=assets)


_NUMBERS = " ".join(str(number) for number in range(1, CANDIDATES + 1))


@making({"describe": 6.0, "paint": 40.0, "compare": 9.0})
async def draw_frames(project: str) -> Notice:
    """New pictures to choose the first frame from; one that lost the pet is drawn once more.

    Assets: `1`, `2` … as they came, `shown1` … as the film shows them; fields `mouth1` …, `same1` …. What is
    known of the pet goes into the words a painter is told; without it they are fewer.
    """
    await step(describe, project, PHOTO)
    painted = await step(paint, project, _NUMBERS)
    if painted.value is None:
        return painted.notice
    found, doubt = await _compared(project, painted.value.pictures)
    lost = [number for number, one in found.items() if one.same == "no"]
    if lost:
        again = await step(paint, project, " ".join(f"{number}b" for number in lost))
        if again.value is not None:
            anew = {number[:-1]: one for number, one in again.value.pictures.items()}
            better, other = await _compared(project, anew)
            found, doubt = found | better, doubt or other
    assets = {number: one.picture for number, one in found.items()}
    assets |= {f"shown{number}": one.shown for number, one in found.items()}
    fields = {f"mouth{number}": one.mouth for number, one in found.items()}
    fields |= {f"same{number}": one.same for number, one in found.items()}
    return Notice(kind="done", key="notice.pictures", fields=fields | doubt, assets=assets)


async def _compared(project: str, pictures: dict[str, Picture]) -> tuple[dict[str, Picture], dict[str, str]]:
    """The pictures, each with whether the pet in it is the one on the photo; and what is in doubt of that."""
    told = await step(compare, project, " ".join(one.picture for one in pictures.values()))
    same, doubt = (told.value.same, told.value.doubt) if told.value else ({}, {})
    found = {
        number: one.model_copy(update={"same": same.get(one.picture, "unsure")})
        for number, one in pictures.items()
    }
    return found, _named(doubt)


def _doubt(outcome: Outcome[Any]) -> dict[str, str]:
    """An order that may have been charged, where nothing else depends on it: it is told, and nobody asked."""
    return _named(outcome.fields) if outcome.notice.kind == "unsure" else {}


def _named(doubt: dict[str, str]) -> dict[str, str]:
    return {f"doubt_{name}": doubt[name] for name in ("vendor", "money") if name in doubt}


@making({"hear": 1.5, "clone": 2.0, "preview": 3.0})
async def prepare_voice(project: str) -> Notice:
    """A voice made from the brief's sample, judged first and heard afterwards."""
    heard = await step(hear, project)
    if heard.value is None:
        return heard.notice
    judged = heard.value
    fields = {
        "seconds": f"{judged.seconds:.1f}",
        "verdict": judged.verdict,
        "reasons": " ".join(judged.reasons),
    }
    if judged.verdict == "poor":
        return Notice(kind="failed", key=judged.reasons[0], fields=fields)
    learnt = await step(clone, project)
    if learnt.value is None:
        return learnt.notice
    fields["vendor"], fields["likeness"] = learnt.value.vendor, learnt.value.likeness
    if not learnt.value.vendor:  # the lines are recorded, so the sample is not spoken with
        return Notice(kind="done", key="notice.voice", fields=fields)
    tried = await step(preview, project, learnt.value.vendor, learnt.value.params)
    if tried.value is None:
        return tried.notice
    assets = {"preview": tried.value.sound} if tried.value.sound else {}
    return Notice(kind="done", key="notice.voice", fields=fields, assets=assets)


@making({"bring": 15.0})
async def bring_sound(project: str, link: str, start: int, end: int) -> Notice:
    """A part of what lies behind a link, from `start` to `end` in milliseconds."""
    brought = await step(bring, project, link, start, end)
    if brought.value is None:
        return brought.notice
    fields = {"seconds": f"{brought.value.seconds:.1f}"}
    return Notice(kind="done", key="notice.link", fields=fields, assets={"sound": brought.value.sound})


@making({"audition": 8.0})
async def audition(project: str) -> Notice:
    """Each of the pet's preset voices, to be heard."""
    heard = await step(listen, project)
    if heard.value is None:
        return heard.notice
    return Notice(kind="done", key="notice.audition", assets=heard.value.sounds)


@making({"export": 4.0})
async def edit_project(project: str, parts: str, cover: str) -> Notice:
    """A finished film for somebody's own editor; `parts` and `cover` are assets of its notice."""
    exported = await step(export, project, parts, cover)
    if exported.value is None:
        return exported.notice
    return Notice(
        kind="done", key="notice.project", fields={"parts": parts}, assets={"archive": exported.value.archive}
    )


@making({"vary": 5.0, "check": 1.0})
async def vary_film(project: str, what: str, parts: str, film: str, sidecar: str) -> Notice:
    """A finished film in another shape ("square"), or a glimpse of it ("preview" a picture, "loop" a film).

    `parts`, `film` and `sidecar` are assets of its notice.
    """
    varied = await step(vary, project, what, parts, film, sidecar)
    if varied.value is None:
        return varied.notice
    made = varied.value
    if not made.sidecar:
        return Notice(kind="done", key="notice.varied", fields={"parts": parts}, assets={what: made.file})
    checked = await step(check, project, made.file, made.sidecar)
    if checked.value is None:
        return checked.notice
    fields, assets = {"parts": parts}, {what: made.file, "cover": made.cover}
    if not checked.value.sendable:
        return Notice(kind="failed", key="film.faulty", fields=fields | _stopping(checked.value))
    return Notice(kind="done", key="notice.varied", fields=fields, assets=assets)


async def _seen(project: str, which: str = "") -> tuple[Outcome[Seen], dict[str, str]]:
    """What is on the picture; where our own eyes are unsure and a model is not, its marks are tried out.

    A model that could not be asked is no reason to stop; what it may have charged is told.
    """
    seen, known = await asyncio.gather(step(look, project, which), step(describe, project, which))
    if seen.value and seen.value.mouth == "none" and known.value and known.value.marks:
        return await step(point, project, seen.value.sight, known.value.described, which), {}
    return seen, _doubt(known)


async def _helped(project: str, seen: Outcome[Seen]) -> Outcome[Seen]:
    """The same, once everything but the film is decided: a model is only waited for where eyes are unsure."""
    if seen.value is None or seen.value.mouth != "none":
        return seen
    known = await step(describe, project, "")
    if known.value and known.value.marks:
        return await step(point, project, seen.value.sight, known.value.described, "")
    return seen


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
    seen = await _helped(project, seen)
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
        fields |= _stopping(checked.value)
        return Notice(kind="failed", key="film.faulty", fields=fields, assets=assets)
    told = await step(tell, project, "done")
    if told.value:
        fields["cost"] = told.value.cost
    return Notice(kind="done", key="notice.film", fields=fields, assets=assets)


def _stopping(checked: Checked) -> dict[str, str]:
    """What keeps a film from being sent, for whoever tells it."""
    return {"stopping": json.dumps([fault.model_dump() for fault in checked.stopping])}


async def _stop(project: str, *outcomes: Outcome[Any]) -> Notice:
    """End with the first trouble there is."""
    await step(tell, project, "failed")
    return next(outcome for outcome in outcomes if outcome.value is None).notice
