"""The way out: every kind of message as people see it on Telegram, over real HTTP."""

from pathlib import Path

import pytest

from bot.channels.telegram import menu
from bot.channels.telegram.parts import place
from bot.messages import Outgoing
from bot.tidings import Tiding
from pipeline.ports.errors import Busy
from storage.model import Address, Stride
from tests.bot.talks.told import stage_for, transcripts
from tests.bot.telegram.out_house import button, delivering, desk, films, kinds, said, words

_LONG = "\n".join(f"{number}. 🐾 长大后要不要养妈妈？<b>要</b> & 要" for number in range(300))


async def test_words_arrive_as_they_are(tmp_path: Path) -> None:
    """What people type may look like markup; it is shown letter by letter, with the button beneath."""
    async with desk(tmp_path) as each:
        receipt = await each.write(said("<b>a</b> & </i> 🐾 _x_ [l](tg://x)", buttons=button("1:go:")))
        (message,) = each.chat.answers
    assert message.text == "<b>a</b> & </i> 🐾 _x_ [l](tg://x)"
    assert [(one.words, one.data) for one in message.buttons] == [("Yes", "1:go:")]
    assert place(receipt) == (each.chat.id, message.id)


async def test_long_words_are_cut_at_lines(tmp_path: Path) -> None:
    """A dialogue longer than a message loses nothing, and its buttons are under the last piece only."""
    async with desk(tmp_path) as each:
        await each.send(said(_LONG, buttons=button("1:go:")))
        async with delivering(each):
            assert await each.until_done() == [("sent", None)]
        messages = each.chat.answers
        row = await each.house.studio.db.read("SELECT receipt FROM outbox")
    assert len(messages) > 1
    assert "\n".join(message.text for message in messages) == _LONG
    assert [bool(message.buttons) for message in messages] == [False] * (len(messages) - 1) + [True]
    assert place(row[0]["receipt"]) == (each.chat.id, messages[-1].id)


async def test_half_sent_words_go_on_where_they_stopped(tmp_path: Path) -> None:
    """When the second piece meets trouble the first is not said twice."""
    async with desk(tmp_path) as each:
        each.fake.faults.next("sendMessage", "drop_before", nth=2)
        await each.send(said(_LONG))
        async with delivering(each, sleep=_at_once):
            assert await each.until_done() == [("sent", None)]
        assert "\n".join(message.text for message in each.chat.answers) == _LONG
        assert not each.fake.stats.doubles


async def _at_once(_: float) -> None:
    """No time passes."""


async def test_one_turn_is_read_in_one_go(tmp_path: Path) -> None:
    """The sentences of one turn are one message with the question's buttons; another turn is another."""
    async with desk(tmp_path) as each:
        await each.send(
            said("Taken.", "t1"), said("What next?", "t1", buttons=button("1:go:")), said("Fine.", "t2")
        )
        async with delivering(each):
            assert await each.until_done() == [("sent", None)] * 3
        rows = await each.house.studio.db.read("SELECT receipt FROM outbox ORDER BY number")
        assert each.chat.texts == ["Taken.\n\nWhat next?", "Fine."]
        assert len(each.chat.answers[0].buttons) == 1
    assert rows[0]["receipt"] == rows[1]["receipt"] != rows[2]["receipt"]


async def test_pictures(tmp_path: Path) -> None:
    """One picture has its words and buttons; several are an album with numbers, and then the words."""
    async with desk(tmp_path) as each:
        one = await each.picture(1)
        some = [await each.picture(shade) for shade in (2, 3, 4)]
        await each.write(said("Look", kind="pictures", assets=[one], buttons=button("1:keep:frame")))
        await each.write(said("Which?", kind="pictures", assets=some, buttons=button("1:pick:1", "1")))
        first, *album, last = each.chat.answers
    assert (first.kind, first.text, len(first.buttons)) == ("photo", "Look", 1)
    assert [(each.kind, each.text) for each in album] == [("photo", "1"), ("photo", "2"), ("photo", "3")]
    assert len({each.album for each in album}) == 1
    assert (last.kind, last.text, last.buttons[0].words) == ("text", "Which?", "1")


async def test_a_picture_that_telegram_cannot_show_is_a_file(tmp_path: Path) -> None:
    """A strip of a picture arrives all the same."""
    async with desk(tmp_path) as each:
        strip = await each.picture(1, (30, 900))
        await each.write(said("Look", kind="pictures", assets=[strip], buttons=button("1:keep:frame")))
        (message,) = each.chat.answers
    assert (message.kind, message.text, len(message.buttons)) == ("document", "Look", 1)


async def test_voices_are_voice_notes(tmp_path: Path) -> None:
    """Sounds arrive as voice notes under their names, words above the first; again they cost nothing."""
    async with desk(tmp_path) as each:
        assets = [await each.voice(tmp_path, 220), await each.voice(tmp_path, 330)]
        message = said("Voices:", kind="voices", assets=assets, labels=["voice.doubao", "voice.hanhan"])
        await each.write(message)
        uploads = each.fake.stats.uploads
        await each.write(message.model_copy(update={"id": "c:again:1"}))
        notes = each.chat.answers
        assert (uploads, each.fake.stats.uploads) == (2, 2)
    names = [words("voice.doubao", {}), words("voice.hanhan", {})]
    assert [note.kind for note in notes] == ["voice"] * 4
    assert [note.text for note in notes[:2]] == [f"Voices:\n{names[0]}", names[1]]
    assert all(note.media and note.media.sound == "opus" for note in notes)


async def test_who_takes_no_voice_notes_hears_them_all_the_same(tmp_path: Path) -> None:
    """They get pieces of music instead, and are asked only once."""
    async with desk(tmp_path) as each:
        each.ann.forbids_voices()
        assets = [await each.voice(tmp_path, 220), await each.voice(tmp_path, 330)]
        for turn in ("a", "b"):
            await each.write(said("", turn, kind="voices", assets=assets, labels=["voice.doubao", ""]))
        assert kinds(each.chat) == ["audio"] * 4
        assert each.fake.stats.calls["sendVoice"] == 1
        audio = each.chat.answers[0].media
        assert audio is not None
        assert not audio.oddities


async def test_the_film_takes_the_place_of_its_progress(tmp_path: Path) -> None:
    """One message goes from words to film: right shape, small picture, cover; and a line says it is there."""
    async with desk(tmp_path) as each:
        film, cover = await each.film(tmp_path)
        earlier = await each.write(said("Working", kind="progress", making="m"))
        message = said("Hook\n#tag", kind="film", assets=[film, cover], key="talk.film_again", replaces="x")
        receipt = await each.write(message, earlier)
        shown, note = each.chat.answers
    assert (shown.kind, note.text) == ("video", words("telegram.film_there", {}))
    assert note.reply_to is shown
    assert shown.text == f"{words('talk.film_again', {})}\nHook\n#tag"
    (code,) = shown.content["caption_entities"]
    assert (code["type"], code["length"]) == ("code", len("Hook\n#tag"))
    media = shown.media
    assert media is not None
    assert (media.width, media.height, media.faststart, media.streaming) == (90, 160, True, True)
    assert (media.told["width"], media.told["height"], media.told["duration"]) == (90, 160, 1)
    assert media.thumbnail
    assert media.cover
    assert not media.oddities
    assert receipt.partition(",")[0] == earlier


async def test_a_film_shown_again_is_not_sent_again(tmp_path: Path) -> None:
    """From the list of films it comes at once, by its name, in a message of its own."""
    async with desk(tmp_path) as each:
        film, cover = await each.film(tmp_path)
        await each.write(said("Hook", kind="film", assets=[film, cover]))
        uploads = each.fake.stats.uploads
        await each.write(said("Hook", kind="film", assets=[film, cover]))
        assert len(films(each.chat)) == len(each.chat.answers) == 2
        assert each.fake.stats.uploads == uploads


async def test_a_film_over_the_limit_is_made_to_fit(tmp_path: Path) -> None:
    """It is encoded anew, never refused; the file on request as well."""
    async with desk(tmp_path, most_bytes=60_000) as each:
        film, cover = await each.film(tmp_path)
        assert (tmp_path / "film.mp4").stat().st_size > 100_000
        await each.write(said("Hook", kind="film", assets=[film, cover]))
        document = Outgoing.model_construct(
            **{**said("File").model_dump(), "kind": "document", "assets": (film,)}
        )
        await each.write(document)
        shown, file = each.chat.answers
    assert shown.media
    assert shown.media.size <= 60_000
    assert (shown.media.width, shown.media.height) == (90, 160)
    assert file.media
    assert file.kind == "document"
    assert file.media.size <= 60_000
    assert (file.media.name or "").startswith("pawlogue-")
    assert (file.media.name or "").endswith(".mp4")


async def test_a_file_has_the_name_it_is_given(tmp_path: Path) -> None:
    """What is saved is found again by its title; a name never leads out of its folder."""
    async with desk(tmp_path) as each:
        film, _ = await each.film(tmp_path)
        for turn, name in (("a", "长大后要不要养妈妈.mp4"), ("b", "../../up.mp4")):
            parts = {
                **said("File", turn).model_dump(),
                "kind": "document",
                "assets": (film,),
                "labels": (name,),
            }
            await each.write(Outgoing.model_construct(**parts))
            await each.house.studio.db.write("DELETE FROM uploads")
        names = [message.media.name for message in each.chat.answers if message.media]
        whole = (tmp_path / "film.mp4").read_bytes()
        assert names == ["长大后要不要养妈妈.mp4", "up.mp4"]
        assert all(message.media and message.media.content == whole for message in each.chat.answers)


async def test_progress_is_told_in_steps(tmp_path: Path) -> None:
    """A bar, steps, the time left; unchanged it is left alone, too soon left out, its end arrives."""
    looked = Stride(making="m", step="look", state="done")
    steps = (looked, Stride(making="m", step="animate", state="running", fraction=0.5))
    half = Tiding(steps=steps, fraction=0.4, left=33.0, ended=False)
    async with desk(tmp_path) as each:
        message = said("Working", kind="progress", making="m", buttons=button("1:cancel:"))
        receipt = await each.write(message)
        for _ in range(2):
            await each.post.tell(each.address, receipt, message, half, words)
        with pytest.raises(Busy):
            await each.post.tell(
                each.address, receipt, message, half.model_copy(update={"left": 20.0}), words
            )
        assert each.fake.stats.calls["editMessageText"] == 1
        (shown,) = each.chat.answers
        lines = shown.text.split("\n\n")
        assert lines[:2] == ["Working", "▓▓▓▓░░░░░░ 40%"]
        assert lines[2].split("\n") == [f"✓ {words('step.look', {})}", f"▸ {words('step.animate', {})} 50%"]
        assert lines[3] == words("page.left", {"seconds": "35"})
        await each.post.tell(each.address, receipt, message, half.model_copy(update={"ended": True}), words)
        assert "▓" not in shown.text
        assert not shown.buttons


async def test_in_a_group_the_one_who_is_asked_is_named(tmp_path: Path) -> None:
    """A question says whom it is for; a plain sentence does not."""
    async with desk(tmp_path) as each:
        group = each.fake.group(members=[each.ann])
        to = Address(channel="telegram", id=f"{group.id}:{each.ann.id}")
        await each.write(said("Fine."), to=to)
        await each.write(said("What next?", buttons=button("1:go:")), to=to)
        plain, asked = group.chat.answers
    assert plain.text == "Fine."
    name, _, rest = asked.text.partition("\n")
    assert (name, rest) == ("Ann", "What next?")
    (mention,) = asked.content["entities"]
    assert (mention["type"], mention["user"]["id"]) == ("text_mention", each.ann.id)


async def test_nobody_is_asked_to_tap_on_a_picture(tmp_path: Path) -> None:
    """On Telegram a place is told by its number: what says "tap" elsewhere says so here."""
    async with desk(tmp_path) as each:
        for key in ("talk.ask_mouth", "talk.ask_eye_left", "talk.preview", "look.unsure", "look.no_pet"):
            await each.write(said("", key=key, fields={"species": "a cat"}))
        assert len(each.chat.texts) == 5
        assert not [text for text in each.chat.texts if "tap" in text]


async def test_the_menu_is_offered_in_both_languages(tmp_path: Path) -> None:
    """Commands and descriptions are there before anybody says anything."""
    async with desk(tmp_path) as each:
        for _ in range(2):
            await menu.offer(each.bot)
        calls = each.fake.stats.calls
        assert calls["setMyCommands"] == calls["setMyDescription"] == calls["setMyShortDescription"] == 4
        default, chinese = (
            await each.bot.get_my_commands(),
            await each.bot.get_my_commands(language_code="zh"),
        )
    assert [one.command for one in default] == list(menu.COMMANDS) == [one.command for one in chinese]
    assert default[0].description != chinese[0].description


def test_values_of_buttons_fit() -> None:
    """Telegram takes 64 bytes a button; with a round of nine digits every one there is stays below."""
    values = set()
    for transcript in transcripts():
        head, *rows = transcript.read_text("utf-8").splitlines()
        stage = stage_for(head)
        for row in rows:
            if row.startswith("> "):
                stage.play(row[2:].strip())
        shown = (one for message in stage.said for line in message.buttons for one in line)
        values |= {one.value.partition(":")[2] for one in shown}
    assert len(values) > 40
    assert max(len(f"999999999:{value}".encode()) for value in values) <= 64
