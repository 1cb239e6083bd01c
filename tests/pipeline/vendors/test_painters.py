"""Every error a painter's page tells of lands in the class that says what happens next; and what else each
does in its own way."""

import json
from pathlib import Path

import pytest
from PIL import Image as Pictures

from pipeline.ports.errors import BadInput, Busy, Failed, NoAccess, Refused, Trouble, Unsure
from pipeline.ports.image import Came
from pipeline.wires import pictures
from tests.fakes.gateway import Gateway
from tests.fakes.kie import KieBanana
from tests.fakes.nano import GoogleBanana, RoutedBanana
from tests.fakes.painters import WORDS, Fake, ask, drawn, painter
from tests.fakes.seedream import Seedream


def _name(value: object) -> str:
    return f"{type(value).__name__}-{'-'.join(value.faults)}" if hasattr(value, "faults") else ""


@pytest.mark.parametrize(
    ("fake", "kind", "key", "bills"),
    [
        (Seedream("400 InputTextSensitiveContentDetected"), Refused, "vendor.refused", 0),
        (Seedream("400 InputImageSensitiveContentDetected.PrivacyInformation"), Refused, "vendor.refused", 0),
        (Seedream("400 OutputImageRiskDetection"), Refused, "vendor.refused", 0),
        (Seedream("400 InvalidParameter.OversizeImage"), BadInput, "vendor.picture", 0),
        (Seedream("400 InvalidImageURL.InvalidFormat"), BadInput, "vendor.picture", 0),
        (Seedream("400 InvalidParameter.size"), NoAccess, "vendor.unsuited", 0),
        (Seedream("429 ModelAccountIpmRateLimitExceeded"), Busy, "vendor.busy", 0),
        (Seedream("429 ServerOverloaded"), Busy, "vendor.busy", 0),
        (Seedream("429 SetLimitExceeded"), NoAccess, "vendor.balance", 0),
        (Seedream("403 AccountOverdueError"), NoAccess, "vendor.balance", 0),
        (Seedream("404 ModelNotOpen"), NoAccess, "vendor.model_gone", 0),
        (Seedream("500 InternalServiceError"), Unsure, "vendor.unsure", 0),
        (Seedream("hidden"), Refused, "vendor.refused", 0),
        (RoutedBanana("moderated"), Refused, "vendor.refused", 0),
        (RoutedBanana("policy"), Refused, "vendor.refused", 0),
        (RoutedBanana("hidden moderated"), Refused, "vendor.refused", 0),
        (RoutedBanana("picture"), BadInput, "vendor.picture", 0),
        (RoutedBanana("broke"), NoAccess, "vendor.balance", 0),
        (RoutedBanana("in flight"), Busy, "vendor.busy", 0),
        (RoutedBanana("limit"), Busy, "vendor.busy", 0),
        (RoutedBanana("deprecated"), NoAccess, "vendor.model_gone", 0),
        (RoutedBanana("region"), NoAccess, "vendor.region", 0),
        (RoutedBanana("provider"), Unsure, "vendor.unsure", 0),
        (RoutedBanana("hidden provider"), Unsure, "vendor.unsure", 0),
        (GoogleBanana("argument"), NoAccess, "vendor.unsuited", 0),
        (GoogleBanana("region"), NoAccess, "vendor.region", 0),
        (GoogleBanana("gone"), NoAccess, "vendor.model_gone", 0),
        (GoogleBanana("limit"), Busy, "vendor.busy", 0),
        (GoogleBanana("day"), NoAccess, "vendor.balance", 0),
        (GoogleBanana("credit"), NoAccess, "vendor.balance", 0),
        (GoogleBanana("server"), Unsure, "vendor.unsure", 0),
        (KieBanana("400|flagged by website as violating content policies"), Refused, "vendor.refused", 0),
        (KieBanana("422|rejected by Flow"), Refused, "vendor.refused", 0),
        (KieBanana("400|cannot read image"), BadInput, "vendor.picture", 0),
        (KieBanana("402|credits"), NoAccess, "vendor.balance", 0),
        (KieBanana("433|sub key"), NoAccess, "vendor.balance", 0),
        (KieBanana("429|slow down"), Busy, "vendor.busy", 0),
        (KieBanana("455|maintenance"), Busy, "vendor.busy", 0),
        (KieBanana("500|oops"), Unsure, "vendor.unsure", 0),
        (KieBanana("odd"), Unsure, "vendor.unsure", 1),
        (KieBanana("late:501|internal"), Failed, "vendor.failed", 1),
        (KieBanana("late:400|PUBLIC ERROR UNSAFE IMAGE UPLOAD"), Refused, "vendor.refused", 1),
        (KieBanana("empty"), Failed, "vendor.failed", 1),
        (KieBanana("gone"), Failed, "vendor.expired", 1),
        (Gateway("broke 403"), NoAccess, "vendor.balance", 0),
        (Gateway("broke 429"), NoAccess, "vendor.balance", 0),
        (Gateway("moderated"), Refused, "vendor.refused", 0),
        (Gateway("sensitive"), Refused, "vendor.refused", 0),
        (Gateway("limit"), Busy, "vendor.busy", 0),
        (Gateway("unknown"), NoAccess, "vendor.model_gone", 0),
        (Gateway("gateway"), Unsure, "vendor.unsure", 0),
        (Gateway("job failed", way="job"), Failed, "vendor.failed", 1),
        (Gateway("job refused", way="job"), Refused, "vendor.refused", 1),
        (Gateway("gone", way="url"), Failed, "vendor.expired", 1),
    ],
    ids=_name,
)
async def test_every_fault_is_one_of_the_seven(
    fake: Fake, kind: type[Trouble], key: str, bills: int, tmp_path: Path
) -> None:
    """What is surely free may go on, what may have cost stays in doubt, and nothing leaks into the error."""
    async with painter(fake) as vendor:
        with pytest.raises(Trouble) as caught:
            await drawn(vendor, ask(tmp_path), tmp_path / "out")
    assert (type(caught.value), caught.value.key) == (kind, key), repr(caught.value)
    assert len(fake.bills) == bills
    told = repr(caught.value.args)
    assert all(word not in told for word in ("sig=", WORDS, "somebody wrote", "sk-good", "about a cat"))


@pytest.mark.parametrize(
    ("fake", "end", "cost"),
    [
        (Seedream("refused"), "refused", 0.0),
        (Seedream("failed"), "broken", 0.0),
        (Seedream("nothing"), "broken", 0.0),
        (Seedream("odd"), "odd", None),
        (Seedream("no picture"), "odd", 0.5),
        (RoutedBanana("nothing"), "broken", 0.138),
        (RoutedBanana("odd"), "odd", None),
        (GoogleBanana("blocked"), "refused", 0.0),
        (GoogleBanana("safety"), "refused", 0.0),
        (GoogleBanana("no image"), "broken", None),
        (GoogleBanana("words"), "broken", None),
        (GoogleBanana("odd"), "odd", None),
        (Gateway("nothing"), "broken", None),
        (Gateway("odd"), "odd", None),
    ],
    ids=lambda value: _name(value),
)
async def test_an_answer_without_a_picture_is_no_doubt(
    fake: Fake, end: str, cost: float | None, tmp_path: Path
) -> None:
    """It was answered: what it came to is kept, what it did cost is what the service counts."""
    async with painter(fake) as vendor:
        paid, came, _ = await drawn(vendor, ask(tmp_path), tmp_path / "out")
    assert (came.end, paid.cost) == (end, cost)
    assert not (tmp_path / "out").exists()
    assert "somebody wrote" not in paid.value


@pytest.mark.parametrize(
    "model",
    ["doubao-seedream-5-0-pro-260628", "doubao-seedream-4-5-251128", "doubao-seedream-5-0-flash-260915"],
)
async def test_each_seedream_gets_what_it_takes(model: str, tmp_path: Path) -> None:
    """Sizes and parameters go by the model's row; nobody wants a watermark."""
    fake = Seedream()
    async with painter(fake, model=model) as vendor:
        await drawn(vendor, ask(tmp_path), tmp_path / "out")
    wide, high = map(int, fake.asked[0]["size"].split("x"))
    assert wide / high == pytest.approx(9 / 16)
    assert fake.marked == 0


async def test_a_draft_is_not_the_picture(tmp_path: Path) -> None:
    """What a model drew while it thought is passed over."""
    async with painter(GoogleBanana("drafts")) as vendor:
        await drawn(vendor, ask(tmp_path), tmp_path / "out")
    with Pictures.open(tmp_path / "out") as picture:
        assert picture.size == (768, 1344)


@pytest.mark.parametrize("way", ["inside", "url", "urls", "job"])
async def test_an_aggregators_answer_comes_in_any_way(way: str, tmp_path: Path) -> None:
    """The same request may be answered with a picture, an address, a list of them or a job."""
    fake = Gateway(way=way, looks=2)
    async with painter(fake) as vendor:
        _, came, _ = await drawn(vendor, ask(tmp_path), tmp_path / "out")
    assert came.here == (way == "inside")
    assert (came.job != "") == (way == "job")
    assert pictures.media_type(tmp_path / "out") == "image/png"


async def test_a_kie_job_is_waited_for_and_costs_its_credits(tmp_path: Path) -> None:
    """Not known yet, waiting, drawing: all of it is only "not yet"; the row says what it took."""
    fake = KieBanana(unknown=2, looks=3)
    async with painter(fake) as vendor:
        paid, came, cost = await drawn(vendor, ask(tmp_path), tmp_path / "out")
    assert json.loads(paid.value)["job"] == came.job == "task_nano_1"
    assert paid.cost == 0.09
    assert cost == pytest.approx(18 * 0.005)
    assert next(iter(fake.uploads)).startswith("paw-")


def test_sizes_and_shapes_follow_the_canvas() -> None:
    """A square film gets square pictures; a shape without a name the nearest."""
    assert pictures.sized(720, 1280, 1080 * 1920) == (1080, 1920)
    assert pictures.sized(1080, 1080, 3_686_400) == (1920, 1920)
    assert pictures.ratio(720, 1280, pictures.RATIOS) == "9:16"
    assert pictures.ratio(1080, 1080, pictures.RATIOS) == "1:1"
    assert pictures.ratio(720, 1300, ("1:1", "9:16")) == "9:16"


@pytest.mark.parametrize("text", ["%%%", "", "aGVsbG8=", "data:image/png;base64,aGVsbG8="])
def test_what_is_no_picture_is_not_written(text: str, tmp_path: Path) -> None:
    """An answer's text is only ever a picture when its bytes are."""
    assert pictures.written(text, tmp_path / "out").end == "odd"
    assert not (tmp_path / "out").exists()
    assert Came().here
