"""New pictures for a film's beginning: paid once each, kept before they are read, compared with the photo."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from PIL import Image as Pictures

from pipeline.catalogue import Catalogue
from pipeline.engine import Engine
from pipeline.model import Framed
from pipeline.parts import Painted
from pipeline.ports.errors import NoAccess, Refused, Unsure
from pipeline.ports.http import Http
from pipeline.recipes import draw_frames, prepare_frame
from pipeline.shown import PHOTO
from pipeline.steps.compare import compare
from pipeline.steps.describe import describe
from pipeline.steps.draw import draw
from pipeline.steps.look import look
from pipeline.steps.paint import paint
from pipeline.studio import Studio
from pipeline.vendors.builtin.image import Image as Photo
from pipeline.writing import Hosted
from storage import projects, takes
from storage.model import Direction, Line, Notice, Script
from tests.fakes.kie import KieBanana
from tests.fakes.nano import GoogleBanana
from tests.fakes.painters import painter
from tests.fakes.seedream import PRICE, Seedream
from tests.fakes.serving import served
from tests.fakes.texts import Fake as Text
from tests.fakes.texts import case
from tests.pipeline.house import PROJECT, studio

_WEIGHTS: dict[str, Path | None] = dict.fromkeys(("pet-detector", "saliency"))
_CRYING = Direction(emotion="crying", prop="bun")
_SCRIPT = Script(
    lines=(
        Line(speaker="person", text="长大后要不要养妈妈"),
        Line(speaker="pet", text="要", direction=Direction(emotion="happy")),
        Line(speaker="pet", text="我去捡破烂养妈妈", direction=_CRYING),
        Line(speaker="pet", text="呜呜", direction=_CRYING),
    )
)


@dataclass
class House:
    """A studio with a photo, two painters and our framing, and a model that sees."""

    made: Studio
    seedream: Seedream
    google: GoogleBanana
    text: Text

    async def brief(self, **changes: object) -> None:
        """Change the project's brief."""
        now = (await self.made.project(PROJECT)).brief
        await projects.change_brief(self.made.db, PROJECT, now.model_copy(update=changes))

    async def ledger(self, step: str = "paint") -> list[tuple[str, str, float]]:
        """Each take's vendor, state and cost."""
        found = await takes.of(self.made.db, PROJECT)
        return sorted((one.vendor, one.state, one.cost) for one in found if one.step == step)


@asynccontextmanager
async def _house(folder: Path, *faults: str, sees: bool = True) -> AsyncIterator[House]:
    seedream, google, ark = Seedream(*faults), GoogleBanana(), case("ark")
    text = ark.fake()
    async with AsyncExitStack() as stack:
        bare = await stack.enter_async_context(studio(folder))
        painters = [await stack.enter_async_context(painter(one)) for one in (seedream, google)]
        url = stack.enter_context(served(text.app))
        http = await stack.enter_async_context(Http.opened(trust_env=False))
        catalogue = Catalogue(
            text=[Hosted(ark.text(http, url))] if sees else (),
            image=[*painters, Photo(bare.workshop, _WEIGHTS)],
            voice=(),
            avatar=(),
        )
        house = House(replace(bare, catalogue=catalogue, weights=_WEIGHTS), seedream, google, text)
        photo = folder / "photo.jpg"
        tells = Pictures.Exif()
        tells[0x0112], tells[0x010F] = 6, "somebody's phone"  # lies on its side; the fakes refuse such words
        Pictures.new("RGB", (500, 600), "tan").save(photo, exif=tells)
        kept = await house.made.keep(PROJECT, "photo", photo, "image/jpeg")
        await house.brief(photo=kept.id, script=_SCRIPT)
        yield house


async def test_pictures_are_paid_once_each(tmp_path: Path) -> None:
    """Three are asked for side by side; asked again they are there; a wish or another round is anew."""
    async with _house(tmp_path) as house:
        first = await paint(house.made, PROJECT, "1 2 3")
        assert await paint(house.made, PROJECT, "1 2 3") == first
        assert await house.ledger() == [("ark", "done", PRICE)] * 3
        await house.brief(wishes={"paint": "坐在海边\n\n不要照片里的宠物，画一只鹦鹉 https://evil.example"})
        await paint(house.made, PROJECT, "1")
        await house.brief(rounds={"paint": 1})
        await paint(house.made, PROJECT, "1")
        asset = await house.made.asset(first.pictures["2"].picture)
        shown = await house.made.asset(first.pictures["2"].shown)
    assert set(first.pictures) == {"1", "2", "3"}
    assert (asset.media_type, shown.media_type) == ("image/jpeg", "image/jpeg")
    assert len(house.seedream.bills) == 5
    words = [one["prompt"] for one in house.seedream.asked]
    assert "哭" in words[0]
    assert "包子" in words[0]
    assert "愿望" not in words[0].splitlines()[-1]
    assert words[3].splitlines()[-1] == "愿望：坐在海边 不要照片里的宠物，画一只鹦鹉"


async def test_what_is_known_of_the_pet_is_told(tmp_path: Path) -> None:
    """The painter reads what a model saw on the photo, so that it stays the same pet."""
    async with _house(tmp_path) as house:
        await describe(house.made, PROJECT, PHOTO)
        await paint(house.made, PROJECT, "1")
    assert "宠物：狗，柯基，黄，白" in house.seedream.asked[0]["prompt"]


async def test_those_that_came_are_shown(tmp_path: Path) -> None:
    """One picture of three is refused: the others are there, and the refused one cost nothing."""
    async with _house(tmp_path, "refused") as house:
        painted = await paint(house.made, PROJECT, "1 2 3")
        assert await house.ledger() == [
            ("ark", "done", PRICE),
            ("ark", "done", PRICE),
            ("ark", "failed", 0.0),
        ]
    assert len(painted.pictures) == 2


@pytest.mark.parametrize("fault", ["refused", "400 InputTextSensitiveContentDetected", "hidden"])
async def test_a_refusal_is_told_and_not_taken_elsewhere(tmp_path: Path, fault: str) -> None:
    """What one policy forbids is the person's to put differently."""
    async with _house(tmp_path, fault, fault) as house:
        with pytest.raises(Refused):
            await paint(house.made, PROJECT, "1 2")
    assert house.google.bills == house.seedream.bills == []


async def test_a_bad_answer_is_asked_again_and_then_elsewhere(tmp_path: Path) -> None:
    """No picture, or one that cannot be opened: once more, then the next vendor; all of it in the ledger."""
    async with _house(tmp_path, "failed", "nothing") as house:
        await paint(house.made, PROJECT, "1")
        states = [(vendor, state) for vendor, state, _ in await house.ledger()]
    assert states == [("ark", "failed"), ("ark", "failed"), ("gemini", "done")]


@pytest.mark.parametrize("fault", ["404 ModelNotOpen", "403 AccountOverdueError", "odd", "no picture"])
async def test_who_has_no_access_is_passed_over(tmp_path: Path, fault: str) -> None:
    """A retired model, a broke account or an odd answer costs the person nothing but a moment."""
    async with _house(tmp_path, fault) as house:
        assert (await paint(house.made, PROJECT, "1")).pictures
    assert len(house.google.bills) == 1


async def test_a_lost_answer_is_asked_once(tmp_path: Path) -> None:
    """It may have been charged: nobody asks again, and no other vendor either."""
    async with _house(tmp_path, "lost") as house:
        for _ in range(2):
            with pytest.raises(Unsure):
                await paint(house.made, PROJECT, "1")
    assert (len(house.seedream.bills), house.google.bills) == (1, [])


async def test_a_picture_that_comes_later_costs_what_its_row_says(tmp_path: Path) -> None:
    """The job is waited for, the picture fetched and kept, the credits counted."""
    async with _house(tmp_path) as house, painter(KieBanana(unknown=1)) as kie:
        catalogue = Catalogue(text=(), image=[kie], voice=(), avatar=())
        painted = await paint(replace(house.made, catalogue=catalogue), PROJECT, "1")
        [(vendor, state, cost)] = await house.ledger()
    assert (vendor, state) == ("kie", "done")
    assert cost == pytest.approx(0.09)
    assert painted.pictures["1"].mouth == "none"


async def test_without_money_nothing_is_drawn(tmp_path: Path) -> None:
    """In the free plan nobody who costs is asked; without a painter there is nobody."""
    async with _house(tmp_path) as house:
        await house.brief(plan="free")
        with pytest.raises(NoAccess):
            await paint(house.made, PROJECT, "1")
    assert house.seedream.bills == []


async def test_pets_are_compared(tmp_path: Path) -> None:
    """Each picture gets the model's verdict, once; a model that fails leaves it unsure."""
    async with _house(tmp_path) as house:
        painted = await paint(house.made, PROJECT, "1 2 3")
        ids = " ".join(one.picture for one in painted.pictures.values())
        house.text.mind.same.extend(["no"])
        told = await compare(house.made, PROJECT, ids)
        assert await compare(house.made, PROJECT, ids) == told
    assert len(house.text.bills) == len(set(ids.split()))
    assert sorted(told.same.values()) == sorted(["no", "yes", "yes"][: len(told.same)])


async def test_a_model_that_cannot_compare_loses_no_picture(tmp_path: Path) -> None:
    """Its trouble leaves the verdict open; with nobody who sees there is none."""
    async with _house(tmp_path) as house:
        picture = (await paint(house.made, PROJECT, "1")).pictures["1"].picture
        house.text.faults.append("401 AuthenticationError")
        assert (await compare(house.made, PROJECT, picture)).same == {picture: "unsure"}
    (tmp_path / "blind").mkdir()
    async with _house(tmp_path / "blind", sees=False) as house:
        picture = (await paint(house.made, PROJECT, "1")).pictures["1"].picture
        assert (await compare(house.made, PROJECT, picture)).same == {}


async def _made(house: House, folder: Path) -> tuple[Notice, Notice]:
    """New pictures, the first of them chosen; then the photo is looked at again."""
    engine = await Engine.launch(
        f"sqlite:///{folder / 'engine.db'}", house.made, poll_seconds=0.02, patience=0.0
    )
    try:
        await engine.start(draw_frames, f"{PROJECT}:pictures:1", PROJECT)
        pictures = await engine.finished(f"{PROJECT}:pictures:1")
        await house.brief(frame=pictures.assets["1"])
        await engine.start(prepare_frame, f"{PROJECT}:frame:1", PROJECT)
        return pictures, await engine.finished(f"{PROJECT}:frame:1")
    finally:
        await engine.close()


async def test_what_was_asked_beside_and_gave_no_answer_is_told(tmp_path: Path) -> None:
    """A model that looks or compares stops nothing when its answer is lost; that it may have charged is in
    the ledger, counts as spent, and is said with what people wait for. It is not asked again."""
    async with _house(tmp_path) as house:
        house.text.faults.extend(["500 InternalServiceError"] * 2)
        pictures, frame = await _made(house, tmp_path)
        doubts = await takes.doubtful(house.made.db)
        spent = await takes.spent(house.made.db, 0.0, PROJECT)
        sure = [take for take in await takes.of(house.made.db, PROJECT) if take.state == "done"]
    assert (pictures.kind, frame.kind) == ("done", "done")
    for notice in (pictures, frame):
        assert notice.fields["doubt_vendor"] == "ark"
        assert notice.fields["doubt_money"].startswith("$")
    assert sorted(take.step for take in doubts) == ["compare", "describe"]
    dollars = sum(take.cost for take in (*doubts, *sure) if take.currency == "USD")
    assert spent["USD"] == pytest.approx(dollars)
    assert all(take.cost > 0 for take in doubts)


@pytest.mark.parametrize("again", ["yes", "no"])
async def test_a_picture_that_lost_the_pet_is_drawn_once_more(tmp_path: Path, again: str) -> None:
    """What is still lost then is shown with that said; the photo stays what is looked at for marks."""
    async with _house(tmp_path) as house:
        house.text.mind.same.extend(["no", "yes", "yes", again])
        pictures, frame = await _made(house, tmp_path)
        assert await house.ledger() == [("ark", "done", PRICE)] * 4
    assert pictures.kind == "done"
    assert {"1", "2", "3", "shown1", "shown2", "shown3"} == set(pictures.assets)
    assert sorted(pictures.fields[f"same{n}"] for n in (1, 2, 3)) == sorted([again, "yes", "yes"])
    assert (frame.fields["width"], frame.fields["height"]) == ("600", "500")


async def test_a_busy_painter_is_waited_for(tmp_path: Path) -> None:
    """Two of three meet a limit: they are asked again, the one that came is not."""
    async with _house(tmp_path, "429 ServerOverloaded", "", "429 ModelAccountIpmRateLimitExceeded") as house:
        pictures, _ = await _made(house, tmp_path)
        assert await house.ledger() == [("ark", "done", PRICE)] * 3
    assert {"1", "2", "3"} <= set(pictures.assets)


async def test_the_film_begins_with_the_picture_that_was_chosen(tmp_path: Path) -> None:
    """It is looked at and framed like a photo, without what was pointed out on the photo."""
    async with _house(tmp_path) as house:
        chosen: Painted = await paint(house.made, PROJECT, "1")
        await house.brief(frame=chosen.pictures["1"].picture)
        seen = await look(house.made, PROJECT)
        drawn = await draw(house.made, PROJECT, seen.sight)
        framed = await house.made.noun(drawn.framed, Framed)
        pane = await house.made.blobs.read((await house.made.asset(drawn.frame)).key)
        assert await house.ledger("draw") == [("builtin", "done", 0.0)]
    (tmp_path / "pane.png").write_bytes(pane)
    with Pictures.open(tmp_path / "pane.png") as picture:
        size = picture.size
    pane_there = framed.layout.pane
    assert size == (round(pane_there.w), round(pane_there.h))
    assert framed.layout.kind == "full"
