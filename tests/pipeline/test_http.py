"""The way to hosted vendors: whether something was sent decides what may happen next."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from pipeline.ports.errors import Busy, Failed, Surprise, Trouble, Unsure
from pipeline.ports.http import Http

Answer = Callable[[asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def _peer(answer: Answer) -> AsyncIterator[str]:
    """A server that reads one request's head and then does as told."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            await answer(writer)
        finally:
            writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def _silent(_: asyncio.StreamWriter) -> None:
    await asyncio.sleep(30)


async def _hangs_up(_: asyncio.StreamWriter) -> None:
    return


async def _half(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf")
    await writer.drain()


async def _trickles(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n")
    while True:
        writer.write(b"\n")
        await writer.drain()
        await asyncio.sleep(0.02)


def _says(status: str, body: bytes) -> Answer:
    async def answer(writer: asyncio.StreamWriter) -> None:
        head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nX-Kind: a\r\nConnection: close\r\n\r\n"
        writer.write(head.encode() + body)
        await writer.drain()

    return answer


@pytest.mark.parametrize("answer", [_silent, _hangs_up, _half, _trickles])
@pytest.mark.parametrize(("paid", "kind"), [(True, Unsure), (False, Busy)])
async def test_no_whole_answer(answer: Answer, paid: bool, kind: type[Trouble]) -> None:
    """What may have been charged is in doubt; what is free may be asked again. Bytes that keep coming do not
    stretch the time."""
    async with _peer(answer) as url, Http.opened(trust_env=False) as http:
        with pytest.raises(kind) as caught:
            await http.send("POST", url, json={}, paid=paid, seconds=0.3)
    assert (caught.value.key, caught.value.fields) == ("http.no_answer", {"host": "127.0.0.1"})


async def test_nobody_there_is_surely_not_sent() -> None:
    """A refused connection cost nothing, also where sending would have."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    async with Http.opened(trust_env=False) as http:
        with pytest.raises(Busy) as caught:
            await http.send("POST", f"http://127.0.0.1:{port}/?secret=x", paid=True)
    assert "secret" not in repr(caught.value)


async def test_an_answer_is_handed_on_as_it_is() -> None:
    """Statuses are the vendor's to judge; JSON that is none is a surprise."""
    async with _peer(_says("418 Teapot", b'{"a": 1}')) as url, Http.opened(trust_env=False) as http:
        reply = await http.send("GET", url)
        assert (reply.status, reply.fine, reply.read(), reply.headers["x-kind"]) == (
            418,
            False,
            {"a": 1},
            "a",
        )
    async with _peer(_says("200 OK", b"<html>")) as url, Http.opened(trust_env=False) as http:
        with pytest.raises(Surprise):
            (await http.send("GET", url)).read()


async def test_lines_come_one_by_one() -> None:
    """A stream of events is read as it comes; a refusal has its body instead."""
    async with _peer(_says("200 OK", b"data: 1\n\ndata: 2\n")) as url, Http.opened(trust_env=False) as http:
        async with http.lines("POST", url, paid=True) as (reply, lines):
            assert [line async for line in lines] == ["data: 1", "", "data: 2"]
        assert reply.fine
    async with _peer(_says("400 Bad", b'{"e": 1}')) as url, Http.opened(trust_env=False) as http:
        async with http.lines("POST", url, paid=True) as (reply, lines):
            assert [line async for line in lines] == []
        assert reply.read() == {"e": 1}


async def test_a_stream_cut_off_is_in_doubt() -> None:
    """Half of a paid stream is no answer."""
    async with _peer(_half) as url, Http.opened(trust_env=False) as http:
        with pytest.raises(Unsure):
            async with http.lines("POST", url, paid=True) as (_, lines):
                assert [line async for line in lines] == []


async def test_fetching_writes_a_file_within_bounds(tmp_path: Path) -> None:
    """A result is streamed to the disk, is not larger than allowed, and a busy server is asked again."""
    out = tmp_path / "film.mp4"
    async with Http.opened(trust_env=False) as http:
        async with _peer(_says("200 OK", b"x" * 1000)) as url:
            reply = await http.fetch(url, out, most=1000)
        assert (reply.fine, out.stat().st_size) == (True, 1000)
        async with _peer(_says("200 OK", b"x" * 1001)) as url:
            with pytest.raises(Failed):
                await http.fetch(url, out, most=1000)
        async with _peer(_says("403 Forbidden", b"expired")) as url:
            gone = await http.fetch(url, out, most=1000)
        assert (gone.status, gone.body) == (403, b"expired")
        async with _peer(_says("503 Busy", b"")) as url:
            with pytest.raises(Busy):
                await http.fetch(url, out, most=1000)
