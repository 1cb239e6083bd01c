"""What every performer promises: a ticket for a job, polls that cost nothing, a clip that can be decoded."""

import inspect
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.film.probe import probe
from pipeline.ports.avatar import Avatar, Cancels, Checks, Finds
from pipeline.ports.errors import NoAccess
from pipeline.vendors.builtin.avatar import Avatar as Builtin
from tests.fakes.hired import Fake, hired, job
from tests.fakes.kling import Kling
from tests.fakes.omnihuman import OmniHuman
from tests.fakes.seedance import Seedance
from tests.fakes.veo import Veo
from tests.pipeline.beside import Beside

_HOSTED: list[tuple[Callable[[], Fake], str]] = [
    (OmniHuman, ""),
    (OmniHuman, "jimeng_realman_avatar_picture_omni_v2"),
    (Kling, ""),
    (Kling, "avatar-pro"),
    (Kling, "kling-2.6"),
    (Seedance, ""),
    (Veo, ""),
]
_IDS = ["omnihuman", "omnihuman-quick", "kling", "kling-pro", "kling-scene", "seedance", "veo"]


async def _promise(vendor: Avatar, folder: Path) -> None:
    """The contract itself: submit once, poll and fetch twice."""
    with job(folder) as work:
        ticket = await vendor.submit(work, "prj:animate:abc:1")
        assert ticket.value
        assert await vendor.poll(ticket.value)
        assert await vendor.poll(ticket.value)
        told: list[float] = []
        for name in ("one.mp4", "two.mp4"):
            performed = await vendor.fetch(ticket.value, work, folder / name, told.append)
            assert probe(folder / name).frames > 12
        assert told[-1] == 1.0
        assert (performed.track is not None) == vendor.facts.whole_film


@pytest.mark.parametrize(("fake", "model"), _HOSTED, ids=_IDS)
async def test_a_hosted_performer_keeps_its_promise(
    fake: Callable[[], Fake], model: str, tmp_path: Path
) -> None:
    """One job is one bill, however often it is asked for; the cost is told; facts name their source."""
    service = fake()
    async with hired(service, model) as vendor:
        await _promise(vendor, tmp_path)
        assert service.bills == 1
        facts = vendor.facts
        assert (facts.price > 0, bool(facts.source), facts.read) == (True, True, "2026-11-22")
        assert facts.can is not None
        assert isinstance(vendor, Checks)
        await vendor.check()
    assert service.bills == 1


async def test_the_builtin_performer_keeps_its_promise(tmp_path: Path) -> None:
    """The same promise without a key; it plays the whole film."""
    workshop = Beside()
    try:
        performer = Builtin(workshop)
        await _promise(performer, tmp_path)
        assert (performer.facts.free, performer.facts.whole_film) == (True, True)
    finally:
        await workshop.close()


@pytest.mark.parametrize(("fake", "model"), _HOSTED, ids=_IDS)
async def test_a_wrong_key_is_no_access(fake: Callable[[], Fake], model: str, tmp_path: Path) -> None:
    """A key that is refused, or that belongs to another region, says so at once and costs nothing."""
    service = fake()
    wrong = dict.fromkeys(_names(service), "another")
    async with hired(service, model, wrong) as vendor:
        with job(tmp_path) as work, pytest.raises(NoAccess) as caught:
            await vendor.submit(work, "key")
        assert caught.value.key == "vendor.key"
        assert isinstance(vendor, Checks)
        with pytest.raises(NoAccess):
            await vendor.check()
    assert service.bills == 0


def _names(service: Fake) -> tuple[str, ...]:
    if isinstance(service, OmniHuman):
        return ("volc_access_key", "volc_secret_key")
    return {Kling: ("kling_api_key",), Seedance: ("ark_api_key",), Veo: ("kie_api_key",)}[type(service)]


async def test_who_can_look_a_job_up_or_stop_it() -> None:
    """The ledger asks by these verbs; a vendor has them only where its service has."""
    verbs = {}
    for fake, name in (
        (OmniHuman(), "omnihuman"),
        (Kling(), "kling"),
        (Seedance(), "seedance"),
        (Veo(), "veo"),
    ):
        async with hired(fake) as vendor:
            verbs[name] = isinstance(vendor, Finds), isinstance(vendor, Cancels)
            assert not [each for each in vars(type(vendor)) if each in {"retry", "sleep"}]
            assert "time.sleep" not in inspect.getsource(type(vendor))
    assert verbs == {
        "omnihuman": (False, False), "kling": (True, False), "seedance": (True, True), "veo": (False, False),
    }  # fmt: skip
