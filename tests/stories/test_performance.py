"""A film performed by hosted vendors, with everything in its way that may be."""

from pathlib import Path

import pytest

from pipeline import packaged
from pipeline.film import sheet
from pipeline.film.probe import probe
from pipeline.model import Report, Timeline, Track
from pipeline.parts import Animated
from pipeline.ports.errors import Failed, NoAccess, Trouble, Unsure
from pipeline.steps.animate import animate
from pipeline.steps.check import check
from pipeline.steps.cut import cut
from pipeline.studio import Studio
from storage import takes
from tests.fakes.kling import Kling
from tests.fakes.omnihuman import SUBJECTS, OmniHuman
from tests.fakes.seedance import Seedance
from tests.fakes.veo import Veo
from tests.pipeline.stagehouse import PROJECT, Shelf, shelf, standing_studio


async def _states(studio: Studio) -> list[tuple[str, str]]:
    """Who was asked to perform, and what became of it; who was passed over was never asked."""
    ledger = [take for take in await takes.of(studio.db, PROJECT) if take.model not in SUBJECTS]
    asked = [take for take in ledger if not take.key.endswith(":0")]
    return [(take.vendor, take.state) for take in asked]


async def _film(studio: Studio, things: Shelf, made: Animated, folder: Path) -> Report:
    """Cut and check the film, and leave its sheet in the folder."""
    film = await cut(
        studio, PROJECT, things.script, things.framed, made.clip, made.track, things.timeline, things.pet,
        things.person,
    )  # fmt: skip
    checked = await check(studio, PROJECT, film.film, film.sidecar)
    async with studio.borrow(film.film) as (path,):
        sheet.sheet(path, folder / "sheet.png", 18)
    return await studio.noun(checked.report, Report)


async def test_a_film_gets_made_whatever_the_vendors_do(tmp_path: Path) -> None:
    """The first vendor sends a frozen clip, then holds its own result back; the second loses its answer and
    is late with its sound. The film is whole, in sync, and nobody was paid for the same job twice."""
    if packaged.path("font-cute") is None:
        pytest.skip("the fonts are not fetched")
    first, second = OmniHuman("frozen", "late:50511"), Kling("lost", late=0.16)
    async with standing_studio(tmp_path, (first, second), ("omnihuman", "kling")) as studio:
        things = await shelf(studio, tmp_path)
        made = await animate(studio, PROJECT, *things.played)
        assert (first.bills, second.bills) == (2, 1)
        assert await _states(studio) == [
            ("omnihuman", "failed"), ("omnihuman", "failed"), ("kling", "done"), ("builtin", "done"),
        ]  # fmt: skip
        assert await animate(studio, PROJECT, *things.played) == made
        assert (first.bills, second.bills) == (2, 1)
        report = await _film(studio, things, made, tmp_path)
        spent = {take.vendor: take for take in await takes.of(studio.db, PROJECT)}["kling"]
    assert report.sendable, report.faults
    assert report.facts["frozen_seconds"] == 0.0
    assert spent.currency == "USD"
    assert spent.cost == pytest.approx(0.4 * 3.9 * 0.14, abs=0.001)
    assert (tmp_path / "sheet.png").stat().st_size > 10_000


async def test_a_lost_job_that_cannot_be_found_is_not_sent_again(tmp_path: Path) -> None:
    """OmniHuman cannot look a job up: the take stays in doubt, and the next vendor is not paid in secret."""
    first, second = OmniHuman("lost"), Kling()
    async with standing_studio(tmp_path, (first, second), ("omnihuman", "kling")) as studio:
        things = await shelf(studio, tmp_path)
        for _ in range(2):
            with pytest.raises(Unsure):
                await animate(studio, PROJECT, *things.played)
        assert await _states(studio) == [("omnihuman", "unsure")]
    assert (first.bills, second.bills) == (1, 0)


async def test_where_nothing_can_be_lent_the_vendor_is_passed_over(tmp_path: Path) -> None:
    """Without an address for outsiders OmniHuman gets no job; alone, its reason is what is said."""
    first, second = OmniHuman(), Kling()
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    async with standing_studio(
        tmp_path / "a", (first, second), ("omnihuman", "kling"), reachable=False
    ) as studio:
        things = await shelf(studio, tmp_path)
        await animate(studio, PROJECT, *things.played)
        assert await _states(studio) == [("kling", "done"), ("builtin", "done")]
    async with standing_studio(tmp_path / "b", (first,), ("omnihuman",), reachable=False) as studio:
        things = await shelf(studio, tmp_path)
        with pytest.raises(NoAccess) as caught:
            await animate(studio, PROJECT, *things.played)
    assert (caught.value.key, first.bills) == ("lend.nowhere", 0)


async def test_lines_too_long_for_one_job_are_two_jobs(tmp_path: Path) -> None:
    """Each part is paid once and kept: when the second fails for good, the first is not paid again."""
    fake = Kling("", "failed", "failed")
    async with standing_studio(tmp_path, (fake,), ("kling",)) as studio:
        (vendor,) = studio.catalogue.avatar
        can = vendor.facts.can
        assert can is not None
        short = vendor.facts.model_copy(update={"can": can.model_copy(update={"best": 2.9})})
        vendor.facts = short  # type: ignore[misc]  # the port only promises that it can be read
        things = await shelf(studio, tmp_path)
        with pytest.raises(Failed):
            await animate(studio, PROJECT, *things.played)
        assert fake.bills == 3
        made = await animate(studio, PROJECT, *things.played)
        assert fake.bills == 4
        times = await studio.noun(things.timeline, Timeline)
        async with studio.borrow(made.clip) as (path,):
            assert probe(path).frames == times.frames


async def test_when_nobody_hosted_can_the_photo_itself_speaks(tmp_path: Path) -> None:
    """The film is made all the same, at no further cost, and the failed jobs are not paid again for it."""
    fake = Kling("failed", "failed")
    async with standing_studio(tmp_path, (fake,), ("kling", "builtin")) as studio:
        things = await shelf(studio, tmp_path)
        made = await animate(studio, PROJECT, *things.played)
        assert await _states(studio) == [("kling", "failed"), ("kling", "failed"), ("builtin", "done")]
        times = await studio.noun(things.timeline, Timeline)
        track = await studio.noun(made.track, Track)
        spent = [take.cost for take in await takes.of(studio.db, PROJECT)]
    assert (len(track.mouths), fake.bills, sum(spent)) == (times.frames, 2, 0.0)


async def test_a_scene_is_said_to_be_one(tmp_path: Path) -> None:
    """Veo makes a scene: our voice goes over it, the mouth is not claimed to follow, and that is noted."""
    fake = Veo()
    async with standing_studio(tmp_path, (fake,), ("veo",)) as studio:
        things = await shelf(studio, tmp_path)
        made = await animate(studio, PROJECT, *things.played)
        track = await studio.noun(made.track, Track)
        take = next(take for take in await takes.of(studio.db, PROJECT) if take.vendor == "veo")
    assert (take.quote, take.cost, take.currency) == (0.325, 0.325, "USD")
    assert made.notes == ("performance.voice_over",)
    assert set(track.openness) == {0.0}
    assert len(track.mouths) == len(track.openness)


async def test_a_scene_gets_its_lips_where_somebody_makes_them(tmp_path: Path) -> None:
    """Kling's scene is lent to its lip-sync with our sound: the mouth follows, in two jobs and a look at the
    scene, each paid once. A scene in which no face is found is a voice-over, and still a film; the look was
    charged all the same."""
    fake = Kling()
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    async with standing_studio(tmp_path / "a", (fake,), ("kling:kling-2.6",)) as studio:
        things = await shelf(studio, tmp_path)
        made = await animate(studio, PROJECT, *things.played)
        again = await animate(studio, PROJECT, *things.played)
        track = await studio.noun(made.track, Track)
        ledger = await takes.of(studio.db, PROJECT)
        costs = {take.model: take.cost for take in ledger}
    lips = list(fake.jobs.values())[-1]
    assert costs.pop("lip-sync") == pytest.approx(0.4 * lips.seconds * 0.14, abs=0.001)
    assert costs == {"kling-2.6": pytest.approx(0.21), "identify-face": 0.007, "stage": 0.0}
    assert (made.notes, again, fake.bills, len(fake.sessions)) == ((), made, 2, 1)
    assert max(track.openness) > 0.5
    blind = Kling("", "faceless")
    async with standing_studio(tmp_path / "b", (blind,), ("kling:kling-2.6",)) as studio:
        things = await shelf(studio, tmp_path)
        for _ in range(2):
            made = await animate(studio, PROJECT, *things.played)
        ledger = await takes.of(studio.db, PROJECT)
        told = {take.model: (take.state, take.cost, take.error) for take in ledger}
    assert (made.notes, blind.bills, len(blind.sessions)) == (("performance.voice_over",), 1, 1)
    assert told["identify-face"] == ("done", 0.007, None)
    assert told["lip-sync"] == ("rejected", 0.0, "performance.no_face")


async def test_advice_on_a_picture_is_told_and_stops_nothing(tmp_path: Path) -> None:
    """OmniHuman sees nobody like a person: it is asked once, performs all the same, and that is noted."""
    fake = OmniHuman(subject="0")
    async with standing_studio(tmp_path, (fake,), ("omnihuman",)) as studio:
        things = await shelf(studio, tmp_path)
        for _ in range(2):
            made = await animate(studio, PROJECT, *things.played)
        assert await _states(studio) == [("omnihuman", "done"), ("builtin", "done")]
    assert (made.notes, len(fake.checks), fake.bills) == (("performance.no_subject",), 1, 1)


async def test_a_crash_between_ticket_and_clip_costs_nothing(tmp_path: Path) -> None:
    """A run that dies while it waits is gone on with by its ticket; an odd answer meanwhile is no end."""
    fake = Seedance("odd", looks=1)
    async with standing_studio(tmp_path, (fake,), ("seedance",)) as studio:
        (vendor,) = studio.catalogue.avatar
        things = await shelf(studio, tmp_path)
        poll = vendor.poll

        async def dies(ticket: str) -> bool:
            raise KeyError(ticket)

        vendor.poll = dies  # type: ignore[method-assign]  # stands for the plug being pulled
        with pytest.raises(KeyError):
            await animate(studio, PROJECT, *things.played)
        assert await _states(studio) == [("seedance", "accepted")]
        vendor.poll = poll  # type: ignore[method-assign]
        await animate(studio, PROJECT, *things.played)
        assert await _states(studio) == [("seedance", "done"), ("builtin", "done")]
    assert fake.bills == 1


async def test_a_job_that_never_ends_is_left_at_its_deadline(tmp_path: Path) -> None:
    """An hour is enough for anybody: then the job counts as failed, and the next may have it."""
    clock = iter(range(1_795_316_645, 9_999_999_999, 4_000))
    fake = OmniHuman(looks=10_000)
    async with standing_studio(tmp_path, (fake,), ("omnihuman",), clock=lambda: float(next(clock))) as studio:
        things = await shelf(studio, tmp_path)
        fake.at_once = 5
        with pytest.raises(Trouble) as caught:
            await animate(studio, PROJECT, *things.played)
    assert caught.value.key == "vendor.too_late"
