"""Builds and joins everything; whoever needs something is handed it from here."""

import contextlib
import dataclasses
import shutil
import time
from collections.abc import AsyncIterator
from pathlib import Path

from bot.changes import Changes
from bot.reception import Reception
from bot.settings import MODALITIES, Settings
from bot.talk import fresh, turn
from bot.tidings import Tidings
from pipeline import packaged
from pipeline import recipes as recipes  # registers the makings, before the engine starts
from pipeline.catalogue import Catalogue
from pipeline.engine import Engine
from pipeline.ports.errors import BadInput
from pipeline.settings import Settings as PipelineSettings
from pipeline.studio import Studio
from pipeline.vendors.builtin.avatar import Avatar
from pipeline.vendors.builtin.image import Image
from pipeline.vendors.builtin.text import Text
from pipeline.vendors.builtin.voice import Voice
from pipeline.workshop import Workshop
from storage.blobs import Blobs
from storage.db import Database
from storage.lock import DataFolder

WEIGHTS = (
    "pet-detector",
    "face-proposals",
    "saliency",
    "font-cute",
    "font-sans",
    "kokoro-model",
    "kokoro-vocab",
    "kokoro-voices",
)


@dataclasses.dataclass(frozen=True)
class House:
    """Everything that is running."""

    studio: Studio
    engine: Engine


@dataclasses.dataclass(frozen=True)
class Lobby:
    """Where channels come in: reception, and how they hear what is new."""

    reception: Reception
    changes: Changes
    tidings: Tidings


@contextlib.asynccontextmanager
async def receiving(house: House) -> AsyncIterator[Lobby]:
    """Open reception in front of the house: what an earlier process left waiting is gone on with."""
    changes = Changes()
    reception = Reception(house.studio, house.engine, changes, turn=turn, fresh=fresh)
    await reception.open()
    try:
        yield Lobby(reception, changes, Tidings(house.studio, house.engine))
    finally:
        await reception.close()


def weights() -> dict[str, Path | None]:
    """The packaged weights and fonts that are there."""
    return {name: packaged.path(name) for name in WEIGHTS}


def database_url(settings: Settings) -> str:
    """Where the rows are: as set, else a file in the data folder."""
    return settings.database_url or f"sqlite+aiosqlite:///{settings.data_dir.absolute() / 'pawlogue.db'}"


def engine_url(settings: Settings) -> str:
    """Where the engine keeps its own rows: the same PostgreSQL database, else a file of its own."""
    url = database_url(settings)
    if url.startswith("sqlite"):
        return f"sqlite:///{settings.data_dir.absolute() / 'engine.db'}"
    return "postgresql://" + url.split("://", 1)[1]


def blobs_url(settings: Settings) -> str:
    """Where the files are: as set, else a folder in the data folder."""
    return settings.blobs_url or str(settings.data_dir.absolute() / "blobs")


def catalogue(settings: Settings, workshop: Workshop, found: dict[str, Path | None]) -> Catalogue:
    """The vendors in use.

    Raises:
        BadInput: a setting names a vendor that is not there.
    """
    for modality in MODALITIES:
        for name in settings.order(modality):
            if name.split(":")[0] != "builtin":
                fields = {"setting": f"MAKE_{modality.upper()}", "vendor": name}
                raise BadInput("settings.vendor_not_yet", fields)
    return Catalogue(
        text=[Text()],
        image=[Image(workshop, found)],
        voice=[Voice(workshop, found)],
        avatar=[Avatar(workshop)],
    )


@contextlib.asynccontextmanager
async def opened(
    settings: Settings, *, poll_seconds: float = 1.0, found: dict[str, Path | None] | None = None
) -> AsyncIterator[House]:
    """Open the house inside the running loop, and close it in order.

    Raises:
        StorageError: the data folder, database or blobs cannot be used; DataFolderBusy when somebody else
            uses the folder.
    """
    async with furnished(settings, found=found) as studio, working(settings, studio, poll_seconds) as house:
        yield house


@contextlib.asynccontextmanager
async def working(settings: Settings, studio: Studio, poll_seconds: float = 1.0) -> AsyncIterator[House]:
    """Start the engine, of which there may be one on a database: it goes on with what was cut off."""
    engine = await Engine.launch(engine_url(settings), studio, poll_seconds=poll_seconds)
    try:
        yield House(studio=studio, engine=engine)
    finally:
        await engine.close()


@contextlib.asynccontextmanager
async def furnished(
    settings: Settings, *, found: dict[str, Path | None] | None = None
) -> AsyncIterator[Studio]:
    """Open the stores and the workshop, without anything that works by itself.

    Raises:
        StorageError: as in `opened`.
    """
    found = weights() if found is None else found
    async with contextlib.AsyncExitStack() as stack:
        stack.enter_context(DataFolder.own(settings.data_dir))
        scratch = settings.data_dir.absolute() / "scratch"
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir(parents=True)
        stack.callback(shutil.rmtree, scratch, ignore_errors=True)
        db = await Database.open(database_url(settings))
        stack.push_async_callback(db.close)
        workshop = Workshop()
        stack.push_async_callback(workshop.close)
        yield Studio(
            db=db,
            blobs=Blobs.open(blobs_url(settings), settings.aws()),
            catalogue=catalogue(settings, workshop, found),
            workshop=workshop,
            settings=_for_pipeline(settings),
            clock=time.time,
            weights=found,
            scratch=scratch,
        )


def _for_pipeline(settings: Settings) -> PipelineSettings:
    return PipelineSettings(
        order={modality: settings.order(modality) for modality in MODALITIES},
        currency=settings.currency,
        label=settings.aigc_label,
        label_text=settings.aigc_label_text,
        producer=settings.aigc_producer,
    )
