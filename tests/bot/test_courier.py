"""The courier: in order per chat, at most once in doubt, progress edited while a making goes on."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from bot.channels import Words
from bot.courier import Courier
from bot.messages import Errand, Incoming, Outgoing
from bot.talk import Talk, Turn
from bot.tidings import Tiding, Tidings
from pipeline.ports.errors import Busy, NoAccess, Refused, Trouble, Unsure
from storage import outbox
from storage.model import Address
from tests.bot.house import ANNA, BERT, House, opened
from tests.pipeline.house import Writer


class Postbox:
    """A channel that remembers what it was given, and fails as told."""

    name = "test"

    def __init__(self, *fails: Trouble | None) -> None:
        self.fails = list(fails)
        self.got: list[tuple[str, str, str | None]] = []
        self.tidings: list[tuple[str, Tiding]] = []
        self.told = asyncio.Event()

    async def write(self, address: Address, message: Outgoing, words: Words, earlier: str | None) -> str:
        """Take a message; the receipt is its number."""
        trouble = self.fails.pop(0) if self.fails else None
        if trouble:
            raise trouble
        self.got.append((address.id, message.body or words(message.key, message.fields), earlier))
        return str(len(self.got))

    async def tell(
        self, address: Address, receipt: str, message: Outgoing, tiding: Tiding, words: Words
    ) -> None:
        """Take an edit."""
        self.tidings.append((receipt, tiding))
        self.told.set()


@contextlib.asynccontextmanager
async def _delivering(house: House, channel: Postbox) -> AsyncIterator[None]:
    tidings = Tidings(house.studio, house.engine)
    courier = Courier(house.studio, house.changes, tidings, channel, seconds_between_edits=0.01)
    task = asyncio.create_task(courier.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _until(count: int, got: Sequence[object]) -> None:
    for _ in range(1_000):
        if len(got) >= count:
            return
        await asyncio.sleep(0.01)
    pytest.fail(f"only {len(got)} of {count} arrived")


async def _states(house: House) -> list[tuple[str, str | None]]:
    rows = await house.studio.db.read("SELECT state, receipt FROM outbox ORDER BY person, number")
    return [(row["state"], row["receipt"]) for row in rows]


async def test_messages_go_out_in_order_once(tmp_path: Path) -> None:
    """What waited before the courier came and what comes later arrive in order, each with its receipt."""
    box = Postbox()
    async with opened(tmp_path) as house:
        await house.say("one")
        await house.until_heard(["one"])
        async with _delivering(house, box):
            for word in ("two", "three"):
                await house.say(word)
            await house.say("hello", BERT)
            await _until(4, box.got)
            await asyncio.sleep(0.05)
        states = await _states(house)
    assert [body for who, body, _ in box.got if who == "anna"] == ["one", "two", "three"]
    assert [body for who, body, _ in box.got if who == "bert"] == ["hello"]
    assert [state for state, _ in states] == ["sent"] * 4
    assert len({receipt for _, receipt in states}) == 4


@pytest.mark.parametrize(
    ("trouble", "copies", "state"),
    [(Busy("b"), 1, "sent"), (Unsure("u"), 1, "sent"), (Refused("r"), 0, "doubtful")],
)
async def test_trouble_with_plain_words(tmp_path: Path, trouble: Trouble, copies: int, state: str) -> None:
    """Busy waits, an unsure sentence is said again, a refused one is recorded; the next one still arrives."""
    box = Postbox(trouble)
    async with opened(tmp_path) as house:
        async with _delivering(house, box):
            await house.say("first")
            await house.say("second")
            await _until(1 + copies, box.got)
            await asyncio.sleep(0.05)
        states = await _states(house)
    assert [body for _, body, _ in box.got] == ["first"] * copies + ["second"]
    assert [each for each, _ in states] == [state, "sent"]


def _pictures(talk: Talk, incoming: Incoming) -> Turn:
    """Answers with a picture, whose second copy would confuse."""
    talk = talk.model_copy(update={"turn": talk.turn + 1})
    said = Outgoing(id=f"{talk.chat}:{talk.turn}:1", kind="pictures", body=incoming.text)
    return Turn(talk=talk, says=(said,))


async def test_a_picture_in_doubt_is_not_sent_again(tmp_path: Path) -> None:
    """After an unsure sending nobody gets the same picture twice."""
    box = Postbox(Unsure("lost"))
    async with opened(tmp_path, turn=_pictures) as house:
        async with _delivering(house, box):
            await house.say("a")
            await house.say("b")
            await _until(1, box.got)
            await asyncio.sleep(0.05)
        states = await _states(house)
    assert [body for _, body, _ in box.got] == ["b"]
    assert [state for state, _ in states] == ["doubtful", "sent"]


@pytest.mark.parametrize(("kind", "copies"), [("say", 1), ("progress", 1), ("film", 0)])
async def test_what_a_crash_caught_on_its_way(tmp_path: Path, kind: str, copies: int) -> None:
    """Words are said again, a film is noted as doubtful; what follows arrives in both cases."""
    box = Postbox()
    async with opened(tmp_path) as house:
        await house.say("caught")
        await house.until_heard(["caught"])
        letter = await outbox.first_unsent(house.studio.db, ANNA)
        assert letter is not None
        message = Outgoing.model_validate_json(letter.payload).model_copy(update={"kind": kind})
        await house.studio.db.write(
            "UPDATE outbox SET state = 'sending', payload = :payload", payload=message.model_dump_json()
        )
        async with _delivering(house, box):
            await house.say("next")
            await _until(1 + copies, box.got)
    assert [body for _, body, _ in box.got] == ["caught"] * copies + ["next"]


class _Slow(Writer):
    def __init__(self) -> None:
        super().__init__()
        self.go = asyncio.Event()

    async def write(self, ask: object) -> object:  # type: ignore[override]
        await self.go.wait()
        return await super().write(ask)  # type: ignore[arg-type]


def _progressing(talk: Talk, incoming: Incoming) -> Turn:
    """Shows a making's progress in one message, and puts its end in that message's place."""
    talk = talk.model_copy(
        update={"turn": talk.turn + 1, "brief": talk.brief.model_copy(update={"theme": "t"})}
    )
    name, making = f"{talk.chat}:{talk.turn}:1", f"{talk.project}:m"
    if incoming.notice:
        said = Outgoing(id=name, body="done", replaces=talk.last["progress"])
        return Turn(talk=talk, says=(said,))
    said = Outgoing(id=name, kind="progress", making=making, body="working")
    errand = Errand(making=making, recipe="propose_scripts", args=(talk.project,))
    return Turn(talk=talk.model_copy(update={"last": {"progress": name}}), says=(said,), errands=(errand,))


async def test_the_end_of_a_making_is_told_where_nothing_takes_its_place(tmp_path: Path) -> None:
    """A progress message does not stand there as if it went on for ever."""
    box, writer = Postbox(), _Slow()
    async with opened(tmp_path, writer, turn=_progressing_to_words) as house, _delivering(house, box):
        await house.say("go")
        await _until(1, box.tidings)
        writer.go.set()
        await _until(2, box.got)
        while not box.tidings[-1][1].ended:
            await asyncio.wait_for(box.told.wait(), 10)
            box.told.clear()
    assert box.got == [("anna", "working", None), ("anna", "done", None)]
    assert {receipt for receipt, _ in box.tidings} == {"1"}


def _progressing_to_words(talk: Talk, incoming: Incoming) -> Turn:
    """Shows a making's progress, and tells its end in a message of its own."""
    turn = _progressing(talk, incoming)
    says = tuple(each.model_copy(update={"replaces": ""}) for each in turn.says)
    return Turn(talk=turn.talk, says=says, errands=turn.errands)


class _Handed(Postbox):
    """Takes its time over each message."""

    def __init__(self) -> None:
        super().__init__()
        self.begun, self.go = asyncio.Event(), asyncio.Event()

    async def write(self, address: Address, message: Outgoing, words: Words, earlier: str | None) -> str:
        """Take a message when it may."""
        self.begun.set()
        await self.go.wait()
        return await super().write(address, message, words, earlier)


async def test_what_is_in_hand_when_we_stop_is_finished(tmp_path: Path) -> None:
    """A message on its way is noted as sent, so that the next process does not say it again."""
    box = _Handed()
    async with opened(tmp_path) as house:
        async with _delivering(house, box):
            await house.say("one")
            await box.begun.wait()
            asyncio.get_running_loop().call_later(0.05, box.go.set)
        states = await _states(house)
    assert [body for _, body, _ in box.got] == ["one"]
    assert states == [("sent", "1")]


async def test_who_left_is_left_alone(tmp_path: Path) -> None:
    """Where nothing can be sent the messages are closed one by one, without a second try."""
    box = Postbox(NoAccess("gone"), NoAccess("gone"))
    async with opened(tmp_path) as house:
        async with _delivering(house, box):
            await house.say("one")
            await house.say("two")
            await house.say("hello", BERT)
            await _until(1, box.got)
            for _ in range(500):
                if all(state != "pending" for state, _ in await _states(house)):
                    break
                await asyncio.sleep(0.01)
        states = await _states(house)
    assert sorted(state for state, _ in states) == ["doubtful", "doubtful", "sent"]


async def test_progress_is_one_message_edited_also_after_a_restart(tmp_path: Path) -> None:
    """The same message is edited by the next courier, and its end takes its place."""
    box, writer = Postbox(), _Slow()
    async with opened(tmp_path, writer, turn=_progressing) as house:
        async with _delivering(house, box):
            await house.say("go")
            await _until(1, box.tidings)
        before = len(box.tidings)
        async with _delivering(house, box):
            await _until(before + 1, box.tidings)
            writer.go.set()
            await _until(2, box.got)
    assert box.got == [("anna", "working", None), ("anna", "done", "1")]
    assert {receipt for receipt, _ in box.tidings} == {"1"}
    assert all(not tiding.ended for _, tiding in box.tidings)
