"""The demo: a sample photo, a built-in dialogue, preset voices; offline, into `out/`."""

from pathlib import Path

import typer
from rich.console import Console

from bot import settings
from bot.app import opened
from bot.film import POLL_SECONDS, Result, Wish, check_wish, cover_of, folder_for, make
from bot.texts import say
from pipeline import crafts, packaged
from pipeline.ports.errors import BadInput
from storage.model import Lang, Script, Taps

_FOLDER = Path("out")
OUT = _FOLDER / "demo.mp4"
_THEME = "raise-mom"
_AUDIENCE = "程序员"
# Where the sample cat's mouth and eyes are, for the case that the finder rather asks than guesses.
TAPS = Taps(mouth=(256, 280), eyes=((170, 116), (316, 134)))


def prepare() -> Path:
    """Make the folder the film goes into, and return the sample photo.

    Raises:
        BadInput: the folder cannot be made or written to, or the photo was not fetched.
    """
    try:
        _FOLDER.mkdir(exist_ok=True)
    except OSError as error:
        raise BadInput("file.cannot_write", {"name": str(_FOLDER)}, str(error)) from error
    photo = packaged.path("sample-photo")
    if photo is None:
        raise BadInput("demo.no_photo")
    check_wish(Wish(photo=photo, out=OUT))
    return photo


async def demo(photo: Path, lang: Lang, script_lang: Lang, data: Path | None) -> int:
    """Play the sample through the real recipe and say where everything is."""
    console = Console(stderr=True)
    with folder_for(data) as folder:
        chosen = settings.load().model_copy(
            update={"data_dir": folder, "database_url": None, "blobs_url": None}
        )
        async with opened(chosen, poll_seconds=POLL_SECONDS) as house:
            found = house.studio.weights
            sight = await house.studio.workshop.run(
                "sight", crafts.look, photo, found["pet-detector"], found["face-proposals"], Taps()
            )
            sure = bool(sight.pets) and sight.pets[0].found
            wish = Wish(
                photo=photo,
                out=OUT,
                theme=_THEME,
                audience=_AUDIENCE,
                lang=script_lang,
                taps=Taps() if sure else TAPS,
            )
            console.print(say("demo.brief", lang, {"theme": _THEME, "audience": _AUDIENCE}), highlight=False)
            if not sure:
                console.print(say("demo.tapped", lang), highlight=False)
            result = await make(house, wish, console, lang)
            if result.notice.kind == "done":
                _tell_dialogue(await house.studio.noun(result.notice.assets["script"], Script), console)
                await house.studio.workshop.run("stage", crafts.sheet, OUT, _FOLDER / "demo.sheet.png")
    return _end(result, lang)


def _tell_dialogue(script: Script, console: Console) -> None:
    for line in script.lines:
        console.print(f"{'🧑' if line.speaker == 'person' else '🐱'} {line.text}", highlight=False)


def _end(result: Result, lang: Lang) -> int:
    notice = result.notice
    if notice.kind != "done":
        typer.echo(say(notice.key, lang, notice.fields), err=True)
        return 1
    typer.echo(
        f"{say('demo.done', lang, notice.fields)}\n{OUT}\n{cover_of(OUT)}\n{_FOLDER / 'demo.sheet.png'}"
    )
    return 0
