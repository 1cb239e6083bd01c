"""For the people who run the bot: what is set, what is there, what was spent, and putting things right.

Reads and writes rows but never starts the engine: a second start would run what is in flight again.
"""

import asyncio
import logging
import shutil
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import typer
from rich.console import Console
from rich.table import Table

from bot import app, log, settings
from bot.texts import known, say
from pipeline.ports.errors import BadInput, Trouble
from pipeline.workshop import Workshop
from storage import forget as forgetting
from storage import projects, stops, takes
from storage.blobs import Blobs
from storage.db import Database
from storage.errors import StorageError
from storage.model import Address, Take

_DAY = 86_400.0
_LITTLE_DISK = 1 << 30


def doctor(*, live: bool) -> int:
    """Print the state of the house; 1 when something is broken."""
    return _told(lambda chosen: _doctor(chosen, live=live))


def show_projects(limit: int) -> int:
    """Print the newest projects."""

    async def show(db: Database) -> None:
        table = Table("project", "whose", "state", "since")
        for each in await projects.recent(db, limit):
            whose = f"{each.address.channel}:{each.address.id}"
            table.add_row(each.id, whose, each.state, _when(each.created))
        _print(table)

    return _with_rows(show)


def show_people() -> int:
    """Print who has projects."""

    async def show(db: Database) -> None:
        table = Table("person", "projects", "newest")
        for address, count, newest in await projects.people(db):
            table.add_row(f"{address.channel}:{address.id}", str(count), _when(newest))
        _print(table)

    return _with_rows(show)


def show_takes(project: str | None) -> int:
    """Print one project's takes, or all that were perhaps charged."""

    async def show(db: Database) -> None:
        rows = await takes.of(db, project) if project else await takes.doubtful(db)
        table = Table("take", "vendor", "model", "state", "cost", "changed", "error")
        for take in rows:
            table.add_row(*_row(take))
        _print(table)

    return _with_rows(show)


def show_costs(days: int) -> int:
    """Print what was spent in the last days, per currency."""

    async def show(db: Database) -> None:
        table = Table("currency", "spent")
        for currency, cost in (await takes.spent(db, time.time() - days * _DAY)).items():
            table.add_row(currency, f"{cost:.2f}")
        _print(table)

    return _with_rows(show)


def reopen(project: str) -> int:
    """Open a project again, so that its next start makes what is missing."""

    async def open_again(db: Database) -> None:
        await _change(db, project, "open")
        await stops.lift(db, project)

    return _with_rows(open_again)


def cancel(project: str) -> int:
    """Mark a project as cancelled: its makings stop before their next step."""

    async def stop(db: Database) -> None:
        await _change(db, project, "cancelled")
        await stops.stop_all(db, project, time.time())

    return _with_rows(stop)


def forget(address: str) -> int:
    """Remove everything a person gave."""
    channel, _, person = address.partition(":")

    async def remove(db: Database) -> None:
        if not person:
            raise BadInput("admin.bad_address", {"address": address})
        chosen = settings.load()
        blobs = Blobs.open(app.blobs_url(chosen), chosen.aws())
        gone = await forgetting.forget(db, blobs, Address(channel=channel, id=person))
        fields = {"projects": str(gone.projects), "files": str(gone.blobs)}
        typer.echo(say("admin.forgotten", settings.language(), fields))

    return _with_rows(remove)


def prune() -> int:
    """Remove what is older than the operator keeps."""

    async def remove(db: Database) -> None:
        chosen = settings.load()
        blobs = Blobs.open(app.blobs_url(chosen), chosen.aws())
        gone = await forgetting.prune(db, blobs, time.time() - chosen.keep_days * _DAY)
        fields = {"projects": str(gone.projects), "files": str(gone.blobs)}
        typer.echo(say("admin.forgotten", settings.language(), fields))

    return _with_rows(remove)


async def _doctor(chosen: settings.Settings, *, live: bool) -> int:
    lang = settings.language()
    broken = 0
    table = Table("", "", "")

    def row(fine: bool, what: str, how: str) -> None:
        nonlocal broken
        broken += not fine
        table.add_row("✓" if fine else "✗", what, how)

    for key, fields in settings.complaints():
        row(False, say("doctor.settings", lang), say(key, lang, fields))
    workshop = Workshop()
    try:
        for modality, facts in app.catalogue(chosen, workshop, app.weights()).rows():
            row(True, modality, " → ".join(each.name for each in facts))
    finally:
        await workshop.close()
    db = await Database.open(app.database_url(chosen))
    try:
        doubtful = await takes.doubtful(db)
        row(True, say("doctor.database", lang), app.database_url(chosen).split("@")[-1])
        row(not doubtful, say("doctor.doubtful", lang), str(len(doubtful)))
    finally:
        await db.close()
    blobs = Blobs.open(app.blobs_url(chosen), chosen.aws())
    await blobs.exists("doctor")
    row(True, say("doctor.blobs", lang), app.blobs_url(chosen))
    for name, path in app.weights().items():
        row(path is not None, name, say("doctor.there" if path else "doctor.absent", lang))
    free = shutil.disk_usage(_existing(chosen.data_dir)).free
    row(free > _LITTLE_DISK, say("doctor.disk", lang), f"{free / 1e9:.1f} GB")
    if live:
        row(True, say("doctor.live", lang), say("doctor.live_nobody", lang))
    _print(table)
    return 1 if broken else 0


def _existing(folder: Path) -> Path:
    folder = folder.absolute()
    while not folder.exists():
        folder = folder.parent
    return folder


async def _change(db: Database, project: str, state: str) -> None:
    if await projects.get(db, project) is None:
        raise BadInput("admin.no_project", {"project": project})
    await projects.change_state(db, project, state)
    typer.echo(f"{project}: {state}")


def _row(take: Take) -> tuple[str, ...]:
    cost = f"{take.cost:g} {take.currency}"
    return take.key, take.vendor, take.model, take.state, cost, _when(take.changed), take.error or ""


def _when(seconds: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(seconds))


def _print(table: Table) -> None:
    Console(soft_wrap=True).print(table)


def _with_rows(work: Callable[[Database], Awaitable[None]]) -> int:
    async def run(chosen: settings.Settings) -> int:
        chosen.data_dir.mkdir(parents=True, exist_ok=True)
        db = await Database.open(app.database_url(chosen))
        try:
            await work(db)
        finally:
            await db.close()
        return 0

    return _told(run)


def _told(work: Callable[[settings.Settings], Awaitable[int]]) -> int:
    """Run a command; what it says no with becomes one clear line."""
    log.configure(logging.ERROR)
    lang = settings.language()

    async def run() -> int:
        return await work(settings.load())

    try:
        return asyncio.run(run())
    except (Trouble, StorageError) as trouble:
        key = trouble.key if known(trouble.key) else "trouble.unknown"
        typer.echo(say(key, lang, {"key": trouble.key, **trouble.fields}), err=True)
        return 1
