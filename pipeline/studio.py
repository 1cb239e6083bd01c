"""What every step is handed: stores, vendors, hands, a clock, and a way to tell how far it is."""

import asyncio
import contextlib
import dataclasses
import hashlib
import json
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import BaseModel

from pipeline import links
from pipeline.catalogue import Catalogue
from pipeline.settings import Settings
from pipeline.workshop import Workshop
from storage import assets, projects, strides
from storage.blobs import Blobs
from storage.db import Database
from storage.errors import StorageError
from storage.model import Asset, Noun, Project

M = TypeVar("M", bound=Noun)
R = TypeVar("R")
_SECONDS_BETWEEN_TELLINGS = 0.4
_LONGEST_PAUSE = 3.0  # somebody waits for it; asking costs little, also for fifty at once


@dataclasses.dataclass
class Stride:
    """The step that is being run: which, and how it goes; `last_try`: nobody waits for a busy vendor now."""

    making: str
    step: str
    vendor: str = ""
    model: str = ""
    failed: bool = False
    last_try: bool = False
    told: float = 0.0
    fraction: float = 0.0


class Bell:
    """Wakes all who wait for the next time a take ends or a making is stopped here."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()

    def ring(self) -> None:
        """Wake them."""
        self._rung.set()
        self._rung = asyncio.Event()

    async def next(self) -> None:
        """Wait for the next ring."""
        await self._rung.wait()


@dataclasses.dataclass(frozen=True)
class Studio:
    """Built once by `bot.app`; a step gets a copy that knows its stride."""

    db: Database
    blobs: Blobs
    catalogue: Catalogue
    workshop: Workshop
    settings: Settings
    clock: Callable[[], float]
    weights: Mapping[str, Path | None]
    scratch: Path
    follow: Callable[[str, Path], Awaitable[Path]] = links.fetch
    now: Stride | None = None
    bell: Bell = dataclasses.field(default_factory=Bell)

    # files

    async def project(self, project: str) -> Project:
        """The project, which a step only ever gets by id."""
        found = await projects.get(self.db, project)
        if found is None:
            raise LookupError(project)
        return found

    async def keep(self, project: str, kind: str, source: Path | bytes, media_type: str) -> Asset:
        """Keep a file; the id comes from its bytes, so keeping twice is keeping once."""
        digest, size = _digest_of(source)
        identity = f"{project}.{kind}.{digest[:16]}"
        asset = Asset(
            id=identity,
            project=project,
            kind=kind,
            media_type=media_type,
            key=f"{project}/{kind}-{digest[:16]}{_SUFFIX.get(media_type, '')}",
            bytes=size,
            sha256=digest,
        )
        await self.blobs.put(asset.key, source)
        try:
            await assets.add(self.db, asset)
        except StorageError:  # forgotten meanwhile: the file must not outlive its owner's wish
            await self.blobs.delete(asset.key)
            raise
        return asset

    async def keep_noun(self, project: str, kind: str, noun: BaseModel) -> Asset:
        """Keep a model as JSON."""
        return await self.keep(project, kind, noun.model_dump_json().encode(), "application/json")

    async def asset(self, asset: str) -> Asset:
        """The row of a kept file."""
        found = await assets.get(self.db, asset)
        if found is None:
            raise LookupError(asset)
        return found

    async def noun(self, asset: str, kind: type[M]) -> M:
        """A model kept by `keep_noun`."""
        return kind.model_validate_json(await self.blobs.read((await self.asset(asset)).key))

    @contextlib.asynccontextmanager
    async def borrow(self, *wanted: str) -> AsyncIterator[list[Path]]:
        """Local readable files for the assets, for as long as the block lasts."""
        async with contextlib.AsyncExitStack() as stack:
            rows = [await self.asset(asset) for asset in wanted]
            yield [await stack.enter_async_context(self.blobs.lend(row.key, self.scratch)) for row in rows]

    @contextlib.contextmanager
    def bench(self) -> Iterator[Path]:
        """An empty folder that is gone afterwards."""
        folder = Path(tempfile.mkdtemp(dir=self.scratch))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    async def until(self, ready: Callable[[], Awaitable[bool]]) -> None:
        """Ask again and again, a little less often each time, until something is ready."""
        pause = 1.0
        while not await ready():
            await asyncio.sleep(pause)
            pause = min(pause * 1.5, _LONGEST_PAUSE)

    # progress

    async def announce(self, making: str, seconds: Mapping[str, float]) -> None:
        """Write down which steps a making will take, so that the time left can be told from the start."""
        await strides.plan(self.db, making, seconds)

    @contextlib.asynccontextmanager
    async def stride(self, making: str, step: str) -> AsyncIterator["Studio"]:
        """Begin and end one step's progress row around the block."""
        stride = Stride(making, step)
        await strides.begin(self.db, making, step, self.clock())
        yield dataclasses.replace(self, now=stride)
        state: Literal["done", "failed"] = "failed" if stride.failed else "done"
        await strides.end(self.db, making, step, state, self.clock(), stride.vendor, stride.model)

    async def instead_of(self, planned: str) -> None:
        """Say that the step which runs does what a planned one would have done."""
        if self.now:
            await strides.stand_in(self.db, self.now.making, self.now.step, planned)

    async def usual_seconds(self, making: str) -> dict[str, float]:
        """How long each step of a making usually takes here, with the vendors in use; unknown ones absent."""
        usual = {}
        for row in await strides.of(self.db, making):
            facts = self.catalogue.first(row.step)
            names = (facts.vendor, facts.model) if facts else ("", "")
            seconds = await strides.typical(self.db, row.step, *names)
            if seconds is not None:
                usual[row.step] = seconds
        return usual

    def made_by(self, vendor: str, model: str) -> None:
        """Say who did this step."""
        if self.now:
            self.now.vendor, self.now.model = vendor, model

    def stumbled(self) -> None:
        """Mark this step as failed."""
        if self.now:
            self.now.failed = True

    def teller(self) -> Callable[[float], None]:
        """A function CPU work may call with the fraction done; rows are written at a humane pace."""
        pending: set[asyncio.Task[None]] = set()

        def tell(fraction: float) -> None:
            stride, now = self.now, self.clock()
            if stride is None or now - stride.told < _SECONDS_BETWEEN_TELLINGS or fraction < stride.fraction:
                return
            stride.told, stride.fraction = now, fraction
            task = asyncio.ensure_future(strides.advance(self.db, stride.making, stride.step, fraction))
            pending.add(task)
            task.add_done_callback(pending.discard)

        return tell


_SUFFIX = {
    "application/json": ".json",
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/webp": ".webp",
    "audio/wav": ".wav",
    "audio/mpeg": ".mp3",
    "video/mp4": ".mp4",
    "application/zip": ".zip",
}


async def together(*works: Awaitable[R]) -> list[R]:
    """Do several things side by side; none is cut off because another one failed, for it may be on its way to
    be paid.

    Raises:
        Exception: what the first of them failed with, once all have ended.
    """
    came = await asyncio.gather(*works, return_exceptions=True)
    for each in came:
        if isinstance(each, BaseException):
            raise each
    return [each for each in came if not isinstance(each, BaseException)]


def digest(*parts: BaseModel | str | int | float | None) -> str:
    """A digest of everything a result is made from: models as canonical JSON, the rest as text."""
    plain = [part.model_dump(mode="json") if isinstance(part, BaseModel) else part for part in parts]
    return hashlib.sha256(json.dumps(plain, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _digest_of(source: Path | bytes) -> tuple[str, int]:
    if isinstance(source, bytes):
        return hashlib.sha256(source).hexdigest(), len(source)
    with source.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest(), source.stat().st_size
