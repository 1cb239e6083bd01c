"""Whole chats in a browser with the real bot, Chinese on a phone, English on a desktop; all stages kept."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, ViewportSize, expect

from bot.texts import say
from storage.model import Lang
from tests.bot.web.browser import DESKTOP, PHONE, Watched, chromium, opened, visiting
from tests.stories.hidden import half_hidden
from tests.stories.website import Website, website

CHROMIUM = chromium()
OUT = Path(__file__).parents[2] / "out" / "stories" / "chat"
_PATIENCE = 200_000
# Where the sample cat's mouth and eyes are on the picture that asks for them, in fractions of its sides.
_POINTS = {"ask_mouth": (0.60, 0.88), "ask_eye_left": (0.40, 0.38), "ask_eye_right": (0.75, 0.45)}
_THEME = "你是不是又胖了"
_OWN_WORDS = "Mum: Are you hungry?\nPet: Always."


class _Person:
    """Somebody at a page who takes what is offered."""

    def __init__(self, watched: Watched, lang: Lang, folder: Path) -> None:
        self.page, self._lang, self._folder, self._stage = watched.page, lang, folder, 0
        folder.mkdir(parents=True, exist_ok=True)

    async def keeps(self, name: str) -> None:
        """Keep a picture of the page; nothing on it is wider than the screen."""
        self._stage += 1
        await self.page.screenshot(path=self._folder / f"{self._stage:02}-{name}.png")
        assert await self.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name

    async def offered(self, words: str) -> None:
        """Wait until a button may be pressed."""
        await expect(self._button(words)).to_be_enabled(timeout=_PATIENCE)

    async def presses(self, words: str) -> None:
        """Press the newest button that says this."""
        await self.offered(words)
        await self._button(words).click()

    async def points(self, key: str) -> None:
        """Point out what the bot asks for on its picture."""
        asked = self.page.locator("li.pictures").filter(has_text=say(f"talk.{key}", self._lang)).last
        picture = asked.locator("figure.tappable img")
        await expect(picture).to_be_visible(timeout=_PATIENCE)
        box = await picture.bounding_box()
        assert box
        await self.keeps(key)
        across, down = _POINTS[key]
        await picture.click(position={"x": across * box["width"], "y": down * box["height"]})

    def says(self, key: str) -> str:
        """A text in their language."""
        return say(key, self._lang)

    def _button(self, words: str) -> Locator:
        return self.page.get_by_role("button", name=words, exact=True).last


@pytest.fixture(scope="module")
def photo(thing: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A photo whose face is asked about; without it or the weights nothing here can be played."""
    if CHROMIUM is None:
        pytest.skip(
            "NO BROWSER: the chat was not seen in one; install Chromium, or name one with CHROME=/path"
        )
    thing("pet-detector"), thing("kokoro-model")
    return half_hidden(thing("sample-photo"), tmp_path_factory.mktemp("photo"))


@pytest.fixture
async def site(tmp_path: Path, small: None) -> AsyncIterator[Website]:
    """The bot, started as anybody starts it."""
    with website(tmp_path / "site") as made:
        await made.start()
        yield made


@pytest.fixture
async def browser(tmp_path: Path) -> AsyncIterator[Browser]:
    """The browser on this machine."""
    assert CHROMIUM
    async with opened(CHROMIUM, tmp_path) as made:
        yield made


@pytest.mark.timeout(480)
async def test_a_chat_from_photo_to_film_is_seen(photo: Path, site: Website, browser: Browser) -> None:
    """A person can make a film with what the page offers, in both languages and sizes, without a fault."""
    await _chat(site, browser, photo, "zh", PHONE)
    await _chat(site, browser, photo, "en", DESKTOP)
    assert "Traceback" not in site.log()


async def _chat(site: Website, browser: Browser, photo: Path, lang: Lang, size: ViewportSize) -> None:
    async with visiting(browser, site.url, size=size, lang=lang) as watched:
        person = _Person(watched, lang, OUT / f"{lang}-{size['width']}")
        await _gives_the_photo(person, photo)
        await (_picks_a_script if lang == "zh" else _writes_a_dialogue)(person)
        await _chooses_the_voices(person)
        await _sees_the_film(person)
    assert watched.errors == []
    assert watched.hosts == {site.url.removeprefix("http://")}


async def _gives_the_photo(person: _Person, photo: Path) -> None:
    await expect(person.page.locator("li.bot")).to_have_count(2)
    await person.keeps("start")
    await person.page.locator("#files").set_input_files([photo])
    await person.page.locator("#send").click()
    for key in _POINTS:
        await person.points(key)


async def _picks_a_script(person: _Person) -> None:
    await person.offered(_THEME)
    await person.keeps("theme")
    await person.presses(_THEME)
    await person.offered("1")
    await person.keeps("script")
    await person.presses("1")


async def _writes_a_dialogue(person: _Person) -> None:
    await person.offered(person.says("talk.b_own"))
    await person.keeps("theme")
    await person.page.locator("#text").fill(_OWN_WORDS)
    await person.page.locator("#send").click()


async def _chooses_the_voices(person: _Person) -> None:
    await expect(person.page.locator("li.voices .player")).to_have_count(5, timeout=_PATIENCE)
    await person.keeps("voices")
    await person.presses(person.says("voice.naitang"))
    await person.presses(person.says("voice.mama"))
    await person.offered(person.says("talk.b_go"))
    await person.keeps("summary")
    await person.presses(person.says("talk.b_go"))


async def _sees_the_film(person: _Person) -> None:
    page = person.page
    await expect(page.locator(".progress-in li.done")).not_to_have_count(0, timeout=_PATIENCE)
    await person.keeps("making")
    video = page.locator("li.film video")
    await expect(video).to_be_visible(timeout=_PATIENCE)
    await expect(page.locator("li.progress")).to_have_count(0)
    assert await video.evaluate(_PLAYS) > 3
    await person.keeps("film")
    await page.locator("#log").evaluate("(log) => (log.scrollTop = log.scrollHeight)")
    await person.keeps("end")
    await page.emulate_media(color_scheme="dark")
    await person.keeps("end-dark")


_PLAYS = """async (video) => {
    video.muted = true;
    await video.play();
    await new Promise((done) => (video.ontimeupdate = () => video.currentTime > 0.2 && done()));
    video.pause();
    return video.duration;
}"""
