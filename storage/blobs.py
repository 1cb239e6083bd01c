"""Blobs: the bytes of kept files, in a folder or in an S3 bucket.

A key is a path of plain segments, `project/name.ext`; whatever belongs to a project lies under its id, so
that forgetting it is one call. A blob appears whole or not at all, and is not changed afterwards.
"""

import asyncio
import errno
import re
import secrets
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Self
from urllib.parse import unquote, urlsplit

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError, PermissionDeniedError, UnauthenticatedError
from obstore.store import LocalStore, S3Store

from storage.errors import StorageError

_SEGMENT = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:@=+-]*")

_CHUNK = 5 * 1024 * 1024
"""The smallest part S3 takes, in bytes; several are on their way at once."""

_AWS_NAMES = (
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "AWS_ENDPOINT_URL",
    "AWS_VIRTUAL_HOSTED_STYLE_REQUEST",
)


class Blobs:
    """One store of blobs; `place` names it for people, `folder` is where it lies when it is a folder."""

    def __init__(self, store: LocalStore | S3Store, place: str, folder: Path | None) -> None:
        self.place = place
        self.folder = folder
        self._store = store

    @classmethod
    def open(cls, url: str, settings: Mapping[str, str] | None = None) -> Self:
        """Open the store at `url`; a folder is made when it is missing, a bucket has to be there.

        Args:
            url: a folder's path, `file:///folder`, or `s3://bucket/prefix`.
            settings: the usual `AWS_*` names, `AWS_ENDPOINT_URL` included; other names are passed over.

        Raises:
            StorageError: no such kind of store, or the folder cannot be used.
        """
        scheme, _, rest = url.partition("://")
        if not rest or scheme == "file":
            return cls._in_folder(Path(unquote(urlsplit(url).path)) if rest else Path(url))
        if scheme == "s3":
            return cls._in_bucket(rest, settings or {})
        raise StorageError("storage.unknown_kind", {"kind": scheme})

    @classmethod
    def _in_folder(cls, folder: Path) -> Self:
        folder = folder.absolute()
        with _writing_to(folder):
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                pass
        return cls(LocalStore(folder), str(folder), folder)

    @classmethod
    def _in_bucket(cls, rest: str, settings: Mapping[str, str]) -> Self:
        bucket, _, prefix = rest.partition("/")
        chosen = {name.lower(): settings[name] for name in _AWS_NAMES if settings.get(name)}
        plain = chosen.get("aws_endpoint_url", "").startswith("http://")
        store = S3Store(
            bucket,
            prefix=prefix.strip("/") or None,
            config=chosen,  # type: ignore[arg-type]  # its keys are spelt as AWS spells them
            client_options={"allow_http": plain, "connect_timeout": "10s", "timeout": "300s"},
            retry_config={"max_retries": 3, "retry_timeout": timedelta(seconds=60)},
        )
        return cls(store, f"s3://{rest}", None)

    async def put(self, key: str, source: Path | bytes) -> None:
        """Keep a file's or a string's bytes under `key`, in place of what was there.

        Raises:
            StorageError: the store is full, refuses, or is out of reach.
        """
        _check(key)
        if isinstance(source, Path) and not await asyncio.to_thread(source.is_file):
            raise StorageError("storage.file_missing", {"file": str(source)})
        with self._explained(None):
            await obstore.put_async(self._store, key, source, chunk_size=_CHUNK, max_concurrency=4)

    async def put_first(self, key: str, words: bytes) -> bytes:
        """Keep a few bytes under `key` unless somebody did before; return those that are there now."""
        _check(key)
        with self._explained(None):
            try:
                await obstore.put_async(self._store, key, words, mode="create")
            except AlreadyExistsError:
                return await self.read(key)
        return words

    async def signed_url(self, key: str, seconds: float) -> str | None:
        """Return an address at which anybody can read this one blob for so long; None where the store is a
        folder, which nobody outside can reach.

        Raises:
            StorageError: no such blob, or the store is out of reach.
        """
        if not isinstance(self._store, S3Store):
            return None
        if not await self.exists(key):
            raise StorageError("storage.blob_missing", {"blob": key})
        with self._explained(key):
            return await obstore.sign_async(self._store, "GET", key, timedelta(seconds=seconds))

    async def read(self, key: str) -> bytes:
        """Return a blob's bytes: for small ones; films are lent.

        Raises:
            StorageError: no such blob (`storage.blob_missing`), or the store is out of reach.
        """
        _check(key)
        with self._explained(key):
            answer = await obstore.get_async(self._store, key)
            return bytes(await answer.bytes_async())

    async def fetch(self, key: str, to: Path) -> None:
        """Copy a blob into the file `to`, which appears whole or not at all; its folder exists.

        Raises:
            StorageError: no such blob, the disk is full, or the store is out of reach.
        """
        _check(key)
        part = await asyncio.to_thread(_part_beside, to)
        try:
            with self._explained(key):
                answer = await obstore.get_async(self._store, key)
                async for chunk in answer.stream(min_chunk_size=_CHUNK):
                    await asyncio.to_thread(_append, part, chunk)
            await asyncio.to_thread(_finish, part, to)
        finally:
            part.unlink(missing_ok=True)

    async def exists(self, key: str) -> bool:
        """Say whether there is such a blob."""
        _check(key)
        try:
            with self._explained(key):
                await obstore.head_async(self._store, key)
        except StorageError as error:
            if error.key == "storage.blob_missing":
                return False
            raise
        return True

    async def delete(self, key: str) -> bool:
        """Remove a blob; say whether there was one."""
        there = await self.exists(key)
        if there:
            try:
                with self._explained(key):
                    await obstore.delete_async(self._store, key)
            except StorageError as error:
                if error.key != "storage.blob_missing":
                    raise
        return there

    async def delete_all(self, prefix: str) -> int:
        """Remove every blob under `prefix/`, what a crash left half-written included; return how many."""
        _check(prefix)
        with self._explained(prefix):
            listed = [row["path"] async for rows in obstore.list(self._store, prefix) for row in rows]
            if self.folder is not None:
                await asyncio.to_thread(_remove_tree, self.folder / prefix)
            elif listed:
                await obstore.delete_async(self._store, listed)
        return len(listed)

    @asynccontextmanager
    async def lend(self, key: str, folder: Path) -> AsyncIterator[Path]:
        """Lend a local file with the blob's bytes, to be read and not to be written to.

        It is the file itself where the store is a folder, else a copy in `folder` that is removed afterwards.

        Raises:
            StorageError: no such blob, the disk is full, or the store is out of reach.
        """
        _check(key)
        if self.folder is not None:
            path = self.folder / key
            if not await asyncio.to_thread(path.is_file):
                raise StorageError("storage.blob_missing", {"blob": key})
            yield path
            return
        room = await asyncio.to_thread(_room, folder)
        try:
            copy = room / key.rpartition("/")[2]
            await self.fetch(key, copy)
            yield copy
        finally:
            await asyncio.to_thread(shutil.rmtree, room, ignore_errors=True)

    @contextmanager
    def _explained(self, key: str | None) -> Iterator[None]:
        try:
            yield
        except FileNotFoundError as error:
            if key is not None:
                raise StorageError("storage.blob_missing", {"blob": key}, str(error)) from error
            missing = "storage.no_bucket" if self.folder is None else "storage.folder_missing"
            raise StorageError(missing, {"place": self.place, "folder": self.place}, str(error)) from error
        except (PermissionDeniedError, UnauthenticatedError, PermissionError) as error:
            raise StorageError("storage.no_access", {"place": self.place}, str(error)) from error
        except (BaseError, OSError) as error:
            raise StorageError(self._reason(str(error)), {"place": self.place}, str(error)) from error

    def _reason(self, words: str) -> str:
        # The store's core reports what the system said in words only; the numbers are Linux's and macOS's.
        if "os error 28)" in words or "Errno 28]" in words:
            return "storage.full"
        return "storage.unreachable" if self.folder is None else "storage.disk_error"


def _check(key: str) -> None:
    if not all(_SEGMENT.fullmatch(segment) for segment in key.split("/")):
        raise StorageError("storage.bad_blob_key", {"blob": key})


def _part_beside(to: Path) -> Path:
    # Not a temporary file of the standard library's: those are for their owner's eyes only, a film is not.
    part = to.with_name(f".{to.name}.{secrets.token_hex(4)}.part")
    with _writing_to(to.parent):
        part.touch(exist_ok=False)
    return part


def _finish(part: Path, to: Path) -> None:
    with _writing_to(to.parent):
        part.replace(to)


def _append(path: Path, chunk: bytes) -> None:
    with _writing_to(path.parent), path.open("ab") as file:
        file.write(chunk)


def _room(folder: Path) -> Path:
    with _writing_to(folder):
        return Path(tempfile.mkdtemp(dir=folder, prefix="lent-"))


@contextmanager
def _writing_to(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise StorageError("storage.full", {"place": str(folder)}, str(error)) from error
        raise StorageError("storage.folder_unwritable", {"folder": str(folder)}, str(error)) from error


def _remove_tree(folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)
