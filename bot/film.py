"""One film, headless: the brief comes from the command line, the film goes where it was asked for."""

import contextlib
import dataclasses
import hashlib
import json
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import typer
from rich.console import Console

from bot import settings
from bot.app import House, opened
from bot.show import shown
from bot.talking.saying import stopping
from bot.texts import say
from bot.wish import Also, Wish
from pipeline.money import together
from pipeline.ports.errors import Failed
from pipeline.recipes import edit_project, make_film, vary_film
from pipeline.studio import Studio
from storage import projects, stops, strides, takes
from storage.model import Address, Brief, Lang, Notice, Project

_REMOVALS, _REMOVAL_SECONDS = 20, 0.05
_ENDINGS: dict[Also, str] = {"square": ".mp4", "preview": ".webp", "project": ".zip"}
_TYPES = "application/octet-stream"
POLL_SECONDS = 0.2  # one film, one process: the engine may look more often than in a bot that idles


@dataclasses.dataclass(frozen=True)
class Result:
    """What came of it; `summary` is the JSON of INTERFACE's `film`."""

    notice: Notice
    summary: dict[str, object]

    @property
    def remarks(self) -> list[str]:
        """Text keys of what the person should know although the film is there."""
        fields = self.notice.fields
        told = {
            "remark.no_mouth": fields.get("mouth") == "none",
            "remark.not_exact": fields.get("exact") == "no",
        }
        return [*(key for key, true in told.items() if true), *fields.get("notes", "").split()]


async def run_film(wish: Wish, data: Path | None, lang: Lang, *, as_json: bool) -> int:
    """Make one film in a data folder of its own and print what came of it; returns the exit code."""
    console = Console(stderr=True)
    with folder_for(data) as folder:
        chosen = settings.load().model_copy(
            update={"data_dir": folder, "database_url": None, "blobs_url": None}
        )
        async with opened(chosen, poll_seconds=POLL_SECONDS) as house:
            result = await make(house, wish, console, lang)
    notice = result.notice
    for key in result.remarks:
        console.print(say(key, lang, notice.fields), style="yellow", highlight=False, soft_wrap=True)
    if as_json and notice.assets:
        typer.echo(json.dumps(result.summary, ensure_ascii=False))
    if notice.kind != "done":
        typer.echo(say(notice.key, lang, stopping(notice.fields, lang)), err=True)
        return 1
    if not as_json:
        typer.echo(result.summary["path"])
    return 0


async def make(house: House, wish: Wish, console: Console, lang: Lang) -> Result:
    """Make the film, or go on with the one a crash cut off, and put it in its place."""
    project = "film-" + _digest_of(wish.photo)[:16]
    stem = f"{project}:film:{_digest(wish)}"
    await _end_others(house, project, stem)
    await _fill(house.studio, project, wish)
    making = await _making(house, stem)
    await house.engine.start(make_film, making, project)
    async with shown(house.studio, making, console, lang):
        notice = await house.engine.finished(making)
    if notice.assets:
        await deliver(house.studio, notice.assets, wish.out)
    summary = await _summary(house.studio, making, notice, wish.out)
    if notice.kind != "done" or not wish.also:
        return Result(notice, summary)
    try:
        also = {what: str(await _besides(house, project, notice, what, wish.out)) for what in wish.also}
    except _Ended as other:
        return Result(other.notice, summary)
    return Result(notice, {**summary, "also": also})


class _Ended(Exception):
    """What was made of a film besides ended badly."""

    def __init__(self, notice: Notice) -> None:
        super().__init__(notice)
        self.notice = notice


async def _besides(house: House, project: str, film: Notice, what: Also, out: Path) -> Path:
    """Make one more thing of the film, and put it beside it.

    Raises:
        _Ended: it could not be made.
    """
    of = film.assets
    making = f"{project}:{what}:{of['film'].rpartition('.')[2]}"
    if what == "project":
        await house.engine.start(edit_project, making, project, of["parts"], of["cover"])
    else:
        args = (project, what, of["parts"], of["film"], of["sidecar"])
        await house.engine.start(vary_film, making, *args)
    notice = await house.engine.finished(making)
    if notice.kind != "done":
        raise _Ended(notice)
    place = out.with_name(f"{out.stem}.{what}{_ENDINGS[what]}")
    await put(house.studio, {notice.assets["archive" if what == "project" else what]: place})
    return place


@contextlib.contextmanager
def folder_for(data: Path | None) -> Iterator[Path]:
    """The data folder: the one that was named, else one that is gone afterwards."""
    if data is not None:
        yield data
        return
    folder = Path(tempfile.mkdtemp(prefix="pawlogue-"))
    try:
        yield folder
    finally:
        _remove(folder)


def _remove(folder: Path) -> None:
    """Remove a folder, also when a process that is just being put away still writes into it."""
    for _ in range(_REMOVALS):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
        time.sleep(_REMOVAL_SECONDS)


async def _end_others(house: House, project: str, stem: str) -> None:
    """End what a stopped run left of another film of this photo; what it has made stays. What is made besides
    a film reads no brief, and goes on."""
    films = [each for each in await house.engine.under_way(project) if each.startswith(f"{project}:film:")]
    others = [each for each in films if not each.startswith(f"{stem}:")]
    async with house.studio.db.writing() as conn:
        await stops.stop_within(conn, others, house.studio.clock())
    for other in others:
        await house.engine.finished(other)


async def _fill(studio: Studio, identity: str, wish: Wish) -> None:
    """The photo's project, as this wish has it: films of one photo in one data folder share what they can."""
    if await projects.get(studio.db, identity) is None:
        address = Address(channel="terminal", id="local")
        await projects.create(studio.db, Project(id=identity, address=address, created=studio.clock()))
    sample = await _keep(studio, identity, "sample", wish.sample) if wish.sample else None
    brief = Brief(
        lang=wish.lang,
        photo=await _keep(studio, identity, "photo", wish.photo),
        taps=wish.taps,
        theme=wish.theme,
        audience=wish.audience,
        script=wish.script,
        voice=wish.voice,
        sample=sample,
        consent=(sample or "") if wish.may_use_voice else "",
        pet_lines=tuple([await _keep(studio, identity, "pet-line", path) for path in wish.pet_lines]),
        person_lines=tuple(
            [await _keep(studio, identity, "person-line", path) for path in wish.person_voice]
        ),
        look=wish.look,
        stickers=wish.stickers,
        music=wish.bed if wish.music is None else await _keep(studio, identity, "music", wish.music),
        width=wish.width,
    )
    await projects.change_brief(studio.db, identity, brief)
    await projects.change_state(studio.db, identity, "making")


async def _making(house: House, stem: str) -> str:
    """The id of the making to start or to join: a finished good one is used again, a failed one is not."""
    number = 1
    while True:
        making = f"{stem}:{number}"
        state = await house.engine.state(making)
        if state in {None, "ENQUEUED", "PENDING"}:
            return making
        if state == "SUCCESS" and (await house.engine.finished(making)).kind == "done":
            return making
        number += 1


async def _keep(studio: Studio, project: str, kind: str, path: Path) -> str:
    return (await studio.keep(project, kind, path, _TYPES)).id


async def deliver(studio: Studio, assets: Mapping[str, str], out: Path) -> None:
    """Copy film, cover and sidecar into place, whole or not at all, the film last."""
    await put(studio, {
        assets["sidecar"]: sidecar_of(out), assets["cover"]: cover_of(out), assets["film"]: out,
    })  # fmt: skip


async def put(studio: Studio, places: Mapping[str, Path]) -> None:
    """Copy assets into their places, whole or not at all, the last one last."""
    parts = {asset: place.with_name(f".{place.name}.part") for asset, place in places.items()}
    try:
        for asset, part in parts.items():
            async with studio.borrow(asset) as (path,):
                shutil.copyfile(path, part)
        for asset, part in parts.items():
            part.replace(places[asset])
    except OSError as error:
        name = str([*places.values()][-1])
        raise Failed("file.cannot_write", {"name": name}, str(error)) from error
    finally:
        for part in parts.values():
            part.unlink(missing_ok=True)


def sidecar_of(out: Path) -> Path:
    """The sidecar beside a film."""
    return out.with_name(out.name + ".json")


def cover_of(out: Path) -> Path:
    """The cover beside a film."""
    return out.with_name(out.stem + ".cover.jpg")


async def _spent(studio: Studio, making: str) -> float | None:
    """What a film did cost, with the runs of it that failed."""
    stem, _, number = making.rpartition(":")
    sums: dict[str, float] = {}
    for run in range(1, int(number) + 1):
        for currency, cost in (await takes.spent_by(studio.db, f"{stem}:{run}")).items():
            sums[currency] = sums.get(currency, 0.0) + cost
    return together(sums, studio.settings.worth)


async def _summary(studio: Studio, making: str, notice: Notice, out: Path) -> dict[str, object]:
    """What a program may want to know; the cost is in the house's currency, null where a rate is missing."""
    rows = await strides.of(studio.db, making)
    return {
        "path": str(out),
        "cover": str(cover_of(out)),
        "seconds": float(notice.fields.get("seconds", "0")),
        "cost": await _spent(studio, making),
        "mouth": notice.fields.get("mouth", "none"),
        "steps": [
            {
                "name": row.step,
                "vendor": row.vendor or "builtin",
                "model": row.model,
                "seconds": round((row.ended or 0) - (row.started or 0), 2),
            }
            for row in rows
            if row.state == "done"
        ],
        "check": [key for key in notice.fields.get("faults", "").split(" ") if key],
    }


def _digest_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _digest(wish: Wish) -> str:
    """A digest of everything but the photo and where the film goes; files count by their bytes."""
    digest = hashlib.sha256()
    for path in (wish.sample, None, *wish.pet_lines, None, *wish.person_voice, None, wish.music):
        digest.update(b"|" if path is None else _digest_of(path).encode())
    said = {
        "theme": wish.theme,
        "script": wish.script and wish.script.model_dump(mode="json"),
        "audience": wish.audience,
        "voice": wish.voice,
        "taps": wish.taps.model_dump(mode="json"),
        "look": wish.look,
        "stickers": wish.stickers,
        "bed": wish.bed,
        "width": wish.width,
        "lang": wish.lang,
    }
    digest.update(json.dumps(said, sort_keys=True).encode())
    return digest.hexdigest()[:16]
