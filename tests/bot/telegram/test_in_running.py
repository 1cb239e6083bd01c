"""Telegram, running: fetched or brought, after a restart, and when things are wrong."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from telegram import Bot

from bot.channels.telegram import api, connect
from bot.channels.telegram.hook import BODY_BYTES, SECRET
from bot.channels.telegram.poll import Poll
from bot.channels.telegram.pool import Pool
from pipeline.ports.errors import NoAccess
from storage import updates
from storage.errors import StorageError
from storage.updates import Update
from tests.bot.telegram.in_house import Station, opened, until
from tests.fakes.telegram import FakeTelegram, serving


@pytest.fixture
async def fake() -> AsyncIterator[FakeTelegram]:
    """A server without pacing."""
    async with serving(limits=None, backoff=lambda _: 0.05) as made:
        yield made


@contextlib.asynccontextmanager
async def _client(fake: FakeTelegram, token: str) -> AsyncIterator[Bot]:
    pool = Pool(trust_env=False)
    yield api.bot(token, fake.url, request=pool)
    await pool.shutdown()


@pytest.fixture
async def client(fake: FakeTelegram) -> AsyncIterator[Bot]:
    """A client of our own, with nothing behind it."""
    async with _client(fake, fake.token) as made:
        yield made


async def test_what_came_while_we_were_away_is_served(tmp_path: Path, fake: FakeTelegram) -> None:
    """Rows that were written down and no more, and messages Telegram kept: each once, in order."""
    ann = fake.person()
    async with opened(tmp_path, fake) as station:
        ann.says("one")
        await station.expect(["text one"], str(ann.id))
        await station.settled()
        message = {
            "message_id": 90,
            "from": ann.user.wire(),
            "chat": ann.chat.wire(),
            "text": "two",
            "date": 1,
        }
        raw = json.dumps({"update_id": 1, "message": message})
        row = Update(channel="telegram", id="424242:1", place=1, chat=str(ann.id), payload=raw, at=1.0)
        await updates.keep(station.house.studio.db, [row])  # and nobody is told: as if cut off here
    ann.says("three")
    async with opened(tmp_path, fake) as station:
        await station.expect(["text one", "text two", "text three"], str(ann.id))


async def test_webhook_with_the_secret_only(tmp_path: Path, fake: FakeTelegram) -> None:
    """What Telegram brings is served; who does not know the secret gets nothing in, nor does a flood."""
    ann = fake.person()
    async with opened(tmp_path, fake, webhook=True, secret="a-secret") as station:
        ann.says("brought")
        await station.expect(["text brought"], str(ann.id))
        hook = fake.core.webhook.url
        message = {
            "message_id": 91,
            "from": ann.user.wire(),
            "chat": ann.chat.wire(),
            "text": "forged",
            "date": 1,
        }
        async with httpx.AsyncClient(trust_env=False) as client:

            async def post(body: object, secret: str | None, path: str = "") -> int:
                headers = {} if secret is None else {SECRET: secret}
                content = body if isinstance(body, bytes) else json.dumps(body).encode()
                return (await client.post(f"{hook}{path}", content=content, headers=headers)).status_code

            forged = {"update_id": 5, "message": message}
            assert await post(forged, None) == 403
            assert await post(forged, "a-secreT") == 403
            assert await post(forged, "a-secret", "x") == 404
            assert await post(b"not json", "a-secret") == 400
            assert await post(b" " * (BODY_BYTES + 1), "a-secret") == 413
            assert await post({"no": "number"}, "a-secret") == 200
            assert await post({"update_id": 6, "message": {"message_id": "bad"}}, "a-secret") == 200
            assert await post({**forged, "update_id": 7}, "a-secret") == 200
            assert await post({**forged, "update_id": 7}, "a-secret") == 200
        await station.expect(["text brought", "text forged"], str(ann.id))
        assert ("aside", "ValidationError") in await station.settled()


async def test_a_webhook_left_set_is_taken_away(tmp_path: Path, fake: FakeTelegram, client: Bot) -> None:
    """Fetching works again by itself, with one line, and what was waiting is served."""
    ann = fake.person()
    await client.set_webhook("http://127.0.0.1:9/telegram/elsewhere")
    ann.says("waiting")
    async with opened(tmp_path, fake) as station:
        await station.expect(["text waiting"], str(ann.id))
        assert ("telegram.webhook_removed", {}) in station.told


async def test_another_poller_is_told_of_once_and_outlived(tmp_path: Path, fake: FakeTelegram) -> None:
    """Two with one token: one line, patience, and everything is served once the other is gone."""
    ann = fake.person()
    fake.faults.next("getUpdates", "conflict", times=3)
    async with opened(tmp_path, fake) as station:
        ann.says("after all")
        await station.expect(["text after all"], str(ann.id))
    keys = [key for key, _ in station.told]
    assert keys.count("telegram.other_poller") == 1
    assert keys.count("telegram.in_reach") == 1


async def test_one_hiccup_is_nothing_to_tell(tmp_path: Path, fake: FakeTelegram) -> None:
    """A single answer that goes astray is asked for again, and nobody reads that Telegram is away."""
    ann = fake.person()
    fake.faults.next("getUpdates", "drop_after")
    async with opened(tmp_path, fake) as station:
        ann.says("hello")
        await station.expect(["text hello"], str(ann.id))
    assert fake.faults.met["drop_after"] == 1
    assert [key for key, _ in station.told] == ["run.telegram"]


async def test_a_server_that_is_away_is_waited_for(tmp_path: Path, fake: FakeTelegram) -> None:
    """No network at the start, and in the middle: one line each time, and nothing is lost."""
    ann = fake.person()
    fake.unplug()
    async with opened(tmp_path, fake) as station:
        await until(lambda: station.told)
        assert station.told[0][0] == "telegram.out_of_reach"
        assert _trouble(station) == "telegram.out_of_reach"
        fake.plug()
        ann.says("hello")
        await station.expect(["text hello"], str(ann.id))
        assert _trouble(station) is None
        fake.unplug()
        await until(lambda: station.door.trouble)
        fake.plug()
        ann.says("again")
        await station.expect(["text hello", "text again"], str(ann.id))


def _trouble(station: Station) -> str | None:
    return station.door.trouble


async def test_a_wrong_token_is_said_at_once(fake: FakeTelegram) -> None:
    """It cannot become right by waiting."""
    async with _client(fake, "1:wrong") as client:
        with pytest.raises(NoAccess) as refusal:
            await connect.who_we_are(client, lambda *_: None)
    assert refusal.value.key == "telegram.bad_token"


async def test_an_unwanted_webhook_address_is_said(fake: FakeTelegram, client: Bot) -> None:
    """Telegram's reason is in the line."""
    with pytest.raises(NoAccess) as refusal:
        await connect.have_brought(client, "no address", "s", lambda *_: None)
    assert refusal.value.key == "telegram.webhook_refused"
    assert refusal.value.fields["why"]


async def test_what_was_not_written_down_is_asked_for_again(fake: FakeTelegram, client: Bot) -> None:
    """The offset moves only over rows: a full disk costs time, never a message."""
    ann = fake.person()
    seen: list[object] = []

    async def take(raws: object) -> None:
        seen.append(raws)
        if len(seen) == 1:
            raise StorageError("storage.full", {"place": "here"})

    async def briefly(_: float) -> None:
        await asyncio.sleep(0)

    poll = Poll(client, take, lambda *_: None, wait_seconds=1, sleep=briefly)
    ann.says("keep me")
    running = asyncio.create_task(poll.run())
    await until(lambda: len(seen) == 2)
    assert seen[0] == seen[1]
    await until(lambda: not len(fake.updates))
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
