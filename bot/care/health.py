"""The doctor, told line by line."""

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot import settings
from bot.care import checkup
from bot.care.plain import MARKS, known_sentence, sentence
from bot.care.rows import told


def doctor(*, live: bool) -> int:
    """Print the state of the house; 1 when something is broken."""
    return told(lambda chosen: _doctor(chosen, live=live))


async def _doctor(chosen: settings.Settings, *, live: bool) -> int:
    findings = await checkup.examine(chosen, live=live)
    table = Table.grid(padding=(0, 1))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for each in findings:
        how = known_sentence(each.how, each.fields)
        table.add_row(Text(MARKS[each.mark]), Text(sentence(each.what, **each.fields)), Text(how))
    Console(highlight=False).print(table)
    broken = sum(each.mark == "broken" for each in findings)
    typer.echo(sentence("doctor.ill" if broken else "doctor.well", count=broken))
    return 1 if broken else 0
