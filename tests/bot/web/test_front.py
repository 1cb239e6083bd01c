"""The page in front of the real reception: rows in, bubbles out; and how what was said becomes bubbles."""

import json
from pathlib import Path

import httpx

from bot.channels.web.desk import Chat, Entry
from bot.channels.web.front import Front
from bot.channels.web.guard import Rules
from bot.channels.web.server import Door
from bot.channels.web.shown import Bubble, bubbles
from bot.messages import Button, Incoming, Outgoing
from bot.talk import turn
from bot.texts import say
from bot.tidings import Tidings
from storage.model import Address
from tests.bot.house import opened
from tests.bot.web.conftest import OURS
from tests.bot.web.conftest import opened as served

ANNA = Address(channel="web", id="anna")
BERT = Address(channel="web", id="bert")


def _asked(number: int, *values: str) -> Entry:
    buttons = tuple(Button(value=value, key=value) for value in values)
    return Entry(at=1.0, outgoing=Outgoing(id=f"c:{number}:1", key="theme.missing", buttons=(buttons,)))


def _pressed(value: str) -> Entry:
    return Entry(at=1.0, incoming=Incoming(id=f"i{value}", address=ANNA, at=1.0, kind="press", press=value))


def _shown(*entries: Entry) -> list[Bubble]:
    return [each for each in bubbles(Chat(entries=entries), {}, "en") if each["side"] == "bot"]


def test_a_question_asked_again_is_not_yet_answered() -> None:
    """The same buttons twice: the first are pressed, the second are open."""
    first, second = _shown(_asked(1, "1:a", "1:b"), _pressed("1:a"), _asked(2, "1:a", "1:b"))
    assert [first["live"], second["live"]] == [False, True]
    assert [_marks(first), _marks(second)] == [[True, False], [False, False]]


def test_a_press_we_stumbled_over_can_be_pressed_again() -> None:
    """A mistake of ours does not leave a person with buttons that do nothing."""
    sorry = Entry(at=1.0, outgoing=Outgoing(id="aside:3", key="reception.stumbled"))
    question, _ = _shown(_asked(1, "1:a"), _pressed("1:a"), sorry)
    assert question["live"]


def test_what_was_replaced_is_not_shown() -> None:
    """Progress that was shown again further down is there once."""
    old = Outgoing(id="c:1:1", kind="progress", making="m")
    new = Outgoing(id="c:2:1", kind="progress", making="m", replaces="c:1:1")
    shown = _shown(Entry(at=1.0, outgoing=old), Entry(at=2.0, outgoing=new))
    assert [each["id"] for each in shown] == ["c:2:1"]


def _marks(bubble: Bubble) -> list[bool]:
    (row,) = json.loads(json.dumps(bubble["buttons"]))
    return [button["pressed"] for button in row]


async def test_a_file_is_lent_to_its_owner_alone(tmp_path: Path, shown: dict[str, Path]) -> None:
    """Whose project a file belongs to decides; nothing else about it does."""
    async with opened(tmp_path, turn=turn) as house:
        tidings = Tidings(house.studio, house.engine)
        front = Front(house.studio, house.reception, house.changes, tidings)
        await front.receive(Incoming(id="1", address=ANNA, at=1.0, kind="start"))
        await front.receive(Incoming(id="2", address=BERT, at=1.0, kind="start"))
        file = await front.keep(ANNA, shown["picture"], "pet.png")
        async with front.lend(ANNA, file.asset) as mine, front.lend(BERT, file.asset) as theirs:
            assert mine is not None
            assert mine.media_type == "image/png"
            assert theirs is None
        async with front.lend(ANNA, "nothing") as nothing:
            assert nothing is None
        assert (await front.tiding("nothing")).ended


async def test_the_page_opens_a_chat_and_goes_on_after_a_restart(tmp_path: Path) -> None:
    """The greeting is the conversation's own; another process shows the same chat to the same cookie."""
    cookies = httpx.Cookies()
    seen = []
    for _ in range(2):
        async with opened(tmp_path, turn=turn) as house:
            front = Front(house.studio, house.reception, house.changes, Tidings(house.studio, house.engine))
            async with (
                served(Door(front, Rules("127.0.0.1"), house.studio.scratch)) as url,
                httpx.AsyncClient(base_url=url, headers=OURS, cookies=cookies) as client,
            ):
                await client.get("/")
                seen.append(await _greeting(client))
                cookies = client.cookies
    assert seen[0] == seen[1]
    assert seen[0][0]["text"] == say("talk.hello", "en")


async def _greeting(client: httpx.AsyncClient) -> list[Bubble]:
    async with client.stream("GET", "/chat/events") as answer:
        found: dict[str, Bubble] = {}
        async for line in answer.aiter_lines():
            if line.startswith("data: "):
                news = json.loads(line[6:])
                found |= {each["id"]: each for each in news["bubbles"]}
                if len(found) >= 2 and not news["typing"]:
                    return list(found.values())
    raise AssertionError("no greeting")
