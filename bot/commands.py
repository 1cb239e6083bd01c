"""What the commands do: read what was asked, do it in the house, end with a code and one clear line."""

import contextlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, get_args

import typer

from bot import settings
from bot.ends import run_to_end, told
from bot.texts import say
from pipeline import crafts
from pipeline.model import Heard, Pet, Report, Sight
from pipeline.ports.errors import BadInput
from pipeline.themes import fit as themes
from pipeline.workshop import Workshop
from storage.model import Lang, Script, Taps

_BESIDE = (
    "mouth_correlation",
    "mouth_late_ms",
    "captions",
    "label_seconds",
)  # what a sidecar tells of a film
_DEMO_THEME = "raise-mom"


def film(
    *,
    photo: Path,
    out: Path,
    theme: str | None,
    script: Path | None,
    audience: str | None,
    voice: str | None,
    may_use_voice: bool,
    pet_lines: tuple[Path, ...],
    person_voice: tuple[Path, ...],
    taps: Taps,
    look: str,
    stickers: bool | None,
    music: str | None,
    width: int | None,
    also: tuple[str, ...],
    lang: Lang | None,
    data: Path | None,
    as_json: bool,
) -> int:
    """Make one film; see `pawlogue film --help`."""
    from bot.wish import BEDS, Also, Wish, check_wish

    spoken = lang or settings.language()

    def begin() -> int:
        words, dialogue = _dialogue(theme, script, recorded=bool(pet_lines or person_voice))
        sample = _sample(voice)
        wish = Wish(
            photo=photo,
            out=out,
            theme=words,
            script=dialogue,
            audience=audience,
            voice=None if sample else voice,
            sample=sample,
            may_use_voice=may_use_voice,
            pet_lines=pet_lines,
            person_voice=person_voice,
            taps=taps,
            look=look,
            stickers=stickers,
            bed=music if music and music in BEDS else "",
            music=Path(music) if music and music not in (*BEDS, "auto") else None,
            width=width,
            also=tuple(each for each in get_args(Also) if each in also),
            lang=lang or (themes.language(words) if words else None) or "zh",
        )
        check_wish(wish)
        from bot.film import run_film

        return run_to_end(run_film(wish, data, spoken, as_json=as_json))

    return told(begin, spoken, kept=data is not None)


def demo(lang: Lang | None, data: Path | None) -> int:
    """Make the sample film into `out/`, and a contact sheet of it."""
    from bot import demo as demonstration

    spoken = lang or settings.language(otherwise="zh")

    def begin() -> int:
        photo = demonstration.prepare()
        return run_to_end(demonstration.demo(photo, spoken, data))

    return told(begin, spoken, kept=data is not None)


def look(photo: Path, taps: Taps, *, as_json: bool) -> int:
    """Print what is seen on a photo; also when nothing is found that is a good end."""
    from bot.app import weights

    def begin() -> int:
        found = weights()
        _must_be_file(photo)
        sight = run_to_end(_alone("sight", crafts.sight.look, photo, found["pet-detector"], taps))
        _print(_seen(sight), as_json=as_json)
        return 0

    return told(begin, settings.language())


def listen(audio: Path, lines: int | None, *, as_json: bool) -> int:
    """Print what is heard in a sound."""

    def begin() -> int:
        _must_be_file(audio)
        heard: Heard = run_to_end(_alone("voice", crafts.voice.hear, audio, lines))
        _print(heard.model_dump(mode="json"), as_json=as_json)
        return 0

    return told(begin, settings.language())


def check(path: Path, channel: Literal["telegram", "feishu"] | None, *, as_json: bool) -> int:
    """Print a film's report; 1 when it would not be sent."""
    spoken = settings.language()

    def begin() -> int:
        _must_be_file(path)
        report: Report = run_to_end(_alone("stage", crafts.edit.check, path, channel))
        faults = [{"key": each.key, "stops": each.stops, **each.fields} for each in report.faults]
        facts = {**report.facts, **({} if report.facts["sidecar"] else dict.fromkeys(_BESIDE, "unknown"))}
        _print({"sendable": report.sendable, "faults": faults, "facts": facts}, as_json=as_json)
        for fault in report.faults:
            typer.echo(say(fault.key, spoken, fault.fields), err=True)
        return 0 if report.sendable else 1

    return told(begin, spoken)


def fit(film: Path, most: int, out: Path, *, as_json: bool) -> int:
    """Write a film anew so that it has at most so many bytes; its words and marks stay in it."""

    def begin() -> int:
        _must_be_file(film)
        if out.is_dir() or not out.absolute().parent.is_dir():
            raise BadInput("file.cannot_write", {"name": str(out)})
        size: int = run_to_end(_alone("stage", crafts.edit.fit, film, out, most))
        _print({"path": str(out), "bytes": size}, as_json=as_json)
        return 0

    return told(begin, settings.language())


def run(*, worker: bool) -> int:
    """Start the channels and serve until told to stop, which is a good end."""
    lang = settings.language()
    if not worker:
        typer.echo(say("not_yet.split", lang), err=True)
        return 1
    from bot.run import run as serve

    def begin() -> int:
        with contextlib.suppress(KeyboardInterrupt):
            run_to_end(serve(settings.load(), lang))
        return 0

    return told(begin, lang)


def worker() -> int:
    """Workers of their own need PostgreSQL and channels to work for; say so by name."""
    typer.echo(say("not_yet.worker", settings.language()), err=True)
    return 1


def taps(mouth: str | None, eyes: str | None, pet: int | None) -> Taps:
    """Read what was pointed out on the command line; pets are counted from 1 there.

    Raises:
        typer.BadParameter: not numbers, not as many as there must be, or eyes without a mouth.
    """
    at = _numbers(mouth, 2, "--mouth")
    two = _numbers(eyes, 4, "--eyes")
    if two and not at:  # eyes belong to a mouth; alone they would be left aside without a word
        raise typer.BadParameter("--mouth x,y --eyes x,y,x,y")
    if pet is not None and pet < 1:
        raise typer.BadParameter("--pet")
    return Taps(
        mouth=(at[0], at[1]) if at else None,
        eyes=((two[0], two[1]), (two[2], two[3])) if two else None,
        pet=None if pet is None else pet - 1,
    )


def _numbers(words: str | None, count: int, option: str) -> list[float]:
    if words is None:
        return []
    try:
        numbers = [float(each) for each in words.split(",")]
    except ValueError as error:
        raise typer.BadParameter(option) from error
    if len(numbers) != count:
        raise typer.BadParameter(option)
    return numbers


def _dialogue(theme: str | None, script: Path | None, *, recorded: bool) -> tuple[str | None, Script | None]:
    """A theme in words, or a dialogue: from a file, or typed where the theme was expected."""
    if script is not None:
        _must_be_file(script)
        return None, themes.script_from(script)
    if theme is None:
        if recorded:  # what was recorded is part of a dialogue nobody but the person knows
            raise BadInput("lines.no_dialogue")
        return _DEMO_THEME, None
    typed = themes.dialogue(theme)
    return (None, typed) if typed else (themes.theme_words(theme), None)


def _sample(voice: str | None) -> Path | None:
    """The sample a voice is tuned towards: whatever is there, or is written like a file; else a name."""
    if not voice:
        return None
    path = Path(voice)
    return path if path.is_file() or path.suffix or len(path.parts) > 1 else None


async def _alone(room: Literal["sight", "voice", "stage"], work: Callable[..., Any], *args: object) -> Any:  # noqa: ANN401
    """One piece of CPU work in a workshop of its own."""
    workshop = Workshop()
    try:
        return await workshop.run(room, work, *args)
    finally:
        await workshop.close()


def _seen(sight: Sight) -> dict[str, object]:
    """INTERFACE's `look`: the speaking pet first, all of them under `pets`."""
    pets = [_pet(pet) for pet in sight.pets]
    blank: dict[str, object] = {
        "found": False, "species": None, "box": None, "eyes": None, "nose": None, "mouth": None,
        "mouth_open": None, "confidence": 0.0, "reason": sight.reason,
    }  # fmt: skip
    return {**(pets[0] if pets else blank), "pets": pets}


def _pet(pet: Pet) -> dict[str, object]:
    return {
        "found": pet.found,
        "species": pet.species,
        "box": [pet.box.x, pet.box.y, pet.box.w, pet.box.h],
        "eyes": pet.eyes,
        "nose": pet.nose,
        "mouth": pet.mouth,
        "mouth_open": pet.mouth_open,
        "confidence": round(pet.confidence, 3),
        "reason": pet.reason,
    }


def _print(facts: dict[str, object], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(facts, ensure_ascii=False))
        return
    for name, value in facts.items():
        typer.echo(f"{name}: {json.dumps(value, ensure_ascii=False)}")


def _must_be_file(path: Path) -> None:
    if not path.is_file():
        raise BadInput("file.missing", {"name": str(path)})
