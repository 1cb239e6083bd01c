"""For the people who run the bot: what is set, what is there, what was spent, and putting things right.

Reads and writes rows but never starts the engine: a second start would run what is in flight again.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterable
from typing import Literal

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot import app, checkup, log, settings
from bot.texts import known, say
from pipeline.farewell import farewell
from pipeline.model import Report
from pipeline.money import all_written, written
from pipeline.ports.errors import BadInput, Trouble
from storage import assets, outbox, projects, stops, takes, updates
from storage import forget as forgetting
from storage.blobs import Blobs
from storage.db import Database
from storage.errors import StorageError
from storage.forget import Forgotten
from storage.model import Address, Take

_DAY = 86_400.0
_MARKS = {"fine": "✓", "note": "·", "broken": "✗"}
_DOUBT = "?"


def doctor(*, live: bool) -> int:
    """Print the state of the house; 1 when something is broken."""
    return _told(lambda chosen: _doctor(chosen, live=live))


def show_projects(limit: int) -> int:
    """Print the newest projects."""

    async def show(_: settings.Settings, db: Database) -> None:
        _print(
            ("project", "person", "state", "begun"),
            (
                (each.id, _address(each.address), _say(f"project.{each.state}"), _when(each.created))
                for each in await projects.recent(db, limit)
            ),
        )

    return _with_rows(show)


def show_people() -> int:
    """Print who has projects."""

    async def show(_: settings.Settings, db: Database) -> None:
        _print(
            ("person", "projects", "newest"),
            (
                (_address(address), str(count), _when(newest))
                for address, count, newest in await projects.people(db)
            ),
        )

    return _with_rows(show)


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
        typer.echo(_say("admin.doubt" if count else "admin.no_doubt", count=count, mark=_DOUBT))

    return _with_rows(show)


def show_report(project: str) -> int:
    """Print what the check found in each film of a project."""

    async def show(chosen: settings.Settings, db: Database) -> None:
        if await projects.get(db, project) is None:
            raise BadInput("admin.no_project", {"project": project})
        blobs = Blobs.open(app.blobs_url(chosen), chosen.aws())
        kept = [each for each in await assets.of(db, project) if each.kind == "report"]
        for each in kept:
            _print_report(each.id, Report.model_validate_json(await blobs.read(each.key)))
        if not kept:
            typer.echo(_say("admin.nothing"))

    return _with_rows(show)


def settle(key: str, *, charged: bool) -> int:
    """End a doubt about one take, as the vendor's bill says; nothing is sent."""

    async def end(chosen: settings.Settings, db: Database) -> None:
        if key not in {take.key for take in await checkup.doubtful(chosen, db)}:
            raise BadInput("admin.not_in_doubt", {"take": key})
        found = await takes.get(db, key)
        if found is not None and found.state == "sending":
            await takes.unsure(db, key, "take.cut_off", time.time())
        await takes.settle(db, key, time.time(), charged=charged)
        typer.echo(_say("admin.settled_charged" if charged else "admin.settled_free", take=key))

    return _with_rows(end, none_yet=1)


def show_costs(days: int) -> int:
    """Print what was spent in the last days, per currency."""

    async def show(_: settings.Settings, db: Database) -> None:
        spent = await takes.spent(db, time.time() - days * _DAY)
        _print(("currency", "spent"), ((currency, f"{cost:.2f}") for currency, cost in sorted(spent.items())))

    return _with_rows(show)


def show_aside(limit: int) -> int:
    """Print what came in and could not be read: which, when, and the class of its error; never its words."""

    async def show(_: settings.Settings, db: Database) -> None:
        rows = await updates.aside(db, limit)
        _print(
            ("update", "when", "error"),
            ((f"{each.channel}:{each.id}", _when(each.at), each.error or "") for each in rows),
        )
        if rows:
            typer.echo(_say("admin.aside", count=len(rows)))

    return _with_rows(show)


def show_doubtful(limit: int) -> int:
    """Print the messages that perhaps never arrived, or could not: to whom, when, why; never their words."""

    async def show(_: settings.Settings, db: Database) -> None:
        _print(
            ("person", "message", "when", "error"),
            (
                (_address(each.address), each.id, _when(each.changed), _why(each.error or ""))
                for each in await outbox.doubtful(db, limit)
            ),
        )

    return _with_rows(show)


def _why(error: str) -> str:
    """A reason in words where there are any; else the class of a mistake of ours."""
    return _say(error) if known(error) else error


def reopen(project: str) -> int:
    """Open a project again, so that its next start makes what is missing."""

    async def open_again(_: settings.Settings, db: Database) -> None:
        await _change(db, project, "open")
        await stops.lift(db, project)

    return _with_rows(open_again, none_yet=1)


def cancel(project: str) -> int:
    """Mark a project as cancelled: its makings stop before their next step."""

    async def stop(_: settings.Settings, db: Database) -> None:
        await _change(db, project, "cancelled")
        await stops.stop_all(db, project, time.time())

    return _with_rows(stop, none_yet=1)


def forget(address: str) -> int:
    """Remove everything a person gave; what is being made for them stops first."""

    channel, _, person = address.partition(":")
    whose = Address(channel=channel, id=person)

    async def remove(chosen: settings.Settings, db: Database) -> None:
        for each in await projects.belonging_to(db, whose):
            await projects.change_state(db, each.id, "cancelled")
        blobs = Blobs.open(app.blobs_url(chosen), chosen.aws())
        await _tell_gone(chosen, db, await forgetting.forget(db, blobs, whose))

    if not (channel and person):
        typer.echo(_say("admin.bad_address", address=address), err=True)
        return 1
    return _with_rows(remove)


def prune() -> int:
    """Remove what is older than the operator keeps."""

    async def remove(chosen: settings.Settings, db: Database) -> None:
        blobs = Blobs.open(app.blobs_url(chosen), chosen.aws())
        gone = await forgetting.prune(db, blobs, time.time() - chosen.keep_days * _DAY)
        await _tell_gone(chosen, db, gone)

    return _with_rows(remove)


async def _doctor(chosen: settings.Settings, *, live: bool) -> int:
    findings = await checkup.examine(chosen, live=live)
    table = Table.grid(padding=(0, 1))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for each in findings:
        how = _known(each.how, each.fields)
        table.add_row(Text(_MARKS[each.mark]), Text(_say(each.what, **each.fields)), Text(how))
    Console(highlight=False).print(table)
    broken = sum(each.mark == "broken" for each in findings)
    typer.echo(_say("doctor.ill" if broken else "doctor.well", count=broken))
    return 1 if broken else 0


async def _change(db: Database, project: str, state: Literal["open", "cancelled"]) -> None:
    found = await projects.get(db, project)
    if found is None:
        raise BadInput("admin.no_project", {"project": project})
    if found.state == "done":
        raise BadInput("admin.already_done", {"project": project})
    await projects.change_state(db, project, state)
    typer.echo(_say("admin.changed", project=project, state=_say(f"project.{state}")))


async def _tell_gone(chosen: settings.Settings, db: Database, gone: Forgotten) -> None:
    """Say what is gone here, have voices deleted at their vendors, and say what could not be."""
    typer.echo(_say("admin.forgotten", projects=gone.projects, files=gone.blobs))
    if not gone.owed:
        return
    async with app.hired(chosen) as catalogue:
        owed = await farewell(db, catalogue.voice)
    if len(owed) < len(gone.owed):
        typer.echo(_say("admin.voices_gone", count=len(gone.owed) - len(owed)))
    for vendor in sorted({voice.vendor for voice in owed}):
        count = sum(voice.vendor == vendor for voice in owed)
        typer.echo(_say("admin.owed", count=count, vendor=vendor))


def _print_take(take: Take, *, in_doubt: bool) -> None:
    """Two lines: the key whole, because it is copied from here, and below it how the take stands."""
    vendor = f"{take.vendor}:{take.model}" if take.model else take.vendor
    cost = written(take.cost, take.currency)
    if take.quote not in {0.0, take.cost}:
        cost = _say("admin.quoted", cost=cost, quote=written(take.quote, take.currency))
    told = [_say(f"take.state.{take.state}"), vendor, cost, _when(take.changed)]
    typer.echo(f"{_DOUBT if in_doubt else ' '} {take.key}")
    typer.echo(f"    {' · '.join([*told, *filter(None, [take.error])])}")


def _print_report(name: str, report: Report) -> None:
    """One line with the figures, and one for each fault."""
    facts = report.facts
    verdict = _say("admin.report_good" if report.sendable else "admin.report_bad")
    megabytes = f"{float(facts.get('bytes') or 0) / 1e6:.1f}"
    told = {"seconds": facts.get("seconds"), "lufs": facts.get("lufs"), "peak": facts.get("true_peak_db")}
    typer.echo(_say("admin.report", film=name, verdict=verdict, megabytes=megabytes, **told))
    for fault in report.faults:
        typer.echo(f"  {_MARKS['broken' if fault.stops else 'note']} {_known(fault.key, fault.fields)}")


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
    typer.echo(_say("admin.sum", **told))


def _print(headings: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    """A table: folded to a terminal's width, whole lines where another program reads them."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in headings:
        table.add_column(Text(_say(f"admin.heading.{heading}")), overflow="fold")
    for row in rows:
        table.add_row(*map(Text, row))
    if not table.row_count:
        typer.echo(_say("admin.nothing"))
        return
    console = Console(highlight=False)
    if not console.is_terminal:
        wide = console.options.update(max_width=10_000)
        console.width = max(console.width, console.measure(table, options=wide).maximum)
    console.print(table)


def _address(address: Address) -> str:
    return f"{address.channel}:{address.id}"


def _when(seconds: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(seconds))


def _say(key: str, **fields: object) -> str:
    return say(key, settings.language(), fields)


def _known(key: str, fields: dict[str, str]) -> str:
    return say(key if known(key) else "trouble.unknown", settings.language(), {"key": key, **fields})


def _with_rows(
    work: Callable[[settings.Settings, Database], Awaitable[None]], *, none_yet: Literal[0, 1] = 0
) -> int:
    """Run a command on the rows; without a database nothing is made, and `none_yet` is the end."""

    async def run(chosen: settings.Settings) -> int:
        for key, fields in settings.complaints():
            typer.echo(_say(key, **fields), err=True)
        file = checkup.database_file(chosen)
        if file is not None and not checkup.is_there(file):
            typer.echo(_say("admin.no_database", place=file), err=bool(none_yet))
            return none_yet
        db = await Database.open(app.database_url(chosen))
        try:
            await work(chosen, db)
        finally:
            await db.close()
        return 0

    return _told(run)


def _told(work: Callable[[settings.Settings], Awaitable[int]]) -> int:
    """Run a command; what it says no with becomes one clear line."""
    log.configure(logging.ERROR)

    async def run() -> int:
        return await work(settings.load())

    try:
        return asyncio.run(run())
    except (Trouble, StorageError) as trouble:
        typer.echo(_known(trouble.key, trouble.fields), err=True)
        return 1
