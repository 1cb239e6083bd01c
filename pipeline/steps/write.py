"""Write: script options for a theme, or the script the film is made from."""

from pipeline.parts import Options, Scripted
from pipeline.ports.errors import BadInput
from pipeline.ports.facts import Paid
from pipeline.ports.text import Text, WriteAsk, Written
from pipeline.spend import spend
from pipeline.studio import Studio, digest
from pipeline.themes import bank
from storage.model import Project


async def propose(studio: Studio, project: str) -> Options:
    """Return three options the person has not seen yet."""
    written = await _written(studio, await studio.project(project))
    kept = [await studio.keep_noun(project, "script", option) for option in written.options]
    texts = tuple(option.model_dump_json() for option in written.options)
    return Options(scripts=tuple(asset.id for asset in kept), texts=texts, exact=written.exact)


async def write(studio: Studio, project: str) -> Scripted:
    """Return the script: the one that was chosen or brought, else the best option for the theme."""
    whole = await studio.project(project)
    if whole.brief.script is not None:
        asset = await studio.keep_noun(project, "script", bank.directed(whole.brief.script))
        return Scripted(script=asset.id)
    written = await _written(studio, whole)
    asset = await studio.keep_noun(project, "script", written.options[0])
    return Scripted(script=asset.id, exact=written.exact)


async def _written(studio: Studio, project: Project) -> Written:
    brief = project.brief
    if brief.theme is None:
        raise BadInput("theme.missing")
    ask = WriteAsk(theme=brief.theme, audience=brief.audience, lang=brief.lang, seen=brief.seen)

    async def send(vendor: Text, _key: str) -> Paid:
        return Paid(value=(await vendor.write(ask)).model_dump_json())

    take = await spend(
        studio,
        project.id,
        "write",
        studio.catalogue.text,
        digest("write", ask, brief.rounds.get("write", 0)),
        send=send,
    )
    return Written.model_validate_json(take.result or "")
