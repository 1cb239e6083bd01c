"""A film to be saved: on the page a link that names it, over the wire a file with that name."""

from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.async_api import expect

from bot.channels.web.desk import Chat, Entry
from bot.channels.web.shown import bubbles
from bot.messages import Outgoing
from tests.bot.web.browser import PHONE, chromium, opened, visiting
from tests.bot.web.conftest import Site

CHROMIUM = chromium()
_NAME = "长大后 养不养妈妈.mp4"


def test_a_document_is_shown_by_its_name() -> None:
    """Words that are no text key are a name and stay as they are, in both languages."""
    film = Outgoing(id="c:1:1", kind="document", key="talk.original", assets=("film-1",), labels=(_NAME,))
    for lang in ("zh", "en"):
        (bubble,) = bubbles(Chat(entries=(Entry(at=1.0, outgoing=film),)), {}, lang)
        assert bubble["assets"] == [{"url": "/chat/file/film-1", "label": _NAME}]


@pytest.mark.skipif(CHROMIUM is None, reason="NO BROWSER: there is no Chromium or Chrome; CHROME=… names one")
async def test_a_document_is_saved_under_its_name(
    site: Site, shown: dict[str, Path], tmp_path_factory: pytest.TempPathFactory, tmp_path: Path
) -> None:
    """Pressing the link saves the very bytes of the film, called what the chat calls it."""
    assert CHROMIUM
    async with (
        opened(CHROMIUM, tmp_path_factory.mktemp("home")) as browser,
        visiting(browser, site.url, size=PHONE, lang="zh") as watched,
    ):
        page = watched.page
        await page.get_by_role("textbox").fill("你好")
        await page.keyboard.press("Enter")
        await expect(page.locator("li.me")).to_have_count(1)
        (taken,) = (each for each in site.desk.taken.values() if each.kind == "text")
        site.desk.hand_over(taken.address, _NAME)
        async with page.expect_download() as coming:
            await page.get_by_role("link", name=_NAME).click()
        download = await coming.value
        await download.save_as(tmp_path / "saved.mp4")
        url = await page.get_by_role("link", name=_NAME).get_attribute("href")
        answer = await page.request.get(site.url + str(url))
    assert download.suggested_filename == _NAME
    assert (tmp_path / "saved.mp4").read_bytes() == shown["film"].read_bytes()
    assert answer.headers["content-disposition"] == f"attachment; filename*=utf-8''{quote(_NAME)}"
    assert watched.errors == []
