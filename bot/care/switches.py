"""Opening a project again, and stopping it."""

import time
from typing import Literal

import typer

from bot import settings
from bot.care.plain import sentence
from bot.care.rows import with_rows
from pipeline.ports.errors import BadInput
from storage import projects, stops
from storage.db import Database


def reopen(project: str) -> int:
    """Open a project again, so that its next start makes what is missing."""

    async def open_again(_: settings.Settings, db: Database) -> None:
        await _change(db, project, "open")
        await stops.lift(db, project)

    return with_rows(open_again, none_yet=1)


def cancel(project: str) -> int:
    """Mark a project as cancelled: its makings stop before their next step."""

    async def stop(_: settings.Settings, db: Database) -> None:
        await _change(db, project, "cancelled")
        await stops.stop_all(db, project, time.time())

    return with_rows(stop, none_yet=1)


async def _change(db: Database, project: str, state: Literal["open", "cancelled"]) -> None:
    found = await projects.get(db, project)
    if found is None:
        raise BadInput("admin.no_project", {"project": project})
    if found.state == "done":
        raise BadInput("admin.already_done", {"project": project})
    await projects.change_state(db, project, state)
    typer.echo(sentence("admin.changed", project=project, state=sentence(f"project.{state}")))
