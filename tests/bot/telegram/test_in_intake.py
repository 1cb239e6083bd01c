"""Telegram, the way in: whatever people send becomes one thing for the conversation, in order, once."""

import io
import wave
from collections.abc import AsyncIterator
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from bot.texts import say
from storage import blocked, moves, updates
from storage.model import Address
from tests.bot.telegram.in_house import opened, until
from tests.fakes.telegram import FakeTelegram, serving


@pytest.fixture
async def fake() -> AsyncIterator[FakeTelegram]:
    """A server without pacing."""
    async with serving(limits=None) as made:
        yield made


def _picture(colour: str = "#a9713f", size: int = 64) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (size, size), colour).save(made, "JPEG")
    return made.getvalue()


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """A second of sound, and one of video."""
    sound, path = io.BytesIO(), tmp_path_factory.mktemp("clip") / "clip.mp4"
    with wave.open(sound, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16000)
        file.writeframes(np.zeros(16000, "<i2").tobytes())
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=8)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        for _ in range(8):
            frame = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), "uint8"), format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return {"sound": sound.getvalue(), "video": path.read_bytes()}


async def test_words_commands_and_links_arrive_in_order(tmp_path: Path, fake: FakeTelegram) -> None:
    """Everything typed reaches the conversation as it was, a deep link as a start with its word."""
    ann = fake.person()
    async with opened(tmp_path, fake) as station:
        ann.starts("from_friend")
        ann.says("/start")
        for n in range(5):
            ann.says(f"number {n}")
        ann.says("/new@pawlogue_bot")
        ann.says("https://example.com/v?t=10")
        wanted = ["start from_friend", "start", *(f"text number {n}" for n in range(5)), "text /new"]
        await station.expect([*wanted, "text https://example.com/v?t=10"], str(ann.id))
        assert set(await station.settled()) == {("done", None)}
        (chat,) = await station.house.studio.db.read("SELECT lang FROM chats")
    assert chat["lang"] == "zh"


@pytest.mark.parametrize("kind", ["photo", "document", "voice", "audio", "video", "video_note", "animation"])
async def test_each_kind_of_file_is_kept(
    tmp_path: Path, fake: FakeTelegram, clip: dict[str, bytes], kind: str
) -> None:
    """Each is fetched and judged by its bytes, with its caption, and is seen to have been seen."""
    sorts = {"photo": "picture", "document": "picture", "voice": "sound", "audio": "sound"}
    content = {"voice": clip["sound"], "audio": clip["sound"]}.get(kind)
    content = content or (_picture() if kind in {"photo", "document"} else clip["video"])
    ann = fake.person(lang="en")
    caption = "" if kind == "video_note" else "look"
    async with opened(tmp_path, fake) as station:
        message = ann.sends(kind, content, caption)
        wanted = f"files {sorts.get(kind, 'video')} {caption}".strip()
        await station.expect([wanted], str(ann.id))
        await until(lambda: "👀" in message.reactions.values())


async def test_what_is_asked_of_a_reaction_holds_for_words(tmp_path: Path, fake: FakeTelegram) -> None:
    """A chat that wants no reaction for a while is left alone altogether."""
    ann = fake.person()
    fake.faults.next("setMessageReaction", "flood", seconds=30)
    async with opened(tmp_path, fake) as station:
        ann.sends_photo(_picture())
        await until(lambda: not station.door.pace.open(ann.id))
    assert fake.stats.calls["setMessageReaction"] == 1


async def test_an_album_is_one_thing(tmp_path: Path, fake: FakeTelegram) -> None:
    """Several files at once are one message with its caption; what comes afterwards waits for it."""
    ann = fake.person()
    async with opened(tmp_path, fake) as station:
        ann.sends_album([_picture("red"), _picture("green"), _picture("blue")], "which one")
        ann.says("and words")
        await station.expect(["files picture picture picture which one", "text and words"], str(ann.id))
        assert set(await station.settled()) == {("done", None)}


async def test_a_late_part_of_an_album_starts_nothing(tmp_path: Path, fake: FakeTelegram) -> None:
    """What comes after the album was taken in is told in one sentence, and is no second job."""
    ann = fake.person(lang="en")
    async with opened(tmp_path, fake) as station:
        album = ann.album()
        ann.sends("photo", _picture("red"), album=album)
        await station.expect(["files picture"], str(ann.id))
        for colour in ("green", "blue"):
            ann.sends("photo", _picture(colour), album=album)
        await station.expect(["files picture", "telegram.late_part"], str(ann.id))


async def test_a_reversed_batch_and_doubles_change_nothing(tmp_path: Path, fake: FakeTelegram) -> None:
    """The order is that of the numbers, and what comes again is nothing new."""
    ann = fake.person()
    for n in range(6):
        ann.says(str(n))
    fake.updates.reverse()
    async with opened(tmp_path, fake) as station:
        await station.expect([f"text {n}" for n in range(6)], str(ann.id))
        fake.updates.again()
        ann.says("end")
        await station.expect([*(f"text {n}" for n in range(6)), "text end"], str(ann.id))


async def test_a_poison_update_is_put_aside(tmp_path: Path, fake: FakeTelegram) -> None:
    """What nobody can read stops nothing: it lies aside whole, and the next ones are served."""
    ann = fake.person()
    async with opened(tmp_path, fake) as station:
        ann.says("before")
        fake.updates.poison()
        ann.says("after")
        await station.expect(["text before", "text after"], str(ann.id))
        assert await station.settled() == [("done", None), ("aside", "ValidationError"), ("done", None)]
        (found,) = await updates.aside(station.house.studio.db)
    assert "first" in found.payload


async def test_what_is_too_large_is_refused_before_it_is_fetched(tmp_path: Path, fake: FakeTelegram) -> None:
    """One sentence with the limit in it; the caption still counts."""
    ann = fake.person(lang="en")
    async with opened(tmp_path, fake) as station:
        ann.sends_video(b"0" * 100, "a cat", size=21 << 20)
        wanted = ["telegram.file_too_large", "text a cat"]
        await station.expect(wanted, str(ann.id))
        assert fake.stats.calls["getFile"] == 0
        ann.sends_photo(_picture())
        await station.expect([*wanted, "files picture"], str(ann.id))


async def test_a_download_that_breaks_off_is_begun_again(tmp_path: Path, fake: FakeTelegram) -> None:
    """A lost answer costs a moment, not the photo."""
    ann = fake.person()
    for kind in ("drop_before", "error", "proxy", "garbage"):
        fake.faults.next("getFile", kind)
    async with opened(tmp_path, fake) as station:
        ann.sends_photo(_picture(), "again")
        await station.expect(["files picture again"], str(ann.id))


async def test_edits_are_said_anew(tmp_path: Path, fake: FakeTelegram) -> None:
    """Other words are taken as said now, a replaced photo as a new one, and no change as nothing."""
    ann = fake.person()
    async with opened(tmp_path, fake) as station:
        words, photo = ann.says("one"), ann.sends_photo(_picture("red"), "this")
        heard = ["text one", "files picture this"]
        await station.expect(heard, str(ann.id))
        ann.edits(words, "two")
        ann.edits(words)
        ann.edits(photo, "that")
        await station.expect([*heard, "text two", "text that"], str(ann.id))
        ann.edits(photo, photo=_picture("blue"))
        await station.expect([*heard, "text two", "text that", "files picture that"], str(ann.id))


async def test_what_cannot_be_used_gets_one_sentence(tmp_path: Path, fake: FakeTelegram) -> None:
    """Stickers and the like are answered kindly."""
    ann = fake.person()
    async with opened(tmp_path, fake) as station:
        for kind in ("sticker", "location", "contact"):
            ann.sends_thing(kind)
        await station.expect(["telegram.unusable"] * 3, str(ann.id))


async def test_forwarded_files_and_answers_count_like_others(tmp_path: Path, fake: FakeTelegram) -> None:
    """A forwarded photo is a photo; a number in answer to a picture is the number."""
    ann, bert = fake.person(), fake.person(name="B")
    async with opened(tmp_path, fake) as station:
        theirs = bert.sends_photo(_picture())
        await station.expect(["files picture"], str(bert.id))
        ann.forwards(theirs)
        ann.replies(ann.says("x"), "3")
        await station.expect(["files picture", "text x", "text 3"], str(ann.id))


async def test_presses_are_answered_at_once_and_taken(tmp_path: Path, fake: FakeTelegram) -> None:
    """The button stops spinning; the press is one for the conversation, on an old message as well."""
    ann = fake.person()
    async with opened(tmp_path, fake) as station:
        asked = ann.says("x")
        press = ann.presses_data(asked, "1:pick:2")
        assert await press.answered() == {"ok": True}
        old = ann.presses_data(asked, "1:go", old=True)
        assert await old.answered() == {"ok": True}
        await station.expect(["text x", "press 1:pick:2", "press 1:go"], str(ann.id))


async def test_a_press_too_old_to_be_answered_still_counts(tmp_path: Path, fake: FakeTelegram) -> None:
    """A bot that was away takes what was pressed meanwhile."""
    ann = fake.person()
    fake.faults.next("answerCallbackQuery", "error", times=3)
    async with opened(tmp_path, fake) as station:
        ann.presses_data(ann.says("x"), "go")
        await station.expect(["text x", "press go"], str(ann.id))


async def test_in_a_group_only_what_is_meant_for_us(tmp_path: Path, fake: FakeTelegram) -> None:
    """Named, answered, commanded: yes, and each has a talk of their own; the rest leaves no trace at all."""
    ann, bert = fake.person(), fake.person(name="B")
    group = fake.group(members=[ann, bert], admin=True)
    async with opened(tmp_path, fake) as station:
        ann.says("a private matter", in_=group)
        ann.says("🐶 @pawlogue_bot hello", in_=group)
        bert.says("/new@pawlogue_bot", in_=group)
        bert.says("/new@another_bot", in_=group)
        bert.says("/help", in_=group)
        ann.says("@pawlogue_bot", in_=group)
        place = str(group.chat.id)
        await station.expect(["text 🐶 hello", "start"], f"{place}:{ann.id}")
        await station.expect(["text /new", "text /help"], f"{place}:{bert.id}")
        await station.settled()
        rows = await station.house.studio.db.read(
            "SELECT payload FROM updates UNION SELECT payload FROM inbox"
        )
    assert not [row for row in rows if "private" in row["payload"] or "another" in row["payload"]]


async def test_somebody_elses_buttons_change_nothing(tmp_path: Path, fake: FakeTelegram) -> None:
    """In a group the asker's buttons are the asker's; another person gets a short sentence, once."""
    ann, bert = fake.person(lang="en"), fake.person(lang="en", name="B")
    group = fake.group(members=[ann, bert], admin=True)
    place = str(group.chat.id)
    async with opened(tmp_path, fake) as station:
        asked = ann.says("@pawlogue_bot hello", in_=group)
        await station.expect(["text hello"], f"{place}:{ann.id}")
        # What the way out would note when it has sent the answer.
        await station.house.studio.db.write(
            "UPDATE outbox SET state = 'sent', receipt = :receipt", receipt=f"{place}:{asked.id}"
        )
        theirs = await bert.presses_data(asked, "1:go").answered()
        assert theirs == {"ok": True, "text": say("telegram.not_yours", "en"), "show_alert": True} or (
            theirs["text"] == say("telegram.not_yours", "en")
        )
        await ann.presses_data(asked, "1:go").answered()
        await station.expect(["text hello", "press 1:go"], f"{place}:{ann.id}")
        await station.expect([], f"{place}:{bert.id}")


async def test_a_group_that_became_a_supergroup_goes_on(tmp_path: Path, fake: FakeTelegram) -> None:
    """The same talk under another number, and where to send is known."""
    ann = fake.person()
    group = fake.group(members=[ann], admin=True)
    before = str(group.chat.id)
    async with opened(tmp_path, fake) as station:
        ann.says("@pawlogue_bot one", in_=group)
        await station.expect(["text one"], f"{before}:{ann.id}")
        group.becomes_supergroup()
        ann.says("@pawlogue_bot two", in_=group)
        await station.expect(["text one", "text two"], f"{before}:{ann.id}")
        assert group.chat.id != int(before)
        assert await moves.newest(station.house.studio.db, "telegram", before) == str(group.chat.id)


async def test_blocking_and_coming_back_are_remembered(tmp_path: Path, fake: FakeTelegram) -> None:
    """The way out has to know where nothing can be sent."""
    ann = fake.person()
    async with opened(tmp_path, fake) as station:
        db = station.house.studio.db
        ann.blocks()
        await until(lambda: blocked.is_blocked(db, "telegram", str(ann.id)))
        ann.unblocks()
        await station.settled()
        assert not await blocked.is_blocked(db, "telegram", str(ann.id))


async def test_who_is_not_invited_is_told_once(tmp_path: Path, fake: FakeTelegram) -> None:
    """Others get one kind sentence and leave nothing behind."""
    ann, bert = fake.person(lang="en"), fake.person(name="B")
    async with opened(tmp_path, fake, invited=frozenset({str(bert.id)})) as station:
        ann.says("let me in")
        ann.says("please")
        bert.says("hello")
        await station.expect(["text hello"], str(bert.id))
        await ann.chat.shows(say("telegram.not_invited", "en"))
        await station.settled()
        rows = await station.house.studio.db.read("SELECT person FROM chats")
        assert [row["person"] for row in rows] == [str(bert.id)]
    assert len(ann.chat.answers) == 1


async def test_one_chat_does_not_hold_up_another(tmp_path: Path, fake: FakeTelegram) -> None:
    """While one person's file is on its way, others are answered."""
    ann, bert = fake.person(), fake.person(name="B")
    fake.faults.next("getFile", "slow_before", seconds=2.0)
    async with opened(tmp_path, fake) as station:
        ann.sends_photo(_picture())
        bert.says("hello")
        await station.expect(["text hello"], str(bert.id))
        assert await station.house.heard(Address(channel="telegram", id=str(ann.id))) == []
        await station.expect(["files picture"], str(ann.id))


async def test_a_mistake_of_ours_costs_one_sentence(tmp_path: Path, fake: FakeTelegram) -> None:
    """What our own conversation stumbles over is its own business: the update was taken in."""
    ann = fake.person()
    async with opened(tmp_path, fake) as station:
        ann.says("boom")
        ann.says("after")
        await station.expect(["reception.stumbled", "text after"], str(ann.id))
        assert set(await station.settled()) == {("done", None)}


async def test_in_local_mode_a_file_is_read_where_it_lies(tmp_path: Path) -> None:
    """A server of one's own has no limit of size and names paths of this machine."""
    lying = tmp_path / "lying"
    lying.mkdir()
    async with serving(limits=None, folder=lying) as fake:
        ann = fake.person()
        async with opened(tmp_path, fake, local=True) as station:
            ann.sends_photo(_picture(), "here")
            await station.expect(["files picture here"], str(ann.id))
