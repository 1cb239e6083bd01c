"""The ledger: the takes of a project, those in doubt, and the end of a doubt."""

import time
from collections.abc import Iterable

import typer

from bot import settings
from bot.care import checkup
from bot.care.plain import sentence, when
from bot.care.rows import with_rows
from pipeline.money import all_written, written
from pipeline.ports.errors import BadInput
from storage import projects, takes
from storage.db import Database
from storage.model import Take

_DOUBT = "?"


def show_takes(project: str | None) -> int:
    """Print one project's takes, or all that need a decision because they were perhaps charged."""

    async def show(chosen: settings.Settings, db: Database) -> None:
        doubtful = {take.key for take in await checkup.doubtful(chosen, db)}
        if project and await projects.get(db, project) is None:
            raise BadInput("admin.no_project", {"project": project})
        rows = await takes.of(db, project) if project else await checkup.doubtful(chosen, db)
        for take in rows:
            _print_take(take, in_doubt=take.key in doubtful)
        if project and rows:
            _print_sum(chosen, rows)
        count = sum(take.key in doubtful for take in rows)
        typer.echo(sentence("admin.doubt" if count else "admin.no_doubt", count=count, mark=_DOUBT))

    return with_rows(show)


def settle(key: str, *, charged: bool) -> int:
    """End a doubt about one take, as the vendor's bill says; nothing is sent."""

    async def end(chosen: settings.Settings, db: Database) -> None:
        if key not in {take.key for take in await checkup.doubtful(chosen, db)}:
            raise BadInput("admin.not_in_doubt", {"take": key})
        found = await takes.get(db, key)
        if found is not None and found.state == "sending":
            await takes.unsure(db, key, "take.cut_off", time.time())
        await takes.settle(db, key, time.time(), charged=charged)
        typer.echo(sentence("admin.settled_charged" if charged else "admin.settled_free", take=key))

    return with_rows(end, none_yet=1)


def _print_take(take: Take, *, in_doubt: bool) -> None:
    """Two lines: the key whole, because it is copied from here, and below it how the take stands."""
    vendor = f"{take.vendor}:{take.model}" if take.model else take.vendor
    cost = written(take.cost, take.currency)
    if take.quote not in {0.0, take.cost}:
        cost = sentence("admin.quoted", cost=cost, quote=written(take.quote, take.currency))
    told = [sentence(f"take.state.{take.state}"), vendor, cost, when(take.changed)]
    typer.echo(f"{_DOUBT if in_doubt else ' '} {take.key}")
    typer.echo(f"    {' · '.join([*told, *filter(None, [take.error])])}")


def _print_sum(chosen: settings.Settings, rows: Iterable[Take]) -> None:
    """What it did cost altogether, and what it was expected to, by currency and in the house's own."""
    worth = {**chosen.rates(), chosen.currency: 1.0}
    claimed = [take for take in rows if take.state not in {"new", "rejected"}]
    told = {}
    for name in ("cost", "quote"):
        sums: dict[str, float] = {}
        for take in claimed:
            amount = (name == "quote" and take.quote) or take.cost
            sums[take.currency] = sums.get(take.currency, 0.0) + amount
        told[name] = all_written(sums, worth, chosen.currency) or written(0.0, chosen.currency)
    typer.echo(sentence("admin.sum", **told))
