"""The page over the wire: a real server on loopback, and browsers that behave well or badly."""

import asyncio
import json
import re
import socket
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx
import pytest

from bot.channels.web.guard import Rules
from bot.channels.web.page import PARTS
from bot.channels.web.server import Door
from bot.served import listen
from pipeline.ports.errors import BadInput
from storage.errors import StorageError
from tests.bot.web.conftest import OURS, Site, served

News = dict[str, list[dict[str, object]]]


async def _events(client: httpx.AsyncClient, last: str = "") -> AsyncIterator[tuple[str, News]]:
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


async def _first(client: httpx.AsyncClient, last: str = "") -> tuple[str, News]:
    """The first event that shows something."""
    events = _events(client, last)
    async for identity, news in events:
        if news["bubbles"]:
            await events.aclose()  # type: ignore[attr-defined]
            return identity, news
    raise AssertionError("the page said nothing")


async def _send(client: httpx.AsyncClient, path: Path, text: str = "") -> httpx.Response:
    files = {"file": (path.name, await asyncio.to_thread(path.read_bytes))}
    return await client.post("/chat/files", data={"id": "upload-0001", "text": text}, files=files)


async def _becomes(true: Callable[[], bool]) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(5):
        while not true():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_a_visitor_is_greeted_and_answered(site: Site) -> None:
    """Opening the page starts the chat; what is said comes back with its answer, in order."""
    async with site.visitor() as client:
        await _first(client)
        assert (await client.post("/chat/say", json={"id": "message-1", "text": "hi"})).status_code == 200
        _, news = await _first(client)
    assert [bubble["side"] for bubble in news["bubbles"]] == ["bot", "bot", "me", "bot"]
    assert news["bubbles"][2]["text"] == "hi"


async def test_the_same_message_twice_is_once(site: Site) -> None:
    """A page that is not sure whether something arrived may send it again."""
    async with site.visitor() as client:
        for _ in range(2):
            await client.post("/chat/say", json={"id": "message-1", "text": "hi"})
    assert len(site.desk.taken) == 1


async def test_two_visitors_never_see_each_other(site: Site, shown: dict[str, Path]) -> None:
    """A chat and its files are one visitor's; for others they are not even there."""
    async with site.visitor() as one, site.visitor() as other:
        assert (await _send(one, shown["picture"], "mine")).status_code == 200
        _, news = await _first(one)
        urls = re.findall(r"/chat/file/[\w-]+", json.dumps(news))
        assert [(await one.get(url)).status_code for url in urls] == [200, 200]
        assert [(await other.get(url)).status_code for url in urls] == [404, 404]
        assert (await other.get("/chat/file/none")).text == (await other.get(urls[0])).text
        _, theirs = await _first(other)
        assert "mine" not in json.dumps(theirs)


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


async def _endless(megabytes: int, sent: list[int]) -> AsyncIterator[bytes]:
    yield b'--b\r\nContent-Disposition: form-data; name="id"\r\n\r\nupload-0001\r\n'
    yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="big.mp4"\r\n\r\n'
    for _ in range(megabytes):
        sent[0] += 1
        yield bytes(1_000_000)
    yield b"\r\n--b--\r\n"


@pytest.mark.parametrize("told", [True, False])
async def test_a_huge_upload_is_refused_early(site: Site, *, told: bool) -> None:
    """200 MB are not read to the end, one sentence says why, and nothing of them is kept."""
    sent = [0]
    headers = {"content-type": "multipart/form-data; boundary=b"}
    if told:
        headers["content-length"] = str(200_000_000 + 144)
    async with site.visitor() as client:
        answer = await client.post("/chat/files", content=_endless(200, sent), headers=headers)
    assert answer.status_code == 413
    assert "50 MB" in answer.json()["words"]
    assert answer.headers["connection"] == "close"
    assert list(site.scratch.iterdir()) == []
    assert (site.desk.files, site.desk.taken) == ({}, {})


async def test_a_reload_in_the_middle_of_an_upload_leaves_nothing(site: Site) -> None:
    """Half a file is nobody's: no message, no file, and the chat goes on."""
    async with site.visitor() as client:
        cookie = client.cookies["pawlogue"]
        host, port = site.url.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        part = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n' + bytes(9000)
        head = (
            f"POST /chat/files HTTP/1.1\r\nHost: {host}:{port}\r\nCookie: pawlogue={cookie}\r\n"
            "X-Pawlogue: 1\r\nContent-Type: multipart/form-data; boundary=b\r\n"
            "Content-Length: 5000000\r\n\r\n"
        )
        writer.write(head.encode() + part)
        await writer.drain()
        await _becomes(lambda: any(site.scratch.iterdir()))
        writer.close()
        await _becomes(lambda: not any(site.scratch.iterdir()))
        assert await reader.read() == b""
        assert (site.desk.files, site.desk.taken) == ({}, {})
        assert (await client.post("/chat/say", json={"id": "message-1", "text": "x"})).status_code == 200


async def test_ten_photos_are_one_message(site: Site, shown: dict[str, Path]) -> None:
    """What was dropped together arrives together, every file under its own name."""
    files = [("file", (f"{n}.png", shown["picture"].read_bytes())) for n in range(10)]
    async with site.visitor() as client:
        await client.post("/chat/files", data={"id": "upload-0001", "text": "cats"}, files=files)
    (taken,) = site.desk.taken.values()
    assert [file.name for file in taken.files] == [f"{n}.png" for n in range(10)]
    assert taken.text == "cats"


async def test_too_many_files_and_an_empty_one_are_told(site: Site) -> None:
    """One clear sentence each, and nothing of it is kept."""
    many = [("file", (f"{n}.png", b"x")) for n in range(30)]
    empty = [("file", ("a.png", b""))]
    async with site.visitor() as client:
        answers = [
            await client.post("/chat/files", data={"id": "upload-0001"}, files=files)
            for files in (many, empty)
        ]
    assert [answer.json()["key"] for answer in answers] == ["web.too_many_files", "photo.empty"]
    assert site.desk.taken == {}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/chat/say", "no json"),
        ("/chat/say", json.dumps({"id": "message-1", "text": "   "})),
        ("/chat/say", json.dumps({"id": "../..", "text": "x"})),
        ("/chat/press", json.dumps({"id": "message-1"})),
        ("/chat/tap", json.dumps({"id": "message-1", "x": 7, "y": 0.5})),
        ("/chat/say", json.dumps({"id": "message-1", "text": "x" * 9000})),
        ("/chat/say", "x" * 100_000),
        ("/chat/files", "no form"),
    ],
)
async def test_what_makes_no_sense_is_refused_with_a_sentence(site: Site, path: str, body: str) -> None:
    """Whatever is posted, the answer is one sentence and nothing is taken."""
    async with site.visitor() as client:
        answer = await client.post(path, content=body.encode())
    assert answer.status_code in {400, 413}
    assert answer.json()["words"]
    assert site.desk.taken == {}


async def test_a_film_is_played_piece_by_piece(site: Site, shown: dict[str, Path]) -> None:
    """Players ask for ranges; without them a phone neither plays nor seeks."""
    async with site.visitor() as client:
        await client.post("/chat/tap", json={"id": "message-1", "press": "x", "x": 0.5, "y": 0.25})
        (taken,) = site.desk.taken.values()
        site.desk.step(taken.address.id, 9)
        _, news = await _first(client)
        film = next(bubble for bubble in news["bubbles"] if bubble["kind"] == "film")
        url = film["assets"][0]["url"]  # type: ignore[index]
        whole = shown["film"].read_bytes()
        piece = await client.get(url, headers={"range": "bytes=100-199"})
        assert (piece.status_code, piece.content) == (206, whole[100:200])
        assert piece.headers["content-range"] == f"bytes 100-199/{len(whole)}"
        assert piece.headers["content-type"] == "video/mp4"
        again = {"range": "bytes=0-9", "if-range": piece.headers["etag"]}
        assert (await client.get(url, headers=again)).content == whole[:10]
        assert (await client.get(url, headers={"range": "bytes=99999999-"})).status_code == 416
        saved = await client.get(url + "?name=pawlogue.mp4")
        assert saved.headers["content-disposition"].startswith("attachment")
    assert taken.tap == (0.5, 0.25)


async def test_what_a_browser_would_run_is_only_saved(site: Site, tmp_path: Path) -> None:
    """A page somebody uploads is never shown as a page of ours."""
    bad = tmp_path / "evil.html"
    bad.write_text("<script>alert(1)</script>")
    async with site.visitor() as client:
        await _send(client, bad)
        (asset,) = [name for name, (_, _, kind) in site.desk.files.items() if "octet" in kind]
        answer = await client.get(f"/chat/file/{asset}")
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment")
    assert "sandbox" in answer.headers["content-security-policy"]


async def test_a_tab_that_comes_back_gets_only_what_is_new(site: Site) -> None:
    """After a gap the page goes on from the last event it has seen; a stranger's number gives it all."""
    async with site.visitor() as client:
        await _first(client)
        last, news = await _first(client)
        assert news["whole"]
        await client.post("/chat/say", json={"id": "message-1", "text": "hi"})
        _, newer = await _first(client, last)
        assert not newer["whole"]
        assert "hi" in [bubble["text"] for bubble in newer["bubbles"]]
        assert len(newer["order"]) == 4
        # Of the old bubbles only the question comes again: its buttons are answered now.
        assert len(newer["bubbles"]) == 3
        _, whole = await _first(client, "elsewhere.7")
        assert whole["whole"]
        assert len(whole["bubbles"]) == 4


async def test_two_tabs_show_the_same(site: Site) -> None:
    """What is said in one tab appears in the other."""
    async with site.visitor() as client:
        await _first(client)
        other = _events(client)
        await anext(other)
        await client.post("/chat/say", json={"id": "message-1", "text": "hi"})
        said = False
        async with asyncio.timeout(5):
            while not said:
                _, news = await anext(other)
                said = "hi" in json.dumps(news)
        assert said
        await other.aclose()  # type: ignore[attr-defined]


async def test_progress_is_one_message_edited(site: Site) -> None:
    """The steps change in place, and the film takes the place of nothing else."""
    async with site.visitor() as client:
        await client.post("/chat/tap", json={"id": "message-1", "press": "x", "x": 0.5, "y": 0.5})
        (taken,) = site.desk.taken.values()
        events = _events(client)
        _, news = await anext(events)
        before = news["bubbles"][-1]
        site.desk.step(taken.address.id, 3)
        _, news = await anext(events)
        await events.aclose()  # type: ignore[attr-defined]
    (after,) = news["bubbles"]
    assert after["id"] == before["id"]
    assert [step["state"] for step in after["progress"]["steps"]].count("done") == 3  # type: ignore[index]
    assert after["progress"]["left"]  # type: ignore[index]


async def test_a_question_is_live_until_it_is_answered(site: Site) -> None:
    """Only the newest buttons work; the one that was pressed is shown as pressed."""
    async with site.visitor() as client:
        _, news = await _first(client)
        asked = news["bubbles"][-1]
        value = asked["buttons"][0][0]["value"]  # type: ignore[index]
        await client.post("/chat/press", json={"id": "message-1", "press": value})
        _, news = await _first(client)
    old = next(bubble for bubble in news["bubbles"] if bubble["id"] == asked["id"])
    assert (asked["live"], old["live"], news["bubbles"][-1]["live"]) == (True, False, True)
    assert [button["pressed"] for button in old["buttons"][0]] == [True, False]  # type: ignore[index]


async def test_a_lost_cookie_is_a_new_chat(site: Site) -> None:
    """Without its cookie the page is told to begin anew, and nothing of the old chat is shown."""
    async with site.visitor() as client:
        await client.post("/chat/say", json={"id": "message-1", "text": "secret"})
        client.cookies.clear()
        for method, path in (("GET", "/chat/events"), ("POST", "/chat/say"), ("GET", "/chat/file/x")):
            answer = await client.request(method, path, json={"id": "message-2", "text": "x"})
            assert (answer.status_code, answer.json()["key"]) == (401, "page.error.no_chat")
        await client.get("/")
        _, news = await _first(client)
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
            await _first(client)
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


async def test_the_page_is_light_and_all_ours(site: Site) -> None:
    """Under 150 kB in all, nothing from anywhere else, and headers that would forbid it."""
    async with site.visitor() as client:
        answers = [await client.get(path) for path in ("/", *(f"/{name}" for name in PARTS))]
        tag = answers[1].headers["etag"]
        assert (await client.get("/page.css", headers={"if-none-match": tag})).status_code == 304
    assert sum(len(answer.content) for answer in answers) < 150_000
    for answer in answers:
        addresses = set(re.findall(r"(?:https?:)?//[\w.-]+\.\w+", answer.text))
        assert addresses <= {"http://www.w3.org"}, addresses
    policy = answers[0].headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy


@pytest.mark.parametrize(("asked", "lang", "words"), [
    ("zh-CN,zh;q=0.9,en;q=0.8", "zh-CN", "写点什么"), ("en-GB,en", "en", "Message"),
    ("fr,zh;q=0.5", "zh-CN", "聊天"), ("fr", "en", "Message"),
])  # fmt: skip
async def test_the_page_speaks_the_browsers_language(site: Site, asked: str, lang: str, words: str) -> None:
    """The first of the browser's languages that we speak, else English."""
    async with httpx.AsyncClient(base_url=site.url) as client:
        html = (await client.get("/", headers={"accept-language": asked})).text
    assert f'<html lang="{lang}">' in html
    assert words in html.split('id="words"')[0] + html.split("</script>", 1)[1]
    assert not re.search(r"{{|\[\[", html)


async def test_the_pages_script_has_a_sentence_for_every_key(site: Site) -> None:
    """No sentence is in the script, and every key it says is in the texts."""
    async with site.visitor() as client:
        html, script = (await client.get("/")).text, (await client.get("/page.js")).text
    found = re.search(r'id="words">(.*?)</script>', html)
    assert found
    words = json.loads(found[1])
    keys = {f"page.{key}" for key in re.findall(r'say\("([\w.]+)"', script)}
    assert len(keys) > 30
    assert keys <= set(words["zh"]) & set(words["en"])
    assert not re.search(r"[\u4e00-\u9fff]", script)
