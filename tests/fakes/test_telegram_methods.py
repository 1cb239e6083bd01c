"""Each method once, by python-telegram-bot: what it is told, what the person sees."""

import pytest
import telegram
from telegram import BotCommand, InlineKeyboardButton, InlineKeyboardMarkup, InputMediaPhoto, InputMediaVideo
from telegram.error import BadRequest, InvalidToken

from tests.fakes.conftest import client, picture, sound
from tests.fakes.telegram import FakeTelegram, Media, Person, serving

KEYS = InlineKeyboardMarkup([[InlineKeyboardButton("就这个", callback_data="r1:pick:2")]])


async def test_it_is_somebody(bot: telegram.Bot, telegram_shared: FakeTelegram) -> None:
    """A bot starts by asking who it is."""
    me = await bot.get_me()
    assert (me.is_bot, me.username) == (True, telegram_shared.name)


async def test_words_are_shown_with_their_buttons(bot: telegram.Bot, ann: Person) -> None:
    """HTML becomes plain words with entities, buttons are there to be pressed."""
    sent = await bot.send_message(ann.id, "<b>好</b> &lt;3", parse_mode="HTML", reply_markup=KEYS)
    assert (sent.text, sent.entities[0].type) == ("好 <3", "bold")
    seen = ann.chat.last
    assert seen is not None
    assert (seen.text, seen.mine, [button.words for button in seen.buttons]) == ("好 <3", True, ["就这个"])


async def test_a_photo_comes_in_sizes(bot: telegram.Bot, ann: Person, photo: bytes) -> None:
    """The last size is the largest and can be downloaded."""
    sent = await bot.send_photo(ann.id, photo, caption="<i>咪</i>", parse_mode="HTML", reply_markup=KEYS)
    assert [(size.width, size.height) for size in sent.photo] == [(90, 68), (320, 240), (640, 480)]
    assert ann.chat.texts == ["咪"]
    file = await bot.get_file(sent.photo[-1].file_id)
    assert bytes(await file.download_as_bytearray()) == photo


async def test_a_film_is_looked_at(bot: telegram.Bot, ann: Person, film: bytes) -> None:
    """What was told about a film is compared with what it is."""
    small = picture(180, 320)
    sent = await bot.send_video(
        ann.id,
        film,
        width=180,
        height=320,
        duration=1,
        supports_streaming=True,
        thumbnail=small,
        cover=small,
    )
    assert sent.video is not None
    assert sent.video.cover is not None
    assert (sent.video.width, sent.video.height, len(sent.video.cover)) == (180, 320, 1)
    seen = ann.chat.last
    assert seen is not None
    assert seen.media is not None
    assert (seen.media.codec, seen.media.faststart, seen.media.streaming) == ("h264", True, True)
    assert not seen.media.oddities


async def test_each_kind_of_sound_and_file(bot: telegram.Bot, ann: Person, voice: bytes, film: bytes) -> None:
    """Voices, music, animations, round films and files come out as what they are."""
    await bot.send_voice(ann.id, voice, caption="妈妈")
    await bot.send_audio(ann.id, sound("mp3", "libmp3lame"), title="tone", performer="P", filename="a.mp3")
    await bot.send_document(ann.id, film, filename="pawlogue-1.mp4")
    await bot.send_animation(ann.id, film)
    await bot.send_video_note(ann.id, film)
    kinds = [message.kind for message in ann.chat.answers]
    assert kinds == ["voice", "audio", "document", "animation", "document"]
    assert ann.chat.answers[2].content["document"]["file_name"] == "pawlogue-1.mp4"


async def test_an_album_is_one(bot: telegram.Bot, ann: Person, photo: bytes, film: bytes) -> None:
    """Items of an album are joined by an id, the caption is on its item."""
    items = (InputMediaPhoto(photo, caption="一"), InputMediaVideo(film, width=180, height=320, duration=1))
    sent = await bot.send_media_group(ann.id, items)
    assert len({message.media_group_id for message in sent}) == 1
    assert [(m.kind, m.text) for m in ann.chat.answers] == [("photo", "一"), ("video", "")]
    assert ann.chat.answers[0].album == sent[0].media_group_id


async def test_a_file_known_is_sent_without_its_bytes(bot: telegram.Bot, ann: Person, film: bytes) -> None:
    """A file id is as good as an upload, for the same kind only."""
    sent = await bot.send_video(ann.id, film, width=180, height=320, duration=1)
    assert sent.video is not None
    again = await bot.send_video(ann.id, sent.video.file_id)
    assert again.video is not None
    assert again.video.file_unique_id == sent.video.file_unique_id
    assert not _last(ann).uploaded
    with pytest.raises(BadRequest, match="Can't use file of type video as photo"):
        await bot.send_photo(ann.id, sent.video.file_id)
    with pytest.raises(BadRequest, match="Wrong file identifier"):
        await bot.send_video(ann.id, "BAADnobody")


async def test_edits_keep_what_was(bot: telegram.Bot, ann: Person, film: bytes, photo: bytes) -> None:
    """One message goes from words to a film to another caption; its past is remembered."""
    sent = await bot.send_message(ann.id, "1/3", reply_markup=KEYS)
    await bot.edit_message_text("2/3", ann.id, sent.message_id)
    assert not ann.chat.messages[-1].buttons
    await bot.edit_message_media(InputMediaVideo(film, caption="好了"), ann.id, sent.message_id)
    await bot.edit_message_caption(ann.id, sent.message_id, caption="好了！")
    await bot.edit_message_reply_markup(ann.id, sent.message_id, reply_markup=KEYS)
    (seen,) = ann.chat.answers
    assert (seen.kind, seen.text, [button.words for button in seen.buttons]) == (
        "video",
        "好了！",
        ["就这个"],
    )
    assert [version.text for version in seen.history] == ["1/3", "2/3", "好了", "好了！"]


async def test_messages_go_and_get_reactions(
    bot: telegram.Bot, ann: Person, telegram_shared: FakeTelegram
) -> None:
    """A deleted message is gone; a reaction is seen on a person's message and can be taken back."""
    sent = await bot.send_message(ann.id, "oh")
    assert await bot.delete_message(ann.id, sent.message_id)
    assert not ann.chat.answers
    said = ann.says("hi")
    await bot.set_message_reaction(ann.id, said.id, "👀")
    me = telegram_shared.core.me["id"]
    assert said.reactions == {me: "👀"}
    await bot.set_message_reaction(ann.id, said.id)
    assert not said.reactions
    with pytest.raises(BadRequest, match="Reaction_invalid"):
        await bot.set_message_reaction(ann.id, said.id, "🧦")


async def test_a_press_is_answered(bot: telegram.Bot, ann: Person) -> None:
    """A press is found by the button's words and sees its answer."""
    await bot.send_message(ann.id, "?", reply_markup=KEYS)
    press = ann.presses("就这个")
    await bot.answer_callback_query(press.id, "不是你的", show_alert=True)
    assert await press.answered() == {"ok": True, "text": "不是你的", "show_alert": True}
    with pytest.raises(LookupError, match="就这个"):
        ann.presses("不在")


async def test_what_the_bot_is_seen_doing(bot: telegram.Bot, ann: Person) -> None:
    """Chat actions and drafts are seen, unknown actions refused."""
    await bot.send_chat_action(ann.id, "upload_video")
    await bot.send_message_draft(ann.id, 7, "写")
    assert ([action for _, action in ann.chat.actions], ann.chat.drafts) == (["upload_video"], ["写"])
    with pytest.raises(BadRequest):
        await bot.send_chat_action(ann.id, "dancing")


async def test_the_menu_and_what_the_bot_says_of_itself(bot: telegram.Bot) -> None:
    """Commands and descriptions are kept by language."""
    await bot.set_my_commands([BotCommand("new", "新片子")], language_code="zh")
    await bot.set_my_commands([BotCommand("new", "a new film")])
    assert [command.description for command in await bot.get_my_commands(language_code="zh")] == ["新片子"]
    await bot.set_my_description("宠物说话", language_code="zh")
    await bot.set_my_short_description("talking pets")
    assert (await bot.get_my_description("zh")).description == "宠物说话"
    assert (await bot.get_my_short_description()).short_description == "talking pets"
    with pytest.raises(BadRequest, match="Bot_command_invalid"):
        await bot.set_my_commands([BotCommand("New-Film", "no")])


async def test_moving_to_another_server() -> None:
    """A bot that logged out is let in no more; one with a webhook cannot close."""
    async with serving() as fake, client(fake) as bot:
        await bot.set_webhook("http://127.0.0.1:9/x")
        with pytest.raises(BadRequest, match="webhook must be deleted first"):
            await bot.close()
        await bot.delete_webhook()
        assert await bot.close()
        assert await bot.log_out()
        with pytest.raises(InvalidToken):
            await bot.get_me()


async def test_a_chat_can_be_looked_up(bot: telegram.Bot, ann: Person) -> None:
    """A chat's card tells who forbids voices; a member's tells whether they are there."""
    ann.forbids_voices()
    chat = await bot.get_chat(ann.id)
    assert (chat.type, chat.has_restricted_voice_and_video_messages) == ("private", True)
    assert (await bot.get_chat_member(ann.id, ann.id)).status == "member"


async def test_replies_point_at_a_message(bot: telegram.Bot, ann: Person) -> None:
    """A reply needs its message, unless told otherwise."""
    said = ann.says("这句")
    sent = await bot.send_message(ann.id, "嗯", reply_to_message_id=said.id)
    assert sent.reply_to_message is not None
    assert sent.reply_to_message.message_id == said.id
    with pytest.raises(BadRequest, match="Message to be replied not found"):
        await bot.send_message(ann.id, "嗯", reply_to_message_id=999_999)
    sent = await bot.send_message(ann.id, "嗯", reply_to_message_id=999_999, allow_sending_without_reply=True)
    assert sent.reply_to_message is None


def _last(person: Person) -> Media:
    message = person.chat.last
    assert message is not None
    assert message.media is not None
    return message.media
