"""The lists: projects, people, costs, what could not be read, what perhaps never arrived, a film's report."""

import time

import typer

from bot import app, settings
from bot.care.plain import MARKS, known_sentence, named, print_table, sentence, when
from bot.care.rows import with_rows
from bot.texts import known
from pipeline.model import Report
from pipeline.ports.errors import BadInput
from storage import assets, outbox, projects, takes, updates
from storage.blobs import Blobs
from storage.db import Database

_DAY = 86_400.0


def show_projects(limit: int) -> int:
    """Print the newest projects."""

    async def show(_: settings.Settings, db: Database) -> None:
        print_table(
            ("project", "person", "state", "begun"),
            (
                (each.id, named(each.address), sentence(f"project.{each.state}"), when(each.created))
                for each in await projects.recent(db, limit)
            ),
        )

    return with_rows(show)


def show_people() -> int:
    """Print who has projects."""

    async def show(_: settings.Settings, db: Database) -> None:
        print_table(
            ("person", "projects", "newest"),
            (
                (named(address), str(count), when(newest))
                for address, count, newest in await projects.people(db)
            ),
        )

    return with_rows(show)


def show_costs(days: int) -> int:
    """Print what was spent in the last days, per currency."""

    async def show(_: settings.Settings, db: Database) -> None:
        spent = await takes.spent(db, time.time() - days * _DAY)
        print_table(
            ("currency", "spent"), ((currency, f"{cost:.2f}") for currency, cost in sorted(spent.items()))
        )

    return with_rows(show)


def show_aside(limit: int) -> int:
    """Print what came in and could not be read: which, when, and the class of its error; never its words."""

    async def show(_: settings.Settings, db: Database) -> None:
        rows = await updates.aside(db, limit)
        print_table(
            ("update", "when", "error"),
            ((f"{each.channel}:{each.id}", when(each.at), each.error or "") for each in rows),
        )
        if rows:
            typer.echo(sentence("admin.aside", count=len(rows)))

    return with_rows(show)


def show_doubtful(limit: int) -> int:
    """Print the messages that perhaps never arrived, or could not: to whom, when, why; never their words."""

    async def show(_: settings.Settings, db: Database) -> None:
        print_table(
            ("person", "message", "when", "error"),
            (
                (named(each.address), each.id, when(each.changed), _why(each.error or ""))
                for each in await outbox.doubtful(db, limit)
            ),
        )

    return with_rows(show)


def _why(error: str) -> str:
    """A reason in words where there are any; else the class of a mistake of ours."""
    return sentence(error) if known(error) else error


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
            typer.echo(sentence("admin.nothing"))

    return with_rows(show)


def _print_report(name: str, report: Report) -> None:
    """One line with the figures, and one for each fault."""
    facts = report.facts
    verdict = sentence("admin.report_good" if report.sendable else "admin.report_bad")
    megabytes = f"{float(facts.get('bytes') or 0) / 1e6:.1f}"
    figures = {"seconds": facts.get("seconds"), "lufs": facts.get("lufs"), "peak": facts.get("true_peak_db")}
    typer.echo(sentence("admin.report", film=name, verdict=verdict, megabytes=megabytes, **figures))
    for fault in report.faults:
        typer.echo(
            f"  {MARKS['broken' if fault.stops else 'note']} {known_sentence(fault.key, fault.fields)}"
        )
