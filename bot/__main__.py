"""The command line: what each command does is in `bot.commands`; here are names, options and exit codes.

0 done · 1 failed, one clear line on stderr · 2 wrong usage. Heavy modules are imported by the command that
needs them, because worker processes import this one too.
"""

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

app = typer.Typer(
    name="pawlogue",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="A photo of a pet, a theme and a voice become a short film in which the pet talks.",
)
admin = typer.Typer(
    no_args_is_help=True, help="People, projects, takes and costs, retry, cancel, forget, prune."
)
app.add_typer(admin, name="admin")

Json = Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")]
Photo = Annotated[Path, typer.Option("--photo", help="The pet's picture.")]
Mouth = Annotated[str | None, typer.Option("--mouth", metavar="x,y", help="Where the mouth is, in pixels.")]
Eyes = Annotated[str | None, typer.Option("--eyes", metavar="x,y,x,y", help="Where the eyes are, in pixels.")]
PetNumber = Annotated[int | None, typer.Option("--pet", metavar="N", help="Which pet speaks, from 1.")]
Data = Annotated[
    Path | None, typer.Option("--data", metavar="DIR", help="Keep the work here, to go on after a stop.")
]
Lang = Annotated[Literal["zh", "en"] | None, typer.Option("--lang", help="Language of script and messages.")]


@app.command()
def film(
    photo: Photo,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="Where the MP4 goes.")],
    theme: Annotated[str | None, typer.Option(help="Words, or the name of a built-in dialogue.")] = None,
    script: Annotated[Path | None, typer.Option(metavar="S.json", help="A finished dialogue.")] = None,
    audience: Annotated[str | None, typer.Option(help="For whom: 程序员, students …")] = None,
    voice: Annotated[str | None, typer.Option(help="A preset, or a sample to clone or tune towards.")] = None,
    may_use_voice: Annotated[
        bool, typer.Option("--may-use-voice", help="The sample is my own voice, or I may use it.")
    ] = False,
    pet_lines: Annotated[
        list[Path] | None, typer.Option(help="The pet's lines, recorded: one file each, or one with pauses.")
    ] = None,
    person_voice: Annotated[list[Path] | None, typer.Option(help="The person's lines, recorded.")] = None,
    mouth: Mouth = None,
    eyes: Eyes = None,
    pet: PetNumber = None,
    look: Annotated[str, typer.Option(metavar="PACK", help="The look pack.")] = "classic",
    stickers: Annotated[
        bool | None,
        typer.Option(
            "--stickers/--no-stickers", help="Reactions beside the punchline; else as the look has it."
        ),
    ] = None,
    music: Annotated[
        str | None,
        typer.Option(
            metavar="FILE|off|MOOD",
            help="What plays under it: a file of yours, nothing, or tender, merry, blue, sly, proud.",
        ),
    ] = None,
    size: Annotated[
        int | None, typer.Option(min=360, max=1080, help="The film's width in pixels: 720, 1080 …")
    ] = None,
    also: Annotated[
        list[str] | None,
        typer.Option(
            metavar="square|preview|project",
            help="Beside it: a square film, an animated preview, a project for editors.",
        ),
    ] = None,
    lang: Lang = None,
    data: Data = None,
    json: Json = False,
) -> None:
    """Make one film, without a chat."""
    if theme and script:
        raise typer.BadParameter("--theme | --script")
    if set(also or ()) - {"square", "preview", "project"}:
        raise typer.BadParameter("--also square | preview | project")
    from bot import commands

    taps = commands.taps(mouth, eyes, pet)
    _end(
        commands.film(
            photo=photo, out=out, theme=theme, script=script, audience=audience, voice=voice,
            may_use_voice=may_use_voice, pet_lines=tuple(pet_lines or ()),
            person_voice=tuple(person_voice or ()), taps=taps, look=look, stickers=stickers,
            music=music, width=size, also=tuple(also or ()), lang=lang, data=data, as_json=json,
        )
    )  # fmt: skip


@app.command()
def demo(lang: Lang = None, data: Data = None) -> None:
    """Make one film from a sample photo, offline, into out/."""
    from bot import commands

    _end(commands.demo(lang, data))


@app.command()
def look(
    photo: Photo, mouth: Mouth = None, eyes: Eyes = None, pet: PetNumber = None, json: Json = False
) -> None:
    """Say what the bot sees on a photo."""
    from bot import commands

    _end(commands.look(photo, commands.taps(mouth, eyes, pet), as_json=json))


@app.command()
def listen(
    audio: Annotated[Path, typer.Option("--audio", help="Any audio or video file.")],
    lines: Annotated[int | None, typer.Option(min=1, max=12, help="How many lines it holds.")] = None,
    json: Json = False,
) -> None:
    """Say what the bot hears in a sound."""
    from bot import commands

    _end(commands.listen(audio, lines, as_json=json))


@app.command()
def check(
    film: Annotated[Path, typer.Option("--film", help="The MP4; its sidecar is read where there is one.")],
    channel: Annotated[
        Literal["telegram", "feishu"] | None, typer.Option("--for", help="For which channel.")
    ] = None,
    json: Json = False,
) -> None:
    """Check a film as it is checked before it is sent."""
    from bot import commands

    _end(commands.check(film, channel, as_json=json))


@app.command()
def fit(
    film: Annotated[Path, typer.Option("--film", help="The MP4.")],
    most: Annotated[int, typer.Option("--bytes", min=1, help="It has at most so many.")],
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="Where the smaller film goes.")],
    json: Json = False,
) -> None:
    """Make a film fit into a number of bytes."""
    from bot import commands

    _end(commands.fit(film, most, out, as_json=json))


@app.command()
def doctor(
    live: Annotated[bool, typer.Option("--live", help="Ask each vendor one free question.")] = False,
) -> None:
    """Say what is set, what is there, and what is broken."""
    from bot.care import health

    _end(health.doctor(live=live))


@app.command()
def run(
    worker: Annotated[bool, typer.Option("--worker/--no-worker", help="Also do the work here.")] = True,
) -> None:
    """Start every channel that has credentials, and the workers."""
    from bot import commands

    _end(commands.run(worker=worker))


@app.command()
def worker() -> None:
    """Do work that other processes hand over; needs PostgreSQL."""
    from bot import commands

    _end(commands.worker())


@admin.command("projects")
def admin_projects(limit: Annotated[int, typer.Option(min=1)] = 20) -> None:
    """The newest projects."""
    from bot.care import lists

    _end(lists.show_projects(limit))


@admin.command("people")
def admin_people() -> None:
    """Who has projects, and how many."""
    from bot.care import lists

    _end(lists.show_people())


@admin.command("takes")
def admin_takes(
    project: Annotated[
        str | None,
        typer.Argument(help="Only this project's; else those in doubt. With --settle: charged|free."),
    ] = None,
    settle: Annotated[
        str | None,
        typer.Option("--settle", metavar="KEY", help="End a doubt: the vendor's bill has it, or does not."),
    ] = None,
) -> None:
    """The ledger: of one project, or every take that was perhaps charged."""
    if settle is not None and project not in {"charged", "free"}:
        raise typer.BadParameter("--settle KEY charged | --settle KEY free")
    from bot.care import ledger

    if settle is not None:
        _end(ledger.settle(settle, charged=project == "charged"))
    _end(ledger.show_takes(project))


@admin.command("report")
def admin_report(project: str) -> None:
    """What the check found in each film of a project."""
    from bot.care import lists

    _end(lists.show_report(project))


@admin.command("aside")
def admin_aside(limit: Annotated[int, typer.Option(min=1)] = 100) -> None:
    """What came in from a messenger and could not be read."""
    from bot.care import lists

    _end(lists.show_aside(limit))


@admin.command("doubtful")
def admin_doubtful(limit: Annotated[int, typer.Option(min=1)] = 100) -> None:
    """What was to be sent to a messenger and perhaps never arrived."""
    from bot.care import lists

    _end(lists.show_doubtful(limit))


@admin.command("costs")
def admin_costs(days: Annotated[int, typer.Option(min=1)] = 30) -> None:
    """What was spent."""
    from bot.care import lists

    _end(lists.show_costs(days))


@admin.command("retry")
def admin_retry(project: str) -> None:
    """Open a failed or cancelled project again."""
    from bot.care import switches

    _end(switches.reopen(project))


@admin.command("cancel")
def admin_cancel(project: str) -> None:
    """Mark a project as cancelled; what was made is kept."""
    from bot.care import switches

    _end(switches.cancel(project))


@admin.command("forget")
def admin_forget(
    address: Annotated[str, typer.Argument(help="channel:id, for instance telegram:123")],
) -> None:
    """Remove everything a person gave: rows, files, voices."""
    from bot.care import leaving

    _end(leaving.forget(address))


@admin.command("eval")
def admin_eval(
    vendor: Annotated[str | None, typer.Option(help="Only this text vendor; else all in use.")] = None,
    themes: Annotated[int, typer.Option(min=1, max=30, help="How many of the fixed themes.")] = 30,
) -> None:
    """Try the text vendors on fixed themes and compare them; costs what their calls cost."""
    from bot import contest

    _end(contest.contest(vendor, themes))


@admin.command("prune")
def admin_prune() -> None:
    """Remove what is older than KEEP_DAYS."""
    from bot.care import leaving

    _end(leaving.prune())


def _end(code: int) -> None:
    raise typer.Exit(code)


def main() -> None:
    """Run the command line."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a C locale must not break Chinese output
            stream.reconfigure(encoding="utf-8", errors="replace")
    app(prog_name="pawlogue")


if __name__ == "__main__":
    main()
