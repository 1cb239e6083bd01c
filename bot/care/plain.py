"""What the commands print with: sentences, tables, times, people, marks."""

import time
from collections.abc import Iterable

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot import settings
from bot.texts import known, say
from storage.model import Address

MARKS = {"fine": "✓", "note": "·", "broken": "✗"}


def print_table(headings: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    """A table: folded to a terminal's width, whole lines where another program reads them."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in headings:
        table.add_column(Text(sentence(f"admin.heading.{heading}")), overflow="fold")
    for row in rows:
        table.add_row(*map(Text, row))
    if not table.row_count:
        typer.echo(sentence("admin.nothing"))
        return
    console = Console(highlight=False)
    if not console.is_terminal:
        wide = console.options.update(max_width=10_000)
        console.width = max(console.width, console.measure(table, options=wide).maximum)
    console.print(table)


def named(address: Address) -> str:
    """An address as it is typed: channel:id."""
    return f"{address.channel}:{address.id}"


def when(seconds: float) -> str:
    """A moment in seconds since the epoch, to the minute, on this machine's clock."""
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(seconds))


def sentence(key: str, **fields: object) -> str:
    """A text in the operator's language."""
    return say(key, settings.language(), fields)


def known_sentence(key: str, fields: dict[str, str]) -> str:
    """A text whose key is not ours to choose: one without words is told by its name."""
    return say(key if known(key) else "trouble.unknown", settings.language(), {"key": key, **fields})
