"""A film of which one line changes: what is made anew, and how long that takes beside the whole."""

import asyncio
import tempfile
import time
from pathlib import Path

from rich.console import Console

from bot import settings
from bot.app import House, opened
from bot.demo import TAPS
from bot.film import make
from bot.wish import Wish
from pipeline import packaged
from pipeline.recipes import make_film
from storage import projects, strides
from storage.model import Line, Script
from tests.bench.figures import Figure

_SAID = (
    "长大后要不要养妈妈？",
    "要",
    "没钱怎么办？",
    "我去捡破烂养你",
    "那你先把房租交了",
    "我突然觉得我还小",
)
_SCRIPT = Script(
    title=("长大后要不要养妈妈",),
    lines=tuple(Line(speaker="pet" if n % 2 else "person", text=text) for n, text in enumerate(_SAID)),
)
_NOW = "我去送外卖搞钱养妈妈"


def measure() -> list[Figure]:
    """Make a film, change its second answer, and make it again."""
    return asyncio.run(_measured())


async def _measured() -> list[Figure]:
    photo = packaged.path("sample-photo")
    if photo is None:
        raise SystemExit("bench: run make setup first")
    with tempfile.TemporaryDirectory() as name:
        chosen = settings.load().model_copy(update={"data_dir": Path(name) / "data"})
        async with opened(chosen) as house:
            began = time.perf_counter()
            wish = Wish(photo=photo, script=_SCRIPT, out=Path(name) / "film.mp4", taps=TAPS)
            first = await make(house, wish, Console(quiet=True), "zh")
            whole = time.perf_counter() - began
            line, steps = await _again(house, first.notice.assets["film"].split(".")[0])
    return [
        Figure("film_whole_s", whole, "s"),
        Figure("film_line_s", line, "s"),
        *(Figure(f"film_line_{step}_s", seconds, "s") for step, seconds in steps.items()),
    ]


async def _again(house: House, project: str) -> tuple[float, dict[str, float]]:
    db = house.studio.db
    brief = (await house.studio.project(project)).brief
    script = brief.script
    assert script is not None
    lines = list(script.lines)
    lines[3] = lines[3].model_copy(update={"text": _NOW})
    changed = script.model_copy(update={"lines": tuple(lines)})
    await projects.change_brief(db, project, brief.model_copy(update={"script": changed}))
    began = time.perf_counter()
    await house.engine.start(make_film, f"{project}:film:2", project)
    await house.engine.finished(f"{project}:film:2")
    took = time.perf_counter() - began
    told = await strides.of(db, f"{project}:film:2")
    steps = {each.step: (each.ended or 0.0) - (each.started or 0.0) for each in told}
    return took, {step: seconds for step, seconds in steps.items() if seconds > 0.3}
