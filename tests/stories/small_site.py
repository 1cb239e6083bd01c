"""A `pawlogue run` with cheap crafts: small pictures, no models, one thread, a clock that may go faster.

Started as `python -m tests.stories.small_site SINCE PACE`: at SINCE both clocks are the same, and from there
on one of our seconds is PACE of its own. What it makes, keeps, pays and says is done by the real parts.
"""

import asyncio
import dataclasses
import sys
import time

from bot import app, settings
from bot.channels.web.front import Front
from bot.channels.web.guard import Rules
from bot.channels.web.server import Door
from bot.loans import lending
from bot.served import Health, Served, listen
from pipeline.studio import Studio
from tests.pipeline.beside import Beside

_WIDE, _HIGH = 216, 384
_POLL_SECONDS = 0.1


async def main(since: float, pace: float) -> None:
    """Serve until killed."""
    chosen = settings.load()
    found = {name: path if name.startswith("font") else None for name, path in app.weights().items()}

    async def health() -> Health:
        shows = served.page is not None
        return Health(ready=shows, does="work" if shows else "start")

    served = Served(health, _nothing)
    listening = listen(chosen.web_host, chosen.web_port)
    async with app.furnished(chosen, found=found) as whole:
        studio = _small(whole, since, pace)
        with served.opening(lending(studio)):
            serving = asyncio.create_task(served.serve(listening))
            async with app.working(chosen, studio, _POLL_SECONDS) as house, app.receiving(house) as lobby:
                front = Front(studio, lobby.reception, lobby.changes, lobby.tidings)
                door = Door(front, Rules(chosen.web_host, None, chosen.public_base_url), studio.scratch)
                with served.showing(door.app()):
                    await serving


def _small(studio: Studio, since: float, pace: float) -> Studio:
    """The studio with all of that."""
    return dataclasses.replace(
        studio,
        settings=studio.settings.model_copy(update={"width": _WIDE, "height": _HIGH}),
        clock=lambda: since + (time.time() - since) * pace,
        workshop=Beside(),
    )


async def _nothing() -> bytes:
    return b""


if __name__ == "__main__":
    asyncio.run(main(*map(float, sys.argv[1:])))
