"""Films on hosted vendors as slow as real ones: what comes on top of their time, and what waiting costs."""

import asyncio
import contextlib
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from pipeline import packaged
from tests.bench.figures import Figure
from tests.bench.processes import cpu_seconds, pss_mb
from tests.fakes import kling, minimax
from tests.fakes.kling import Kling
from tests.fakes.minimax import MiniMax
from tests.fakes.serving import served
from tests.fakes.voices import sample
from tests.stories.cli import environment
from tests.stories.owner import films
from tests.stories.storm import Person
from tests.stories.vendors import Pace, vendors
from tests.stories.website import guest, website

_REAL = Pace(text=6.0, image=12.0, clone=8.0, speech=4.0, performance=90.0)
_PATH = _REAL.speech + _REAL.performance  # what is left after the last tap; both speakers at once
_FILMS = 50
_SETTLING, _WATCHED = 65.0, 30.0  # seconds: the last rooms close a minute after their last work


def measure() -> list[Figure]:
    """Measure everything of making."""
    over = asyncio.run(_over())
    busy, held, waiting = asyncio.run(_in_flight())
    return [
        Figure("film_over_path_s", over, "s beyond 1.05 x the vendors' own", 3.0),
        Figure("films_in_flight", waiting, "films", _FILMS),
        Figure("films_in_flight_cpu_percent", busy, "% of a core", 30.0),
        Figure("films_in_flight_mb", held, "MB PSS", 350.0),
    ]


async def _over() -> float:
    """Seconds from the last tap to the film in the chat, less what the vendors took and a twentieth."""
    photo = packaged.path("sample-photo")
    if photo is None:
        sys.exit("bench: run make setup first")
    with tempfile.TemporaryDirectory() as name, vendors(_REAL) as fakes:
        folder = Path(name)
        with website(folder / "site", PUBLIC_BASE_URL="{url}", **fakes.settings) as site:
            await site.start()
            async with guest(site.url) as who:
                person = Person(who, photo, sample(folder / "voice.wav"), draws=False)
                await person.chat(until=lambda: "go:" in who.open_buttons())
                begun = time.perf_counter()
                await who.press(who.open_buttons()["go:"])
                await who.until(lambda: films(who), seconds=300)
                return time.perf_counter() - begun - 1.05 * _PATH


async def _in_flight() -> tuple[float, float, int]:
    """Percent of a core, MB, and how many performances were under way meanwhile."""
    voice, stage = MiniMax(), Kling()
    stage.takes, stage.at_once = 3_600.0, _FILMS
    with tempfile.TemporaryDirectory() as name, served(voice.app) as first, served(stage.app) as second:
        voice.address, stage.address = first, second
        settings = {
            "MINIMAX_API_KEY": minimax.KEY, "MINIMAX_BASE_URL": first, "MAKE_VOICE": "minimax",
            "KLING_API_KEY": kling.KEY, "KLING_BASE_URL": second, "MAKE_AVATAR": "kling",
        }  # fmt: skip
        with _house(Path(name), settings) as program:
            while stage.bills < _FILMS:  # another process has no event for us
                await asyncio.sleep(0.5)
                if program.poll() is not None:
                    sys.exit("bench: the house of fifty films fell in")
            await asyncio.sleep(_SETTLING)
            before, begun = cpu_seconds(program.pid), time.perf_counter()
            await asyncio.sleep(_WATCHED)
            busy = 100 * (cpu_seconds(program.pid) - before) / (time.perf_counter() - begun)
            return busy, pss_mb(program.pid), stage.running()


@contextlib.contextmanager
def _house(folder: Path, settings: Mapping[str, str]) -> Iterator["subprocess.Popen[bytes]"]:
    """A house that makes fifty films, in a process of its own."""
    command = [sys.executable, "-m", "tests.bench.fifty", str(_FILMS)]
    program = subprocess.Popen(command, cwd=folder, env={**environment(folder), **settings})
    try:
        yield program
    finally:
        program.kill()
        program.wait()
