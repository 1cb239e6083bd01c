"""Paint: new pictures of the pet as the script has it, one for each number that is asked for.

What came is kept before anybody looks at it, and the take knows it: reading it may fail without any doubt
about the money. Pictures are asked for side by side, each under a take of its own.
"""

import asyncio
import dataclasses
from collections.abc import Sequence
from pathlib import Path

from pipeline import crafts
from pipeline.likeness import likeness
from pipeline.parts import Painted, Picture
from pipeline.ports.errors import Busy, Failed, Refused, Surprise, Trouble
from pipeline.ports.facts import Facts, Paid
from pipeline.ports.image import Came, Delivers, DrawAsk, Image
from pipeline.shown import PHOTO, canvas, shown
from pipeline.spend import spend
from pipeline.studio import Studio, digest
from pipeline.turns import Cancelled
from pipeline.wires import pictures
from pipeline.writing.picture import Scene, words
from storage.model import Brief, Noun

_LONGEST = 900.0  # seconds until a job counts as lost


class _Ticket(Noun):
    """What a painter answered, and the asset of the picture where it came with the answer."""

    came: Came
    picture: str = ""


@dataclasses.dataclass(frozen=True)
class _Work:
    """What all pictures of one call have in common; `bench` holds files while it lasts."""

    studio: Studio
    project: str
    ask: DrawAsk
    made_from: str
    bench: Path


async def paint(studio: Studio, project: str, numbers: str) -> Painted:
    """Return the pictures that came, by their number ("1 2 3"); another number is another picture.

    Raises:
        Trouble: none came; what the first of them met with.
    """
    brief = (await studio.project(project)).brief
    photo, _ = shown(brief, PHOTO)
    told = await _told(studio, project, brief)
    size = canvas(brief, (studio.settings.width, studio.settings.height))
    row = await studio.asset(photo)
    made_from = digest("paint", row.sha256, told, *size, brief.rounds.get("paint", 0))
    wanted = numbers.split()
    with studio.bench() as bench:
        ask = DrawAsk(photo=bench / "photo.jpg", words=told, width=size[0], height=size[1])
        async with studio.borrow(photo) as (path,):
            await studio.workshop.run("sight", crafts.sight.reference, path, ask.photo)
        work = _Work(studio, project, ask, made_from, bench)
        came = await asyncio.gather(*(_one(work, number) for number in wanted), return_exceptions=True)
    return Painted(pictures=_those_that_came(studio, wanted, came))


async def _told(studio: Studio, project: str, brief: Brief) -> str:
    return words(
        Scene(
            lang=brief.lang,
            pet=await likeness(studio, project),
            script=brief.script,
            wish=brief.wishes.get("paint", ""),
        )
    )


def _those_that_came(
    studio: Studio, wanted: Sequence[str], came: Sequence[Picture | BaseException]
) -> dict[str, Picture]:
    """The pictures by number. A mistake of ours, a stop, or a painter that is only busy concerns all of them:
    those that came are found again when this is asked again."""
    wrong = [one for one in came if isinstance(one, BaseException)]
    waits = studio.now is not None and not studio.now.last_try
    for one in wrong:
        if not isinstance(one, Trouble) or isinstance(one, Cancelled) or (waits and isinstance(one, Busy)):
            raise one
    found = {number: one for number, one in zip(wanted, came, strict=True) if isinstance(one, Picture)}
    if not found:
        raise wrong[0]
    return found


async def _one(work: _Work, number: str) -> Picture:
    studio = work.studio

    async def send(vendor: Image, key: str) -> Paid:
        out = work.bench / f"{number}.picture"
        paid = await vendor.draw(work.ask, key, out)
        came = Came.model_validate_json(paid.value)
        picture = await _kept(work, out) if came.here else ""
        return Paid(value=_Ticket(came=came, picture=picture).model_dump_json(), cost=paid.cost)

    async def collect(vendor: Image, ticket: str) -> Paid:
        sent = _Ticket.model_validate_json(ticket)
        _expect_whole(vendor.facts, sent.came)
        if sent.picture:
            return Paid(value=(await _read(work, number, sent.picture)).model_dump_json())
        out = work.bench / f"{number}.delivered"
        cost = await _delivered(studio, vendor, sent.came, out)
        return Paid(value=(await _read(work, number, await _kept(work, out))).model_dump_json(), cost=cost)

    made_from = digest(work.made_from, number)
    painters = studio.catalogue.painters
    take = await spend(studio, work.project, "paint", painters, made_from, send=send, collect=collect)
    return Picture.model_validate_json(take.result or "")


def _expect_whole(facts: Facts, came: Came) -> None:
    fields = {"vendor": facts.vendor, "model": facts.model}
    if came.end == "refused":
        raise Refused("vendor.refused", fields, came.told)
    if came.end == "broken":
        raise Failed("image.none", fields, came.told)
    if came.end == "odd":
        raise Surprise("vendor.odd", fields, came.told)


async def _delivered(studio: Studio, vendor: Image, came: Came, out: Path) -> float | None:
    """Wait for a picture that did not come with the answer, and fetch it; returns what it did cost."""
    facts, began = vendor.facts, studio.clock()
    if not isinstance(vendor, Delivers):
        raise Surprise("vendor.odd", {"vendor": facts.vendor, "model": facts.model})

    async def ready() -> bool:
        if studio.clock() - began > _LONGEST:
            minutes = f"{_LONGEST / 60:.0f}"
            raise Failed("vendor.too_late", {"vendor": facts.vendor, "minutes": minutes})
        try:
            return await vendor.poll(came)
        except Busy:
            return False

    await studio.until(ready)
    return await vendor.deliver(came, out)


async def _kept(work: _Work, picture: Path) -> str:
    kept = await work.studio.keep(work.project, "picture", picture, pictures.media_type(picture))
    return kept.id


async def _read(work: _Work, number: str, picture: str) -> Picture:
    """Look at what was drawn, as the film will: it has to be a picture, and a face in it is told."""
    studio, out = work.studio, work.bench / f"{number}.jpg"
    weights = tuple(studio.weights[name] for name in ("pet-detector", "saliency"))
    async with studio.borrow(picture) as (path,):
        size = work.ask.width, work.ask.height
        sight = await studio.workshop.run("sight", crafts.sight.receive, path, weights, size, out)
    kept = await studio.keep(work.project, "shown", out, "image/jpeg")
    found = bool(sight.pets) and sight.pets[0].found
    return Picture(picture=picture, shown=kept.id, mouth="found" if found else "none")
