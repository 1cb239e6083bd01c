"""The page in a real browser: phone and desktop, Chinese and English, mouse, touch and keys."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, ViewportSize, expect

from bot.texts import say
from storage.model import Lang
from tests.bot.web.browser import DESKTOP, PHONE, Watched, chromium, opened, visiting
from tests.bot.web.conftest import Site, served

CHROMIUM = chromium()
pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(
        CHROMIUM is None,
        reason="NO BROWSER: the page was not tried in one; install Chromium, or name one with CHROME=/path",
    ),
]


@pytest_asyncio.fixture(loop_scope="module")
async def site(tmp_path: Path, shown: dict[str, Path]) -> AsyncIterator[Site]:
    """A page on loopback, without a token, in the loop in which the browser is spoken to."""
    async with served(tmp_path, shown) as made:
        yield made


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Browser]:
    """The browser on this machine, started once; each visit is in a profile of its own."""
    assert CHROMIUM
    async with opened(CHROMIUM, tmp_path_factory.mktemp("home")) as made:
        yield made


async def _to_the_film(site: Site, watched: Watched, shown: dict[str, Path], lang: Lang, name: str) -> None:
    """A whole chat: greeting, words, a photo, a tap, voices, progress, the film."""
    page = watched.page
    await expect(page.locator("li.bot")).to_have_count(2)
    await watched.look(f"{name}-1-start")
    await page.get_by_label(say("page.text", lang), exact=True).fill("程序员 programmers <b>bold</b>")
    await page.keyboard.press("Enter")
    await expect(page.locator("li.me .words")).to_have_text("程序员 programmers <b>bold</b>")
    await expect(page.locator("li.bot")).to_have_count(3)
    await page.locator("#files").set_input_files([shown["picture"]])
    await expect(page.locator("#tray li")).to_have_count(1)
    await watched.look(f"{name}-2-tray")
    await page.get_by_label(say("page.send", lang), exact=True).click()
    await expect(page.locator("li.me img")).to_have_count(1)
    await expect(page.locator("#tray")).to_be_hidden()
    await expect(page.locator("figure.tappable")).to_have_count(1)
    await watched.look(f"{name}-3-tap")
    await page.get_by_role("button", name="again").last.click()
    await expect(page.locator(".voices .player")).to_have_count(3)
    await expect(page.locator("li.bot.pictures .buttons button.pressed")).to_have_count(1)
    await watched.look(f"{name}-4-voices")
    await page.locator("#files").set_input_files([shown["picture"]])
    await page.get_by_label(say("page.send", lang), exact=True).click()
    await expect(page.locator("figure.tappable")).to_have_count(1)
    await page.get_by_role("button", name="talk").last.click()
    await expect(page.locator("li.bot .pictures-in:not(.one) figure")).to_have_count(3)
    await watched.look(f"{name}-5-album")
    await page.locator("#files").set_input_files([shown["picture"]])
    await page.get_by_label(say("page.send", lang), exact=True).click()
    await page.locator("figure.tappable img").click(position={"x": 60, "y": 40})
    await expect(page.locator("li.progress")).to_have_count(1)
    await watched.look(f"{name}-6-progress")
    making = next(iter(site.desk.tidings))
    site.desk.step(making, 4)
    await expect(page.locator(".progress-in li.done")).to_have_count(4)
    site.desk.step(making, 5)
    video = page.locator("li.film video")
    await expect(video).to_have_count(1)
    await expect(video).to_have_attribute("playsinline", "")
    await expect(page.locator("li.film")).to_be_in_viewport()
    await watched.look(f"{name}-7-film")


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
async def test_a_chat_from_hello_to_the_film(
    site: Site, browser: Browser, shown: dict[str, Path], size: ViewportSize, lang: Lang
) -> None:
    """Everything the page shows, in both sizes and languages, without an error or a foreign request."""
    name = f"{'phone' if size == PHONE else 'desktop'}-{lang}"
    async with visiting(browser, site.url, size=size, lang=lang) as watched:
        await _to_the_film(site, watched, shown, lang, name)
        page = watched.page
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        small = await page.evaluate(_SMALL)
        assert small == []
        await page.locator("li.film video").evaluate(_PLAY)
        await page.get_by_role("button", name=say("page.copy_caption", lang)).click()
        assert await page.evaluate("navigator.clipboard.readText()") == "妈妈，我养你\n#宠物 #paw"
    assert watched.errors == []
    assert watched.hosts == {site.url.removeprefix("http://")}


_PLAY = """async (video) => {
    video.muted = true;
    await video.play();
    await new Promise((done) => (video.ontimeupdate = () => video.currentTime > 0.2 && done()));
}"""
_FOCUSED = "document.activeElement.id || document.activeElement.textContent"
_SMALL = """[...document.querySelectorAll('button, a.link')].filter((b) => b.checkVisibility())
    .map((b) => [b.textContent || b.ariaLabel, b.getBoundingClientRect()])
    .filter(([_, box]) => box.height < 44 || box.width < 44).map(([name]) => name)"""


async def test_a_voice_is_recorded_and_sent(site: Site, browser: Browser) -> None:
    """A voice note can be listened to before it is sent, and be thrown away while it is recorded."""
    async with visiting(browser, site.url, size=PHONE, lang="en", dark=True) as watched:
        page = watched.page
        await page.get_by_label(say("page.record", "en"), exact=True).click()
        await expect(page.locator("#counter")).to_have_text("0:01")
        await watched.look("phone-en-8-recording-dark")
        inside = "(button) => button.getBoundingClientRect().right <= innerWidth - 12"
        assert await page.locator("#stop").evaluate(inside)
        await page.locator("#drop").click()
        await expect(page.locator("#composer")).to_be_visible()
        await expect(page.locator("#tray")).to_be_hidden()
        await page.get_by_label(say("page.record", "en"), exact=True).click()
        await expect(page.locator("#counter")).to_have_text("0:01")
        await page.locator("#stop").click()
        await expect(page.locator("#tray .player")).to_have_count(1)
        await watched.look("phone-en-9-recorded-dark")
        await page.keyboard.press("Enter")  # the focus is on "send"
        await expect(page.locator("li.me .player")).to_have_count(1)
    (taken,) = [each for each in site.desk.taken.values() if each.files]
    assert taken.files[0].sort == "sound"
    assert taken.files[0].bytes > 1000
    assert watched.errors == []


async def test_without_a_microphone_the_page_says_why(site: Site, browser: Browser) -> None:
    """Where recording cannot work the reason is one sentence, and everything else still does."""
    async with visiting(browser, site.url, size=PHONE, lang="zh") as watched:
        page = watched.page
        await page.evaluate("Object.defineProperty(window, 'isSecureContext', {value: false})")
        await page.get_by_label(say("page.record", "zh"), exact=True).click()
        await expect(page.get_by_role("alert")).to_have_text(say("page.mic_insecure", "zh"))
        await watched.look("phone-zh-8-no-microphone")


async def test_with_the_keyboard_alone(site: Site, browser: Browser, shown: dict[str, Path]) -> None:
    """Everything can be reached and done with Tab, Enter and Space, and the focus is always somewhere."""
    async with visiting(browser, site.url, size=DESKTOP, lang="en") as watched:
        page = watched.page
        await expect(page.locator("li.bot")).to_have_count(2)
        await page.keyboard.type("hello")
        await page.keyboard.press("Shift+Enter")
        await page.keyboard.type("you")
        await page.keyboard.press("Enter")
        await expect(page.locator("li.me .words")).to_have_text("hello\nyou")
        await expect(page.locator("li.bot")).to_have_count(3)
        await page.locator(".skip").focus()
        order = []
        for _ in range(8):
            await page.keyboard.press("Tab")
            order.append(await page.evaluate(_FOCUSED))
        assert order == ["lang", "log", "1", "2", "3", "attach", "text", "mic"]
        for _ in range(5):
            await page.keyboard.press("Shift+Tab")
        await page.keyboard.press("Enter")  # "1"
        await expect(page.locator("li.voices .player")).to_have_count(3)
        await expect(page.locator("li.voices .buttons button").first).to_be_focused()
        await watched.look("desktop-en-8-focus")
        await page.keyboard.press("Shift+Tab")
        await page.keyboard.press("Shift+Tab")
        await page.keyboard.press("Space")
        await expect(page.get_by_label(say("page.pause", "en", {"name": "Bear"}))).to_be_visible()


async def test_two_tabs_a_reload_and_a_lost_cookie(site: Site, browser: Browser) -> None:
    """Both tabs show one chat, a reload too; without the cookie there is a new one and no word of it."""
    async with visiting(browser, site.url, size=DESKTOP, lang="en") as watched:
        page = watched.page
        other = await page.context.new_page()
        await other.goto(site.url)
        await page.get_by_label(say("page.text", "en"), exact=True).fill("in both")
        await page.keyboard.press("Enter")
        for tab in (page, other):
            await expect(tab.locator("li.me .words")).to_have_text("in both")
        await page.reload()
        await expect(page.locator("li.me .words")).to_have_text("in both")
        await page.get_by_label(say("page.text", "en"), exact=True).fill("half a thought")
        await page.reload()
        await expect(page.get_by_label(say("page.text", "en"), exact=True)).to_have_value("half a thought")
        await page.context.clear_cookies()
        await page.keyboard.press("Enter")
        await page.get_by_label(say("page.text", "en"), exact=True).press("Enter")
        await expect(page.locator("li.bot")).to_have_count(2)
        await expect(page.locator("li.me")).to_have_count(0)


async def test_switching_the_language_says_everything_again(site: Site, browser: Browser) -> None:
    """The page and what was said before change together, without a reload."""
    async with visiting(browser, site.url, size=PHONE, lang="en") as watched:
        page = watched.page
        await expect(page.locator("li.bot .words").last).to_have_text(say("theme.missing", "en"))
        await page.get_by_role("button", name=say("page.switch", "zh")).click()
        await expect(page.locator("li.bot .words").last).to_have_text(say("theme.missing", "zh"))
        assert await page.evaluate("document.documentElement.lang") == "zh-CN"
        await expect(page.get_by_label(say("page.send", "zh"), exact=True)).to_be_visible()


async def test_a_file_that_is_too_large_is_refused_before_it_is_sent(
    site: Site, browser: Browser, tmp_path: Path, shown: dict[str, Path]
) -> None:
    """The person knows at once, what else they picked stays, and they may take one away again."""
    big = tmp_path / "big.mp4"
    with big.open("wb") as file:
        file.truncate(60_000_000)
    async with visiting(browser, site.url, size=PHONE, lang="en") as watched:
        page = watched.page
        await page.locator("#files").set_input_files([big, shown["picture"]])
        await expect(page.get_by_role("alert")).to_contain_text("50 MB")
        await expect(page.locator("#tray li")).to_have_count(1)
        await watched.look("phone-en-10-too-big")
        await page.get_by_label(say("page.remove", "en", {"name": "pet.png"})).click()
        await expect(page.locator("#tray")).to_be_hidden()


async def test_the_door_asks_for_the_token(tmp_path: Path, shown: dict[str, Path], browser: Browser) -> None:
    """Who has the token comes in, who has not stays out, and both see a page that is ours."""
    async with (
        served(tmp_path, shown, token="open sesame") as site,
        visiting(browser, site.url, size=PHONE, lang="zh") as watched,
    ):
        page = watched.page
        await page.get_by_label(say("page.door.token", "zh")).fill("wrong")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("alert")).to_have_text(say("page.door.wrong", "zh"))
        await watched.look("phone-zh-9-door")
        await page.get_by_label(say("page.door.token", "zh")).fill("open sesame")
        await page.keyboard.press("Enter")
        await expect(page.locator("li.bot")).to_have_count(2)


async def test_nothing_serious_stands_in_anybodys_way(
    site: Site, browser: Browser, shown: dict[str, Path], thing: Callable[[str], Path]
) -> None:
    """Contrast, names, roles and order, as axe-core judges them by day and by night."""
    axe = thing("axe").read_text(encoding="utf-8")
    async with visiting(browser, site.url, size=PHONE, lang="en") as watched:
        page = watched.page
        await _to_the_film(site, watched, shown, "en", "phone-en-again")
        await page.get_by_label(say("page.record", "en"), exact=True).click()
        await expect(page.locator("#stop")).to_be_visible()
        await page.locator("#stop").click()
        await expect(page.locator("#tray .player")).to_have_count(1)
        await page.evaluate(axe)
        found = await page.evaluate("axe.run()")
        await page.emulate_media(color_scheme="dark")
        await watched.look("phone-en-dark")
        by_night = await page.evaluate("axe.run()")
    serious = [
        f"{each['id']}: {node['html'][:120]}"
        for each in found["violations"] + by_night["violations"]
        if each["impact"] in {"serious", "critical"}
        for node in each["nodes"]
    ]
    assert serious == [], "\n".join(serious)


async def test_an_upload_can_be_cancelled_and_sent_again(
    site: Site, browser: Browser, tmp_path: Path, shown: dict[str, Path]
) -> None:
    """A slow line shows how far it is; cancelling keeps the file and the words at hand, and sends nothing."""
    slow = tmp_path / "slow.png"
    slow.write_bytes(shown["picture"].read_bytes() + bytes(3_000_000))
    async with visiting(browser, site.url, size=PHONE, lang="en") as watched:
        page = watched.page
        wire = await page.context.new_cdp_session(page)
        line = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 300_000}
        await wire.send("Network.emulateNetworkConditions", line)
        await page.locator("#files").set_input_files([slow])
        await page.get_by_label(say("page.text", "en"), exact=True).fill("my cat")
        await page.locator("#send").click()
        await expect(page.locator("#upload progress")).to_be_visible()
        await watched.look("phone-en-11-uploading")
        await page.locator("#upload").get_by_role("button").click()
        await expect(page.get_by_role("alert")).to_have_text(say("page.upload_cancelled", "en"))
        await expect(page.locator("#tray li")).to_have_count(1)
        assert not any(each.files for each in site.desk.taken.values())
        await wire.send("Network.emulateNetworkConditions", {**line, "uploadThroughput": -1})
        await page.locator("#send").click()
        await expect(page.locator("li.me .words")).to_have_text("my cat")
        await expect(page.locator("li.me img")).to_have_count(1)


async def test_what_could_not_be_sent_is_sent_again_once(site: Site, browser: Browser) -> None:
    """Without a connection a message stays, says so, and goes out once when it is tried again."""
    async with visiting(browser, site.url, size=PHONE, lang="zh") as watched:
        page = watched.page
        await expect(page.locator("li.bot")).to_have_count(2)
        await page.context.set_offline(offline=True)
        await page.get_by_label(say("page.text", "zh"), exact=True).fill("在吗")
        await page.keyboard.press("Enter")
        await expect(page.locator("li.me .fault")).to_contain_text(say("page.not_sent", "zh"))
        await watched.look("phone-zh-10-offline")
        await page.context.set_offline(offline=False)
        await page.get_by_role("button", name=say("page.again", "zh")).click()
        await expect(page.locator("li.me")).to_have_count(1)
        await expect(page.locator("li.me .fault")).to_have_count(0)
    assert [each.text for each in site.desk.taken.values() if each.kind == "text"] == ["在吗"]


async def test_pictures_can_be_pasted_and_dropped(site: Site, browser: Browser) -> None:
    """Whatever way a file comes to the page, it waits to be sent."""
    async with visiting(browser, site.url, size=DESKTOP, lang="en") as watched:
        page = watched.page
        await page.evaluate(_BRING, "paste")
        await page.evaluate(_BRING, "drop")
        await expect(page.locator("#tray li")).to_have_count(2)
        await expect(page.locator("#dropping")).to_be_hidden()


async def test_the_first_paint_is_quick(site: Site, browser: Browser) -> None:
    """On this machine the page is there within a second, and what it loads is under 150 kB."""
    async with visiting(browser, site.url, size=PHONE, lang="en") as watched:
        await expect(watched.page.locator("li.bot")).to_have_count(2)
        painted, weight = await watched.page.evaluate(_PAINTED)
    assert painted < 1000
    assert weight < 150_000


_BRING = """async (way) => {
    const carried = new DataTransfer();
    carried.items.add(new File(["x"], way + ".png", { type: "image/png" }));
    const how = { bubbles: true, cancelable: true, dataTransfer: carried, clipboardData: carried };
    const event = way === "paste" ? new ClipboardEvent("paste", how) : new DragEvent("drop", how);
    document.body.dispatchEvent(event);
}"""
_PAINTED = """() => [
    performance.getEntriesByName("first-contentful-paint")[0].startTime,
    [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
        .reduce((sum, each) => sum + each.transferSize, 0),
]"""
