"""Telegram: as many messages as we can, fifty a second beside a film, ten thousand chats that say nothing.

The other side is the stand-in in a process of its own, with its limits lifted, as is our own pacing.
"""

import asyncio
import contextlib
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from pipeline import packaged
from tests.bench.chat import DIALOGUE, at_rest, copies
from tests.bench.figures import Figure
from tests.bench.maker import acts, offered
from tests.bench.processes import cpu_seconds, pss_mb
from tests.stories.cli import environment
from tests.stories.hidden import half_hidden
from tests.stories.telegram import Phone, StandIn, stand_in
from tests.stories.website import Website, kept, website

_CHATS, _MESSAGES = 200, 20
_PER_SECOND, _SECONDS = 50, 15
_SAID = "/help {n}"  # one answer in one message
_OWNER = 7
_ONLY_ONE = 731_904_562  # a number that stands in none of the others, so that its rows can be copied
_IDLE_CHATS, _IDLE_SECONDS, _SETTLED_SECONDS = 10_000, 20.0, 5.0
_LOOK_SECONDS = 0.1
_BOTS = (sys.executable, "-m", "tests.bench.bots")


def measure() -> list[Figure]:
    """Measure everything of Telegram."""
    with tempfile.TemporaryDirectory() as name:
        bare = asyncio.run(_bare(Path(name)))
    with tempfile.TemporaryDirectory() as name:
        rate, reply, beside, held = asyncio.run(_busy(Path(name)))
    with tempfile.TemporaryDirectory() as name:
        idle = asyncio.run(_idle(Path(name)))
    return [
        Figure("telegram_messages_per_s", rate, "messages/s", 300, bare),
        Figure("telegram_reply_p95_ms", reply, "ms", 150),
        Figure("telegram_reply_busy_p95_ms", beside, "ms", 300),
        Figure("telegram_mb", held, "MB PSS", 250),
        Figure("telegram_idle_10000_cpu_percent", idle, "% of a core", 2),
    ]


async def _bare(folder: Path) -> float:
    """Messages a second of the library by itself, which stores nothing and knows nobody."""
    async with stand_in(folder, "--lift-limits") as server:
        with _echo(folder, server):
            await _flood(server, chats=1, messages=1)  # it is up
            return (await _flood(server))[0]


@contextlib.contextmanager
def _echo(folder: Path, server: StandIn) -> Iterator[None]:
    around = environment(folder) | server.settings
    with (folder / "echo.log").open("ab") as log:
        program = subprocess.Popen([*_BOTS, "echo"], env=around, cwd=folder, stdout=log, stderr=log)
    try:
        yield
    finally:
        program.kill()
        program.wait()


@contextlib.asynccontextmanager
async def _ours(folder: Path) -> AsyncIterator[tuple[StandIn, Website]]:
    """The stand-in, and our bot in front of it."""
    async with stand_in(folder, "--lift-limits") as server:
        with website(folder / "site", (*_BOTS, "lifted"), **server.settings) as site:
            await site.start()
            yield server, site


async def _busy(folder: Path) -> tuple[float, float, float, float]:
    """Messages a second; a reply's ms at a steady rate, alone and beside a film; MB before the film."""
    async with _ours(folder) as (server, site):
        rate, held = await _flood(server, site)
        reply = await _steadily(server)
        held = max(held, pss_mb(site.pid))
        owner = Phone(server, _OWNER, "zh")
        await _until_the_film_is_made(owner, folder)
        beside = await _steadily(server)
        await owner.look()
        if owner.films():
            sys.exit("bench: the film was there too soon; nothing was measured beside it")
    return rate, reply, beside, held


async def _flood(
    server: StandIn, site: Website | None = None, *, chats: int = _CHATS, messages: int = _MESSAGES
) -> tuple[float, float]:
    """Say everything at once; answers a second to the last of them, and the most MB on the way."""
    already, wanted, most = await _shown(server), 2 * chats * messages, 0.0
    begun = looked = time.perf_counter()
    await server.post("flood", chats=chats, messages=messages, wait=True, text=_SAID)
    while (seen := await _shown(server) - already) < wanted:
        await asyncio.sleep(_LOOK_SECONDS)
        if time.perf_counter() - looked > 1:
            looked, most = time.perf_counter(), max(most, pss_mb(site.pid) if site else 0.0)
        if time.perf_counter() - begun > 120:
            sys.exit(f"bench: {wanted - seen} of {chats * messages} messages are not answered")
    ended = time.perf_counter()
    if site and (seen := await _shown(server) - already) != wanted:
        sys.exit(f"bench: {seen - wanted} answers too many")
    return chats * messages / (ended - begun), most


async def _shown(server: StandIn) -> int:
    """How many messages there are, of people and of the bot."""
    return sum((await server.get("chats")).values())


async def _steadily(server: StandIn) -> float:
    """The 95th percentile of the time to an answer, in ms, at a steady rate."""
    await server.post("forget")
    each = -(-_PER_SECOND * _SECONDS // _CHATS)
    await server.post("flood", chats=_CHATS, messages=each, per_second=_PER_SECOND, text=_SAID)
    begun = time.perf_counter()
    while (stats := await server.stats())["replied"] < _CHATS * each:
        await asyncio.sleep(_LOOK_SECONDS)
        if time.perf_counter() - begun > 4 * _SECONDS:  # one was overtaken by the next of its chat
            sys.exit(f"bench: {stats['replied']} answers to {_CHATS * each} messages in time")
    return float(stats["reply_ms"]["p95"])


async def _until_the_film_is_made(owner: Phone, folder: Path) -> None:
    """Have somebody ask for a film, and return when it is under way."""
    photo = packaged.path("sample-photo")
    if photo is None:
        sys.exit("bench: run make setup first")
    for act in acts(owner, half_hidden(photo, folder), DIALOGUE):
        await owner.until(lambda ready=act.ready: not ready or offered(owner, ready))  # type: ignore[misc]  # the default binds this round's words
        await act.do()
    await owner.until(lambda: offered(owner, "%"))


async def _idle(folder: Path) -> float:
    """Percent of a core while ten thousand people leave their briefs lie."""
    async with _ours(folder) as (server, site):
        who = Phone(server, _ONLY_ONE, "zh")
        for words in ("/start", "长大后要不要养妈妈", "写给程序员看的"):
            await who.say(words)
            await who.until(who.answered)
        await at_rest(kept(site.folder))
        site.stop()
        copies(kept(site.folder), _IDLE_CHATS - 1)
        await site.start()
        await asyncio.sleep(_SETTLED_SECONDS)  # what a start still does behind its back
        before, begun = cpu_seconds(site.pid), time.perf_counter()
        await asyncio.sleep(_IDLE_SECONDS)
        return 100 * (cpu_seconds(site.pid) - before) / (time.perf_counter() - begun)
