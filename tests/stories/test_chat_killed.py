"""A whole chat over the page's own wire, the process killed ten times on the way, with the real crafts."""

import asyncio
import functools
import os
import random
import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from bot.messages import Outgoing
from tests.stories.hidden import half_hidden
from tests.stories.owner import Act, acts, films, percent
from tests.stories.website import Guest, Website, guest, kept, website

SEED = int(os.environ.get("PAWLOGUE_TEST_SEED", "11"))
_WHILE_TALKING = 6
# While the film is made: one cut somewhere in each of these parts of it, in percent.
_WHILE_MAKING = ((0, 4), (8, 20), (25, 45), (55, 80))
# Every sentence of the chat in its order: a second copy of one, or one that is missing, would show here.
_SAID = [
    *("talk.hello", "talk.ask_photo", "talk.looking", "look.unsure", "talk.ask_mouth", "talk.mouth_taken"),
    *("talk.ask_eye_left", "talk.ask_eye_right", "talk.eyes_taken", "talk.looking_again", "talk.preview"),
    *("talk.ask_theme", "talk.dialogue_taken", "talk.ask_voice", "talk.voice_taken", "talk.ask_person"),
    *("talk.person_taken", "talk.summary", "talk.making", "talk.film_ready"),
]
# Comes when it is ready, or not at all when a voice was chosen before.
_ASIDE = "talk.auditions"


@dataclass
class _Chat:
    """An owner who chats, and the plug that is pulled meanwhile."""

    site: Website
    who: Guest
    chance: random.Random
    cuts: int = 0
    sent: list[str] = field(default_factory=list)

    async def do(self, act: Act, *, cut: bool) -> None:
        """Do something; the plug may be pulled while it is sent, answered, or worked on."""
        await self.who.until(act.ready)
        after = self.chance.uniform(0, 3.0 if act.works else 0.1)
        pulled = asyncio.create_task(self.cut(after)) if cut else None
        self.sent.append(await act.do())
        if pulled:
            await pulled

    async def cut(self, after: float = 0.0) -> None:
        """Pull the plug and start again; what was on the page still is."""
        await asyncio.sleep(after)
        self.site.kill()
        before, looks = list(self.who.order), self.who.looks
        await self.site.start()
        self.cuts += 1
        await self.who.until(lambda: self.who.looks > looks)
        assert self.who.order[: len(before)] == before


@pytest.mark.usefixtures("small")
@pytest.mark.timeout(480)
async def test_killed_at_ten_moments_one_film_arrives(tmp_path: Path, thing: Callable[[str], Path]) -> None:
    """Whatever is cut off goes on by itself: no word is lost or said twice, no work paid twice, one film."""
    photo = half_hidden(thing("sample-photo"), tmp_path)
    thing("pet-detector"), thing("kokoro-model")
    with website(tmp_path / "site") as site:
        await site.start()
        async with guest(site.url) as who:
            chat = _Chat(site, who, random.Random(SEED))
            await _talk(chat, acts(who, photo))
            await _wait_for_the_film(chat)
        assert site.stop() == 0
    assert chat.cuts == 10
    assert "Traceback" not in site.log()
    _one_of_each(chat)


async def _talk(chat: _Chat, wanted: tuple[Act, ...]) -> None:
    cut = set(chat.chance.sample(range(len(wanted)), _WHILE_TALKING))
    for number, act in enumerate(wanted):
        await chat.do(act, cut=number in cut)


async def _wait_for_the_film(chat: _Chat) -> None:
    for least, most in _WHILE_MAKING:
        await chat.who.until(functools.partial(_so_far, chat.who, chat.chance.randint(least, most)))
        await chat.cut()
    await chat.who.until(lambda: films(chat.who))


def _so_far(who: Guest, wanted: int) -> bool:
    return percent(who) >= wanted


def _one_of_each(chat: _Chat) -> None:
    """What the rows tell when all is over."""
    file = kept(chat.site.folder)
    said = [
        Outgoing.model_validate_json(one) for (one,) in _rows(file, "payload FROM outbox ORDER BY number")
    ]
    assert [each.key for each in said if each.key != _ASIDE] == _SAID
    assert [each.kind for each in said].count("film") == 1
    came = [one for (one,) in _rows(file, "id FROM inbox WHERE id LIKE 'web:%' ORDER BY number")]
    assert [one.rpartition(":")[2] for one in came] == ["start", *chat.sent]
    assert _rows(file, "DISTINCT state FROM inbox") == [("done",)]
    assert _rows(file, "DISTINCT state FROM errands") == [("ended",)]
    ledger = Counter(_rows(file, "step, state FROM takes WHERE step <> 'audition'"))
    paid = ("draw", "speak_pet", "speak_person", "animate")
    assert ledger == {(step, "done"): 1 for step in paid}


def _rows(file: Path, what: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as rows:
        return rows.execute(f"SELECT {what}").fetchall()
