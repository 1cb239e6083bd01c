"""A soak: twenty people talk to a real `pawlogue run` for minutes, and whatever can go wrong between does.

Most of them have a chat of their own, some are in a group, a few go all the way to a film. Everybody waits
for an answer before they go on, as people do. What went wrong by which seed is printed.
"""

import asyncio
import contextlib
import itertools
import random
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from bot.texts import say
from pipeline import packaged
from tests.bench.figures import Figure
from tests.bench.maker import acts, offered
from tests.bench.reckoning import Reckoning, answered, at_rest, reckon
from tests.stories.hidden import half_hidden
from tests.stories.telegram import Phone, Shown, StandIn, stand_in
from tests.stories.website import kept, website

_FAMILY, _TALKERS, _MEMBERS = -77, range(101, 115), range(201, 204)
_MAKERS = range(301, 304)
_ALONE_MINUTES = 2.0  # a shorter soak has one maker
_THINKING = (1.0, 5.0)
_LOOK_SECONDS, _PATIENCE, _FILM_SECONDS, _SETTLING = 0.3, 90.0, 600.0, 300.0
_CROSSING = 0.1  # seconds: what is sent before that may not have heard of it
_ODDS = 0.04
_KINDS = ("drop_before", "drop_after", "flood", "error", "error_after", "slow_before", "slow_after", "proxy")
_POLLING = ("drop_before", "drop_after", "error", "proxy", "garbage", "flood", "conflict", "slow_after")
_SAID = (
    "你好",
    "/help",
    "写给程序员看的",
    "换个更惨的",
    "养妈妈",
    "/settings",
    "第二句改成：我养你",
    "在吗？",
    "/voices",
    "/new",
)
_NOT_PRESSED = {say("talk.b_go", lang) for lang in ("zh", "en")}  # a film is only for those who are counted


@dataclass
class _Tally:
    """What people did and noticed."""

    said: list[str] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    impatient: int = 0
    asked: int = 0
    poisons: int = 0


@dataclass(frozen=True)
class _Place:
    """Where people talk, until when, and what they have at hand."""

    server: StandIn
    file: Path
    photo: Path
    ends: float
    tally: _Tally


def measure(minutes: float = 1.0, seed: int | None = None) -> list[Figure]:
    """Soak for so long, and tell what came of it."""
    seed = int(time.time()) if seed is None else seed
    _tell(f"seed {seed}, {minutes:g} minutes")
    with tempfile.TemporaryDirectory() as name:
        return asyncio.run(soak(Path(name), minutes, seed))


async def soak(folder: Path, minutes: float, seed: int) -> list[Figure]:
    """The same in a folder that is kept."""
    photo = packaged.path("sample-photo")
    if photo is None:
        sys.exit("bench: run make setup first")
    chance, tally, ends = random.Random(seed), _Tally(), time.monotonic() + 60 * minutes
    async with stand_in(folder) as server:
        await server.post("group", id=_FAMILY, members=list(_MEMBERS), lang="zh-hans")
        makers = [Phone(server, one, "zh") for one in _MAKERS[: 1 if minutes < _ALONE_MINUTES else None]]
        talkers = [Phone(server, one, "zh" if one % 3 else "en") for one in _TALKERS]
        turn = asyncio.Lock()  # in the group, so that it can be seen whose answer one is
        members = [Phone(server, one, "zh", _FAMILY) for one in _MEMBERS]
        with website(folder / "site", **server.settings) as site:
            hidden = half_hidden(photo, folder)
            place = _Place(server, kept(site.folder), hidden, ends, tally)
            await site.start()
            await _chance(server, _ODDS, seed)
            chaos = asyncio.create_task(_chaos(server, random.Random(chance.random()), tally))
            try:
                async with asyncio.TaskGroup() as people:
                    for who in talkers:
                        people.create_task(_talk(who, place, random.Random(chance.random())))
                    for who in members:
                        people.create_task(_talk(who, place, random.Random(chance.random()), turn))
                    for who in makers:
                        people.create_task(_make(who, place))
            finally:
                chaos.cancel()
                await asyncio.gather(chaos, return_exceptions=True)
            await _chance(server, 0.0, seed)
            await _settled(kept(site.folder))
            stopped = site.stop()
        pages = {who.chat: await who.look() for who in (*makers, *talkers, *members)}
        stats = await server.stats()
    found = reckon(kept(site.folder), pages, tally.said, stats)
    films = sum(one["kind"] == "video" for page in pages.values() for one in page)
    _tell_all(found, stats, tally, stopped, site.log())
    return _figures(found, stats, tally, films)


def _figures(found: Reckoning, stats: Shown, tally: _Tally, films: int) -> list[Figure]:
    waits = sorted(tally.waits)
    return [
        Figure("soak_messages", len(found.taken), "messages"),
        Figure("soak_faults", sum(stats["met"].values()) + tally.poisons, "faults"),
        Figure("soak_lost", found.lost, "messages", 0),
        Figure("soak_films_per_asked", films / tally.asked if tally.asked else 0.0, "films", 1),
        Figure("soak_violations", stats["violations"] - len(_crossed(stats)), "messages", 0),
        Figure("soak_doubles", len(found.doubled), "messages", 0),
        Figure("soak_doubtful", len(found.doubtful), "messages"),
        Figure("soak_reply_p50_s", waits[len(waits) // 2] if waits else 0.0, "s"),
        Figure("soak_reply_p95_s", waits[len(waits) * 95 // 100] if waits else 0.0, "s"),
    ]


def _crossed(stats: Shown) -> list[tuple[float, int, str]]:
    """Calls that were on their way when another one was told to wait: nobody could have held them back."""
    shut = stats["shut"]
    return [
        each
        for each in stats["too_soon"]
        if any(chat == each[1] and 0 <= each[0] - at < _CROSSING for at, chat, _ in shut)
    ]


# people


async def _talk(who: Phone, place: _Place, chance: random.Random, turn: asyncio.Lock | None = None) -> None:
    """Somebody who writes, presses, changes words, leaves and comes back, and rarely sends a photo."""
    await asyncio.sleep(chance.uniform(0, _THINKING[1]))
    while time.monotonic() < place.ends:
        async with turn or contextlib.nullcontext():
            if await _something(who, place, chance):
                await _answer(who, place)
        await asyncio.sleep(chance.uniform(*_THINKING))


async def _something(who: Phone, place: _Place, chance: random.Random) -> bool:
    """Do something that wants an answer; False when it came to nothing."""
    dice = chance.random()
    if dice < 0.40 and await _pressed(who, place.server, chance):
        return True
    if dice < 0.43 and who.group is None:
        sent = await who.act("sends_photo", str(place.photo))
    elif dice < 0.46 and who.group is None:
        await who.act("blocks")
        await asyncio.sleep(chance.uniform(*_THINKING))
        await who.act("unblocks")
        return False
    else:
        words = chance.choice(_SAID)
        sent = await who.act("says", f"@pawlogue_bot {words}" if who.group else words)
        if dice > 0.95 and who.group is None:
            await who.act("edits", {"message": sent["id"]}, f"{words}！")
    place.tally.said.append(f"message:{sent['chat']}:{sent['id']}")
    return True


async def _pressed(who: Phone, server: StandIn, chance: random.Random) -> bool:
    """Press one of the newest buttons; False when there is none (any more)."""
    asked = [one for one in await who.look() if one["mine"] and one["buttons"] and _for(who, one)]
    words = [words for words in asked[-1]["buttons"] if words not in _NOT_PRESSED] if asked else []
    if not words:
        return False
    who.mark()
    body = {
        "person": who.person,
        "verb": "presses",
        "words": [{"message": asked[-1]["id"]}, chance.choice(words)],
    }
    inside = {"in": who.group} if who.group else {}
    return (await server.client.post("/act", json=body | inside)).status_code == 200


def _for(who: Phone, message: Shown) -> bool:
    """Whether a question is this person's: in a group it begins with their name."""
    return who.group is None or message["text"].startswith(f"P{who.person}\n")


async def _answer(who: Phone, place: _Place) -> None:
    """Wait until the bot has said something, in a group all it has to say, and for how long that took."""
    begun = time.monotonic()
    while time.monotonic() - begun < _PATIENCE:
        await who.look()
        if who.answered() and (who.group is None or answered(place.file, who.address)):
            place.tally.waits.append(time.monotonic() - begun)
            return
        await asyncio.sleep(_LOOK_SECONDS)
    place.tally.impatient += 1


async def _make(who: Phone, place: _Place) -> None:
    """Somebody who wants a film, and then another one."""
    for number in itertools.count(1):
        for act in acts(who, place.photo):
            begun = time.monotonic()
            while act.ready and not offered(who, act.ready):
                if time.monotonic() - begun > _FILM_SECONDS:
                    sys.exit(f"bench: {act.ready!r} was never said to {who.person}")
                await asyncio.sleep(_LOOK_SECONDS)
                await who.look()
            await act.do()
        place.tally.asked += 1
        await _film(who, number)
        if time.monotonic() > place.ends:
            return
        await who.say("/new")


async def _film(who: Phone, number: int) -> None:
    begun = time.monotonic()
    while len(who.films()) < number and time.monotonic() - begun < _FILM_SECONDS:
        await asyncio.sleep(_LOOK_SECONDS)
        await who.look()


# what goes wrong


async def _chance(server: StandIn, odds: float, seed: int) -> None:
    await server.post("chance", odds=odds, seed=seed, kinds=_KINDS, seconds=1.0)


async def _chaos(server: StandIn, chance: random.Random, tally: _Tally) -> None:
    """Now and then something goes wrong with what is fetched."""
    while True:
        await asyncio.sleep(chance.uniform(1, 4))
        match chance.randrange(4):
            case 0:
                await server.post("fault", method="getUpdates", kind=chance.choice(_POLLING), seconds=1.0)
            case 1 if (await server.stats())["handed_out"]:
                await server.post("updates", do="again")
            case 2:
                await server.post("updates", do="reverse")
            case _:
                tally.poisons += 1
                await server.post("updates", do="poison")


async def _settled(file: Path) -> None:
    """Wait until all is said and done, or so long that it never will be."""
    begun = time.monotonic()
    while not at_rest(file) and time.monotonic() - begun < _SETTLING:  # noqa: ASYNC110  another process
        await asyncio.sleep(1)
    await asyncio.sleep(1)


# what is told


def _tell_all(found: Reckoning, stats: Shown, tally: _Tally, stopped: int, log: str) -> None:
    _tell(f"met {stats['met']}, poisons {tally.poisons}, refused {stats['refused']}")
    for name in ("unknown", "unanswered", "unseen", "doubled", "doubtful"):
        for each in getattr(found, name):
            _tell(f"{name}: {each}")
    for _, chat, method in _crossed(stats):
        _tell(f"{method} in {chat} was on its way when the chat was shut")
    for at, chat, method in stats["too_soon"]:
        _tell(
            f"too soon: {method} in {chat} at {at}; shut: {[one for one in stats['shut'] if one[1] == chat]}"
        )
    if tally.impatient:
        _tell(f"{tally.impatient} answers took longer than {_PATIENCE:g} s")
    if found.aside != tally.poisons:
        _tell(f"{found.aside} updates are set aside, where {tally.poisons} were poison")
    if stopped or "Traceback" in log:
        _tell(f"it ended with {stopped}: {log[-2000:]}")


def _tell(line: str) -> None:
    print(f"soak: {line}", file=sys.stderr, flush=True)  # noqa: T201  for whoever looks on
