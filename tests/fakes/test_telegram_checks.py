"""Each check once: the words and codes a bot meets when it asks for what cannot be."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
import telegram
from telegram import InlineKeyboardButton as Button
from telegram import InlineKeyboardMarkup as Keys
from telegram import InputMediaDocument, InputMediaPhoto, InputMediaVideo
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, NetworkError

from tests.fakes.conftest import client, moving, picture, sound
from tests.fakes.telegram import FakeTelegram, Media, Person, serving
from tests.fakes.telegram.files import MEGABYTE
from tests.fakes.telegram.look import Facts
from tests.fakes.telegram.media import became


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("<b>x", "Can't parse entities: can't find end tag corresponding to start tag \"b\""),
        (
            "<b>x</i>",
            'Can\'t parse entities: unmatched end tag at byte offset 4, expected "</b>", found "</i>"',
        ),
        ("猫<what>x", 'Can\'t parse entities: unsupported start tag "what" at byte offset 3'),
        ("a < b", "Can't parse entities: unclosed start tag at byte offset 2"),
        ("x</b>", "Can't parse entities: unexpected end tag at byte offset 1"),
        ("<b> </b>", "Message text is empty"),
    ],
)
async def test_html_has_to_be_whole(bot: telegram.Bot, ann: Person, words: str, why: str) -> None:
    """A tag that is not closed, not known or empty fails the whole message; offsets count bytes."""
    with pytest.raises(BadRequest) as refused:
        await bot.send_message(ann.id, words, parse_mode="HTML")
    assert str(refused.value) == why


async def test_html_becomes_entities(bot: telegram.Bot, ann: Person) -> None:
    """Nested tags, links and escapes are read; offsets count UTF-16 units."""
    words = ' 🐶<b>好<i>的</i></b> <a href="https://a.b/?x=1&amp;y">这</a><pre>a &lt; b</pre>&copy;'
    sent = await bot.send_message(ann.id, words, parse_mode="HTML")
    assert sent.text == "🐶好的 这a < b&copy;"
    found = [(e.type, e.offset, e.length) for e in sent.entities]
    assert found == [("bold", 2, 2), ("italic", 3, 1), ("text_link", 5, 1), ("pre", 6, 5)]
    assert sent.entities[2].url == "https://a.b/?x=1&y"


async def test_lengths_are_counted_after_parsing(bot: telegram.Bot, ann: Person, photo: bytes) -> None:
    """4096 for a text, 1024 for a caption, tags not counted."""
    assert (await bot.send_message(ann.id, "<b>" + "好" * 4096 + "</b>", parse_mode="HTML")).text
    with pytest.raises(BadRequest, match="Message is too long"):
        await bot.send_message(ann.id, "好" * 4097)
    assert (await bot.send_photo(ann.id, photo, caption="好" * 1024)).caption
    with pytest.raises(BadRequest, match="Message caption is too long"):
        await bot.send_photo(ann.id, photo, caption="好" * 1025)


@pytest.mark.parametrize(
    ("keys", "why"),
    [
        (Keys([[Button("x", callback_data="好" * 22)]]), "Button_data_invalid"),
        (Keys([[Button("x", url="not a link")]]), "inline keyboard button url"),
        (Keys([[Button(" ", callback_data="x")]]), "non-empty string"),
        (Keys([[Button("x", callback_data="x", url="https://a.b")]]), "exactly one optional field"),
        (Keys([[Button("x")]]), "text buttons are unallowed"),
        (Keys([[Button("x", callback_data="x")] * 9]), "Reply markup is too long"),
        (Keys([[Button("x", callback_data="x")]] * 101), "Reply markup is too long"),
    ],
)
async def test_keyboards_have_a_shape(bot: telegram.Bot, ann: Person, keys: Keys, why: str) -> None:
    """64 bytes of data, words on every button, one thing it does, not too many."""
    with pytest.raises(BadRequest, match=f"(?i){why}"):
        await bot.send_message(ann.id, "?", reply_markup=keys)


async def test_64_bytes_of_data_fit(bot: telegram.Bot, ann: Person) -> None:
    """21 Chinese characters and one more letter are allowed."""
    await bot.send_message(ann.id, "?", reply_markup=Keys([[Button("x", callback_data="好" * 21 + "a")]]))
    assert ann.presses("x").id


@pytest.mark.parametrize("shape", ["{not json", "[1]", '{"inline_keyboard": {}}', '{"nothing": 1}'])
async def test_markup_that_is_none(telegram_shared: FakeTelegram, ann: Person, shape: str) -> None:
    """What is not a keyboard at all is refused."""
    answer = await _raw(telegram_shared, "sendMessage", chat_id=ann.id, text="?", reply_markup=shape)
    assert (answer["ok"], answer["error_code"]) == (False, 400)


async def test_an_edit_has_to_change_something(bot: telegram.Bot, ann: Person, film: bytes) -> None:
    """The same words, or the same film by its id, are unchanged; an upload is another film in its place."""
    sent = await bot.send_message(ann.id, "1/3")
    with pytest.raises(BadRequest, match="Message is not modified: specified new message content"):
        await bot.edit_message_text("1/3", ann.id, sent.message_id)
    item = InputMediaVideo(film, caption="好", width=180, height=320, duration=1)
    await bot.edit_message_media(item, ann.id, sent.message_id)
    edited = await bot.edit_message_media(item, ann.id, sent.message_id)
    assert isinstance(edited, telegram.Message)
    assert edited.video is not None
    known = InputMediaVideo(edited.video.file_id, caption="好")
    with pytest.raises(BadRequest, match="Message is not modified"):
        await bot.edit_message_media(known, ann.id, sent.message_id)
    assert [version.text for version in ann.chat.answers[0].history] == ["1/3", "好"]


async def test_an_edit_needs_its_message(bot: telegram.Bot, ann: Person, photo: bytes) -> None:
    """Gone, a person's own, or of another kind: each has its words."""
    with pytest.raises(BadRequest, match="Message to edit not found"):
        await bot.edit_message_text("x", ann.id, 999_999)
    with pytest.raises(BadRequest, match="Message can't be edited"):
        await bot.edit_message_text("x", ann.id, ann.says("mine").id)
    sent = await bot.send_photo(ann.id, photo)
    with pytest.raises(BadRequest, match="There is no text in the message to edit"):
        await bot.edit_message_text("x", ann.id, sent.message_id)
    words = await bot.send_message(ann.id, "x")
    with pytest.raises(BadRequest, match="There is no caption in the message to edit"):
        await bot.edit_message_caption(ann.id, words.message_id, caption="x")
    ann.deletes(ann.chat.messages[-1])
    with pytest.raises(BadRequest, match="Message to edit not found"):
        await bot.edit_message_text("y", ann.id, words.message_id)
    with pytest.raises(BadRequest, match="Message to delete not found"):
        await bot.delete_message(ann.id, words.message_id)


async def test_what_grew_old() -> None:
    """A press may be answered for seconds, a file fetched for an hour, a message deleted for two days."""
    now = [1_800_000_000.0]
    async with serving(limits=None, clock=lambda: now[0], query_seconds=15) as fake, client(fake) as bot:
        ann = fake.person()
        said = ann.sends_document(b"x" * 10, name="a.txt")
        sent = await bot.send_message(ann.id, "?", reply_markup=Keys([[Button("x", callback_data="x")]]))
        press, file = ann.presses("x"), await bot.get_file(said.media.file_id if said.media else "")
        now[0] += 16
        with pytest.raises(BadRequest, match="Query is too old and response timeout expired or query id"):
            await bot.answer_callback_query(press.id)
        assert len(await file.download_as_bytearray()) == 10
        now[0] += 3600
        with pytest.raises(InvalidToken):  # a 404 is that to the library
            await file.download_as_bytearray()
        now[0] += 48 * 3600
        with pytest.raises(BadRequest, match="Message can't be deleted for everyone"):
            await bot.delete_message(ann.id, sent.message_id)


async def test_who_may_be_written_to(bot: telegram.Bot, telegram_shared: FakeTelegram, ann: Person) -> None:
    """Nobody by that id, one who never started, one who blocked, one who left."""
    with pytest.raises(BadRequest, match="Chat not found"):
        await bot.send_message(1, "hi")
    with pytest.raises(Forbidden, match="bot can't initiate conversation with a user"):
        await bot.send_message(telegram_shared.person().id, "hi")
    ann.blocks()
    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        await bot.send_message(ann.id, "hi")
    ann.unblocks()
    assert await bot.send_message(ann.id, "hi")
    ann.vanishes()
    with pytest.raises(Forbidden, match="user is deactivated"):
        await bot.send_message(ann.id, "hi")


async def test_a_group_that_moved(bot: telegram.Bot, telegram_shared: FakeTelegram, ann: Person) -> None:
    """What goes to the old id is told the new one; throwing the bot out is a refusal of its own."""
    group = telegram_shared.group(members=[ann])
    old = group.id
    new = group.becomes_supergroup().id
    with pytest.raises(ChatMigrated) as moved:
        await bot.send_message(old, "hi")
    assert moved.value.new_chat_id == new == group.id
    assert (await bot.send_message(new, "hi")).chat.type == "supergroup"
    group.throws_out(ann)
    with pytest.raises(Forbidden, match="bot was kicked from the supergroup chat"):
        await bot.send_message(new, "hi")


async def test_voices_may_be_forbidden(bot: telegram.Bot, ann: Person, voice: bytes) -> None:
    """Whoever forbids voice notes still takes the sound as a file."""
    ann.forbids_voices()
    with pytest.raises(BadRequest, match="Voice_messages_forbidden"):
        await bot.send_voice(ann.id, voice)
    assert await bot.send_audio(ann.id, voice)


async def test_tokens_and_methods_that_are_none(telegram_shared: FakeTelegram) -> None:
    """A wrong token is 401, what is no token or no method 404; small and capital letters do not matter."""
    for token, code in (("424242:other", 401), ("nonsense", 404)):
        assert (await _raw(telegram_shared, "getMe", token=token))["error_code"] == code
        assert (await _raw(telegram_shared, "getMe", token=token))["ok"] is False
    async with client(telegram_shared, token="424242:other") as bot:
        with pytest.raises(InvalidToken):
            await bot.get_me()
    assert (await _raw(telegram_shared, "sendRichMessage"))["error_code"] == 404
    assert (await _raw(telegram_shared, "getme"))["ok"] is True


async def test_pictures_the_service_does_not_take(bot: telegram.Bot, ann: Person, film: bytes) -> None:
    """A photo is a picture of at most 10 MB, not too large and not too long; a thumbnail is a small JPEG."""
    for width, height in ((9000, 1001), (1000, 40)):
        with pytest.raises(BadRequest, match="Photo_invalid_dimensions"):
            await bot.send_photo(ann.id, picture(width, height, "PNG"))
    with pytest.raises(BadRequest, match="Image_process_failed"):
        await bot.send_photo(ann.id, film)
    with pytest.raises(BadRequest, match="Too big for a photo"):
        await bot.send_photo(ann.id, picture(9, 9) + bytes(10 * MEGABYTE))
    for small in (picture(321, 200), picture(90, 90, "PNG"), picture(90, 90) + bytes(200_000)):
        with pytest.raises(BadRequest, match="Wrong thumbnail"):
            await bot.send_video(ann.id, film, thumbnail=small)


async def test_sizes_have_an_end(bot: telegram.Bot, ann: Person) -> None:
    """More than 50 MB does not go up, more than 20 MiB does not come down."""
    with pytest.raises(NetworkError, match="Request Entity Too Large"):
        await bot.send_document(ann.id, bytes(52 * MEGABYTE), write_timeout=60, read_timeout=60)
    said = ann.sends_document(b"only said to be large", name="long.mp4", size=20 * MEGABYTE + 1)
    assert said.media is not None
    with pytest.raises(BadRequest, match="File is too big"):
        await bot.get_file(said.media.file_id)
    with pytest.raises(BadRequest, match="Invalid file_id"):
        await bot.get_file("nobody")


async def test_albums_have_rules(bot: telegram.Bot, ann: Person, photo: bytes) -> None:
    """Two to ten, documents only among themselves, no keyboard."""
    one = InputMediaPhoto(photo)
    for wrong in ((one,), (one,) * 11):
        with pytest.raises(BadRequest, match="2-10"):
            await bot.send_media_group(ann.id, wrong)
    with pytest.raises(BadRequest, match="together in an album"):
        await bot.send_media_group(ann.id, (one, InputMediaDocument(photo)))
    keys = Keys([[Button("x", callback_data="x")]])
    with pytest.raises(BadRequest, match="not allowed in an album"):
        await bot.send_media_group(ann.id, (one, one), api_kwargs={"reply_markup": keys.to_json()})
    assert not ann.chat.answers


async def test_references_have_to_lead_somewhere(telegram_shared: FakeTelegram, ann: Person) -> None:
    """A part that is not in the request, an address that cannot be reached."""
    for photo in ("attach://nothing", "https://example.invalid/cat.jpg", ""):
        answer = await _raw(telegram_shared, "sendPhoto", chat_id=ann.id, photo=photo)
        assert answer["error_code"] == 400, photo


async def test_voices_are_what_they_sound_like(bot: telegram.Bot, ann: Person) -> None:
    """Opus in Ogg, MP3 and M4A are voices; WAV is a document, and so is what is larger than 1 MB."""
    for form, codec in (("ogg", "libopus"), ("mp3", "libmp3lame"), ("ipod", "aac"), ("wav", "pcm_s16le")):
        await bot.send_voice(ann.id, sound(form, codec))
    assert [message.kind for message in ann.chat.answers] == ["voice", "voice", "voice", "document"]
    opus = Facts(form="ogg", sound="opus", seconds=300)
    assert (became("voice", opus, MEGABYTE), became("voice", opus, MEGABYTE + 1)) == ("voice", "document")


async def test_what_is_odd_about_a_film(bot: telegram.Bot, ann: Person) -> None:
    """A film told wrongly is taken, and what people will complain about is listed."""
    film = moving(180, 320, faststart=False)
    await bot.send_video(ann.id, film, width=320, height=320, duration=9)
    await bot.send_video(ann.id, film)
    told, silent = (_media(message.media).oddities for message in ann.chat.answers)
    assert told == (
        "shape told 320x320 is 180x320",
        "length told 9 is 1.0",
        "the index stands at the end",
        "neither cover nor thumbnail",
    )
    assert silent[:2] == ("no shape told", "no length told")


async def test_a_large_film_untold_is_a_square_tile(bot: telegram.Bot, ann: Person, film: bytes) -> None:
    """Above 10 MB nobody reads the shape off the file."""
    large = film + (11 * MEGABYTE).to_bytes(4, "big") + b"free" + bytes(11 * MEGABYTE - 8)
    sent = await bot.send_video(ann.id, large)
    assert sent.video is not None
    assert (sent.video.width, sent.video.height) == (320, 320)
    assert "a square tile: no shape told" in _media(ann.chat.answers[0].media).oddities


async def test_local_mode(tmp_path: Path, film: bytes) -> None:
    """An own server names paths on its disk, reads them, and sets no limit to what is fetched."""
    async with serving(limits=None, folder=tmp_path / "disk") as fake, client(fake) as bot:
        ann = fake.person()
        said = ann.sends_document(b"x", name="a.bin", size=30 * MEGABYTE)
        file = await bot.get_file(_media(said.media).file_id)
        path = tmp_path / "disk" / str(file.file_path).removeprefix(f"{tmp_path}/disk/")
        assert path.read_bytes() == b"x"
        (tmp_path / "film.mp4").write_bytes(film)
        answer = await _raw(fake, "sendVideo", chat_id=ann.id, video=f"file://{tmp_path}/film.mp4")
        assert (answer["ok"], ann.chat.answers[0].kind) == (True, "video")


def _media(media: Media | None) -> Media:
    assert media is not None
    return media


async def _raw(
    fake: FakeTelegram, method: str, *, token: str | None = None, **fields: object
) -> dict[str, Any]:
    """Call a method with JSON, as no library would."""
    async with httpx.AsyncClient(trust_env=False, verify=False) as http:
        answer = await http.post(
            f"{fake.url}/bot{token or fake.token}/{method}",
            content=json.dumps(fields),
            headers={"content-type": "application/json"},
        )
    found = answer.json()
    assert isinstance(found, dict)
    assert found["ok"] or found["error_code"] == answer.status_code
    return found
