"""A Chromium that is already on the machine, driven through Playwright; its pages are watched."""

import contextlib
import os
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

from playwright.async_api import Browser, BrowserContext, Page, Request, ViewportSize, async_playwright

from pipeline import packaged

OUT = Path(__file__).resolve().parents[3] / "out" / "web"
PHONE = ViewportSize(width=360, height=740)
DESKTOP = ViewportSize(width=1280, height=800)
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"),
)


def chromium() -> str | None:
    """The browser's path: `CHROME` names it, else it is looked for under its usual names."""
    return os.environ.get("CHROME") or next(filter(None, map(shutil.which, _NAMES)), None)


@dataclass
class Watched:
    """A page, what went wrong on it, and where it asked for anything."""

    page: Page
    errors: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)

    async def look(self, name: str) -> None:
        """Keep a picture of the page for whoever wants to see it."""
        OUT.mkdir(parents=True, exist_ok=True)
        await self.page.screenshot(path=OUT / f"{name}.png")


@contextlib.asynccontextmanager
async def opened(path: str, home: Path) -> AsyncIterator[Browser]:
    """Lend the browser, with a Chinese font where the machine itself may have none."""
    fonts = home / "fonts"
    fonts.mkdir()
    if font := packaged.path("font-sans"):
        (fonts / font.name).symlink_to(font)
    async with async_playwright() as play:
        around: dict[str, str | float | bool] = {**os.environ, "XDG_DATA_HOME": str(home)}
        browser = await play.chromium.launch(executable_path=path, args=_FLAGS, env=around)
        try:
            yield browser
        finally:
            await browser.close()


@contextlib.asynccontextmanager
async def visiting(
    browser: Browser, url: str, *, size: ViewportSize, lang: str, dark: bool = False
) -> AsyncIterator[Watched]:
    """Lend a page in a browser profile of its own."""
    context: BrowserContext = await browser.new_context(
        viewport=size,
        locale={"zh": "zh-CN", "en": "en-GB"}[lang],
        color_scheme="dark" if dark else "light",
        has_touch=size == PHONE,
        is_mobile=size == PHONE,
        device_scale_factor=2 if size == PHONE else 1,
        permissions=["microphone", "clipboard-read", "clipboard-write"],
        reduced_motion="reduce",
    )
    page = await context.new_page()
    watched = Watched(page)
    page.on("pageerror", lambda error: watched.errors.append(str(error)))
    page.on("console", lambda said: watched.errors.append(said.text) if said.type == "error" else None)

    def asked(request: Request) -> None:
        if not request.url.startswith(("blob:", "data:")):
            watched.hosts.add(request.url.split("/")[2])

    page.on("request", asked)
    await page.goto(url)
    try:
        yield watched
    finally:
        await context.close()
