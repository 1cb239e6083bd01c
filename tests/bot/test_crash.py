"""Killed at any moment between receiving and replying, a chat goes on as if nothing had happened."""

import os
import random
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from bot.messages import Outgoing
from tests.house.checkout import CHECKOUT

KILLS = int(os.environ.get("PAWLOGUE_TEST_KILLS", "3"))
MESSAGES = 4


class _Child:
    """The process under test, and what it has acknowledged."""

    def __init__(self, folder: Path) -> None:
        self.acknowledged: list[str] = []
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.bot.child", str(folder)],
            cwd=CHECKOUT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        threading.Thread(target=self._read, daemon=True).start()

    def say(self, identity: str) -> None:
        assert self._process.stdin
        self._process.stdin.write(identity + "\n")
        self._process.stdin.flush()

    def ready(self) -> None:
        for _ in range(600):
            if self.acknowledged:
                return
            time.sleep(0.05)
        raise AssertionError("it never began")

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                pipe.close()

    def _read(self) -> None:
        assert self._process.stdout
        try:
            self.acknowledged.extend(line.strip() for line in iter(self._process.stdout.readline, ""))
        except ValueError:
            return  # closed while reading: it was killed


def _rows(file: Path, sql: str) -> list[tuple[Any, ...]]:
    with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as connection:
        rows = connection.execute(sql).fetchall()
    connection.close()
    return rows


def test_killed_between_receiving_and_replying(tmp_path: Path) -> None:
    """Every message has one reply, in order, one making and one notice, whatever was cut off and repeated."""
    chance = random.Random(7)
    wanted: list[str] = []
    for kill in range(KILLS):
        child = _Child(tmp_path)
        child.ready()
        fresh = [f"m{kill}-{n}" for n in range(MESSAGES)]
        wanted += fresh
        for identity in [
            *wanted[-2 * MESSAGES : -MESSAGES],
            *fresh,
        ]:  # a channel delivers again what it is unsure of
            child.say(identity)
        time.sleep(chance.uniform(0.0, 0.5))
        child.kill()
    last = _Child(tmp_path)
    last.ready()
    for identity in wanted:
        last.say(identity)
    done = "SELECT COUNT(*) FROM outbox"
    for _ in range(400):
        if _rows(tmp_path / "rows.db", done)[0][0] == 2 * len(wanted):
            break
        time.sleep(0.05)
    time.sleep(0.3)  # time for one reply too many
    last.kill()
    said = [
        Outgoing.model_validate_json(payload).body
        for (payload,) in _rows(tmp_path / "rows.db", "SELECT payload FROM outbox ORDER BY number")
    ]
    replies = [body for body in said if not body.startswith("notice:")]
    notices = [body for body in said if body.startswith("notice:")]
    came = [one for (one,) in _rows(tmp_path / "rows.db", "SELECT id FROM inbox ORDER BY number")]
    assert replies == [one for one in came if not one.startswith("notice:")]
    assert sorted(replies) == sorted(wanted)
    assert sorted(one.rpartition(":")[2] for one in notices) == sorted(wanted)
    makings = _rows(tmp_path / "engine.db", "SELECT status, COUNT(*) FROM workflow_status GROUP BY status")
    assert makings == [("SUCCESS", len(wanted))]
    assert _rows(tmp_path / "rows.db", "SELECT DISTINCT state FROM errands") == [("ended",)]
