"""What a browser does with the page over the wire: listen, send, wait."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx

News = dict[str, list[dict[str, object]]]


async def events_of(client: httpx.AsyncClient, last: str = "") -> AsyncIterator[tuple[str, News]]:
    """The events a tab gets: each one's id and what it says."""
    headers = {"last-event-id": last} if last else {}
    async with client.stream("GET", "/chat/events", headers=headers) as answer:
        assert answer.status_code == 200
        identity = ""
        async for line in answer.aiter_lines():
            if line.startswith("id: "):
                identity = line[4:]
            elif line.startswith("data: "):
                yield identity, json.loads(line[6:])


async def first_shown(client: httpx.AsyncClient, last: str = "") -> tuple[str, News]:
    """The first event that shows something."""
    events = events_of(client, last)
    async for identity, news in events:
        if news["bubbles"]:
            await events.aclose()  # type: ignore[attr-defined]
            return identity, news
    raise AssertionError("the page said nothing")


async def send_file(client: httpx.AsyncClient, path: Path, text: str = "") -> httpx.Response:
    files = {"file": (path.name, await asyncio.to_thread(path.read_bytes))}
    return await client.post("/chat/files", data={"id": "upload-0001", "text": text}, files=files)


async def comes_true(true: Callable[[], bool]) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(5):
        while not true():  # noqa: ASYNC110
            await asyncio.sleep(0.01)
