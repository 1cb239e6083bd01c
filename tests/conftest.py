"""What every test lives with: no network beyond this machine, and material that may be absent."""

import ipaddress
import logging
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import structlog

from pipeline import packaged

CHECKOUT = Path(__file__).resolve().parents[1]
_KEPT = {"PATH", "HOME", "PAWLOGUE_CACHE", "TMPDIR", "PYTEST_CURRENT_TEST"}


def _here(host: object) -> bool:
    """True for this machine: loopback, a nameless host, and what is not a network address at all."""
    if isinstance(host, bytes):
        host = host.decode()
    if not isinstance(host, str) or host in {"", "localhost"}:
        return True
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback or host == "0.0.0.0"
    except ValueError:
        return False


def _stay_here(event: str, arguments: tuple[object, ...]) -> None:
    """Fail whatever connects to, sends to or asks for another machine."""
    if event in {"socket.connect", "socket.sendto"}:
        address = arguments[1]
        host = (
            address[0] if isinstance(address, tuple) else None
        )  # a plain name is a socket in the file system
    elif event == "socket.getaddrinfo":
        host = arguments[0]
    else:
        return
    if not _here(host):
        raise RuntimeError(f"a test reached for the network: {host!r}")


# An audit hook also sees what is done at import and in threads, and nothing private has to be patched for it.
sys.addaudithook(_stay_here)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the stories, those that may take longest first: they mostly wait, so the others fill what
    they leave, and none is left over at the end."""
    items.sort(key=lambda item: ("stories" not in item.path.parts, not item.get_closest_marker("timeout")))


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of test photos and recordings beside the checkout; skips where it is absent."""
    folder = CHECKOUT.parent / "shared"
    if not folder.is_dir():
        pytest.skip("the shared photos and recordings are not on this machine")
    return folder


@pytest.fixture(scope="session")
def thing() -> Callable[[str], Path]:
    """Gives a packaged thing's path by its name; skips where it has not been fetched."""

    def found(name: str) -> Path:
        path = packaged.path(name)
        if path is None:
            pytest.skip(f"{name} has not been fetched; make setup does it")
        return path

    return found


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder commands run in; in English, 80 columns wide, without settings."""
    for name in set(os.environ) - _KEPT:
        monkeypatch.delenv(name)
    monkeypatch.setenv("LANG", "en_GB.UTF-8")
    monkeypatch.setenv("COLUMNS", "80")
    folder = tmp_path / "room"
    folder.mkdir()
    monkeypatch.chdir(folder)
    levels = {name: logging.getLogger(name).level for name in ("dbos", "dotenv")}
    yield folder
    structlog.reset_defaults()
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)
