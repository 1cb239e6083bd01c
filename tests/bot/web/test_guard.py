"""Who is let in: cookies, tokens, forms from elsewhere, and a house that cannot open."""

import json
import re
import socket
from pathlib import Path

import httpx
import pytest

from bot.channels.web.guard import Rules
from bot.channels.web.server import Door
from bot.served import listen
from pipeline.ports.errors import BadInput
from storage.errors import StorageError
from tests.bot.web.conftest import OURS, Site, served
from tests.bot.web.visiting import first_shown


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://elsewhere.example"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"x-pawlogue": ""},
        {"host": "elsewhere.example"},
        {"origin": "null"},
    ],
)
async def test_a_form_from_another_site_is_refused(site: Site, headers: dict[str, str]) -> None:
    """Nobody can speak for a visitor from a page of their own, not even through a name that leads here."""
    async with site.visitor() as client:
        if headers.pop("x-pawlogue", None) is not None:
            del client.headers["x-pawlogue"]
        answer = await client.post("/chat/say", json={"id": "message-1", "text": "x"}, headers=headers)
    assert answer.status_code == 403
    assert answer.json()["key"] == "page.error.foreign"
    assert site.desk.taken == {}


async def test_our_own_page_is_not_refused(site: Site) -> None:
    """What a browser says of our own page is let in."""
    async with site.visitor(origin=site.url, **{"sec-fetch-site": "same-origin"}) as client:
        answer = await client.post("/chat/say", json={"id": "message-1", "text": "x"})
    assert answer.status_code == 200


async def test_a_lost_cookie_is_a_new_chat(site: Site) -> None:
    """Without its cookie the page is told to begin anew, and nothing of the old chat is shown."""
    async with site.visitor() as client:
        await client.post("/chat/say", json={"id": "message-1", "text": "secret"})
        client.cookies.clear()
        for method, path in (("GET", "/chat/events"), ("POST", "/chat/say"), ("GET", "/chat/file/x")):
            answer = await client.request(method, path, json={"id": "message-2", "text": "x"})
            assert (answer.status_code, answer.json()["key"]) == (401, "page.error.no_chat")
        await client.get("/")
        _, news = await first_shown(client)
        assert "secret" not in json.dumps(news)


async def test_the_cookie_is_a_years_secret(site: Site) -> None:
    """Scripts cannot read it, other sites do not send it, and chats are not filed under it."""
    async with httpx.AsyncClient(base_url=site.url) as client:
        first = (await client.get("/")).headers["set-cookie"]
        await client.post("/chat/say", json={"id": "message-1", "text": "x"}, headers=OURS)
    assert re.search(r"^pawlogue=[\w-]{43};", first)
    for word in ("HttpOnly", "SameSite=lax", "Max-Age=31536000", "Path=/"):
        assert word in first
    assert "Secure" not in first
    (taken,) = site.desk.taken.values()
    assert taken.address.id not in first
    assert first[9:52] not in taken.model_dump_json()


async def test_the_cookie_is_only_for_https_where_there_is_https(
    tmp_path: Path, shown: dict[str, Path]
) -> None:
    """Behind a public https address the cookie never travels in the clear."""
    async with (
        served(tmp_path, shown, public_base_url="https://pets.example") as site,
        httpx.AsyncClient(base_url=site.url, headers={"host": "pets.example"}) as client,
    ):
        assert "Secure" in (await client.get("/")).headers["set-cookie"]
        ours = {**OURS, "origin": "https://pets.example"}
        answer = await client.post("/chat/say", json={"id": "message-1", "text": "x"}, headers=ours)
    assert answer.status_code == 401  # the browser would send the cookie; this client was not on https


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "chat.example"])
def test_beyond_loopback_a_token_is_needed(host: str, tmp_path: Path) -> None:
    """Nobody opens the chat to the world by one setting; the refusal is one sentence with the name in it."""
    with pytest.raises(BadInput) as caught:
        Door(None, Rules(host=host), tmp_path)  # type: ignore[arg-type]
    assert (caught.value.key, caught.value.fields) == ("web.token_needed", {"host": host})
    Rules(host=host, token="secret").check()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.9.9.9"])
def test_on_loopback_none_is(host: str) -> None:
    """Anyone may try it on their own machine; by a foreign name that leads there, nobody."""
    rules = Rules(host=host)
    rules.check()
    assert [rules.knows(name) for name in (host, "localhost", "elsewhere.example")] == [True, True, False]


async def test_with_a_token_nothing_is_shown_without_it(tmp_path: Path, shown: dict[str, Path]) -> None:
    """The door asks for the token; once shown it is remembered, and never kept in the browser itself."""
    async with served(tmp_path, shown, token="open sesame") as site:
        async with httpx.AsyncClient(base_url=site.url, headers=OURS) as client:
            closed = await client.get("/")
            assert closed.status_code == 401
            assert "pawlogue" not in client.cookies
            assert (await client.get("/chat/events")).json()["key"] == "page.error.token"
            assert (await client.post("/enter", data={"token": "wrong"})).status_code == 401
            assert (await client.post("/enter", data={"token": "open sesame"})).status_code == 303
            assert "sesame" not in str(client.cookies)
            assert (await client.get("/")).status_code == 200
            await first_shown(client)
        async with httpx.AsyncClient(base_url=site.url, headers=OURS) as client:
            moved = await client.get("/?token=open+sesame")
            assert (moved.status_code, moved.headers["location"]) == (303, "/")
            assert (await client.get("/")).status_code == 200
        async with httpx.AsyncClient(base_url=site.url) as client:
            bearer = {"authorization": "Bearer open sesame"}
            assert (await client.get("/chat/file/x", headers=bearer)).json()["key"] == "page.error.no_chat"
            assert (await client.get("/health")).status_code == 200


def test_a_port_that_is_taken_is_told_at_once() -> None:
    """One sentence with the setting's name, not a traceback."""
    with socket.create_server(("127.0.0.1", 0)) as there, pytest.raises(BadInput) as caught:
        listen("127.0.0.1", there.getsockname()[1])
    assert caught.value.key == "web.port_taken"


async def test_when_nothing_can_be_kept_it_says_so(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk is one sentence to the visitor, without the name of any folder."""

    async def full(_: object) -> None:
        raise StorageError("storage.full", {"place": "/srv/secret"})

    async with site.visitor() as client:
        monkeypatch.setattr(site.desk, "receive", full)
        answer = await client.post("/chat/say", json={"id": "message-1", "text": "x"})
    assert (answer.status_code, answer.json()["key"]) == (503, "page.error.unable")
    assert "secret" not in answer.text
