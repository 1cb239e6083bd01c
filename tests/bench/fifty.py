"""A house with so many films under way at hosted vendors, nobody's limits in between: `python -m … 50`."""

import asyncio
import sys

from PIL import Image

from bot import app, settings
from pipeline.ports.avatar import Avatar
from pipeline.ports.voice import Voice
from pipeline.recipes import make_film
from pipeline.studio import Studio
from storage import projects
from storage.model import Address, Brief, Line, Project, Script

_SCRIPT = Script(
    title=("饿了",), lines=(Line(speaker="person", text="饿不饿"), Line(speaker="pet", text="饿"))
)


async def main(films: int) -> None:
    """Start them all, and wait until killed."""
    found = {name: path if name.startswith("font") else None for name, path in app.weights().items()}
    async with app.opened(settings.load(), found=found) as house:
        for voice in house.studio.catalogue.voice:
            _free(voice)
        for avatar in house.studio.catalogue.avatar:
            _free(avatar)
        makings = [await _begun(house, number) for number in range(films)]
        await asyncio.gather(*map(house.engine.finished, makings))


def _free(vendor: Voice | Avatar) -> None:
    """Take a vendor's limits away."""
    vendor.facts = vendor.facts.model_copy(update={"at_once": None, "per_minute": None})  # type: ignore[misc]  # the port only promises that it can be read


async def _begun(house: app.House, number: int) -> str:
    project = f"film-{number}"
    studio = house.studio
    await projects.create(studio.db, Project(id=project, address=Address(channel="web", id=str(number))))
    brief = Brief(photo=await _photo(studio, project), script=_SCRIPT, voice="naitang", person_voice="mama")
    await projects.change_brief(studio.db, project, brief)
    await house.engine.start(make_film, f"{project}:film:1", project)
    return f"{project}:film:1"


async def _photo(studio: Studio, project: str) -> str:
    with studio.bench() as bench:
        Image.new("RGB", (300, 400), "tan").save(bench / "pet.jpg")
        return (await studio.keep(project, "photo", bench / "pet.jpg", "image/jpeg")).id


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
