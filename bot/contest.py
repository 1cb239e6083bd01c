"""The writers in use, tried on the same thirty themes: a table to compare vendors, models and prompts by."""

from rich.console import Console
from rich.table import Table

from bot import app, settings
from bot.ends import run_to_end, told
from bot.texts import say
from pipeline.ports.errors import BadInput
from pipeline.ports.text import Writer
from pipeline.writing import scoring
from pipeline.writing.scoring import Mark, Score
from storage.model import Lang

_FIGURES = ("usable", "near", "verbatim", "short", "distinct", "clean")


def contest(vendor: str | None, count: int) -> int:
    """Try the writers, or one of them by its name, on the first themes; it costs what the calls cost."""
    lang = settings.language()

    def begin() -> int:
        scores = run_to_end(_scores(vendor, count, settings.load()))
        Console().print(_table(scores, lang))
        return 0

    return told(begin, lang)


async def _scores(vendor: str | None, count: int, chosen: settings.Settings) -> list[Score]:
    async with app.hired(chosen) as catalogue:
        writers = [one for one in catalogue.text if vendor in {None, one.facts.vendor, one.facts.name}]
        if not writers:
            known = ", ".join(one.facts.name for one in catalogue.text)
            raise BadInput(
                "settings.no_such_vendor", {"setting": "--vendor", "vendor": vendor or "", "known": known}
            )
        return [scoring.scored(one, await _marks(one, count)) for one in writers]


async def _marks(writer: Writer, count: int) -> list[Mark]:
    """One after another: what is measured is one person waiting."""
    return [await scoring.tried(writer, ask) for ask in scoring.themes(count)]


def _table(scores: list[Score], lang: Lang) -> Table:
    """One column a writer, so that they are read side by side."""
    table = Table(say("eval.writer", lang), *(score.writer for score in scores))
    for name in _FIGURES:
        table.add_row(say(f"eval.{name}", lang), *(f"{getattr(score, name):.0%}" for score in scores))
    rows = {
        "seconds": [f"{score.seconds:.2f}" for score in scores],
        "cost": [f"{score.cost:.4f} {score.currency}" for score in scores],
        "themes": [str(score.themes) for score in scores],
        "troubles": ["\n".join(score.troubles) for score in scores],
    }
    for name, cells in rows.items():
        table.add_row(say(f"eval.{name}", lang), *cells)
    return table
