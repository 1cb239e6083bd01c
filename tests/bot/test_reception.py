"""Reception: everything is a row first; chats are answered in order, side by side, and nothing is lost."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.messages import Incoming
from bot.reception import FILE_BYTES
from bot.talk import Talk, Turn
from pipeline.ports.errors import BadInput
from storage import assets, chats, history, projects, stops, takes
from storage.errands import of as errands_of
from storage.model import Address
from tests.bot import parrot
from tests.bot.house import ANNA, BERT, House, incoming, opened
from tests.pipeline.house import Writer


async def test_a_chat_is_answered_in_its_order(tmp_path: Path) -> None:
    """Ten messages at once are answered one after the other, each once."""
    words = [str(n) for n in range(10)]
    async with opened(tmp_path) as house:
        for word in words:
            await house.say(word)
        assert await house.until_heard(words) == words
        entries = await history.said(house.studio.db, ANNA)
    assert [each.number for each in entries] == sorted(each.number for each in entries)
    assert sum(each.theirs for each in entries) == 10


async def test_the_same_thing_twice_is_once(tmp_path: Path) -> None:
    """A channel that delivers again after a lost answer does not make us answer again."""
    async with opened(tmp_path) as house:
        await asyncio.gather(*(house.say("hello", identity="one") for _ in range(5)))
        await house.say("bye")
        assert await house.until_heard(["hello", "bye"]) == ["hello", "bye"]


async def test_two_people_may_use_the_same_id(tmp_path: Path) -> None:
    """An id one visitor made up cannot swallow another's message."""
    async with opened(tmp_path) as house:
        await house.say("a", ANNA, "same")
        await house.say("b", BERT, "same")
        assert await house.until_heard(["a"], ANNA) == ["a"]
        assert await house.until_heard(["b"], BERT) == ["b"]


async def test_many_chats_with_few_seats_are_all_served(tmp_path: Path) -> None:
    """The limit of chats served at once makes some wait, and loses none."""
    people = [Address(channel="test", id=str(n)) for n in range(20)]
    async with opened(tmp_path, at_once=2) as house:
        await asyncio.gather(*(house.say(who.id, who) for who in people))
        for who in people:
            assert await house.until_heard([who.id], who) == [who.id]


async def test_a_mistake_of_ours_is_set_aside(tmp_path: Path) -> None:
    """One poisonous message costs one sentence, not the chat; the log and the row hold only its class."""
    async with opened(tmp_path) as house:
        for word in ("before", "boom", "after"):
            await house.say(word)
        wanted = ["before", "reception.stumbled", "after"]
        assert await house.until_heard(wanted) == wanted
        rows = await house.studio.db.read("SELECT state, error FROM inbox ORDER BY number")
    assert [tuple(row.values()) for row in rows] == [
        ("done", None), ("aside", "ZeroDivisionError"), ("done", None),
    ]  # fmt: skip


async def test_a_making_comes_back_as_a_notice(tmp_path: Path) -> None:
    """An errand is started once, and its end is answered in the chat that asked."""
    writer = Writer()
    async with opened(tmp_path, writer) as house:
        await house.say("make", identity="7")
        assert await house.until_heard(["make", "done 7"]) == ["make", "done 7"]
        (errand,) = await errands_of(house.studio.db, ANNA)
        project = await projects.get(house.studio.db, str(errand.args[0]))
    assert (errand.state, writer.bills) == ("ended", 1)
    assert project is not None
    assert project.brief.theme == parrot.BRIEF_THEME


class _Slow(Writer):
    """Takes until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.facts = self.facts.model_copy(update={"in_flight": 1e6})  # whoever finds it under way waits
        self.asked, self.go = asyncio.Event(), asyncio.Event()

    async def write(self, ask: object) -> object:  # type: ignore[override]
        self.asked.set()
        await self.go.wait()
        return await super().write(ask)  # type: ignore[arg-type]


async def test_cancel_and_start_again_at_once(tmp_path: Path) -> None:
    """The stopped making is noted by its own name, so that the next one of the same project ends well."""
    writer = _Slow()
    async with opened(tmp_path, writer) as house:
        await house.say("make", identity="1")
        await writer.asked.wait()
        await house.say("stop", identity="2")
        await house.say("make", identity="3")
        assert await house.until_heard(["make", "stop", "make"]) == ["make", "stop", "make"]
        first, second = sorted(each.making for each in await errands_of(house.studio.db, ANNA))
        project = first.partition(":")[0]
        assert await stops.stopped(house.studio.db, first, project)
        assert not await stops.stopped(house.studio.db, second, project)
        writer.go.set()
        heard = await _until(house, lambda heard: "done 3" in heard)
    assert "done 3" in heard


async def _until(house: House, fine: Callable[[list[str]], bool]) -> list[str]:
    heard = await house.heard()
    for _ in range(300):
        if fine(heard := await house.heard()):
            break
        await asyncio.sleep(0.03)
    return heard


async def test_what_was_received_is_answered_after_a_restart(tmp_path: Path) -> None:
    """A process that ends right after receiving, or in the middle of a making, is gone on with."""
    writer = _Slow()
    async with opened(tmp_path, writer) as house:
        await house.say("make", identity="1")
        await writer.asked.wait()
        late = incoming("late")
        letter = chats.Inbound(id="late", address=ANNA, payload=late.model_dump_json(), at=1.0)
        await chats.receive(house.studio.db, [letter])  # and nobody is woken
    quick = Writer(free=True)
    async with opened(tmp_path, quick) as house:
        heard = await _until(house, lambda heard: len(heard) == 3)
    assert heard[0] == "make"
    assert heard.count("late") == 1
    assert len(heard) == 3  # the notice came once, whatever the ledger said about the attempt cut off


async def test_forgetting_leaves_only_the_answer(tmp_path: Path) -> None:
    """After /forget nothing of the person is left but the new, empty chat that says so."""
    async with opened(tmp_path, Writer()) as house:
        await house.say("my secret")
        await house.say("make", identity="1")
        await house.until_heard(["my secret", "make", "done 1"])
        before = await projects.belonging_to(house.studio.db, ANNA)
        making = (await errands_of(house.studio.db, ANNA))[0].making
        await house.say("forget")
        assert await house.until_heard(["forgotten"]) == ["forgotten"]
        after = await projects.belonging_to(house.studio.db, ANNA)
        assert not {each.id for each in before} & {each.id for each in after}
        assert await takes.of(house.studio.db, before[0].id) == ()
        assert await house.engine.state(making) is None
        rows = await house.studio.db.read("SELECT payload FROM inbox")
        assert not [row for row in rows if "secret" in row["payload"]]
        await house.say("again")
        assert await house.until_heard(["forgotten", "again"]) == ["forgotten", "again"]


_FILES = {
    "picture": b"\xff\xd8\xff\xe0" + b"0" * 100,
    "sound": b"RIFF\x24\0\0\0WAVEfmt " + b"0" * 100,
    "video": b"\0\0\0\x14ftypisom\0\0\0\0isom" + b"\0\0\0\x1cmoov" + b"\0\0\0\x14hdlr" + b"vide" + b"0" * 8,
    "other": b"%PDF-1.7 and so on",
}


@pytest.mark.parametrize("sort", _FILES)
async def test_a_file_is_judged_by_its_bytes(tmp_path: Path, sort: str) -> None:
    """A name means nothing; what is kept belongs to the person's project from the first moment."""
    sent = tmp_path / "holiday.txt"
    sent.write_bytes(_FILES[sort])
    async with opened(tmp_path) as house:
        file = await house.reception.keep(ANNA, sent, "holiday.txt")
        asset = await assets.get(house.studio.db, file.asset)
        assert asset is not None
        owner = await projects.get(house.studio.db, asset.project)
        assert await house.studio.blobs.read(asset.key) == _FILES[sort]
    assert (file.sort, file.name, file.bytes) == (sort, "holiday.txt", len(_FILES[sort]))
    assert owner is not None
    assert owner.address == ANNA


async def test_empty_and_huge_files_are_refused(tmp_path: Path) -> None:
    """One clear sentence, and nothing is kept."""
    empty, huge = tmp_path / "empty", tmp_path / "huge"
    empty.touch()
    with huge.open("wb") as file:
        file.truncate(FILE_BYTES + 1)
    async with opened(tmp_path) as house:
        for path, key in ((empty, "reception.file_empty"), (huge, "reception.file_too_large")):
            with pytest.raises(BadInput) as refusal:
                await house.reception.keep(ANNA, path, path.name)
            assert refusal.value.key == key
        assert await house.studio.db.read("SELECT * FROM assets") == []


async def test_a_talk_nobody_can_read_any_more_begins_anew(tmp_path: Path) -> None:
    """A damaged talk costs its own state, never the person's way into the chat."""
    async with opened(tmp_path) as house:
        await house.say("one")
        await house.until_heard(["one"])
        await house.studio.db.write("UPDATE chats SET talk = 'not json'")
        await house.studio.db.write("DELETE FROM outbox")
        await house.say("two")
        assert await house.until_heard(["two"]) == ["two"]


async def test_one_slow_chat_does_not_hold_up_another(tmp_path: Path) -> None:
    """While one chat's making runs, the other is answered."""
    writer = _Slow()
    async with opened(tmp_path, writer) as house:
        await house.say("make", ANNA)
        await writer.asked.wait()
        await house.say("hello", BERT)
        assert await house.until_heard(["hello"], BERT) == ["hello"]
        writer.go.set()


def test_the_parrot_is_pure() -> None:
    """The tests' own conversation is one: the same in, the same out."""
    talk = Talk(address=ANNA, chat="c", project="p")
    said: list[Turn] = [
        parrot.turn(talk, Incoming(id="1", address=ANNA, at=0, kind="text", text="x")) for _ in "ab"
    ]
    assert said[0] == said[1]
