"""Builds and joins everything; whoever needs something is handed it from here."""

import asyncio
import contextlib
import dataclasses
import itertools
import shutil
import time
from collections.abc import AsyncIterator
from pathlib import Path

import structlog

from bot.changes import Changes
from bot.messages import Incoming
from bot.reception import Reception
from bot.settings import MODALITIES, Settings
from bot.talk import Means, Talk, Turn, fresh, turn
from bot.tidings import Tidings
from pipeline import packaged
from pipeline import recipes as recipes  # registers the makings, before the engine starts
from pipeline.catalogue import Catalogue
from pipeline.engine import Engine
from pipeline.hire import Bench, hire
from pipeline.lend import lends
from pipeline.ports.http import Http
from pipeline.quote import Prices
from pipeline.settings import Settings as PipelineSettings
from pipeline.studio import Studio
from pipeline.workshop import Workshop
from storage import strides
from storage.blobs import Blobs
from storage.db import Database
from storage.errors import StorageError
from storage.lock import DataFolder

_OWN_FILMS, _WAITING_FILMS = 2, 50
_LEARN_SECONDS = 600.0
_log = structlog.get_logger(__name__)
WEIGHTS = (
    "pet-detector",
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
    able = _Able(await _means(house.studio))
    reception = Reception(house.studio, house.engine, changes, turn=able.turn, fresh=fresh)
    await reception.open()
    learning = asyncio.create_task(able.learn(house.studio))
    try:
        yield Lobby(reception, changes, Tidings(house.studio, house.engine))
    finally:
        learning.cancel()
        await asyncio.wait([learning])
        await reception.close()


class _Able:
    """The conversation with what the vendors can do; how long they take is looked up anew now and then."""

    def __init__(self, means: Means) -> None:
        self._means = means

    def turn(self, talk: Talk, incoming: Incoming) -> Turn:
        """What one thing that came in brings about."""
        return turn(talk, incoming, self._means)

    async def learn(self, studio: Studio) -> None:
        """Look again until cancelled."""
        while True:
            await asyncio.sleep(_LEARN_SECONDS)
            try:
                self._means = await _means(studio)
            except StorageError as error:  # what was known before is good enough until next time
                _log.warning("prices.not_read", reason=error.key)


async def _means(studio: Studio) -> Means:
    return means(studio.catalogue).model_copy(
        update={"prices": await prices(studio), "width": studio.settings.width}
    )


def means(catalogue: Catalogue) -> Means:
    """What the conversation may offer with these vendors: what the first choice of each can do."""
    first = {modality: facts[0] for modality, facts in catalogue.rows() if facts}
    return Means(
        edits="text" in first and first["text"].edits,
        pictures="image" in first and not first["image"].free,
        clones="voice" in first and first["voice"].likeness == "clone",
    )


async def prices(studio: Studio) -> Prices:
    """What the vendors in use cost, and how long their steps took here so far."""
    rows = dict(studio.catalogue.rows())
    usual = {}
    for modality, steps in _STEPS.items():
        for facts, step in itertools.product(rows.get(modality, ()), steps):
            seconds = await strides.typical(studio.db, step, facts.vendor, facts.model)
            if seconds is not None:
                usual[f"{step} {facts.name}"] = seconds
    return Prices(
        image=rows["image"],
        voice=rows["voice"],
        avatar=rows["avatar"],
        currency=studio.settings.currency,
        worth=studio.settings.worth,
        usual=usual,
        lends=lends(studio),
    )


_STEPS = {
    "image": ("draw",),
    "voice": ("clone", "speak_pet", "speak_person"),
    "avatar": ("animate", "voice_pet"),
}


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


@contextlib.asynccontextmanager
async def hired(settings: Settings) -> AsyncIterator[Catalogue]:
    """The vendors in use, with nothing else opened: to be looked at, or asked whether they are there.

    Raises:
        BadInput: a setting names a vendor that is not there, or one without its key.
    """
    workshop = Workshop()
    try:
        async with Http.opened() as http:
            yield hire(_for_pipeline(settings), Bench(http, workshop, weights()))
    finally:
        await workshop.close()


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
    engine = await Engine.launch(
        engine_url(settings), studio, films=_films_at_once(studio.catalogue), poll_seconds=poll_seconds
    )
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
        http = await stack.enter_async_context(Http.opened())
        chosen = _for_pipeline(settings)
        yield Studio(
            db=db,
            blobs=Blobs.open(blobs_url(settings), settings.aws()),
            catalogue=hire(chosen, Bench(http, workshop, found)),
            workshop=workshop,
            settings=chosen,
            clock=time.time,
            weights=found,
            scratch=scratch,
        )


def _films_at_once(catalogue: Catalogue) -> int:
    """Few where this machine plays them; many where they mostly wait for somebody else's."""
    hosted = bool(catalogue.avatar) and not catalogue.avatar[0].facts.free
    return _WAITING_FILMS if hosted else _OWN_FILMS


def _for_pipeline(settings: Settings) -> PipelineSettings:
    return PipelineSettings(
        order={modality: settings.order(modality) for modality in MODALITIES},
        accounts=settings.accounts(),
        public_base_url=settings.public_base_url,
        currency=settings.currency,
        rates=settings.rates(),
        daily_budget=settings.daily_budget,
        project_budget=settings.project_budget,
        daily_films=settings.daily_films_per_person,
        width=settings.film_width,
        height=settings.film_width * 16 // 9,
        label=settings.aigc_label,
        label_text=settings.aigc_label_text,
        producer=settings.aigc_producer,
        credentials=settings.credentials(),
    )
