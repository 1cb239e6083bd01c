"""What holds for every painter, whoever serves it, and for our own framing."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image as Pictures

from pipeline import crafts
from pipeline.model import Sight
from pipeline.ports.avatar import Checks
from pipeline.ports.errors import NoAccess, Trouble, Unsure
from pipeline.ports.image import FrameAsk, Framer, Image
from pipeline.vendors.builtin.image import Image as Photo
from tests.fakes.gateway import Gateway
from tests.fakes.kie import KieBanana
from tests.fakes.nano import GoogleBanana, RoutedBanana
from tests.fakes.painters import WORDS, Fake, ask, drawn, painter
from tests.fakes.seedream import Seedream
from tests.pipeline.beside import Beside

MAKES: dict[str, Callable[..., Fake]] = {
    "ark": Seedream,
    "openrouter": RoutedBanana,
    "gemini": GoogleBanana,
    "kie": KieBanana,
    "uiuiapi": Gateway,
}


@pytest.fixture(params=MAKES)
def make(request: pytest.FixtureRequest) -> Callable[..., Fake]:
    """Each painter's fake in turn."""
    return MAKES[request.param]


async def test_one_call_brings_one_picture(make: Callable[..., Fake], tmp_path: Path) -> None:
    """The photo and the words reach it as it wants them, the picture has the film's shape, one is paid."""
    fake = make()
    async with painter(fake) as vendor:
        paid, came, cost = await drawn(vendor, ask(tmp_path), tmp_path / "out")
        facts = vendor.facts
    with Pictures.open(tmp_path / "out") as picture:
        assert picture.width / picture.height == pytest.approx(9 / 16, abs=0.02)
    assert WORDS in str(fake.asked[0])
    assert len(fake.photos) == len(fake.bills) == 1
    assert came.end == "whole"
    assert (cost is None) == (facts.vendor in {"gemini", "uiuiapi"}), "these do not say"
    assert facts.draws
    assert not facts.free
    assert facts.source
    assert facts.read
    assert "base64" not in paid.value


async def test_a_lost_answer_is_in_doubt_and_charged_once(make: Callable[..., Fake], tmp_path: Path) -> None:
    """Nobody knows whether it was drawn: it is asked once."""
    fake = make("lost")
    async with painter(fake) as vendor:
        with pytest.raises(Unsure):
            await drawn(vendor, ask(tmp_path), tmp_path / "out")
    assert len(fake.bills) == 1


async def test_an_answer_nobody_can_read_is_in_doubt(make: Callable[..., Fake], tmp_path: Path) -> None:
    """A gateway's page in place of an answer may stand for a picture that was drawn."""
    async with painter(make("garbled")) as vendor:
        with pytest.raises(Unsure) as caught:
            await drawn(vendor, ask(tmp_path), tmp_path / "out")
    assert "html" not in repr(caught.value.args)


async def test_what_is_no_picture_is_no_doubt(make: Callable[..., Fake], tmp_path: Path) -> None:
    """It was paid for; that it cannot be used is found out when it is read."""
    fake = make("no picture")
    async with painter(fake) as vendor:
        _, came, _ = await drawn(vendor, ask(tmp_path), tmp_path / "out")
    if came.end == "whole":
        with pytest.raises(Trouble) as caught:
            crafts.sight.receive(tmp_path / "out", (None, None), (720, 1280), tmp_path / "shown.jpg")
        assert caught.value.key == "image.unusable"
    assert came.end in {"odd", "whole"}
    assert len(fake.bills) == 1


async def _checked(vendor: Image) -> None:
    assert isinstance(vendor, Checks)
    await vendor.check()


async def test_a_wrong_key_is_told_with_its_setting(make: Callable[..., Fake], tmp_path: Path) -> None:
    """The operator reads which setting to change; it costs nothing."""
    fake = make()
    async with painter(fake, key="sk-wrong") as vendor:
        with pytest.raises(NoAccess) as caught:
            await drawn(vendor, ask(tmp_path), tmp_path / "out")
        with pytest.raises(NoAccess):
            await _checked(vendor)
    assert caught.value.key == "vendor.key"
    assert caught.value.fields["setting"].endswith("_API_KEY")
    assert fake.bills == []


async def test_a_free_question_tells_that_all_is_well(make: Callable[..., Fake]) -> None:
    """The doctor asks it."""
    fake = make()
    async with painter(fake) as vendor:
        await _checked(vendor)
    assert fake.bills == []


async def test_framing_fits_the_pane_exactly(tmp_path: Path) -> None:
    """Whatever a picture's shape, the first frame has the pane's; framing costs nothing and draws nothing."""
    workshop = Beside()
    framer: Framer = Photo(workshop, {"saliency": None})
    try:
        for size in ((1440, 2560), (900, 600), (640, 640)):
            picture = tmp_path / "picture.png"
            Pictures.new("RGB", size, "tan").save(picture)
            wanted = FrameAsk(sight=Sight(width=size[0], height=size[1]))
            framed = await framer.frame(picture, wanted, tmp_path / "frame.png")
            with Pictures.open(tmp_path / "frame.png") as pane:
                assert pane.size == (framed.layout.pane.w, framed.layout.pane.h)
    finally:
        await workshop.close()
    assert framer.facts.free
    assert not framer.facts.draws
    assert not isinstance(framer, Image)
