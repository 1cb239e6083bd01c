"""Write: script options for a theme, or the script the film is made from."""

from pipeline.commission import commission
from pipeline.likeness import likeness
from pipeline.parts import Options, Scripted
from pipeline.ports.errors import BadInput
from pipeline.ports.text import WriteAsk, Writer, Written
from pipeline.studio import Studio, digest
from pipeline.themes import bank
from storage.model import Brief, Project


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
    """Ask for options; somebody's own dialogue without a theme is the mould, for those who can rewrite it."""
    brief = project.brief
    mould = brief.script if brief.theme is None else None
    if brief.theme is None and mould is None:
        raise BadInput("theme.missing")
    ask = _ask(brief)
    made_from = digest("write", ask, brief.rounds.get("write", 0))
    known = await likeness(studio, project.id)
    told = ask.model_copy(update={"pet": known})

    async def read(writer: Writer, raw: str) -> str:
        return writer.written(told, raw).model_dump_json()

    writers = studio.catalogue.editors if mould else studio.catalogue.text
    take = await commission(studio, project.id, "write", writers, made_from, told, read)
    return Written.model_validate_json(take.result or "")


def _ask(brief: Brief) -> WriteAsk:
    """What is asked for, without what is known of the pet: that may come later and makes no new request."""
    mould = brief.script if brief.theme is None else None
    return WriteAsk(
        theme=brief.theme or "", audience=brief.audience, lang=mould.lang if mould else brief.lang,
        seen=brief.seen, mould=mould, wish=brief.wishes.get("write", ""),
    )  # fmt: skip
