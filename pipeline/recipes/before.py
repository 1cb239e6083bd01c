"""Makings before the film: scripts, pictures, voices, sounds, for somebody to choose from."""

from pipeline.engine import making, step
from pipeline.parts import Picture
from pipeline.recipes.seeing import named, seen_on
from pipeline.shown import CANDIDATES, PHOTO
from pipeline.steps.audition import audition as listen
from pipeline.steps.bring import bring
from pipeline.steps.clone import clone
from pipeline.steps.compare import compare
from pipeline.steps.describe import describe
from pipeline.steps.draw import draw
from pipeline.steps.edit import edit
from pipeline.steps.hear import hear
from pipeline.steps.paint import paint
from pipeline.steps.preview import preview
from pipeline.steps.show import show
from pipeline.steps.write import propose
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
    seen, doubt = await seen_on(project, PHOTO)
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
    return found, named(doubt)


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
