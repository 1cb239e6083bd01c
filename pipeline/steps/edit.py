"""Edit: the chosen script, changed as somebody's free words ask."""

from pipeline.commission import commission
from pipeline.parts import Edited
from pipeline.ports.errors import BadInput
from pipeline.ports.text import EditAsk, Writer
from pipeline.studio import Studio, digest


async def edit(studio: Studio, project: str) -> Edited:
    """Return the script with the brief's wish for it granted; everything else in it stays.

    Raises:
        BadInput: there is no script yet, or nothing is wished.
    """
    brief = (await studio.project(project)).brief
    wish = brief.wishes.get("edit", "")
    if brief.script is None or not wish:
        raise BadInput("edit.nothing")
    ask = EditAsk(script=brief.script, wish=wish, lang=brief.script.lang)

    async def read(writer: Writer, raw: str) -> str:
        return writer.edited(ask, raw).model_dump_json()

    made_from = digest("edit", ask, brief.rounds.get("edit", 0))
    take = await commission(studio, project, "edit", studio.catalogue.editors, made_from, ask, read)
    text = take.result or ""
    kept = await studio.keep(project, "script", text.encode(), "application/json")
    return Edited(script=kept.id, text=text)
