"""Each fault once, pacing by a clock that is handed in, and what was counted."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest
import telegram
from telegram import InputMediaPhoto
from telegram.error import Conflict, NetworkError, RetryAfter, TelegramError, TimedOut

from tests.fakes.conftest import client
from tests.fakes.telegram import FakeTelegram, Faults, Limits, Person, serving
from tests.fakes.telegram.faults import Kind


@pytest.fixture(autouse=True)
def durations(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library warns of seconds that will become durations, unless asked for these already."""
    monkeypatch.setenv("PTB_TIMEDELTA", "true")


@contextlib.asynccontextmanager
async def both(limits: Limits | None = None) -> AsyncIterator[tuple[FakeTelegram, telegram.Bot, Person]]:
    """A server of its own, a bot, and somebody who has started."""
    async with serving(limits=limits) as fake, client(fake) as bot:
        person = fake.person()
        person.starts()
        yield fake, bot, person


@pytest.mark.parametrize(
    ("kind", "error", "shown"),
    [
        ("drop_before", NetworkError, []),
        ("drop_after", NetworkError, ["hi"]),
        ("error", NetworkError, []),
        ("error_after", NetworkError, ["hi"]),
        ("proxy", NetworkError, []),
        ("garbage", TelegramError, ["hi"]),
    ],
)
async def test_what_happened_and_what_was_answered(
    kind: Kind, error: type[TelegramError], shown: list[str]
) -> None:
    """Whatever the bot is told, the chat shows what really happened; the next call is well again."""
    async with both() as (fake, bot, ann):
        fake.faults.next("sendMessage", kind)
        with pytest.raises(error):
            await bot.send_message(ann.id, "hi")
        assert ann.chat.texts == shown
        assert await bot.send_message(ann.id, "again")
        assert fake.faults.met == {kind: 1}
        assert not fake.stats.doubles


@pytest.mark.parametrize(("kind", "shown"), [("slow_before", []), ("slow_after", ["hi"])])
async def test_slow_answers(kind: Kind, shown: list[str]) -> None:
    """A bot that does not wait long enough does not know whether it happened."""
    async with both() as (fake, bot, ann):
        fake.faults.next("sendMessage", kind, seconds=60)
        with pytest.raises(TimedOut):
            await bot.send_message(ann.id, "hi", read_timeout=0.2)
        assert ann.chat.texts == shown


async def test_a_lost_answer_repeated_is_a_double() -> None:
    """What a careless repeat does is counted; the same words after the person spoke again are none."""
    async with both() as (fake, bot, ann):
        fake.faults.next("sendMessage", "drop_after")
        with contextlib.suppress(NetworkError):
            await bot.send_message(ann.id, "hi")
        await bot.send_message(ann.id, "hi")
        assert [(first.text, second.text) for first, second in fake.stats.doubles] == [("hi", "hi")]
        ann.says("hello?")
        await bot.send_message(ann.id, "hi")
        assert len(fake.stats.doubles) == 1


async def test_the_nth_call_and_as_often_as_told() -> None:
    """A fault waits for its call, meets several in a row, and can be called off."""
    async with both() as (fake, bot, ann):
        fake.faults.next("sendMessage", "error", nth=2, times=2)
        fake.faults.next("*", "conflict", nth=9)
        met = []
        for n in range(5):
            try:
                await bot.send_message(ann.id, f"{n}")
            except NetworkError:
                met.append(n)
        assert met == [1, 2]
        fake.faults.clear()
        assert [await bot.send_message(ann.id, f"{n}") for n in range(5, 10)]
        fake.faults.next("getUpdates", "conflict")
        with pytest.raises(Conflict):
            await bot.get_updates()


def test_chance_has_a_seed() -> None:
    """The same seed meets the same calls, getUpdates is left alone unless named."""

    def drawn(seed: int) -> list[str | None]:
        faults = Faults()
        faults.sometimes(0.3, seed=seed)
        assert not any(faults.draw("getUpdates") for _ in range(50))
        return [fault.kind if fault else None for fault in (faults.draw("sendMessage") for _ in range(50))]

    assert drawn(4) == drawn(4) != drawn(5)
    assert 5 < sum(kind is not None for kind in drawn(4)) < 30


async def test_a_flood_answer_shuts_the_chat() -> None:
    """429 says how long, in the body and in the header; asking again meanwhile doubles it and is counted."""
    async with both() as (fake, bot, ann):
        fake.faults.next("sendMessage", "flood", seconds=7)
        for waited in (7, 14):
            with pytest.raises(RetryAfter) as refused:
                await bot.send_message(ann.id, "hi")
            assert str(refused.value).startswith("Flood control exceeded")
            assert refused.value.retry_after == timedelta(seconds=waited)
        assert (fake.stats.violations, ann.chat.texts) == (1, [])
        async with httpx.AsyncClient(trust_env=False, verify=False) as http:
            answer = await http.post(
                f"{fake.url}/bot{fake.token}/sendMessage", data={"chat_id": ann.id, "text": "x"}
            )
        assert (answer.status_code, answer.headers["retry-after"]) == (429, "28")
        assert (await bot.send_message(_other(fake).id, "hi")).text == "hi"


async def test_pacing_by_the_clock(photo: bytes) -> None:
    """A burst and then one a second; edits and albums count; whoever waits is let in again."""
    now = [1_800_000_000.0]
    async with serving(clock=lambda: now[0]) as fake, client(fake) as bot:
        ann = _other(fake)
        sent = [await bot.send_message(ann.id, f"{n}") for n in range(4)][-1]
        await bot.edit_message_text("edited", ann.id, sent.message_id)
        for _ in range(2):
            with pytest.raises(RetryAfter):
                await bot.send_message(ann.id, "too many")
        assert fake.stats.violations == 2
        now[0] += 5.9
        with pytest.raises(RetryAfter):
            await bot.edit_message_text("still", ann.id, sent.message_id)
        now[0] += 12
        item = InputMediaPhoto(photo)
        await bot.send_media_group(ann.id, (item, item, item, item, item))
        with pytest.raises(RetryAfter):
            await bot.send_message(ann.id, "an album is five")
        assert await bot.send_chat_action(ann.id, "typing")
        assert [len(fake.stats.sends[ann.id]), len(fake.stats.edits[ann.id])] == [9, 1]


async def test_groups_and_everybody_together() -> None:
    """Twenty a minute in a group, thirty a second in all."""
    now = [1_800_000_000.0]
    async with serving(clock=lambda: now[0]) as fake, client(fake) as bot:
        group = fake.group(members=[_other(fake)])
        for n in range(20):
            await bot.send_message(group.id, f"{n}")
            now[0] += 1
        with pytest.raises(RetryAfter):
            await bot.send_message(group.id, "the 21st")
        now[0] += 45
        assert await bot.send_message(group.id, "a minute later")
        people = [_other(fake) for _ in range(37)]
        now[0] += 5
        for person in people[:36]:
            await bot.send_message(person.id, "hi")
        with pytest.raises(RetryAfter):
            await bot.send_message(people[36].id, "hi")
        now[0] += 1
        for person in people[7:]:
            await bot.send_message(person.id, "hi")


async def test_limits_can_be_lifted() -> None:
    """Without limits nothing is paced, and a chat can still be shut."""
    async with both() as (fake, bot, ann):
        for n in range(40):
            await bot.send_message(ann.id, f"{n}")
        assert fake.stats.violations == 0
        fake.shut(ann.chat, 60)
        with pytest.raises(RetryAfter):
            await bot.send_message(ann.id, "no")


async def test_the_plug() -> None:
    """While it is pulled nothing can be reached, a waiting poll ends too; afterwards all is as before."""
    async with both() as (fake, bot, ann):
        (update,) = await bot.get_updates()
        waiting = asyncio.create_task(bot.get_updates(offset=update.update_id + 1, timeout=20))
        await fake.core.news.until(lambda: fake.stats.calls["getUpdates"] == 2, 5)
        fake.unplug()
        with pytest.raises(NetworkError):
            await asyncio.wait_for(waiting, 5)
        with pytest.raises(NetworkError):
            await bot.send_message(ann.id, "hi")
        fake.plug()
        assert await bot.send_message(ann.id, "hi")


async def test_a_poll_that_hangs_up_loses_nothing() -> None:
    """What a dead client waited for is there for the next one, without a conflict."""
    async with both() as (fake, bot, ann):
        (update,) = await bot.get_updates()
        waiting = asyncio.create_task(bot.get_updates(offset=update.update_id + 1, timeout=20))
        await fake.core.news.until(lambda: fake.stats.calls["getUpdates"] == 2, 5)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        ann.says("still here?")
        async with client(fake) as born_again:
            (found,) = await born_again.get_updates(offset=update.update_id + 1)
        assert found.message is not None
        assert found.message.text == "still here?"


async def test_a_file_that_does_not_come(photo: bytes) -> None:
    """Downloads meet faults too, under the name `file`."""
    async with both() as (fake, bot, ann):
        sent = await bot.send_photo(ann.id, photo)
        fake.faults.next("file", "drop_before")
        file = await bot.get_file(sent.photo[-1].file_id)
        with pytest.raises(NetworkError):
            await file.download_as_bytearray()
        assert bytes(await file.download_as_bytearray()) == photo
        assert (fake.stats.downloads, fake.stats.uploads, fake.stats.upload_bytes) == (1, 1, len(photo))


def _other(fake: FakeTelegram) -> Person:
    person = fake.person()
    person.starts()
    return person
