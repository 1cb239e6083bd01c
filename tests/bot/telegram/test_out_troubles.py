"""The way out when things go wrong: nothing twice that must be once, nothing lost, nobody flooded."""

from collections.abc import Awaitable
from pathlib import Path

import pytest
from telegram import Message
from telegram.error import (
    BadRequest,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from bot.channels.telegram.parts import Parts, place
from bot.channels.telegram.troubles import harmless, trouble
from bot.messages import Outgoing
from bot.tidings import Tiding
from pipeline.ports.errors import BadInput, Busy, NoAccess, Refused, Surprise, Trouble, Unsure
from storage import blocked, moves, outbox
from storage.model import Address
from tests.bot.telegram.out_house import Time, button, delivering, desk, films, kinds, said, words


def _never_left() -> TelegramError:
    error = NetworkError("httpx.ConnectError")
    error.__cause__ = type("ConnectError", (Exception,), {})()
    return error


@pytest.mark.parametrize(
    ("error", "sent", "kind", "key"),
    [
        (RetryAfter(12), True, Busy, "telegram.slower"),
        (_never_left(), True, Busy, "telegram.unreachable"),
        (NetworkError("Bad Gateway"), True, Unsure, "telegram.no_answer"),
        (NetworkError("Bad Gateway"), False, Busy, "telegram.unreachable"),
        (TimedOut(), True, Unsure, "telegram.no_answer"),
        (TelegramError("Invalid server response"), True, Unsure, "telegram.no_answer"),
        (NetworkError("Request Entity Too Large"), True, BadInput, "telegram.too_large"),
        (InvalidToken(), True, NoAccess, "telegram.token"),
        (Forbidden("Forbidden: bot was blocked by the user"), True, NoAccess, "telegram.blocked"),
        (BadRequest("Chat not found"), True, NoAccess, "telegram.blocked"),
        (BadRequest("Message to edit not found"), True, BadInput, "telegram.no_message"),
        (BadRequest("Voice_messages_forbidden"), True, Refused, "telegram.no_voices"),
        (BadRequest("Can't parse entities: unclosed"), True, BadInput, "telegram.malformed"),
        (BadRequest("Button_data_invalid"), True, BadInput, "telegram.malformed"),
        (BadRequest("Something new"), True, Surprise, "telegram.refused"),
    ],
)
def test_what_an_error_means(error: TelegramError, sent: bool, kind: type[Trouble], key: str) -> None:
    """What happens next depends on it: wait, leave it, ask for something else, or tell the operator."""
    said_as = trouble(error, sent=sent)
    assert (type(said_as), said_as.key) == (kind, key)
    assert said_as.fields.get("seconds") == ("12" if isinstance(error, RetryAfter) else None)


def test_what_is_as_it_should_be_is_no_error() -> None:
    """An edit that changes nothing has succeeded."""
    assert harmless(BadRequest("Message is not modified: specified new message content"))
    assert not harmless(BadRequest("Message to edit not found"))


async def test_a_chat_told_to_wait_waits_exactly_so_long(tmp_path: Path) -> None:
    """After a 429 nothing goes to that chat until its time is over; then everything does, in order."""
    async with Time.passing() as time, desk(tmp_path, time=time) as each:
        each.fake.faults.next("sendMessage", "flood", seconds=33)
        began = time()
        await each.send(said("one"), said("two"))
        async with delivering(each, sleep=time.sleep):
            assert await each.until_done() == [("sent", None)] * 2
        assert each.chat.texts == ["one", "two"]
        assert 33.0 <= time() - began < 34.0
        assert each.fake.stats.calls["sendMessage"] == 3


async def test_lost_answers(tmp_path: Path) -> None:
    """Words are rather said twice than never; a picture of which nobody knows is noted, and not repeated."""
    async with desk(tmp_path) as each:
        picture = await each.picture()
        each.fake.faults.next("sendPhoto", "drop_after")
        each.fake.faults.next("sendMessage", "drop_before")
        await each.send(said("", kind="pictures", assets=[picture]), said("next"))
        async with delivering(each, sleep=_at_once):
            assert await each.until_done() == [("doubtful", "telegram.no_answer"), ("sent", None)]
        assert kinds(each.chat) == ["photo", "text"]
        (doubt,) = await outbox.doubtful(each.house.studio.db)
    assert doubt.error == "telegram.no_answer"


async def test_a_picture_that_asks_comes_twice_rather_than_never(tmp_path: Path) -> None:
    """Who does not get the question cannot answer it: one that was cut off, or is in doubt, is sent again."""
    async with desk(tmp_path) as each:
        picture = await each.picture()
        asks = said("", kind="pictures", assets=[picture], buttons=button("1:skip"))
        each.fake.faults.next("sendPhoto", "drop_before")
        await each.send(asks)
        db = each.house.studio.db
        letter = await outbox.first_unsent(db, each.address)
        assert letter is not None
        await outbox.move(db, letter, "sending", 2.0)
        async with delivering(each, sleep=_at_once):
            assert await each.until_done() == [("sent", None)]
        assert kinds(each.chat) == ["photo"]
        assert each.chat.answers[0].buttons


async def _at_once(_: float) -> None:
    """No time passes."""


async def test_a_rest_of_voices_arrives_though_one_is_in_doubt(tmp_path: Path) -> None:
    """One lost answer costs at most one voice, none comes twice, and whose the last one is stays known."""
    async with desk(tmp_path) as each:
        assets = [await each.voice(tmp_path, pitch) for pitch in (220, 330, 440)]
        each.fake.faults.next("sendVoice", "drop_after", nth=2)
        await each.send(said("", kind="voices", assets=assets))
        async with delivering(each, sleep=_at_once):
            assert await each.until_done() == [("doubtful", "telegram.no_answer")]
        assert kinds(each.chat) == ["voice"] * 3
        assert not each.fake.stats.doubles
        (doubt,) = await outbox.doubtful(each.house.studio.db)
        first, _, last = each.chat.answers
        assert doubt.receipt == f"{each.chat.id}:{last.id},{each.chat.id}:{first.id}"


async def test_who_blocked_us_is_left_alone(tmp_path: Path) -> None:
    """The chat's messages are closed without a second try; others are served; it is remembered."""
    async with desk(tmp_path) as each:
        bert = each.fake.person(name="Bert")
        bert.starts()
        each.ann.blocks()
        await each.send(said("one"), said("two"))
        await each.send(said("three"), to=Address(channel="telegram", id=f"{bert.id}"))
        async with delivering(each):
            states = await each.until_done()
        assert sorted(states) == [("doubtful", "telegram.blocked")] * 2 + [("sent", None)]
        assert bert.chat.texts == ["three"]
        assert await blocked.is_blocked(each.house.studio.db, "telegram", f"{each.ann.id}")
        assert each.fake.stats.calls["sendMessage"] == 3


async def test_a_group_that_moved_is_followed(tmp_path: Path) -> None:
    """A group that became a supergroup gets its message there, filed under its first number."""
    async with desk(tmp_path) as each:
        group = each.fake.group(members=[each.ann])
        to = Address(channel="telegram", id=f"{group.id}:{each.ann.id}")
        await each.send(said("before"), to=to)
        async with delivering(each, sleep=_at_once):
            await each.until_done()
            moved = group.becomes_supergroup()
            await each.send(said("after"), to=to)
            assert await each.until_done() == [("sent", None)] * 2
        assert moved.texts[-1] == "after"
        assert await moves.newest(each.house.studio.db, "telegram", str(group.chat.id)) == str(moved.id)


async def test_what_stayed_behind_in_a_group_that_moved(tmp_path: Path) -> None:
    """Its progress cannot be edited any more, which ends the editing; its film comes to the new place."""
    async with desk(tmp_path) as each:
        group = each.fake.group(members=[each.ann])
        to = Address(channel="telegram", id=f"{group.id}:{each.ann.id}")
        film, cover = await each.film(tmp_path)
        working = said("Working")
        await each.send(working, to=to)
        async with delivering(each, sleep=_at_once):
            await each.until_done()
            (row,) = await each.house.studio.db.read("SELECT receipt FROM outbox")
            moved = group.becomes_supergroup()
            await each.send(said("Hook", kind="film", assets=[film, cover], replaces=working.id), to=to)
            assert await each.until_done() == [("sent", None)] * 2
        assert len(films(moved)) == 1
        with pytest.raises(BadInput):
            await each.post.tell(to, row["receipt"], working, Tiding(ended=True), words)


async def test_an_edit_that_changes_nothing_has_succeeded(tmp_path: Path) -> None:
    """The same film put twice into the same message is one film, and no trouble."""
    async with desk(tmp_path) as each:
        film, cover = await each.film(tmp_path)
        earlier = await each.write(said("Working", kind="progress"))
        for _ in range(2):
            await each.write(said("Hook", kind="film", assets=[film, cover], replaces="x"), earlier)
        assert len(films(each.chat)) == 1
        assert each.chat.answers[0].kind == "video"


@pytest.mark.parametrize("fault", ["drop_before", "drop_after", "error_after", "garbage"])
async def test_one_film_whatever_gets_lost(tmp_path: Path, fault: str) -> None:
    """A film's answer may be lost on the way: it is put again where it was, and there are never two."""
    async with desk(tmp_path) as each:
        film, cover = await each.film(tmp_path)
        working = said("Working")
        await each.send(working)
        async with delivering(each, sleep=_at_once):
            await each.until_done()
            each.fake.faults.next("editMessageMedia", fault, times=2)  # type: ignore[arg-type]  # one of its kinds
            await each.send(said("Hook", kind="film", assets=[film, cover], replaces=working.id))
            assert await each.until_done() == [("sent", None)] * 2
        assert len(films(each.chat)) == 1
        assert each.chat.answers[0].kind == "video"


async def test_a_film_whose_message_is_gone_comes_by_itself(tmp_path: Path) -> None:
    """The person deleted the progress message: the film has one of its own, and a repeat finds that one."""
    async with desk(tmp_path) as each:
        film, cover = await each.film(tmp_path)
        message = said("Hook", kind="film", assets=[film, cover], replaces="x")
        await each.send(message)
        earlier = await each.write(said("Working"))
        chat, number = place(earlier)
        await each.bot.delete_message(chat, number)
        each.fake.faults.next("editMessageMedia", "drop_after", nth=2)
        with pytest.raises(Unsure):
            await each.write(message, earlier)
        again = await each.write(message, earlier)
        (shown,) = films(each.chat)
        assert place(again) == (chat, shown.id)
        assert kinds(each.chat) == ["video"]


async def test_words_whose_message_is_gone_come_by_themselves(tmp_path: Path) -> None:
    """What was to take an earlier message's place is said all the same."""
    async with desk(tmp_path) as each:
        earlier = await each.write(said("old"))
        await each.bot.delete_message(*place(earlier))
        receipt = await each.write(said("new", replaces="x"), earlier)
        assert each.chat.texts == ["new"]
        assert receipt != earlier


async def test_a_file_that_was_forgotten_holds_up_nothing(tmp_path: Path) -> None:
    """What is not kept any more cannot be shown; what follows is."""
    async with desk(tmp_path) as each:
        await each.send(said("", kind="pictures", assets=["gone"]), said("next"))
        async with delivering(each, sleep=_at_once):
            assert await each.until_done() == [("doubtful", "telegram.file_gone"), ("sent", None)]


async def test_a_receipt_names_only_what_is_known(tmp_path: Path) -> None:
    """An album whose answer was lost is in no receipt: the next start reads the chat's number out of each."""
    async with desk(tmp_path) as each:
        assets = [await each.picture(), await each.picture()]
        each.fake.faults.next("sendMediaGroup", "drop_after")
        asks = said("which?", kind="pictures", assets=assets, buttons=button("1:pick"))
        receipt = await each.write(asks)
        last = each.chat.answers[-1]
        assert last.buttons
        assert receipt == f"{each.chat.id}:{last.id}"


async def test_a_name_that_telegram_forgot_is_uploaded_anew(tmp_path: Path) -> None:
    """Names of files do not last for ever; the file does."""
    async with desk(tmp_path) as each:
        picture = await each.picture()
        await each.write(said("one", kind="pictures", assets=[picture]))
        await each.house.studio.db.write("UPDATE uploads SET name = 'nonsense'")
        await each.write(said("two", kind="pictures", assets=[picture]))
        assert each.chat.texts == ["one", "two"]
        assert each.fake.stats.uploads == 2


async def test_a_mistake_of_ours_still_reaches_the_person(tmp_path: Path) -> None:
    """Buttons that Telegram refuses are left away rather than the words."""
    async with desk(tmp_path) as each:
        await each.write(said("words", buttons=button("", "Yes")))
        (message,) = each.chat.answers
    assert (message.text, message.buttons) == ("words", [])


async def test_a_message_that_breaks_us_holds_up_nothing(tmp_path: Path) -> None:
    """A payload nobody expected is set aside with the class of its error; the next one goes."""
    async with desk(tmp_path) as each:
        odd = Outgoing(id="c:odd:1", kind="film", assets=())
        await each.send(odd, said("next"))
        async with delivering(each, sleep=_at_once):
            states = await each.until_done()
    assert [state for state, _ in states] == ["doubtful", "sent"]


async def test_parts_remember_across_processes(tmp_path: Path) -> None:
    """What of a message has gone is read back, and only the rest is sent."""
    async with desk(tmp_path) as each:
        message = said("x")
        await each.send(message)
        db = each.house.studio.db
        first = await Parts.of(db, each.address, message.id)
        await first.send(lambda: _sent(each.bot.send_message(each.chat.id, "a")))
        second = await Parts.of(db, each.address, message.id)
        await second.send(lambda: _sent(each.bot.send_message(each.chat.id, "a")))
        await second.send(lambda: _sent(each.bot.send_message(each.chat.id, "b")), last=True)
        assert each.chat.texts == ["a", "b"]
        assert place(second.receipt()) == (each.chat.id, each.chat.answers[-1].id)
    assert words("talk.b_name", {"name": "x"}) == "x"


async def _sent(call: Awaitable[Message]) -> list[Message]:
    return [await call]
