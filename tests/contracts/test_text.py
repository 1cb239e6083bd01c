"""What holds for every hosted text model, whoever serves it: asked through its own wire, on its own fake."""

import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image

from pipeline.ports.errors import Busy, NoAccess, Refused, Trouble, Unsure
from pipeline.ports.http import Http
from pipeline.ports.text import CompareAsk, Compares, EditAsk, LookAsk, WriteAsk, Writer
from pipeline.themes import bank
from pipeline.vendors.builtin.text import Text as Bank
from pipeline.writing import Hosted
from storage.model import Lang, Line, Script
from tests.fakes.serving import served
from tests.fakes.texts import CASES, Case, Fake

SECRET = "养妈妈的秘密"
ASK = WriteAsk(theme=SECRET, audience="程序员")


@dataclass
class Place:
    """A vendor and its fake, running."""

    case: Case
    fake: Fake
    url: str


@pytest.fixture(params=CASES, ids=lambda case: case.name)
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    """Each vendor in turn."""
    case: Case = request.param
    fake = case.fake()
    with served(fake.app) as url:
        yield Place(case, fake, url)


async def _asked(place: Place, ask: WriteAsk | EditAsk | LookAsk) -> tuple[Hosted, str, float | None]:
    async with Http.opened(trust_env=False) as http:
        writer = Hosted(place.case.text(http, place.url))
        paid = await writer.ask(ask)
        return writer, paid.value, paid.cost


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("theme", ["raise-mom", "a trip to the moon, 去月球"])
async def test_three_options_in_one_call(place: Place, theme: str, lang: Lang) -> None:
    """One call brings three scripts with all the film needs; what a known theme asks is word for word."""
    ask = WriteAsk(theme=theme, audience="程序员", lang=lang)
    writer, raw, cost = await _asked(place, ask)
    written = writer.written(ask, raw)
    assert len(written.options) == 3
    assert written.exact
    assert len({bank.answers(one)[-1] for one in written.options}) == 3
    for one in written.options:
        assert one.lang == lang
        assert len(one.title) == 2
        assert one.tags
        if theme == "raise-mom":
            told = tuple(line.text for line in one.lines if line.speaker == "person")
            assert told == bank.themes()[0].person[lang]
        assert all(set(line.direction.notes) == {"zh", "en"} for line in one.lines if line.direction)
        assert sum(line.direction is not None for line in one.lines) == 3
    assert len(place.fake.bills) == 1
    assert cost is not None
    assert cost > 0
    assert writer.facts.bills_failures
    assert not writer.facts.free


async def test_a_script_is_changed_where_it_is_asked(place: Place) -> None:
    """The model changes everything; what was not asked for is put back."""
    script = bank.options(bank.themes()[0], None, "zh", ())[0]
    ask = EditAsk(script=script, wish="第二句更惨一点")
    writer, raw, _ = await _asked(place, ask)
    edited = writer.edited(ask, raw)
    unlike = [n for n, (a, b) in enumerate(zip(script.lines, edited.lines, strict=True), 1) if a != b]
    assert unlike == [2]
    assert edited.title == script.title


async def test_two_pictures_are_compared(place: Place, tmp_path: Path) -> None:
    """Both reach the model in one call, and its verdict is read."""
    for name, colour in (("photo", "tan"), ("other", "navy")):
        Image.new("RGB", (300, 200), colour).save(tmp_path / f"{name}.jpg")
    ask = CompareAsk(photo=tmp_path / "photo.jpg", other=tmp_path / "other.jpg")
    place.fake.mind.same.append("no")
    async with Http.opened(trust_env=False) as http:
        writer = Hosted(place.case.text(http, place.url))
        assert isinstance(writer, Compares)
        told = [writer.compared(ask, (await writer.compare(ask)).value) for _ in range(2)]
    assert told == ["no", "yes"]
    assert len(place.fake.bills) == 2


async def test_a_photo_is_described(place: Place, tmp_path: Path) -> None:
    """A picture reaches the model the way its wire wants it."""
    photo = tmp_path / "photo.jpg"
    Image.new("RGB", (300, 200), "tan").save(photo)
    ask = LookAsk(photo=photo)
    writer, raw, _ = await _asked(place, ask)
    seen = writer.described(ask, raw)
    assert (seen.species, seen.breed, seen.marks.mouth, seen.marks.sure) == ("dog", "柯基", (0.5, 0.6), 0.9)


async def test_an_answer_that_is_lost_is_in_doubt(place: Place) -> None:
    """The work was done and charged; nobody asks again by themself."""
    place.fake.faults.append("lost")
    place.case = place.case.changed(seconds=0.4)
    with pytest.raises(Unsure):
        await _asked(place, ASK)
    assert len(place.fake.bills) == 1


async def test_a_refused_key_names_its_setting(place: Place) -> None:
    """The operator reads which setting is wrong; nothing was charged."""
    place.case = place.case.changed(key="sk-bad")
    with pytest.raises(NoAccess) as caught:
        await _asked(place, ASK)
    assert (caught.value.key, caught.value.fields["setting"]) == ("vendor.key", place.case.setting)
    assert not place.fake.bills
    _keeps_secrets(caught.value)


async def test_a_model_that_is_gone_names_itself(place: Place) -> None:
    """A retired model is a line for the operator and the next vendor for the user."""
    if place.case.name == "uiuiapi":
        place.fake.faults.append("unknown")
    place.case = place.case.changed(model="long-gone-1")
    with pytest.raises(NoAccess) as caught:
        await _asked(place, ASK)
    assert caught.value.key == "vendor.model_gone"
    assert caught.value.fields == {"vendor": place.case.name, "model": "long-gone-1", "setting": "MAKE_TEXT"}


async def test_nobody_there_is_surely_not_sent(place: Place) -> None:
    """A refused connection may be tried again."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    place.url = f"http://127.0.0.1:{port}"
    with pytest.raises(Busy):
        await _asked(place, ASK)


async def test_its_free_question(place: Place) -> None:
    """The doctor's question costs nothing, and tells a good key and model from bad ones."""
    async with Http.opened(trust_env=False) as http:
        await Hosted(place.case.text(http, place.url)).check()
        for bad, key in (
            (place.case.changed(key="no"), "vendor.key"),
            (place.case.changed(model="x"), "vendor.model_gone"),
        ):
            with pytest.raises(NoAccess) as caught:
                await Hosted(bad.text(http, place.url)).check()
            assert caught.value.key == key
    assert not place.fake.bills


def _keeps_secrets(trouble: Trouble) -> None:
    """Neither a person's words nor a key get into an error."""
    told = repr((trouble.args, trouble.cause))
    assert SECRET not in told
    assert "长大后" not in told
    assert "sk-" not in told


async def test_the_bank_is_a_writer_too() -> None:
    """Without a key the same three options come, at no cost; what it cannot do it says."""
    writer: Writer = Bank()
    ask = WriteAsk(theme="raise-mom")
    paid = await writer.ask(ask)
    assert len(writer.written(ask, paid.value).options) == 3
    assert (writer.facts.free, writer.facts.edits, writer.facts.sees, writer.facts.price) == (
        True,
        False,
        False,
        0,
    )
    script = Script(lines=(Line(speaker="pet", text="要"),))
    for other in (
        EditAsk(script=script, wish="更惨"),
        LookAsk(photo=Path("x")),
        WriteAsk(theme="", mould=script),
    ):
        with pytest.raises(NoAccess):
            await writer.ask(other)


async def test_a_policy_in_the_answer_is_a_refusal(place: Place) -> None:
    """A blocked answer comes with 200; the person is told, and what it did cost is known."""
    fault = {"gemini": "safety", "uiuiapi": ""}.get(place.case.name, "filtered")
    if not fault:
        pytest.skip("a gateway hands on words only")
    place.fake.faults.append(fault)
    writer, raw, cost = await _asked(place, ASK)
    with pytest.raises(Refused) as caught:
        writer.written(ASK, raw)
    assert caught.value.key == "vendor.refused"
    assert cost
    _keeps_secrets(caught.value)
