"""An order in doubt, through the real conversation, engine and rows: nothing is paid twice unasked."""

import asyncio
import contextlib
from pathlib import Path

from bot.messages import Incoming, Outgoing
from bot.talk import turn
from pipeline.ports.errors import Unsure
from storage import chats, history, takes
from tests.bot.house import ANNA, House, opened
from tests.pipeline.house import Writer

_BEGUN = ["talk.hello_short", "talk.theme_taken", "talk.ask_photo", "take.unsure", "talk.ask_doubt"]


async def test_only_the_button_orders_once_more(tmp_path: Path) -> None:
    """A lost answer is told with its money; words change nothing, and a button pressed thrice pays once."""
    writer = Writer(Unsure("http.no_answer"))
    async with opened(tmp_path, writer, turn=turn) as house:
        await house.say("长大后要不要养妈妈")
        assert await house.until_heard(_BEGUN) == _BEGUN
        sorry, question = (await _said(house))[-2:]
        assert (sorry.fields["vendor"], sorry.fields["money"]) == ("paid", "¥0.50")
        await house.say("继续")
        heard = [*_BEGUN, "talk.unclear", "talk.ask_doubt"]
        assert await house.until_heard(heard) == heard
        assert writer.bills == 0
        again = next(each.value for row in question.buttons for each in row if each.key == "talk.b_pay_again")
        for number in range(3):
            press = Incoming(id=f"press-{number}", address=ANNA, at=1.0, kind="press", press=again)
            await house.reception.receive(press)
        heard += ["talk.ask_photo", *["talk.stale", "talk.ask_photo"] * 2]
        assert await house.until_heard(heard) == heard
        async with asyncio.timeout(15):
            while (states := await _states(house)) != ["done", "unsure"]:
                with house.changes.listening(ANNA) as news, contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(news.wait(), 0.2)
    assert (states, writer.bills) == (["done", "unsure"], 1)


async def _said(house: House) -> list[Outgoing]:
    entries = await history.said(house.studio.db, ANNA)
    return [Outgoing.model_validate_json(each.payload) for each in entries if not each.theirs]


async def _states(house: House) -> list[str]:
    chat = await chats.get(house.studio.db, ANNA)
    return sorted(take.state for take in await takes.of(house.studio.db, chat.project)) if chat else []
