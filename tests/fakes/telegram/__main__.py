"""The stand-in alone in a process, driven over `/control/…` (see `control.py`)."""

import argparse
import signal
import sys
import threading
from pathlib import Path

from tests.fakes.telegram import Limits, running


def main() -> None:
    """Serve until told to end; the first line on stdout is the address and the token."""
    parser = argparse.ArgumentParser(prog="python -m tests.fakes.telegram", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--token", default="424242:stand-in")
    parser.add_argument("--lift-limits", action="store_true", help="no pacing, for measuring")
    parser.add_argument("--local", type=Path, metavar="FOLDER", help="local mode: files lie there")
    asked = parser.parse_args()
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    limits = None if asked.lift_limits else Limits()
    with running(port=asked.port, token=asked.token, limits=limits, folder=asked.local) as fake:
        sys.stdout.write(f"{fake.url} {fake.token}\n")
        sys.stdout.flush()
        ended.wait()


if __name__ == "__main__":
    main()
