"""What goes: everything a person gave, and what is older than is kept."""

import time

import typer

from bot import app, settings
from bot.care.plain import sentence
from bot.care.rows import with_rows
from pipeline.farewell import farewell
from storage import forget as forgetting
from storage import projects
from storage.blobs import Blobs
from storage.db import Database
from storage.forget import Forgotten
from storage.model import Address

_DAY = 86_400.0


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
        typer.echo(sentence("admin.bad_address", address=address), err=True)
        return 1
    return with_rows(remove)


def prune() -> int:
    """Remove what is older than the operator keeps."""

    async def remove(chosen: settings.Settings, db: Database) -> None:
        blobs = Blobs.open(app.blobs_url(chosen), chosen.aws())
        gone = await forgetting.prune(db, blobs, time.time() - chosen.keep_days * _DAY)
        await _tell_gone(chosen, db, gone)

    return with_rows(remove)


async def _tell_gone(chosen: settings.Settings, db: Database, gone: Forgotten) -> None:
    """Say what is gone here, have voices deleted at their vendors, and say what could not be."""
    typer.echo(sentence("admin.forgotten", projects=gone.projects, files=gone.blobs))
    if not gone.owed:
        return
    async with app.hired(chosen) as catalogue:
        owed = await farewell(db, catalogue.voice)
    if len(owed) < len(gone.owed):
        typer.echo(sentence("admin.voices_gone", count=len(gone.owed) - len(owed)))
    for vendor in sorted({voice.vendor for voice in owed}):
        count = sum(voice.vendor == vendor for voice in owed)
        typer.echo(sentence("admin.owed", count=count, vendor=vendor))
