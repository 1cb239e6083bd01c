"""Dubbing: the mouth of a scene made to follow our sound; and what is looked at before a job."""

import contextlib
from collections.abc import AsyncIterator, Callable, Sequence

from pipeline import crafts
from pipeline.choosing import Choice
from pipeline.lend import lend, lends
from pipeline.parts import Shot
from pipeline.performing import LENT_LONGER, Work, can_of, collecting, job_of, lent, price_of
from pipeline.ports.avatar import Advised, Avatar, Dubs, Job, Looker, LooksFirst
from pipeline.ports.errors import Failed, NoAccess, Surprise, Trouble
from pipeline.ports.facts import Paid
from pipeline.spend import pass_over, spend
from pipeline.turns import Cancelled
from storage import takes
from storage.model import Take

_SIGHT_LIVES = 43_200.0  # seconds: what was found in a scene is forgotten by its vendor after a day
_LOOKS_AT_MOST = 30.0  # seconds; a film waits for it

Lending = Callable[[], contextlib.AbstractAsyncContextManager[Job]]


async def dubbed(work: Work, choices: Sequence[Choice], take: Take, part: tuple[int, int]) -> Shot:
    """A scene whose mouth follows our sound, where its maker knows somebody for that; else as it is.

    It is a job of its own, paid once, and so is a look at the scene before it; what goes wrong with either
    costs the lips, not the film.
    """
    shown = Shot.model_validate_json(take.result or "")
    studio = work.studio
    made: object = next((each for each in work.vendors(choices) if each.facts.vendor == take.vendor), None)
    if shown.follows or not isinstance(made, Dubs) or not lends(studio):
        return shown
    dubber, made_from = made.dubber, await work.made_from("dub", shown.clip, *part)
    try:
        found, scenes = "", list[str]()  # rendered once, for the look and for the job
        if isinstance(dubber, LooksFirst) and await takes.good(studio.db, work.project, made_from) is None:
            found = await _faces(
                work, dubber.looker, lambda: _scene(work, dubber, shown, part, scenes), shown, part
            )
            if not found:
                why = "performance.no_face"
                await pass_over(studio, work.project, "animate", dubber.facts, made_from, why)
                return shown

        async def send(vendor: Avatar, key: str) -> Paid:
            async with _scene(work, vendor, shown, part, scenes) as job:
                return await vendor.submit(job.model_copy(update={"seen": found}), key)

        done = await spend(
            studio,
            work.project,
            "animate",
            [dubber],
            made_from,
            send=send,
            collect=collecting(work, part),
            price=lambda facts: price_of(work, facts, part),
        )
    except (Failed, NoAccess, Surprise):
        return shown
    return Shot.model_validate_json(done.result or "")


async def _faces(work: Work, looker: Looker, lending: Lending, shown: Shot, part: tuple[int, int]) -> str:
    """What was found in the scene; looked at anew when its vendor has forgotten it."""
    about = ("faces", shown.clip, *part, int(work.studio.clock() // _SIGHT_LIVES))
    return await _looked(work, looker, await work.made_from(*about), lending)


@contextlib.asynccontextmanager
async def _scene(
    work: Work, vendor: Avatar, shown: Shot, part: tuple[int, int], scenes: list[str]
) -> AsyncIterator[Job]:
    """The job with the scene lent to whoever works on it; `scenes` holds the one that was rendered."""
    studio = work.studio
    async with studio.borrow(work.frame, work.sound, shown.clip) as (frame, speech, clip):
        with studio.bench() as bench:
            job = await job_of(work, vendor.facts, part, frame, speech, bench)
            if not scenes:
                out = bench / "scene.mp4"
                await studio.workshop.run("stage", crafts.stage.scene, clip, frame, job.seconds, out)
                scenes.append((await studio.keep(work.project, "scene", out, "video/mp4")).id)
            seconds = can_of(vendor.facts).minutes * 60 + LENT_LONGER
            url = await lend(studio, scenes[0], seconds, vendor.facts.vendor)
            yield job.model_copy(update={"clip_url": url})


async def suits(work: Work, choices: Sequence[Choice], part: tuple[int, int]) -> bool:
    """Whether the first vendor's adviser finds anybody in the picture whom it can play; it works on the
    picture all the same. Nobody to ask, or no answer, says nothing against it."""
    first = work.vendors(choices)[0]
    asked: object = first
    if not isinstance(asked, Advised):
        return True

    @contextlib.asynccontextmanager
    async def lending() -> AsyncIterator[Job]:
        async with work.studio.borrow(work.frame, work.sound) as (frame, speech):
            with work.studio.bench() as bench:
                job = await job_of(work, first.facts, part, frame, speech, bench)
                yield await lent(work, first.facts, job)

    picture = await work.studio.asset(work.frame)
    try:
        return bool(
            await _looked(work, asked.adviser, await work.made_from("suits", picture.sha256), lending)
        )
    except Cancelled:
        raise
    except Trouble:  # it is advice: no film waits for it
        return True


async def _looked(work: Work, looker: Looker, made_from: str, lending: Lending) -> str:
    """What a looker finds, paid once."""
    studio = work.studio

    async def send(vendor: Looker, key: str) -> Paid:
        async with lending() as job:
            return await vendor.submit(job, key)

    async def collect(vendor: Looker, ticket: str) -> Paid:
        found: list[str] = []
        began = studio.clock()

        async def there() -> bool:
            if studio.clock() - began > _LOOKS_AT_MOST:
                raise Failed(
                    "vendor.too_late",
                    {"vendor": vendor.facts.vendor, "minutes": f"{_LOOKS_AT_MOST / 60:.1f}"},
                )
            seen = await vendor.seen(ticket)
            found.extend([] if seen is None else [seen])
            return seen is not None

        await studio.until(there)
        return Paid(value=found[-1])

    take = await spend(studio, work.project, "animate", [looker], made_from, send=send, collect=collect)
    return take.result or ""
