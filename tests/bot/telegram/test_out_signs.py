"""Signs of life: seen while something is being made, given to nobody who is to be left alone."""

import asyncio
from pathlib import Path

from bot.channels.telegram.pace import Pace
from bot.channels.telegram.signs import Signs, sign
from storage import errands
from storage.errands import Errand
from storage.model import Address
from tests.bot.telegram.out_house import Desk, Time, desk, said


async def _asks(each: Desk, recipe: str, to: Address, now: float) -> None:
    errand = Errand(making=f"{to.id}:{recipe}", address=await each.begin(to), recipe=recipe, args=("p",))
    async with each.house.studio.db.writing() as conn:
        await errands.add_within(conn, (errand,), now)


async def test_who_waits_for_a_short_making_sees_it(tmp_path: Path) -> None:
    """Writing and speaking have their signs; a film has its own message; what is old or elsewhere none."""
    async with desk(tmp_path) as each:
        bert, carl, dora = (each.fake.person(name=name) for name in ("Bert", "Carl", "Dora"))
        people = [each.ann, bert, carl, dora]
        for person in people:
            person.starts()
        recipes = ["propose_scripts", "prepare_voice", "make_film", "prepare_frame"]
        for person, recipe in zip(people, recipes, strict=True):
            began = 10.0 if person is dora else 900.0
            await _asks(each, recipe, Address(channel="telegram", id=f"{person.id}"), began)
        await _asks(each, "propose_scripts", Address(channel="web", id="9"), 900.0)
        await Signs(each.bot, Pace(), each.house.studio.db, lambda: 901.0).look()
        seen = [[action for _, action in person.chat.actions] for person in people]
        assert seen == [["typing"], ["record_voice"], [], []]
        assert each.fake.stats.calls["sendChatAction"] == 2


async def test_signs_are_given_as_long_as_we_run(tmp_path: Path) -> None:
    """Every four seconds, because Telegram shows one for five; a chat that is shut gets none."""
    pace = Pace()
    async with Time.passing() as time, desk(tmp_path) as each:
        await _asks(each, "propose_scripts", each.address, time())
        running = asyncio.create_task(Signs(each.bot, pace, each.house.studio.db, time, time.sleep).run())
        await each.chat.until(lambda chat: len(chat.actions) >= 3 or None)
        pace.shut(each.chat.id, 60.0)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        given = len(each.chat.actions)
        await Signs(each.bot, pace, each.house.studio.db, time).look()
        assert len(each.chat.actions) == given


async def test_what_is_asked_of_a_sign_holds_for_words(tmp_path: Path) -> None:
    """A chat that wants no sign for a while gets no words either, until then."""
    pace = Pace()
    async with desk(tmp_path) as each:
        each.fake.faults.next("sendChatAction", "flood", seconds=30)
        await sign(each.bot, pace, each.chat.id, "typing")
        assert not pace.open(each.chat.id)
        assert pace.open(each.chat.id + 1)


async def test_an_upload_is_seen_coming(tmp_path: Path) -> None:
    """While voices, pictures and films are on their way the chat says so."""
    async with desk(tmp_path) as each:
        film, cover = await each.film(tmp_path)
        await each.write(said("", kind="voices", assets=[await each.voice(tmp_path)]))
        await each.write(said("Hook", kind="film", assets=[film, cover]))
        assert {action for _, action in each.chat.actions} >= {"upload_voice", "upload_video"}
