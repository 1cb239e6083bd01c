"""A process to be killed: a reception with the real recipe behind it, fed line by line on its standard input.

Each line is a message's id; the same id is written back once it cannot be lost any more.
"""

import asyncio
import sys
from pathlib import Path

from bot.changes import Changes
from bot.messages import Errand, Incoming, Outgoing
from bot.reception import Reception
from bot.talk import Talk, Turn, fresh
from pipeline import recipes as recipes  # registers the makings
from pipeline.catalogue import Catalogue
from pipeline.engine import Engine
from pipeline.settings import Settings
from pipeline.studio import Studio
from pipeline.vendors.builtin.text import Text
from pipeline.workshop import Workshop
from storage.blobs import Blobs
from storage.db import Database
from storage.model import Address

ANNA = Address(channel="test", id="anna")


def turn(talk: Talk, incoming: Incoming) -> Turn:
    """Say what came, by its id, and let three options be written for each message."""
    brief = talk.brief.model_copy(update={"theme": "raise-mom"})
    talk = talk.model_copy(update={"turn": talk.turn + 1, "brief": brief})
    said = Outgoing(id=f"{talk.chat}:{talk.turn}:1", body=incoming.id)
    making = f"{talk.project}:scripts:{incoming.id}"
    errand = Errand(making=making, recipe="propose_scripts", args=(talk.project,))
    return Turn(talk=talk, says=(said,), errands=() if incoming.notice else (errand,))


async def main(folder: Path) -> None:
    """Serve until killed."""
    db = await Database.open(f"sqlite+aiosqlite:///{folder / 'rows.db'}")
    (folder / "scratch").mkdir(exist_ok=True)
    studio = Studio(
        db=db,
        blobs=Blobs.open(str(folder / "blobs")),
        catalogue=Catalogue(text=[Text()], image=(), voice=(), avatar=()),
        workshop=Workshop(),
        settings=Settings(),
        clock=asyncio.get_running_loop().time,
        weights={},
        scratch=folder / "scratch",
    )
    engine = await Engine.launch(f"sqlite:///{folder / 'engine.db'}", studio, poll_seconds=0.05, patience=0.1)
    reception = Reception(studio, engine, Changes(), turn=turn, fresh=fresh)
    await reception.open()
    print("ready", flush=True)  # noqa: T201
    while line := await asyncio.to_thread(sys.stdin.readline):
        identity = line.strip()
        came = Incoming(id=identity, address=ANNA, at=1.0, kind="text", text="x")
        await reception.receive(came)
        print(identity, flush=True)  # noqa: T201


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
