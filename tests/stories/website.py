"""A `pawlogue run` in a process of its own, and guests who speak to it as the page's script does."""

import asyncio
import contextlib
import json
import signal
import socket
import subprocess
import time
import uuid
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx

from tests.stories.cli import command, environment

Bubble = dict[str, Any]
_OURS = {"x-pawlogue": "1"}


class Website:
    """The process; it may be killed and started again on the same folder and port."""

    def __init__(self, folder: Path, more: Mapping[str, str], program: Sequence[str]) -> None:
        self.folder, self._more, self._command = folder, more, program
        with socket.create_server(("127.0.0.1", 0)) as taken:
            self._port = taken.getsockname()[1]
        self.url = f"http://127.0.0.1:{self._port}"
        self._program: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The running process."""
        assert self._program is not None
        return self._program.pid

    async def start(self) -> float:
        """Start it, and return after how many seconds it said that it is ready."""
        begun = time.perf_counter()
        self._program = await asyncio.to_thread(self._begin)
        async with httpx.AsyncClient(base_url=self.url, timeout=30) as client, asyncio.timeout(60):
            while not await self._ready(client):  # noqa: ASYNC110  another process has no event for us
                await asyncio.sleep(0.01)
        return time.perf_counter() - begun

    def _begin(self) -> "subprocess.Popen[bytes]":
        more = {name: value.replace("{url}", self.url) for name, value in self._more.items()}
        around = {**environment(self.folder), "WEB_PORT": str(self._port), **more}
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(self._command, cwd=self.folder, env=around, stdout=log, stderr=log)

    async def _ready(self, client: httpx.AsyncClient) -> bool:
        assert self._program is not None
        if self._program.poll() is not None:
            raise AssertionError(f"it ended: {self.log()[-2000:]}")
        with contextlib.suppress(httpx.TransportError):
            return bool((await client.get("/health")).json()["ready"])
        return False

    def log(self) -> str:
        """What it has said so far, in all its lives."""
        return (self.folder / "log").read_text("utf-8")

    def kill(self) -> None:
        """End it at once, as a power cut would."""
        if self._program is not None:
            self._program.kill()
            self._program.wait()

    def stop(self) -> int:
        """End it politely."""
        assert self._program is not None
        self._program.send_signal(signal.SIGTERM)
        return self._program.wait(timeout=30)


@contextlib.contextmanager
def website(folder: Path, program: Sequence[str] = (), **settings: str) -> Iterator[Website]:
    """Lend one that is not started yet, and leave no process behind; `program` in place of `pawlogue run`.
    `{url}` in a setting is its own address."""
    folder.mkdir(parents=True, exist_ok=True)
    made = Website(folder, settings, program or command("run"))
    try:
        yield made
    finally:
        made.kill()


class Guest:
    """One visitor: what is on their page, in order, and ways to answer. What cannot be sent is sent again."""

    def __init__(self, url: str, lang: str) -> None:
        self.client = httpx.AsyncClient(base_url=url, headers={**_OURS, "x-lang": lang}, timeout=30)
        self.news = asyncio.Event()
        self.order: list[str] = []
        self.looks = 0  # how often the whole page was told
        self._lang = lang
        self._shown: dict[str, Bubble] = {}
        self._last = ""

    @property
    def page(self) -> list[Bubble]:
        """All bubbles, from the top."""
        return [self._shown[each] for each in self.order]

    def open_buttons(self) -> dict[str, str]:
        """The buttons that may be pressed now: what each does (its value without the round) → its value."""
        live = [each for each in self.page if each.get("live")]
        buttons = [button for each in live for row in each.get("buttons") or () for button in row]
        return {button["value"].partition(":")[2]: button["value"] for button in buttons}

    async def until(self, true: Callable[[], Any], seconds: float = 90) -> None:
        """Wait until the page is so."""
        try:
            async with asyncio.timeout(seconds):
                while not true():
                    self.news.clear()
                    await self.news.wait()
        except TimeoutError:
            told = [(each["side"], each.get("text"), each.get("live")) for each in self.page[-4:]]
            raise AssertionError(f"the page never became so; its end: {told}") from None

    async def open(self) -> None:
        """Open the page, as soon as there is one."""
        await self._taken(lambda: self.client.get("/"))

    async def say(self, words: str) -> str:
        """Write something; returns the message's own id."""
        return await self._post("/chat/say", text=words)

    async def press(self, value: str) -> str:
        """Press a button."""
        return await self._post("/chat/press", press=value)

    async def tap(self, bubble: str, x: float, y: float) -> str:
        """Point at a place on a message's picture."""
        return await self._post("/chat/tap", press=bubble, x=x, y=y)

    async def send(self, path: Path) -> str:
        """Send a file."""
        mine, sent = str(uuid.uuid4()), await asyncio.to_thread(path.read_bytes)
        await self._taken(
            lambda: self.client.post("/chat/files", data={"id": mine}, files={"file": (path.name, sent)})
        )
        return mine

    async def _post(self, path: str, **body: object) -> str:
        mine = str(uuid.uuid4())
        await self._taken(lambda: self.client.post(path, json={"id": mine, **body}))
        return mine

    async def _taken(self, post: Callable[[], Any]) -> None:
        """Send until it was taken: always with the same id, as the page does."""
        while True:
            with contextlib.suppress(httpx.TransportError):
                answer = await post()
                assert answer.status_code == 200, answer.text
                return
            await asyncio.sleep(0.1)

    async def listen(self) -> None:
        """Keep the page as the events say, over every gap."""
        while True:
            with contextlib.suppress(httpx.TransportError):
                headers = {"last-event-id": self._last} if self._last else {}
                url = f"/chat/events?lang={self._lang}"
                async with self.client.stream("GET", url, headers=headers) as answer:
                    assert answer.status_code == 200, answer.status_code
                    async for line in answer.aiter_lines():
                        self._hear(line)
            await asyncio.sleep(0.1)

    def _hear(self, line: str) -> None:
        if line.startswith("id: "):
            self._last = line[4:]
        elif line.startswith("data: "):
            told = json.loads(line[6:])
            self._shown |= {bubble["id"]: bubble for bubble in told["bubbles"]}
            self.order = told.get("order", self.order)
            self.looks += told["whole"]
            self.news.set()


@contextlib.asynccontextmanager
async def guest(url: str, lang: str = "zh") -> AsyncIterator[Guest]:
    """Lend somebody who has opened the page and listens."""
    made = Guest(url, lang)
    async with made.client:
        await made.open()
        ear = asyncio.create_task(made.listen())
        try:
            yield made
        finally:
            ear.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await ear


def kept(folder: Path) -> Path:
    """The rows of a website's chats."""
    return folder / "data" / "pawlogue.db"
