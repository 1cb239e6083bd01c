"""Telegram's stand-in in a process of its own, and people at their phones who talk to a `pawlogue run`."""

import asyncio
import contextlib
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Any

import httpx

from bot.texts import known, say
from storage.model import Lang
from tests.stories.cli import environment

Shown = dict[str, Any]
BOT = "@pawlogue_bot"
_LOOK_SECONDS = 0.15


class StandIn:
    """The server; `settings` are what a bot needs to speak to it."""

    def __init__(self, url: str, token: str) -> None:
        self.client = httpx.AsyncClient(base_url=f"{url}/control", timeout=30, trust_env=False)
        self.url = url
        self.settings = {"TELEGRAM_BASE_URL": url, "TELEGRAM_BOT_TOKEN": token}

    async def post(self, path: str, **asked: object) -> Any:  # noqa: ANN401  any JSON
        """Ask for something to happen."""
        answer = await self.client.post(f"/{path}", json=asked)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def get(self, path: str, **asked: Any) -> Any:  # noqa: ANN401  any JSON
        """Ask how something is."""
        answer = await self.client.get(f"/{path}", params=asked)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def stats(self) -> Shown:
        """What was counted so far."""
        found: Shown = await self.get("stats")
        return found


@contextlib.asynccontextmanager
async def stand_in(folder: Path, *words: str) -> AsyncIterator[StandIn]:
    """Lend one, and leave no process behind."""
    log = folder / "stand-in.log"
    program = await asyncio.to_thread(_begin, log, words)
    try:
        assert program.stdout is not None
        line = await asyncio.to_thread(program.stdout.readline)
        assert line, log.read_text("utf-8")[-2000:]
        made = StandIn(*line.decode().split())
        async with made.client:
            yield made
    finally:
        program.terminate()
        program.communicate()


def _begin(log: Path, words: Sequence[str]) -> "subprocess.Popen[bytes]":
    log.parent.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "tests.fakes.telegram", *words]
    with log.open("ab") as errors:
        around = environment(log.parent)
        return subprocess.Popen(command, env=around, stdout=subprocess.PIPE, stderr=errors)


class Phone:
    """One person in one chat: what they see of it, and ways to answer."""

    def __init__(self, server: StandIn, person: int, lang: Lang, group: int | None = None) -> None:
        self._server, self.person, self.lang, self.group = server, person, lang, group
        self.chat = group or person
        self.seen: list[Shown] = []
        self._mark = 0

    @property
    def address(self) -> str:
        """By what the bot knows this person in this chat."""
        return f"{self.group}:{self.person}" if self.group else str(self.person)

    def words(self, key: str) -> str:
        """A sentence as it is said on Telegram, in this person's language."""
        here = key.replace("talk.", "telegram.")
        return say(here if known(here) else key, self.lang)

    def answered(self) -> list[Shown]:
        """What the bot has said since this person last did something."""
        return [one for one in self.seen[self._mark :] if one["mine"]]

    def mark(self) -> None:
        """From here on is `answered`."""
        self._mark = len(self.seen)

    def films(self) -> list[Shown]:
        """The films in the chat."""
        return [one for one in self.seen if one["kind"] == "video"]

    async def look(self) -> list[Shown]:
        """See the chat as it is now."""
        self.seen = await self._server.get("messages", chat=self.chat)
        return self.seen

    async def until(self, true: Callable[[], Any], seconds: float = 120) -> None:
        """Wait until the chat is so."""
        try:
            async with asyncio.timeout(seconds):
                await self.look()
                while not true():  # another process has no event for us
                    await asyncio.sleep(_LOOK_SECONDS)
                    await self.look()
        except TimeoutError:
            told = [(one["mine"], one["kind"], one["text"][-80:]) for one in self.seen[-4:]]
            raise AssertionError(f"the chat never became so; its end: {told}") from None

    async def act(self, verb: str, *words: object, **more: object) -> Any:  # noqa: ANN401  any JSON
        """Do something, by its name."""
        await self.look()
        self.mark()
        inside = {"in": self.group} if self.group else {}
        asked = {"person": self.person, "lang": "zh-hans" if self.lang == "zh" else "en", **inside}
        return (await self._server.post("act", **asked, verb=verb, words=words, more=more))["done"]

    async def press(self, button: str) -> Any:  # noqa: ANN401  any JSON
        """Press the button with these words in the newest message that has it."""
        return await self.act("presses", button)

    async def say(self, words: str) -> None:
        """Say something to the bot: in a group by its name."""
        await self.act("says", f"{BOT} {words}" if self.group else words)

    async def reply(self, words: str) -> None:
        """Answer the newest message of the bot."""
        last = next(one for one in reversed(await self.look()) if one["mine"])
        await self.act("replies", {"message": last["id"]}, words)

    async def send(self, kind: str, path: Path) -> None:
        """Send a file: in a group as an answer to the bot's newest message."""
        last = next(one for one in reversed(await self.look()) if one["mine"])
        where = {"reply_to": {"message": last["id"]}} if self.group else {}
        await self.act("sends", kind, str(path), **where)

    async def answer(self, press: Shown) -> Shown:
        """Wait for what the bot answers to a press."""
        async with asyncio.timeout(60):
            while not (found := await self._server.get("answer", press=press["press"])):  # noqa: ASYNC110  as above
                await asyncio.sleep(_LOOK_SECONDS)
        answer: Shown = found
        return answer
