"""The one server: it says how things stand, and doors open and close while it serves."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.run import together
from bot.served import Health, Served, listen

_ILL = Health(ready=False, does="stand_by", why=("storage.unreachable",))


@contextlib.asynccontextmanager
async def _served(health: Health) -> AsyncIterator[tuple[Served, httpx.AsyncClient]]:
    async def look() -> Health:
        return health

    async def count() -> bytes:
        return b"pawlogue_updates_total 1.0\n"

    served, listening = Served(look, count, "open sesame"), listen("127.0.0.1", 0)
    running = asyncio.create_task(served.serve(listening))
    base = f"http://127.0.0.1:{listening.getsockname()[1]}"
    async with httpx.AsyncClient(base_url=base, trust_env=False) as client:
        yield served, client
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def _hello(_: Request) -> Response:
    return PlainTextResponse("hello")


async def test_health_says_whether_and_why() -> None:
    """A balancer reads the number, a person the reason."""
    async with _served(Health(ready=True, does="work")) as (_, client):
        answer = await client.get("/health")
        assert (answer.status_code, answer.json()) == (200, {"ready": True, "does": "work", "why": []})
    async with _served(_ILL) as (_, client):
        answer = await client.get("/health")
        assert (answer.status_code, answer.json()["why"]) == (503, ["storage.unreachable"])


async def test_doors_open_and_close_while_it_serves() -> None:
    """Only the process at work shows the page; a webhook is there from its bot's introduction on."""
    async with _served(_ILL) as (served, client):
        assert (await client.get("/door")).status_code == 404
        with served.opening(Route("/door", _hello)), served.showing(PlainTextResponse("page")):
            assert (await client.get("/door")).text == "hello"
            assert (await client.post("/door")).status_code == 405
            assert (await client.get("/anything")).text == "page"
            assert (await client.get("/health")).status_code == 503
        assert (await client.get("/door")).status_code == 404
        assert (await client.get("/anything")).status_code == 404


async def test_who_comes_early_waits_for_the_page() -> None:
    """A tab that was open while we were started again goes on by itself, instead of showing an error."""
    async with _served(Health(ready=False, does="start", why=("run.starting",))) as (served, client):
        early = asyncio.create_task(client.get("/"))
        await client.get("/health")  # so that the early one has been heard
        with served.showing(PlainTextResponse("page")):
            answer = await early
    assert (answer.status_code, answer.text) == (200, "page")


async def test_what_fails_first_ends_the_rest_and_is_told_alone() -> None:
    """A wrong token ends the whole process with that one sentence, not with a group of them."""
    ended: list[str] = []

    async def long() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("long")

    async def quick() -> None:
        ended.append("quick")

    async def bad() -> None:
        await asyncio.sleep(0)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await together(long(), quick(), bad())
    assert ended == ["quick", "long"]


async def test_metrics_are_for_this_machine_and_for_who_has_the_token() -> None:
    """How much is going on is not for everybody; nor for who comes through a server that stands in front."""
    async with _served(_ILL) as (_, client):
        here = await client.get("/metrics")
        assert (here.status_code, here.text) == (200, "pawlogue_updates_total 1.0\n")
        assert here.headers["content-type"].startswith("text/plain")
        for foreign in ({"host": "pets.example"}, {"x-forwarded-for": "203.0.113.9"}, {"forwarded": "for=x"}):
            assert (await client.get("/metrics", headers=foreign)).status_code == 403
            shown = {**foreign, "authorization": "Bearer open sesame"}
            assert (await client.get("/metrics", headers=shown)).status_code == 200
            wrong = {**foreign, "authorization": "Bearer sesame"}
            assert (await client.get("/metrics", headers=wrong)).status_code == 403


async def test_answers_leave_at_once() -> None:
    """An answer in two pieces does not wait 40 ms for the first to be acknowledged."""
    with listen("127.0.0.1", 0) as listening, socket.create_connection(listening.getsockname()):
        accepted, _ = listening.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0
