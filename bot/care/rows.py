"""Running a command on the rows: settings, the database that is there, and a no in one clear line."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Literal

import typer

from bot import app, log, settings
from bot.care import checkup
from bot.care.plain import known_sentence, sentence
from pipeline.ports.errors import Trouble
from storage.db import Database
from storage.errors import StorageError


def with_rows(
    work: Callable[[settings.Settings, Database], Awaitable[None]], *, none_yet: Literal[0, 1] = 0
) -> int:
    """Run a command on the rows; without a database nothing is made, and `none_yet` is the end."""

    async def run(chosen: settings.Settings) -> int:
        for key, fields in settings.complaints():
            typer.echo(sentence(key, **fields), err=True)
        file = checkup.database_file(chosen)
        if file is not None and not checkup.is_there(file):
            typer.echo(sentence("admin.no_database", place=file), err=bool(none_yet))
            return none_yet
        db = await Database.open(app.database_url(chosen))
        try:
            await work(chosen, db)
        finally:
            await db.close()
        return 0

    return told(run)


def told(work: Callable[[settings.Settings], Awaitable[int]]) -> int:
    """Run a command; what it says no with becomes one clear line."""
    log.configure(logging.ERROR)

    async def run() -> int:
        return await work(settings.load())

    try:
        return asyncio.run(run())
    except (Trouble, StorageError) as trouble:
        typer.echo(known_sentence(trouble.key, trouble.fields), err=True)
        return 1
