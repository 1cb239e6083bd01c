"""The page in a browser: how soon something is seen, and how much is loaded for it."""

import asyncio
import statistics
import sys
import tempfile
from pathlib import Path

from tests.bench.figures import Figure
from tests.bot.web.browser import PHONE, chromium, opened, visiting
from tests.stories.website import website

_LOOKS = 7
_PAINTED = """() => [
    performance.getEntriesByName("first-contentful-paint")[0].startTime,
    [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
        .reduce((sum, each) => sum + each.transferSize, 0),
]"""


def measure() -> list[Figure]:
    """Measure everything of the page; nothing where there is no browser, and that is said."""
    path = chromium()
    if path is None:
        print("bench: NO BROWSER, so the page is not measured; CHROME=/path names one", file=sys.stderr)  # noqa: T201
        return []
    with tempfile.TemporaryDirectory() as name:
        painted, loaded, foreign = asyncio.run(_looks(path, Path(name)))
    return [
        Figure("page_first_paint_ms", statistics.median(painted), "ms", 1000),
        Figure("page_kb", max(loaded) / 1000, "kB", 150),
        Figure("page_foreign_requests", foreign, "requests", 0),
    ]


async def _looks(path: str, folder: Path) -> tuple[list[float], list[float], int]:
    """First paints in ms and bytes loaded, each in a browser profile of its own; requests to other places."""
    painted, loaded, hosts = [], [], set[str]()
    with website(folder / "site") as site:
        await site.start()
        async with opened(path, folder) as browser:
            for _ in range(_LOOKS):
                async with visiting(browser, site.url, size=PHONE, lang="zh") as watched:
                    await watched.page.locator("li.bot").nth(1).wait_for()
                    seen, weight = await watched.page.evaluate(_PAINTED)
                    painted.append(float(seen))
                    loaded.append(float(weight))
                    hosts |= watched.hosts
    return painted, loaded, len(hosts - {site.url.removeprefix("http://")})
