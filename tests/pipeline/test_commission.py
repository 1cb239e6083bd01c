"""A writer asked under a take: complaints, the next vendor, photos described once, wishes granted."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from PIL import Image

from pipeline.catalogue import Catalogue
from pipeline.likeness import likeness
from pipeline.model import Sight
from pipeline.ports.errors import Failed, NoAccess, Refused, Unsure
from pipeline.ports.http import Http
from pipeline.ports.text import Writer
from pipeline.steps.describe import describe
from pipeline.steps.edit import edit
from pipeline.steps.point import point
from pipeline.steps.write import propose
from pipeline.studio import Studio
from pipeline.vendors.builtin.text import Text as Bank
from pipeline.writing import Hosted
from storage import projects, takes
from storage.model import Line, Script
from tests.fakes.serving import served
from tests.fakes.texts import Fake, case
from tests.pipeline.house import PROJECT, studio


@dataclass
class House:
    """A studio whose writers are two hosted models, each on its fake, and the bank."""

    made: Studio
    ark: Fake
    deepseek: Fake

    async def brief(self, **changes: object) -> None:
        """Change the project's brief."""
        now = (await self.made.project(PROJECT)).brief
        await projects.change_brief(self.made.db, PROJECT, now.model_copy(update=changes))

    async def ledger(self) -> list[tuple[str, str, str | None]]:
        """Each take's vendor, state and error."""
        return [(take.vendor, take.state, take.error) for take in await takes.of(self.made.db, PROJECT)]


@asynccontextmanager
async def _house(folder: Path, *, bank: bool = True) -> AsyncIterator[House]:
    ark, deepseek = case("ark"), case("deepseek")
    first, second = ark.fake(), deepseek.fake()
    with served(first.app) as one, served(second.app) as other:
        async with Http.opened(trust_env=False) as http, studio(folder) as bare:
            writers: list[Writer] = [
                Hosted(ark.changed(seconds=1.0).text(http, one)), Hosted(deepseek.text(http, other))
            ]  # fmt: skip
            catalogue = Catalogue(text=[*writers, Bank()] if bank else writers, image=(), voice=(), avatar=())
            yield House(replace(bare, catalogue=catalogue), first, second)


@pytest.mark.parametrize("slip", ["prose", "cut off", "too long", "alike", "fewer", "rude", "no shape"])
async def test_a_complaint_goes_with_the_second_question(tmp_path: Path, slip: str) -> None:
    """An answer that cannot be used is paid for, told of, and asked again once."""
    async with _house(tmp_path) as house:
        house.ark.mind.slips.append(slip)
        options = await propose(house.made, PROJECT)
        assert await house.ledger() == [("ark", "failed", "text.unusable"), ("ark", "done", None)]
        costs = [take.cost for take in await takes.of(house.made.db, PROJECT)]
    assert len(options.texts) == 3
    assert costs[0] > 0
    assert "could not be used" not in house.ark.mind.told[0]
    assert "Your earlier answer could not be used" in house.ark.mind.told[1]
    assert len(house.ark.bills) == 2


async def test_the_next_vendor_when_two_answers_are_no_good(tmp_path: Path) -> None:
    """Nobody waits for a third bad joke."""
    async with _house(tmp_path) as house:
        house.ark.mind.slips.extend(["prose", "alike"])
        assert (await propose(house.made, PROJECT)).exact
        assert [state for _, state, _ in await house.ledger()] == ["failed", "failed", "done"]
    assert len(house.deepseek.bills) == 1
    assert "could not be used" not in house.deepseek.mind.told[0]


@pytest.mark.parametrize(
    "fault", ["404 ModelNotOpen", "403 AccountOverdueError", "401 AuthenticationError", "odd"]
)
async def test_who_has_no_access_is_passed_over(tmp_path: Path, fault: str) -> None:
    """A retired model, a broke account or an odd answer costs the person nothing but a moment."""
    async with _house(tmp_path) as house:
        house.ark.faults.append(fault)
        assert len((await propose(house.made, PROJECT)).texts) == 3
    assert len(house.deepseek.bills) == 1


async def test_a_refusal_is_told_and_not_taken_elsewhere(tmp_path: Path) -> None:
    """What one policy forbids is the person's to put differently."""
    async with _house(tmp_path) as house:
        house.ark.faults.append("400 InputTextSensitiveContentDetected")
        with pytest.raises(Refused):
            await propose(house.made, PROJECT)
        assert await house.ledger() == [("ark", "rejected", "vendor.refused")]
    assert not house.deepseek.bills


async def test_a_lost_answer_is_asked_once(tmp_path: Path) -> None:
    """It may have been charged: nobody asks again, and no other vendor either."""
    async with _house(tmp_path) as house:
        house.ark.faults.append("lost")
        for _ in range(2):
            with pytest.raises(Unsure):
                await propose(house.made, PROJECT)
        assert [state for _, state, _ in await house.ledger()] == ["unsure"]
    assert (len(house.ark.bills), len(house.deepseek.bills)) == (1, 0)


async def test_the_bank_is_the_last_resort(tmp_path: Path) -> None:
    """With every model closed there is still something to choose from."""
    async with _house(tmp_path) as house:
        house.ark.faults.append("401 AuthenticationError")
        house.deepseek.faults.append("broke")
        assert len((await propose(house.made, PROJECT)).texts) == 3
        assert (await house.ledger())[-1] == ("builtin", "done", None)


async def test_what_was_written_once_is_not_paid_twice(tmp_path: Path) -> None:
    """The same wish is answered from the ledger; another one is asked anew."""
    async with _house(tmp_path) as house:
        first = await propose(house.made, PROJECT)
        assert await propose(house.made, PROJECT) == first
        await house.brief(wishes={"write": "更惨一点"})
        await propose(house.made, PROJECT)
    assert len(house.ark.bills) == 2
    assert "更惨一点" in house.ark.mind.told[1]


async def test_somebodys_own_dialogue_is_rewritten(tmp_path: Path) -> None:
    """Without a theme the script itself is the mould; the bank cannot do that, and says so."""
    own = Script(lines=(Line(speaker="person", text="谁吃的鱼"), Line(speaker="pet", text="反正不是我呀")))
    async with _house(tmp_path) as house:
        await house.brief(theme=None, script=own)
        made = [Script.model_validate_json(text) for text in (await propose(house.made, PROJECT)).texts]
        house.made = replace(house.made, catalogue=Catalogue(text=[Bank()], image=(), voice=(), avatar=()))
        await house.brief(audience="学生")
        with pytest.raises(NoAccess):
            await propose(house.made, PROJECT)
    assert {one.lines[0].text for one in made} == {"谁吃的鱼"}


async def test_a_wish_is_granted_once(tmp_path: Path) -> None:
    """The step changes the chosen script as the brief's wish says; the same wish again costs nothing."""
    async with _house(tmp_path) as house:
        chosen = Script.model_validate_json((await propose(house.made, PROJECT)).texts[0])
        await house.brief(script=chosen, wishes={"edit": "第二句更惨一点"})
        edited = await edit(house.made, PROJECT)
        assert await edit(house.made, PROJECT) == edited
    now = Script.model_validate_json(edited.text)
    assert [a == b for a, b in zip(now.lines, chosen.lines, strict=True)] == [
        True,
        False,
        True,
        True,
        True,
        True,
    ]
    assert len(house.ark.bills) == 2


async def _with_photo(house: House, folder: Path) -> None:
    Image.new("RGB", (800, 600), "tan").save(folder / "photo.jpg")
    kept = await house.made.keep(PROJECT, "photo", folder / "photo.jpg", "image/jpeg")
    await house.brief(photo=kept.id)


async def test_a_photo_is_described_once(tmp_path: Path) -> None:
    """Looked at and paid for once, then known to whoever writes."""
    async with _house(tmp_path) as house:
        await _with_photo(house, tmp_path)
        known = await describe(house.made, PROJECT)
        assert await describe(house.made, PROJECT) == known
        seen = await likeness(house.made, PROJECT)
        await propose(house.made, PROJECT)
    assert known.marks
    assert seen is not None
    assert seen.breed == "柯基"
    assert len(house.ark.bills) == 2
    assert "柯基" in house.ark.mind.told[1]


async def test_nobody_waits_for_a_busy_model_to_describe(tmp_path: Path) -> None:
    """A description helps; a photo is answered without it, and it is asked for again next time."""
    async with _house(tmp_path) as house:
        await _with_photo(house, tmp_path)
        house.ark.faults.append("429 ServerOverloaded")
        assert (await describe(house.made, PROJECT)).described == ""
        assert (await describe(house.made, PROJECT)).described


@pytest.mark.parametrize("slip", ["unsure", "upside down"])
async def test_marks_nobody_is_sure_of_are_not_used(tmp_path: Path, slip: str) -> None:
    """A model that doubts, or gives a face no animal has, leaves the question to the person."""
    async with _house(tmp_path) as house:
        await _with_photo(house, tmp_path)
        house.ark.mind.slips.append(slip)
        assert not (await describe(house.made, PROJECT)).marks


async def test_without_a_model_that_sees_nothing_is_asked(tmp_path: Path) -> None:
    """Photos stay here where nobody hosted may look at them."""
    async with _house(tmp_path) as house:
        await _with_photo(house, tmp_path)
        house.made = replace(house.made, catalogue=Catalogue(text=[Bank()], image=(), voice=(), avatar=()))
        assert (await describe(house.made, PROJECT)).described == ""
        assert await likeness(house.made, PROJECT) is None
    assert not house.ark.asked


async def test_marks_a_model_is_sure_of_stand_for_a_tap(tmp_path: Path) -> None:
    """Where our own eyes are unsure, the mouth is near where the model saw it, in the photo's pixels; the
    picture is tried with them once."""
    async with _house(tmp_path) as house:
        await _with_photo(house, tmp_path)
        house.made = replace(house.made, weights={"pet-detector": None})
        known = await describe(house.made, PROJECT)
        sight = await house.made.keep_noun(
            PROJECT, "sight", Sight(width=800, height=600, reason="look.no_pet")
        )
        seen = await point(house.made, PROJECT, sight.id, known.described)
        pet = (await house.made.noun(seen.sight, Sight)).pets[0]
        assert await point(house.made, PROJECT, sight.id, known.described) == seen
    assert seen.mouth == "found"
    assert pet.mouth is not None
    assert pet.eyes is not None
    assert pet.mouth == pytest.approx((400, 360), abs=60)
    assert pet.eyes[0] == pytest.approx((336, 270), abs=60)


async def test_every_model_failing_is_one_failure(tmp_path: Path) -> None:
    """Without the bank, two bad models end the making with one sentence."""
    async with _house(tmp_path, bank=False) as house:
        house.ark.mind.slips.extend(["prose", "prose"])
        house.deepseek.mind.slips.extend(["blank", "prose"])
        with pytest.raises(Failed) as caught:
            await propose(house.made, PROJECT)
    assert caught.value.key == "text.unusable"
