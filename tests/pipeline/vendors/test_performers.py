"""Each performer's own nastiest faults, against its fake."""

import base64
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from pipeline.model import Box
from pipeline.ports.avatar import Advised, Cancels, Finds
from pipeline.ports.errors import BadInput, Busy, Failed, NoAccess, Refused, Trouble, Unsure
from tests.fakes import kling, seedance
from tests.fakes.hired import Fake, framed, hired, job, standing
from tests.fakes.kling import Kling
from tests.fakes.omnihuman import OmniHuman
from tests.fakes.seedance import Seedance
from tests.fakes.veo import Veo


async def _ends(fake: Fake, folder: Path) -> None:
    """Hand a job over and see it through."""
    async with hired(fake) as vendor:
        with job(folder) as work:
            ticket = (await vendor.submit(work, "k")).value
            assert await vendor.poll(ticket)
            await vendor.fetch(ticket, work, folder / "clip.mp4", lambda _: None)


@pytest.mark.parametrize(
    ("fake", "kind", "key", "bills"),
    [
        (OmniHuman("50411"), Refused, "vendor.refused", 0),
        (OmniHuman("50514"), Refused, "vendor.refused", 0),
        (OmniHuman("50430"), Busy, "vendor.busy", 0),
        (OmniHuman("50429"), Busy, "vendor.busy", 0),
        (OmniHuman("50400"), NoAccess, "vendor.closed", 0),
        (OmniHuman("50204"), NoAccess, "vendor.closed", 0),
        (OmniHuman("50200"), NoAccess, "vendor.unsuited", 0),
        (OmniHuman("50500"), Unsure, "vendor.unsure", 0),
        (OmniHuman("lost"), Unsure, "http.no_answer", 1),
        (OmniHuman("html"), Unsure, "vendor.unsure", 1),
        (OmniHuman(skew=3600), NoAccess, "vendor.clock", 0),
        (OmniHuman("late:50511"), Failed, "vendor.output_refused", 1),
        (OmniHuman("late:50215"), Failed, "vendor.failed", 1),
        (OmniHuman("empty"), Failed, "vendor.failed", 1),
        (OmniHuman("gone"), Failed, "vendor.expired", 1),
        (Kling("1301"), Refused, "vendor.refused", 0),
        (Kling("1303"), Busy, "vendor.busy", 0),
        (Kling("1302"), Busy, "vendor.busy", 0),
        (Kling("1101"), NoAccess, "vendor.balance", 0),
        (Kling("1102"), NoAccess, "vendor.balance", 0),
        (Kling("1304"), NoAccess, "vendor.closed", 0),
        (Kling("1004"), NoAccess, "vendor.clock", 0),
        (Kling("1201"), NoAccess, "vendor.unsuited", 0),
        (Kling("5000"), Unsure, "vendor.unsure", 0),
        (Kling("lost"), Unsure, "http.no_answer", 1),
        (Kling("failed"), Failed, "vendor.failed", 1),
        (Kling("moderated"), Refused, "vendor.refused", 1),
        (Kling("gone"), Failed, "vendor.expired", 1),
        (Seedance("InputImageSensitiveContentDetected"), Refused, "vendor.refused", 0),
        (Seedance("InvalidImageURL.InvalidFormat"), BadInput, "vendor.picture", 0),
        (Seedance("AccountOverdueError"), NoAccess, "vendor.balance", 0),
        (Seedance("SetLimitExceeded"), NoAccess, "vendor.balance", 0),
        (Seedance("QuotaExceeded|free trial used up"), NoAccess, "vendor.balance", 0),
        (Seedance("QuotaExceeded|too many tasks in the queue"), Busy, "vendor.busy", 0),
        (Seedance("ServerOverloaded"), Busy, "vendor.busy", 0),
        (Seedance("ModelNotOpen"), NoAccess, "vendor.closed", 0),
        (Seedance("InvalidEndpointOrModel.NotFound"), NoAccess, "vendor.model_gone", 0),
        (Seedance("InternalServiceError"), Unsure, "vendor.unsure", 0),
        (Seedance("late:OutputVideoSensitiveContentDetected"), Failed, "vendor.output_refused", 1),
        (Seedance("late:InputAudioSensitiveContentDetected"), Refused, "vendor.refused", 1),
        (Seedance("expired_task"), Failed, "vendor.lost", 1),
        (Seedance("gone"), Failed, "vendor.expired", 1),
        (Veo("402|credits"), NoAccess, "vendor.balance", 0),
        (Veo("422|Rejected by Flow"), Refused, "vendor.refused", 0),
        (Veo("422|bad field"), NoAccess, "vendor.unsuited", 0),
        (Veo("400|flagged by website as violating content policies"), Refused, "vendor.refused", 0),
        (Veo("400|cannot read image"), BadInput, "vendor.picture", 0),
        (Veo("451|no fetch"), Busy, "vendor.busy", 0),
        (Veo("429|slow down"), Busy, "vendor.busy", 0),
        (Veo("500|oops"), Unsure, "vendor.unsure", 0),
        (Veo("505|off"), NoAccess, "vendor.closed", 0),
        (Veo("lost"), Unsure, "http.no_answer", 1),
        (Veo("late:501|internal"), Failed, "vendor.failed", 1),
        (Veo("late:400|PUBLIC ERROR UNSAFE IMAGE UPLOAD"), Refused, "vendor.refused", 1),
        (Veo("gone"), Failed, "vendor.expired", 1),
    ],
    ids=lambda value: f"{type(value).__name__}-{'-'.join(value.faults)}" if hasattr(value, "faults") else "",
)
async def test_every_fault_is_one_of_the_seven(
    fake: Fake, kind: type[Trouble], key: str, bills: int, tmp_path: Path
) -> None:
    """What is surely free may go on, what may have cost stays in doubt, and nothing leaks into the error."""
    with pytest.raises(Trouble) as caught:
        await _ends(fake, tmp_path)
    assert (type(caught.value) is kind, caught.value.key) == (True, key), repr(caught.value)
    assert fake.bills == bills
    assert "sig=" not in repr(caught.value)


@pytest.mark.parametrize(
    ("subject", "found"),
    [("1", "subject"), ("0", ""), ("50430", Busy), ("50411", Refused), ("50500", Unsure)],
)
async def test_an_adviser_says_whether_a_picture_suits(
    subject: str, found: str | type[Trouble], tmp_path: Path
) -> None:
    """Its verdict and its refusals are told apart; neither is the job's."""
    async with hired(OmniHuman(subject=subject)) as vendor:
        assert isinstance(vendor, Advised)
        with job(tmp_path) as work:
            if not isinstance(found, str):
                with pytest.raises(found):
                    await vendor.adviser.submit(work, "k")
                return
            ticket = (await vendor.adviser.submit(work, "k")).value
            assert await vendor.adviser.seen(ticket) == found


@pytest.mark.parametrize(
    "fake", [OmniHuman("expired"), Kling("expired"), Seedance("expired"), Veo("expired")]
)
async def test_an_address_that_ran_out_is_asked_for_again(fake: Fake, tmp_path: Path) -> None:
    """A result is not lost because its address lived shorter than our wait."""
    await _ends(fake, tmp_path)
    assert next(iter(fake.jobs.values())).served == 2
    assert (tmp_path / "clip.mp4").stat().st_size > 1000


@pytest.mark.parametrize(
    "fake", [OmniHuman(looks=2), Kling(looks=2), Seedance(looks=2), Veo(looks=2, unknown=1)]
)
async def test_what_is_not_done_yet_is_waited_for(fake: Fake, tmp_path: Path) -> None:
    """Queued, running, not even known: all of it is only "not yet"."""
    async with hired(fake) as vendor:
        with job(tmp_path) as work:
            ticket = (await vendor.submit(work, "k")).value
        answers = [await vendor.poll(ticket) for _ in range(4)]
    assert answers[:2] == [False, False]
    assert answers[-1] is True


async def test_a_lost_kling_job_is_found_by_its_mark(tmp_path: Path) -> None:
    """The answer was lost, the job was not: it is found, and nobody pays twice."""
    fake = Kling("lost")
    async with hired(fake) as vendor:
        assert isinstance(vendor, Finds)
        with job(tmp_path) as work, pytest.raises(Unsure):
            await vendor.submit(work, "prj-1:animate:x:1")
        found = await vendor.find("prj-1:animate:x:1")
        assert found == next(iter(fake.jobs))
        assert await vendor.find("prj-1:animate:x:2") is None
    assert fake.bills == 1


async def test_a_lost_seedance_job_is_found_in_the_list(tmp_path: Path) -> None:
    """The list tells by our mark; a list that hides marks tells nothing, and the take stays in doubt."""
    fake = Seedance("lost")
    async with hired(fake) as vendor:
        assert isinstance(vendor, Finds)
        with job(tmp_path) as work, pytest.raises(Unsure):
            await vendor.submit(work, "prj-1:animate:x:1")
        assert await vendor.find("prj-1:animate:x:1") == next(iter(fake.jobs))
        assert await vendor.find("other") is None
        fake.echoes = False
        with pytest.raises(Unsure):
            await vendor.find("prj-1:animate:x:1")


async def test_only_a_waiting_seedance_job_is_stopped(tmp_path: Path) -> None:
    """The verb that stops a waiting job deletes the row of one that is done: it is not used then."""
    fake = Seedance("queued", "")
    async with hired(fake) as vendor:
        assert isinstance(vendor, Cancels)
        with job(tmp_path) as work:
            waiting = (await vendor.submit(work, "a")).value
            done = (await vendor.submit(work, "b")).value
        assert await vendor.poll(done)
        assert (await vendor.cancel(waiting), await vendor.cancel(done)) == (True, False)
        with pytest.raises(Failed):
            await vendor.poll(waiting)


async def test_the_older_keys_of_kling_open_the_older_paths(tmp_path: Path) -> None:
    """An account with an access and a secret key performs too."""
    keys = {"kling_access_key": kling.ACCESS, "kling_secret_key": kling.SECRET}
    async with hired(Kling(), keys=keys) as vendor:
        with job(tmp_path) as work:
            assert (await vendor.submit(work, "k")).value


async def test_the_true_costs_come_from_the_vendors_own_figures(tmp_path: Path) -> None:
    """The ledger holds what was deducted, not what was guessed."""
    async with hired(Kling()) as vendor:
        with job(tmp_path) as work:
            ticket = await vendor.submit(work, "k")
            done = await vendor.fetch(ticket.value, work, tmp_path / "a.mp4", lambda _: None)
    assert work.seconds == pytest.approx(3.8)
    assert ticket.cost == pytest.approx(0.056 * 3.8, abs=0.001)
    assert done.cost == pytest.approx(0.4 * 3.8 * 0.14, abs=0.001)
    async with hired(Seedance()) as vendor:
        with job(tmp_path) as work:
            ticket = await vendor.submit(work, "k")
            done = await vendor.fetch(ticket.value, work, tmp_path / "b.mp4", lambda _: None)
    assert done.cost == pytest.approx(86400 * 46 / 1e6, abs=0.001)


@pytest.mark.parametrize(
    ("fake", "model", "words", "seconds", "cost"),
    [
        (Kling(), "kling-2.6", True, 10.0, 1.4),
        (Kling(), "kling-2.6", False, 5.0, 0.21),
        (Kling(), "kling-3.0", True, 7.0, 0.882),
        (Kling(), "kling-3.0-turbo", True, 3.0, 0.336),
        (Seedance(), "", True, 7.0, 6.9552),
        (Seedance(), seedance.OLDER, True, 12.0, 4.1472),
        (Seedance(), seedance.OLDER, False, 4.0, 0.6912),
        (Veo(), "", True, 8.0, 0.325),
    ],
)
async def test_what_speaks_for_itself_is_asked_and_paid_as_such(
    fake: Fake, model: str, words: bool, seconds: float, cost: float, tmp_path: Path
) -> None:
    """With its own sound a clip has another length, shape and price; what it says are our lines, and without
    them it is silent."""
    async with hired(fake, model) as vendor:
        with job(tmp_path) as work:
            told = {"words": ("要",), "prompt": '1. "要"', "seconds": seconds} if words else {}
            paid = await vendor.submit(work.model_copy(update=told), "k")
    (made,) = fake.jobs.values()
    assert paid.cost == pytest.approx(cost, abs=0.001)
    assert (made.sound is not None) == words
    assert made.length in {0.0, seconds}


@pytest.mark.parametrize("fake", [Seedance(), Veo()])
async def test_a_frame_goes_out_as_what_it_is(fake: Fake, tmp_path: Path) -> None:
    """A JPEG is not called a PNG: a vendor that looks would refuse it."""
    async with hired(fake) as vendor:
        with job(tmp_path) as work:
            painted = tmp_path / "painted.jpg"
            Image.open(work.frame).save(painted)
            await vendor.submit(work.model_copy(update={"frame": painted}), "k")
    assert fake.bills == 1
    if isinstance(fake, Veo):
        assert [name.rpartition(".")[2] for name in fake.uploads] == ["jpg"]


async def test_among_several_faces_the_speaker_gets_its_mask(tmp_path: Path) -> None:
    """The second largest animal speaks: the second largest mask is sent; without an answer none is."""
    fake = OmniHuman(at_once=5)
    fake.masks = ["http://m/1", "http://m/2", "http://m/3"]
    bigger = Box(x=0, y=0, w=340, h=500)
    async with hired(fake) as vendor:
        with job(tmp_path) as work:
            await vendor.submit(work.model_copy(update={"framed": framed(bigger)}), "a")
            await vendor.submit(work, "b")
            fake.masks = []
            await vendor.submit(work.model_copy(update={"framed": framed(bigger)}), "c")
    sent = [one.asked.get("mask_url") for one in fake.jobs.values()]
    assert sent == [["http://m/2"], None, None]


async def test_without_an_address_nothing_is_sent(tmp_path: Path) -> None:
    """A vendor that wants addresses is not paid for a job it could not fetch."""
    fake = OmniHuman()
    async with hired(fake) as vendor:
        with job(tmp_path) as work, pytest.raises(NoAccess) as caught:
            await vendor.submit(work.model_copy(update={"speech_url": None}), "k")
    assert (caught.value.key, fake.bills) == ("lend.nowhere", 0)


@pytest.mark.filterwarnings(
    "ignore::DeprecationWarning", "ignore::pydantic.warnings.PydanticDeprecatedSince20"
)
def test_arks_own_client_understands_the_fake(tmp_path: Path) -> None:
    """The service's own client hands a job over, sees it done, finds it in the list: the fake is no invention
    of ours alone."""
    from volcenginesdkarkruntime import Ark
    from volcenginesdkarkruntime._exceptions import ArkBadRequestError, ArkNotFoundError

    fake = Seedance("", "InputImageSensitiveContentDetected")
    with standing(fake), job(tmp_path) as work:
        client = Ark(api_key=seedance.KEY, base_url=fake.address, max_retries=0)
        media = {
            "image_url": (work.frame, "image/png", "reference_image"),
            "audio_url": (work.speech, "audio/wav", "reference_audio"),
        }
        content: list[Any] = [{"type": "text", "text": "@Image 1 says @Audio 1"}]
        for kind, (path, form, role) in media.items():
            url = f"data:{form};base64,{base64.b64encode(path.read_bytes()).decode()}"
            content.append({"type": kind, kind: {"url": url}, "role": role})
        asked: dict[str, Any] = {"model": seedance.MODEL, "content": content, "duration": 5}
        asked |= {"extra_body": {"safety_identifier": "mark"}}
        begun = client.content_generation.tasks.create(**asked)
        done = client.content_generation.tasks.get(task_id=begun.id)
        listed = client.content_generation.tasks.list(page_num=1, page_size=10, model=seedance.MODEL)
        with pytest.raises(ArkBadRequestError):
            client.content_generation.tasks.create(**asked)
        with pytest.raises(ArkNotFoundError):
            client.content_generation.tasks.get(task_id="cgt-none")
        client.close()
    assert (done.status, done.content.video_url.startswith(fake.address)) == ("succeeded", True)
    assert done.usage.total_tokens == 108_000
    assert [item.id for item in listed.items] == [begun.id]
