"""How updates come: polls, confirmation, order, what people's messages look like to the library's classes."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import telegram
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import BadRequest, Conflict, NetworkError

from tests.fakes.conftest import client, moving, picture, sound
from tests.fakes.served import served
from tests.fakes.telegram import FakeTelegram, serving

KEYS = InlineKeyboardMarkup([[InlineKeyboardButton("好", callback_data="r1")]])
NOWHERE = "http://127.0.0.1:9/telegram/x"
EVERY = ["message", "edited_message", "callback_query", "my_chat_member", "message_reaction"]


@contextlib.asynccontextmanager
async def both() -> AsyncIterator[tuple[FakeTelegram, telegram.Bot]]:
    """A server of its own and a bot."""
    async with serving(limits=None) as fake, client(fake) as bot:
        yield fake, bot


async def test_a_poll_confirms_what_came_before() -> None:
    """Updates stay until a higher offset is asked for; a hundred at once at most; the newest from the end."""
    async with both() as (fake, bot):
        ann = fake.person()
        for n in range(130):
            ann.says(f"{n}")
        first = await bot.get_updates(limit=100)
        assert len(first) == 100
        newest = await bot.get_updates(offset=-3)
        assert [update.message and update.message.text for update in newest] == ["127", "128", "129"]
        assert len(fake.updates) == 3
        assert not await bot.get_updates(offset=newest[-1].update_id + 1)
        assert len(fake.updates) == 0


async def test_a_poll_waits_and_is_woken() -> None:
    """A long poll answers as soon as somebody speaks, and with nothing when its time is over."""
    async with both() as (fake, bot):
        waiting = asyncio.create_task(bot.get_updates(timeout=20))
        ann = fake.person()
        await _asked(fake)
        ann.says("hi")
        (update,) = await asyncio.wait_for(waiting, 5)
        assert update.message is not None
        assert (update.message.text, update.message.chat_id) == ("hi", ann.id)
    async with serving(poll_seconds=0.02) as capped, client(capped) as bot:
        assert not await asyncio.wait_for(bot.get_updates(timeout=50), 5)


async def test_who_asks_the_same_at_once_gets_one() -> None:
    """The same offset within half a second yields one update."""
    async with both() as (fake, bot):
        ann = fake.person()
        ann.says("1")
        ann.says("2")
        assert [len(await bot.get_updates()) for _ in range(2)] == [2, 1]


async def test_one_poller_at_a_time() -> None:
    """The one who waits is told that another came."""
    async with both() as (fake, bot), client(fake) as other:
        waiting = asyncio.create_task(bot.get_updates(timeout=20))
        await _asked(fake)
        coming = asyncio.create_task(other.get_updates(offset=-1, timeout=20))
        with pytest.raises(Conflict, match="terminated by other getUpdates request"):
            await asyncio.wait_for(waiting, 5)
        fake.person().says("hi")
        assert len(await asyncio.wait_for(coming, 5)) == 1


async def test_no_poll_beside_a_webhook() -> None:
    """A webhook that is set makes polling a conflict; taking it away heals that, and nothing is lost."""
    async with both() as (fake, bot):
        await bot.set_webhook(NOWHERE, secret_token="s3cret", max_connections=5)
        with pytest.raises(Conflict, match="while webhook is active"):
            await bot.get_updates()
        info = await bot.get_webhook_info()
        assert (info.url, info.max_connections) == (NOWHERE, 5)
        await bot.delete_webhook()
        fake.person().says("hi")
        assert len(await bot.get_updates()) == 1
        for url, secret in (("http://example.org/x", None), ("https://example.org:8080/x", None)):
            with pytest.raises(BadRequest, match="https url must be provided"):
                await bot.set_webhook(url, secret_token=secret)
        with pytest.raises(BadRequest, match="unallowed characters"):
            await bot.set_webhook("https://example.org/x", secret_token="nö")


async def test_only_what_was_asked_for_comes() -> None:
    """Reactions come only when listed; the list is remembered."""
    async with both() as (fake, bot):
        ann = fake.person()
        ann.starts()
        sent = await bot.send_message(ann.id, "hi")
        message = ann.chat.by_id[sent.message_id]
        ann.reacts(message, "👍")
        started = await bot.get_updates(allowed_updates=EVERY)
        assert [update.message is not None for update in started] == [True]
        ann.reacts(message, "🔥")
        (reacted,) = await bot.get_updates(offset=started[-1].update_id + 1)
        assert reacted.message_reaction is not None


async def test_presses_are_forgotten_soon() -> None:
    """A press waits 150 seconds, a message a day."""
    now = [1_800_000_000.0]
    async with serving(limits=None, clock=lambda: now[0]) as fake, client(fake) as bot:
        ann = fake.person()
        ann.says("hi")
        await bot.send_message(ann.id, "?", reply_markup=KEYS)
        ann.presses("好")
        now[0] += 151
        assert (len(fake.updates), fake.updates.expired) == (1, 1)
        now[0] += 24 * 3600
        assert len(fake.updates) == 0


async def test_every_kind_of_message_can_be_read(voice: bytes, film: bytes, tmp_path: Path) -> None:
    """Whatever a person does comes as the library's classes know it."""
    async with both() as (fake, bot):
        ann, bob = fake.person(), fake.person(lang="en", name="Bob")
        (tmp_path / "cat.png").write_bytes(picture(2000, 1000, "PNG"))
        ann.starts("ref_1")
        photo = ann.sends_photo(tmp_path / "cat.png", caption="看 https://a.b/c")
        ann.sends_voice(sound("wav", "pcm_s16le"), duration=9)
        ann.sends_audio(sound("mp3", "libmp3lame"), title="T", name="t.mp3")
        ann.sends_video(film)
        ann.sends_video_note(moving(64, 64))
        ann.sends_animation(film)
        ann.sends_document(voice, name="v.ogg", mime="audio/ogg")
        album = ann.sends_album([picture(90, 90), ("video", film)], caption="两个")
        bob.forwards(photo)
        ann.edits(photo, "换", photo=picture(50, 50))
        ann.replies(photo, "这张")
        for thing in ("sticker", "location", "contact", "dice", "poll"):
            ann.sends_thing(thing)
        ann.blocks()
        ann.unblocks()
        updates = await bot.get_updates(allowed_updates=EVERY)
        messages = [update.message for update in updates if update.message]
        assert [_kind(message) for message in messages] == [
            *("text", "photo", "voice", "audio", "video", "video_note", "animation", "document"),
            *("photo", "video", "photo", "text", "sticker", "location", "contact", "dice", "poll"),
        ]
        assert (messages[0].text, messages[0].from_user and messages[0].from_user.language_code) == (
            "/start ref_1",
            "zh-hans",
        )
        assert [(size.width, size.height) for size in messages[1].photo][-1] == (1280, 640)
        assert messages[1].caption_entities[0].type == "url"
        assert messages[2].voice is not None
        assert messages[2].to_dict()["voice"]["duration"] == 9
        assert messages[8].media_group_id == messages[9].media_group_id == album[0].album
        assert (messages[8].caption, messages[9].caption) == ("两个", None)
        assert messages[10].forward_origin is not None
        edited = [update.edited_message for update in updates if update.edited_message]
        assert [(m.caption, m.photo[-1].width) for m in edited] == [("换", 50)]
        assert messages[11].reply_to_message is not None
        moved = [u.my_chat_member.new_chat_member.status for u in updates if u.my_chat_member]
        assert moved == ["kicked", "member"]
        assert await _downloaded(bot, messages[2]) == b"OggS"


async def test_privacy_in_groups() -> None:
    """In a group the bot sees commands, its name and replies to it; as admin everything."""
    async with both() as (fake, bot):
        ann, bob = fake.person(), fake.person()
        group = fake.group(members=[ann, bob])
        ann.says("nothing for the bot", in_=group)
        ann.says("/film@another_bot", in_=group)
        ann.says("/film", in_=group)
        bob.says(f"好 @{fake.name.upper()}", in_=group)
        sent = await bot.send_message(group.id, "?", reply_markup=KEYS)
        bob.replies(group.chat.by_id[sent.message_id], "七")
        bob.presses("好", in_=group)
        ann.sends_photo(picture(9, 9), caption=f"@{fake.name}", in_=group)
        updates = await bot.get_updates()
        told = [update.message.text or update.message.caption for update in updates if update.message]
        assert told == ["/film", f"好 @{fake.name.upper()}", "七", f"@{fake.name}"]
        assert [u.callback_query.from_user.id for u in updates if u.callback_query] == [bob.id]
        open_group = fake.group(members=[ann], admin=True)
        ann.says("anything", in_=open_group)
        last = (await bot.get_updates(offset=-1))[0]
        assert last.message is not None
        assert last.message.text == "anything"


async def test_a_group_tells_that_it_moved() -> None:
    """The old chat names the new id, the new one the old, and the talk goes on there."""
    async with both() as (fake, bot):
        ann = fake.person()
        group = fake.group(members=[ann])
        old = group.id
        group.becomes_supergroup()
        ann.says("/film", in_=group)
        told = [update.message for update in await bot.get_updates() if update.message]
        assert [(m.migrate_to_chat_id, m.migrate_from_chat_id) for m in told] == [
            (group.id, None),
            (None, old),
            (None, None),
        ]
        assert told[-1].chat_id == group.id


async def test_old_messages_are_pressed_too() -> None:
    """A press on a message too old to be shown brings its chat and id only."""
    async with both() as (fake, bot):
        ann = fake.person()
        ann.starts()
        sent = await bot.send_message(ann.id, "?", reply_markup=KEYS)
        ann.presses("好", old=True)
        query = (await bot.get_updates())[-1].callback_query
        assert query is not None
        assert query.message is not None
        assert (query.data, query.message.message_id) == ("r1", sent.message_id)
        assert not query.message.is_accessible


async def test_batches_that_are_broken() -> None:
    """A batch in the wrong order, the same update again, one that no class can read."""
    async with both() as (fake, bot):
        ann = fake.person()
        for text in "abc":
            ann.says(text)
        fake.updates.reverse()
        ids = [update.update_id for update in await bot.get_updates()]
        assert ids == sorted(ids, reverse=True)
        assert not await bot.get_updates(offset=max(ids) + 1)
        again = fake.updates.again()
        assert [u.update_id for u in await bot.get_updates(offset=max(ids) + 1)] == [again]
        fake.updates.poison()
        ann.says("behind it")
        with pytest.raises((TypeError, KeyError, NetworkError)):
            await bot.get_updates(offset=max(ids) + 1)


async def test_the_webhook_keeps_order_and_repeats() -> None:
    """One chat's messages come strictly one by one and only after a 2xx; others do not wait for it."""
    took: list[tuple[int, str, str | None]] = []
    refusing = asyncio.Event()

    async def take(request: Request) -> Response:
        body = await request.json()
        message = body.get("message") or body["callback_query"]
        chat = message["from"]["id"]
        if not refusing.is_set() and chat == 71:
            return Response(status_code=500)
        secret = request.headers.get("x-telegram-bot-api-secret-token")
        took.append((chat, message.get("text") or message["data"], secret))
        return Response()

    app = Starlette(routes=[Route("/telegram/x", take, methods=["POST"])])
    async with served(app) as url, serving(limits=None, backoff=lambda _: 0.01) as fake, client(fake) as bot:
        ann, bob = fake.person(71), fake.person(72)
        ann.says("1")
        sent = await bot.send_message(71, "?", reply_markup=KEYS)
        await bot.set_webhook(f"{url}/telegram/x", secret_token="s3")
        ann.says("2")
        bob.presses_data(ann.chat.by_id[sent.message_id], "r1")
        await fake.core.news.until(lambda: len(took) == 1 and fake.stats.refused["webhook"] > 2, 5)
        assert took == [(72, "r1", "s3")]
        info = await bot.get_webhook_info()
        assert info.pending_update_count == 2
        assert str(info.last_error_message).startswith("Wrong response from the webhook: 500")
        refusing.set()
        await fake.core.news.until(lambda: len(fake.updates) == 0, 5)
        assert [text for chat, text, _ in took if chat == 71] == ["1", "2"]


async def test_the_webhook_can_ask_for_a_pause() -> None:
    """Who answers with `Retry-After` is left alone for that long; other chats are served meanwhile."""
    took: list[str] = []

    async def take(request: Request) -> Response:
        text = (await request.json())["message"]["text"]
        took.append(text)
        return Response(status_code=503, headers={"retry-after": "3600"}) if text == "wait" else Response()

    app = Starlette(routes=[Route("/x", take, methods=["POST"])])
    async with served(app) as url, serving(limits=None, backoff=lambda _: 0.0) as fake, client(fake) as bot:
        await bot.set_webhook(f"{url}/x")
        fake.person().says("wait")
        await fake.core.news.until(lambda: fake.stats.refused["webhook"], 5)
        for n in range(5):
            fake.person().says(f"{n}")
        await fake.core.news.until(lambda: len(fake.updates) == 1, 5)
        assert sorted(took) == ["0", "1", "2", "3", "4", "wait"]


async def _asked(fake: FakeTelegram) -> None:
    """Until a poll waits."""
    await fake.core.news.until(lambda: fake.stats.calls["getUpdates"], 5)


async def _downloaded(bot: telegram.Bot, message: telegram.Message) -> bytes:
    assert message.voice is not None
    return bytes(await (await bot.get_file(message.voice)).download_as_bytearray())[:4]


def _kind(message: telegram.Message) -> str:
    found = message.effective_attachment
    if message.photo:
        return "photo"
    return "text" if found is None else type(found).__name__.lower().replace("videonote", "video_note")
