"""The page over the wire: a real server on loopback, and browsers that behave well or badly."""

import asyncio
import json
import re
from pathlib import Path

import httpx
import pytest

from bot.channels.web.page import PARTS
from tests.bot.web.conftest import Site
from tests.bot.web.visiting import events_of, first_shown, send_file


async def test_a_visitor_is_greeted_and_answered(site: Site) -> None:
    """Opening the page starts the chat; what is said comes back with its answer, in order."""
    async with site.visitor() as client:
        await first_shown(client)
        assert (await client.post("/chat/say", json={"id": "message-1", "text": "hi"})).status_code == 200
        _, news = await first_shown(client)
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
        assert (await send_file(one, shown["picture"], "mine")).status_code == 200
        _, news = await first_shown(one)
        urls = re.findall(r"/chat/file/[\w-]+", json.dumps(news))
        assert [(await one.get(url)).status_code for url in urls] == [200, 200]
        assert [(await other.get(url)).status_code for url in urls] == [404, 404]
        assert (await other.get("/chat/file/none")).text == (await other.get(urls[0])).text
        _, theirs = await first_shown(other)
        assert "mine" not in json.dumps(theirs)


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


async def test_a_tab_that_comes_back_gets_only_what_is_new(site: Site) -> None:
    """After a gap the page goes on from the last event it has seen; a stranger's number gives it all."""
    async with site.visitor() as client:
        await first_shown(client)
        last, news = await first_shown(client)
        assert news["whole"]
        await client.post("/chat/say", json={"id": "message-1", "text": "hi"})
        _, newer = await first_shown(client, last)
        assert not newer["whole"]
        assert "hi" in [bubble["text"] for bubble in newer["bubbles"]]
        assert len(newer["order"]) == 4
        # Of the old bubbles only the question comes again: its buttons are answered now.
        assert len(newer["bubbles"]) == 3
        _, whole = await first_shown(client, "elsewhere.7")
        assert whole["whole"]
        assert len(whole["bubbles"]) == 4


async def test_two_tabs_show_the_same(site: Site) -> None:
    """What is said in one tab appears in the other."""
    async with site.visitor() as client:
        await first_shown(client)
        other = events_of(client)
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
        events = events_of(client)
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
        _, news = await first_shown(client)
        asked = news["bubbles"][-1]
        value = asked["buttons"][0][0]["value"]  # type: ignore[index]
        await client.post("/chat/press", json={"id": "message-1", "press": value})
        _, news = await first_shown(client)
    old = next(bubble for bubble in news["bubbles"] if bubble["id"] == asked["id"])
    assert (asked["live"], old["live"], news["bubbles"][-1]["live"]) == (True, False, True)
    assert [button["pressed"] for button in old["buttons"][0]] == [True, False]  # type: ignore[index]


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
