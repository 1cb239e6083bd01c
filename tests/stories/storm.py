"""A crash storm: people who chat up to a film on hosted vendors, and a plug that is pulled at random moments.

The vendors stand in this process and outlive every life of the bot; their bills are what the bot's ledger is
held against when all is over.
"""

import asyncio
import contextlib
import random
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image

from bot.messages import Outgoing
from tests.fakes.voices import sample
from tests.stories.owner import DIALOGUE, films, percent
from tests.stories.vendors import Bills, Pace, vendors
from tests.stories.website import Guest, Website, guest, kept, website

_PACE = Pace(text=0.15, image=0.2, clone=0.2, speech=0.15, performance=0.4)
_FASTER = 30.0  # the bot's own clock: a submit that was cut off is over two minutes later
_AFTER = 0.6  # seconds at most from a step of somebody's to the plug
_LOOK_SECONDS = 0.02
_AT_ONCE = 3  # people who are served at the same time
_STEPS = 16  # of a person's way: eight answers, and eight parts of the film
_PATIENCE = 12  # doubts and failures that one person puts up with
# What a person is asked on the way to a film: each once, whatever happens.
_QUESTIONS = frozenset({
    "talk.ask_photo", "talk.ask_mouth", "talk.ask_theme", "talk.ask_frame_paid", "talk.ask_frame_pick",
    "talk.ask_voice", "talk.ask_consent", "talk.ask_preview", "talk.ask_person", "talk.summary_paid",
})  # fmt: skip


@dataclass(frozen=True)
class Damage:
    """What a storm left: all but the first three should be nothing.

    `doubts`: takes that nobody but a person could decide, each pressed on for once. `paid_twice`: charges
    without a take of their own. `off`: how far the ledger is from the bills, in the worst account, doubts
    aside. `asked_again`: questions with an answer. `films`: people with exactly one.
    """

    films: int
    kills: int
    doubts: int
    retries: int
    paid_twice: int
    off: float
    asked_again: tuple[str, ...]
    loose: int
    seconds: float
    log: str


@dataclass
class Person:
    """Somebody who answers what is asked, and never the same question twice."""

    who: Guest
    photo: Path
    voice: Path
    draws: bool
    answered: set[str] = field(default_factory=set)
    doubts: int = 0
    retries: int = 0

    def steps(self) -> int:
        """How far they are on their way."""
        if films(self.who):
            return _STEPS
        return min(len(self.answered), _STEPS // 2) + max(0, percent(self.who)) * _STEPS // 2 // 100

    async def chat(self, until: Callable[[], object] | None = None) -> None:
        """Go on until the film is there, or something else is."""
        ended = until or (lambda: films(self.who))
        while not ended():
            await self.who.until(lambda: ended() or self._wanted(), 240)
            if not ended() and (act := self._wanted()):
                await act()

    def _wanted(self) -> Callable[[], Awaitable[Any]] | None:
        """What is to be done now."""
        offered = self.who.open_buttons()
        for what, value in offered.items():
            if value in self.answered:
                continue
            if what.startswith(("pay_again:", "retry:")):
                return lambda value=value, what=what: self._insist(value, what)  # type: ignore[misc]  # bound now
            if what in self._pressed(offered):
                return lambda value=value: self._answer(value, self.who.press(value))  # type: ignore[misc]
        if self.who.page and "photo" not in self.answered:
            return lambda: self._answer("photo", self.who.send(self.photo))
        if "theme:raise-mom" in offered and "theme" not in self.answered:
            return lambda: self._answer("theme", self.who.say(DIALOGUE))
        if "voice:naitang" in offered and "voice" not in self.answered:
            return lambda: self._answer("voice", self.who.send(self.voice))
        return None

    def _pressed(self, offered: Collection[str]) -> tuple[str, ...]:
        """What they press of that."""
        draws = ("draw:",) if self.draws and "picture:1" not in offered else ()
        keeps = () if self.draws else ("keep_photo:",)
        return (*draws, *keeps, *_PRESSED)

    async def _insist(self, value: str, what: str) -> None:
        self.doubts += what.startswith("pay_again:")
        self.retries += what.startswith("retry:")
        assert self.retries + self.doubts < _PATIENCE, f"{what} again: {self.who.page[-3:]}"
        await self._answer(value, self.who.press(value))

    async def _answer(self, what: str, doing: Awaitable[Any]) -> None:
        self.answered.add(what)
        await doing


_PRESSED = ("picture:1", "may:", "use_voice:", "person:mama", "narrate:", "go:")
_DOUBTFUL = {"unsure", "sending"}  # a plug may be pulled on what nobody asks for again
_DRAWS = 3  # every third person wants new pictures


@dataclass
class _Plug:
    """Pulled at random moments of everybody's way: some way along, and a random while after."""

    site: Website
    chance: random.Random
    people: list[Person] = field(default_factory=list)
    kills: int = 0

    async def storm(self, kills: int, people: int) -> None:
        """Pull it so often while so many people come along."""
        for moment in sorted(self.chance.choices(range(people * _STEPS), k=kills)):
            while sum(each.steps() for each in self.people) < moment:  # noqa: ASYNC110  many pages, one look
                await asyncio.sleep(_LOOK_SECONDS)
            await asyncio.sleep(self.chance.uniform(0.0, _AFTER))
            self.site.kill()
            await self.site.start()
            self.kills += 1


async def storm(folder: Path, films: int, kills: int, seed: int) -> Damage:
    """Let so many people have a film each while the plug is pulled so often; return what came of it."""
    begun = time.monotonic()
    with vendors(_PACE) as fakes, _site(folder, fakes.settings) as site:
        await site.start()
        plug = _Plug(site, random.Random(seed))
        async with asyncio.TaskGroup() as group:
            group.create_task(plug.storm(kills, films))
            seats = asyncio.Semaphore(_AT_ONCE)
            for number in range(films):
                group.create_task(_served(folder, plug, number, seats))
        site.kill()
        bills, log = fakes.bills(), site.log()
    rows = _Rows(kept(site.folder))
    return Damage(
        films=rows.films(),
        kills=plug.kills,
        doubts=sum(each.doubts for each in plug.people),
        retries=sum(each.retries for each in plug.people),
        paid_twice=rows.against(bills)[0],
        off=rows.against(bills)[1],
        asked_again=rows.asked_again(),
        loose=rows.loose(),
        seconds=time.monotonic() - begun,
        log=log,
    )


@contextlib.contextmanager
def _site(folder: Path, settings: Any) -> Iterator[Website]:  # noqa: ANN401
    program = [sys.executable, "-m", "tests.stories.small_site", str(time.time()), str(_FASTER)]
    reachable = {**settings, "PUBLIC_BASE_URL": "{url}"}
    with website(folder / "site", program=program, **reachable) as site:
        yield site


async def _served(folder: Path, plug: _Plug, number: int, seats: asyncio.Semaphore) -> None:
    """One person's whole chat, when it is their turn."""
    async with seats, guest(plug.site.url) as who:
        photo = folder / f"pet-{number}.jpg"
        Image.new("RGB", (300, 400), (200, 150, number * 12 % 256)).save(photo)
        person = Person(who, photo, sample(folder / f"voice-{number}.wav"), draws=number % _DRAWS == 0)
        plug.people.append(person)
        await person.chat()


class _Rows:
    """What the bot's own rows tell when all is over."""

    def __init__(self, file: Path) -> None:
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as rows:
            self._said = rows.execute("SELECT person, payload FROM outbox ORDER BY number").fetchall()
            self._takes = rows.execute("SELECT vendor, currency, state, cost FROM takes").fetchall()
            self._loose = rows.execute("SELECT COUNT(*) FROM errands WHERE state <> 'ended'").fetchone()[0]

    def films(self) -> int:
        """How many people have exactly one film."""
        found = Counter(who for who, one in self._out() if one.kind == "film")
        return sum(many == 1 for many in found.values())

    def asked_again(self) -> tuple[str, ...]:
        """Questions that somebody was asked more than once."""
        found = Counter((who, one.key) for who, one in self._out() if one.key in _QUESTIONS)
        return tuple(key for (_, key), many in found.items() if many > 1)

    def loose(self) -> int:
        """Makings nobody heard the end of."""
        return int(self._loose)

    def against(self, bills: Bills) -> tuple[int, float]:
        """Charges that belong to no take; and how far the takes we are sure of are from theirs."""
        twice, off = 0, 0.0
        for account, charged in bills.items():
            mine = [row for row in self._takes if (row[0], row[1]) == account]
            sure = sorted(row[3] for row in mine if row[2] in {"accepted", "done", "failed"} and row[3])
            left = sorted(charged)
            for cost in sure:
                nearest = min(left, key=lambda bill: abs(bill - cost), default=0.0)
                off = max(off, abs(nearest - cost))
                if left:
                    left.remove(nearest)
            twice += max(0, len(left) - sum(row[2] in _DOUBTFUL and row[3] > 0 for row in mine))
        return twice, off

    def _out(self) -> Iterator[tuple[str, Outgoing]]:
        return ((who, Outgoing.model_validate_json(one)) for who, one in self._said)
