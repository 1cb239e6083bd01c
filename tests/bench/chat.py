"""The chat: fifty people while a film is made, the start, and doing nothing over ten thousand chats."""

import asyncio
import functools
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from contextlib import AsyncExitStack, closing
from pathlib import Path

from pipeline import packaged
from tests.bench.figures import Figure
from tests.bench.processes import cpu_seconds, pss_mb
from tests.stories.hidden import half_hidden
from tests.stories.owner import acts, films
from tests.stories.website import Guest, Website, guest, kept, website

_PEOPLE = 50
_CHATS = 10_000
_THINKING = (2.0, 6.0)  # seconds between an answer and the next message
_STARTS = 5
_IDLE_SECONDS = 30.0
_QUIET_SECONDS, _LOOK_SECONDS = 2.0, 0.2
_SAID = (
    "你好",
    "/help",
    "写给程序员看的",
    "换个更惨的",
    "养妈妈",
    "/settings",
    "第二句改成：我养你",
    "在吗？",
)
_NUMBERS = {"number", "last", "begun", "changed", "created", "at", "error", "receipt"}
DIALOGUE = """妈妈：长大后要不要养妈妈
宝宝：要
妈妈：没钱怎么办
宝宝：接外包搞钱
妈妈：要是工作也找不到呢
宝宝：去做自媒体带货养你"""


def measure() -> list[Figure]:
    """Measure everything of the chat."""
    with tempfile.TemporaryDirectory() as name:
        replies = asyncio.run(_fifty(Path(name) / "fifty"))
    with tempfile.TemporaryDirectory() as name:
        start, busy, held = asyncio.run(_idle(Path(name) / "idle"))
    return [
        Figure("chat_reply_p95_ms", 1000 * statistics.quantiles(replies, n=20)[-1], "ms", 200),
        Figure("chat_reply_p50_ms", 1000 * statistics.median(replies), "ms"),
        Figure("chat_replies", len(replies), "replies"),
        Figure("startup_s", start, "s", 3),
        Figure("idle_cpu_percent", busy, "% of a core", 2),
        Figure("idle_mb", held, "MB PSS", 250),
    ]


async def _fifty(folder: Path) -> list[float]:
    """Seconds to the first reply to each message of fifty people, from a film's beginning to its end."""
    photo = packaged.path("sample-photo")
    if photo is None:
        sys.exit("bench: run make setup first")
    with website(folder) as site:
        await site.start()
        async with AsyncExitStack() as stack:
            owner = await stack.enter_async_context(guest(site.url))
            people = [await stack.enter_async_context(guest(site.url)) for _ in range(_PEOPLE)]
            for act in acts(owner, half_hidden(photo, folder), DIALOGUE):
                await owner.until(act.ready)
                await act.do()
            replies: list[float] = []
            chatting = [
                asyncio.create_task(_chat(who, random.Random(n), photo, replies))
                for n, who in enumerate(people)
            ]
            await owner.until(lambda: films(owner), seconds=300)
            for each in chatting:
                each.cancel()
            for ended in await asyncio.gather(*chatting, return_exceptions=True):
                if isinstance(ended, Exception):
                    raise ended
    return replies


async def _chat(who: Guest, chance: random.Random, photo: Path, replies: list[float]) -> None:
    """Somebody who writes, presses what is offered, and in one of five cases has a photo at hand."""
    if chance.random() < 0.2:
        await who.send(photo)
    while True:
        await asyncio.sleep(chance.uniform(*_THINKING))
        offered = sorted(who.open_buttons().values())
        begun = time.perf_counter()
        if offered and chance.random() < 0.5:
            mine = await who.press(chance.choice(offered))
        else:
            mine = await who.say(chance.choice(_SAID))
        await who.until(functools.partial(_answered, who, mine))
        replies.append(time.perf_counter() - begun)


def _answered(who: Guest, mine: str) -> bool:
    page = who.page
    places = [place for place, each in enumerate(page) if each["id"].endswith(mine)]
    return bool(places) and any(each["side"] == "bot" for each in page[places[0] + 1 :])


async def _idle(folder: Path) -> tuple[float, float, float]:
    """The usual start in seconds, and what doing nothing costs: percent of a core, and MB."""
    with website(folder) as site:
        await site.start()
        async with guest(site.url) as who:
            await who.until(lambda: len(who.page) == 2)
            for words in _SAID:
                mine = await who.say(words)
                await who.until(functools.partial(_answered, who, mine))
            await at_rest(kept(folder))
        site.stop()
        copies(kept(folder), _CHATS - 1)
        starts = [await _started(site) for _ in range(_STARTS)]
        await asyncio.sleep(5)  # what a start still does behind its back
        before, begun = cpu_seconds(site.pid), time.perf_counter()
        await asyncio.sleep(_IDLE_SECONDS)
        busy = 100 * (cpu_seconds(site.pid) - before) / (time.perf_counter() - begun)
        return statistics.median(starts), busy, pss_mb(site.pid)


async def at_rest(file: Path) -> None:
    """Wait until nothing is being made any more; the end of one making may begin the next."""
    quiet = 0.0
    with closing(sqlite3.connect(file)) as rows:
        while quiet < _QUIET_SECONDS:
            busy = rows.execute("SELECT 1 FROM errands WHERE state <> 'ended'").fetchone()
            quiet = 0.0 if busy else quiet + _LOOK_SECONDS
            await asyncio.sleep(_LOOK_SECONDS)


async def _started(site: Website) -> float:
    site.kill()
    return await site.start()


def copies(file: Path, count: int) -> None:
    """Store the one chat that is there so many times more."""
    with closing(sqlite3.connect(file)) as rows, rows:
        person, project = rows.execute("SELECT person, project FROM chats").fetchone()
        rows.execute("CREATE TEMP TABLE copies (n INTEGER)")
        rows.executemany("INSERT INTO copies VALUES (?)", [(n,) for n in range(count)])
        for table in ("projects", "chats", "inbox", "outbox"):
            names = [row[1] for row in rows.execute(f"PRAGMA table_info({table})")]
            told = (
                f"replace(replace({name}, :person, :person || n), :project, :project || n)" for name in names
            )
            columns = ", ".join(
                name if name in _NUMBERS else new for name, new in zip(names, told, strict=True)
            )
            rows.execute(
                f"INSERT INTO {table} SELECT {columns} FROM {table}, copies WHERE person = :person",
                {"person": person, "project": project},
            )
