"""What the doctor finds: one finding per thing, each looked at by itself, nothing made along the way."""

import os
import shutil
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from urllib.parse import unquote

from bot import app, settings
from bot.care import roster
from bot.finding import Finding, Mark
from pipeline.ports.errors import Trouble
from storage import takes, updates
from storage.blobs import Blobs
from storage.db import Database
from storage.errors import StorageError
from storage.model import Take

_LITTLE_DISK = 1 << 30
_USUAL_SENDING = 600.0  # a take sent less long ago, in seconds, is usually just on its way
_VOICE = ("kokoro-model", "kokoro-vocab", "kokoro-voices")


async def examine(chosen: settings.Settings, *, live: bool) -> tuple[Finding, ...]:
    """Look at everything a film needs."""
    weights = app.weights()
    findings = [*_settings(chosen), *await _tried("doctor.vendors", lambda: roster.examine(chosen))]
    findings.append(_data_folder(chosen))
    findings += await _tried("doctor.database", lambda: _database(chosen))
    findings += await _tried("doctor.blobs", lambda: _blobs(chosen))
    findings += [*_fonts(weights), *_models(weights), _disk(chosen), *_credentials(chosen)]
    findings += await _tried("doctor.telegram", lambda: _telegram(chosen, live=live))
    if live:
        findings += await _tried("doctor.live", lambda: roster.ask(chosen))
    return tuple(findings)


async def doubtful(chosen: settings.Settings, db: Database) -> tuple[Take, ...]:
    """The takes that may have been charged without anybody knowing; a free vendor's never are.

    Raises:
        BadInput: a setting names a vendor that is not there.
    """
    async with app.hired(chosen) as catalogue:
        rows = catalogue.rows()
    free = {each.vendor for _, facts in rows for each in facts if each.free}
    return tuple(
        take for take in await takes.doubtful(db, time.time() - _USUAL_SENDING) if take.vendor not in free
    )


def database_file(chosen: settings.Settings) -> Path | None:
    """The file the rows are in; None where they are on a server, or nowhere a file could be."""
    kind, _, path = app.database_url(chosen).partition(":///")
    return Path(path.partition("?")[0]) if path and kind.startswith("sqlite") else None


def is_there(path: Path) -> bool:
    """Whether there is such a file or folder that we may know of."""
    return _may(path, os.F_OK)


def _settings(chosen: settings.Settings) -> list[Finding]:
    odd = [
        Finding(
            mark="note" if key == "settings.stranger" else "broken",
            what="doctor.settings", how=key, fields=fields,
        )
        for key, fields in settings.complaints()
    ]  # fmt: skip
    names = ", ".join(sorted(name.upper() for name in chosen.model_fields_set))
    how = "doctor.settings_set" if names else "doctor.settings_none"
    return [Finding(mark="fine", what="doctor.settings", how=how, fields={"names": names}), *odd]


def _data_folder(chosen: settings.Settings) -> Finding:
    folder = chosen.data_dir.absolute()
    if not is_there(folder):
        return _not_yet("doctor.data", folder)
    if not (folder.is_dir() and _may(folder, os.W_OK | os.X_OK)):
        fields = {"folder": str(folder)}
        return Finding(mark="broken", what="doctor.data", how="storage.folder_unwritable", fields=fields)
    return Finding(mark="fine", what="doctor.data", how="doctor.place", fields={"place": str(folder)})


async def _database(chosen: settings.Settings) -> list[Finding]:
    file = database_file(chosen)
    if file is not None and not is_there(file):
        if chosen.database_url and not is_there(file.parent) and file.parent != chosen.data_dir.absolute():
            raise StorageError("storage.folder_missing", {"folder": str(file.parent)})
        return [_not_yet("doctor.database", file)]
    db = await Database.open(app.database_url(chosen))
    try:
        place = Finding(mark="fine", what="doctor.database", how="doctor.place", fields={"place": db.place})
        return [
            place,
            *await _tried("doctor.doubtful", lambda: _doubtful(chosen, db)),
            *await _tried("doctor.telegram", lambda: _aside(db)),
        ]
    finally:
        await db.close()


async def _doubtful(chosen: settings.Settings, db: Database) -> list[Finding]:
    count = len(await doubtful(chosen, db))
    how = "doctor.doubtful_some" if count else "doctor.doubtful_none"
    mark: Mark = "broken" if count else "fine"
    return [Finding(mark=mark, what="doctor.doubtful", how=how, fields={"count": str(count)})]


async def _telegram(chosen: settings.Settings, *, live: bool) -> list[Finding]:
    """How the bot is set up on Telegram; whether its token is good only Telegram can say."""
    token = chosen.telegram_bot_token
    if token is None:
        return [Finding(mark="note", what="doctor.telegram", how="doctor.telegram_none")]
    how = "doctor.telegram_brought" if chosen.telegram_webhook_url else "doctor.telegram_fetched"
    if not live:
        return [Finding(mark="fine", what="doctor.telegram", how=how)]
    from bot.channels.telegram.visit import ask_how_it_stands  # the library takes a while to load

    there = await ask_how_it_stands(token.get_secret_value(), chosen.telegram_base_url)
    fields = {"name": there.name, "count": str(there.waiting)}
    return [Finding(mark="fine", what="doctor.telegram", how="doctor.telegram_there", fields=fields)]


async def _aside(db: Database) -> list[Finding]:
    """What came in and could not be read; nothing is said while there is none."""
    count = len(await updates.aside(db))
    fields = {"count": str(count)}
    found = Finding(mark="note", what="doctor.telegram", how="doctor.telegram_aside", fields=fields)
    return [found] if count else []


async def _blobs(chosen: settings.Settings) -> list[Finding]:
    folder = _blobs_folder(app.blobs_url(chosen))
    if folder is not None and not is_there(folder):
        return [_not_yet("doctor.blobs", folder)]
    blobs = Blobs.open(app.blobs_url(chosen), chosen.aws())
    await blobs.exists("doctor")
    return [Finding(mark="fine", what="doctor.blobs", how="doctor.place", fields={"place": blobs.place})]


def _blobs_folder(url: str) -> Path | None:
    if "://" not in url:
        return Path(url).absolute()
    return Path(unquote(url.removeprefix("file://"))) if url.startswith("file://") else None


async def _tried(what: str, look: Callable[[], Awaitable[list[Finding]]]) -> list[Finding]:
    """What was found, or what it said no with: the other findings are still wanted."""
    try:
        return await look()
    except (Trouble, StorageError) as trouble:
        return [Finding(mark="broken", what=what, how=trouble.key, fields=trouble.fields)]


def _fonts(weights: Mapping[str, Path | None]) -> list[Finding]:
    some = bool(weights["font-cute"] or weights["font-sans"])
    absent: tuple[Mark, str] = ("note", "doctor.absent_font") if some else ("broken", "film.no_font")
    return [_thing("doctor.font", name, weights, *absent) for name in ("font-cute", "font-sans")]


def _models(weights: Mapping[str, Path | None]) -> list[Finding]:
    rows = [_thing("doctor.model", "pet-detector", weights, "note", "doctor.absent_sight")]
    rows.append(_thing("doctor.model", "saliency", weights, "note", "doctor.absent_saliency"))
    absent: tuple[Mark, str] = (
        ("fine", "doctor.there") if all(weights[name] for name in _VOICE) else _without_voice()
    )
    return rows + [_thing("doctor.model", name, weights, *absent) for name in _VOICE]


def _without_voice() -> tuple[Mark, str]:
    from pipeline.sound import espeak  # with its front ends it takes a while, and is rarely asked for

    return ("note", "doctor.absent_voice") if espeak.available() else ("broken", "voice.espeak_missing")


def _credentials(chosen: settings.Settings) -> list[Finding]:
    """Whether films can be signed; nothing is said where nobody wants them to be."""
    if chosen.c2pa_certificate is None and chosen.c2pa_key is None:
        return []
    from pipeline.film import credentials  # it brings the codecs, and is rarely asked for

    pair = chosen.credentials()
    broken = "credentials.half" if pair is None else "credentials.unusable"
    if pair is None or credentials.trouble(pair):
        return [Finding(mark="broken", what="doctor.credentials", how=broken)]
    if not credentials.able():
        return [Finding(mark="note", what="doctor.credentials", how="doctor.credentials_no_package")]
    return [Finding(mark="fine", what="doctor.credentials", how="doctor.there")]


def _thing(what: str, name: str, weights: Mapping[str, Path | None], mark: Mark, absent: str) -> Finding:
    if weights[name]:
        return Finding(mark="fine", what=what, how="doctor.there", fields={"name": name})
    return Finding(mark=mark, what=what, how=absent, fields={"name": name})


def _disk(chosen: settings.Settings) -> Finding:
    free = shutil.disk_usage(_nearest(chosen.data_dir.absolute())).free
    mark: Mark = "fine" if free > _LITTLE_DISK else "broken"
    how = "doctor.disk_enough" if mark == "fine" else "doctor.disk_little"
    return Finding(mark=mark, what="doctor.disk", how=how, fields={"gigabytes": f"{free / 1e9:.1f}"})


def _not_yet(what: str, place: Path) -> Finding:
    """Something that is made when it is first needed, if it can be."""
    room = _nearest(place.parent)
    if room.is_dir() and _may(room, os.W_OK | os.X_OK):
        return Finding(mark="note", what=what, how="doctor.not_yet", fields={"place": str(place)})
    return Finding(
        mark="broken", what=what, how="storage.folder_unwritable", fields={"folder": str(place.parent)}
    )


def _nearest(folder: Path) -> Path:
    return next(each for each in (folder, *folder.parents) if is_there(each))


def _may(path: Path, mode: int) -> bool:
    return os.access(path, mode, effective_ids=os.access in os.supports_effective_ids)
