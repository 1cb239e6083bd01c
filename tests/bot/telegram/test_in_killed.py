"""Telegram, the real process: killed in the middle of a flood it loses nothing; told to stop it is quick."""

import contextlib
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.fakes.telegram import FakeTelegram, running
from tests.house.checkout import CHECKOUT

_MESSAGES, _PEOPLE = 5, 8


@contextlib.contextmanager
def _bot(folder: Path, fake: FakeTelegram, **more: str) -> Iterator[subprocess.Popen[bytes]]:
    """`pawlogue run` in a process of its own; what is left of it is killed."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "PAWLOGUE_CACHE") if name in os.environ}
    env = {
        **kept,
        "LANG": "en_GB.UTF-8",
        "PYTHONPATH": str(CHECKOUT),
        "TELEGRAM_BOT_TOKEN": fake.token,
        "TELEGRAM_BASE_URL": fake.url,
        "NO_PROXY": "127.0.0.1",
        "DATA_DIR": str(folder / "data"),
        "WEB_PORT": "0",
        **more,
    }
    with (folder / "err").open("ab") as err:
        started = subprocess.Popen([sys.executable, "-m", "bot", "run"], env=env, cwd=folder, stderr=err)
    try:
        yield started
    finally:
        started.kill()
        started.wait()


def _until(look: Callable[[], bool], seconds: float = 40.0) -> None:
    end = time.monotonic() + seconds
    while not look():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)


def _rows(folder: Path, sql: str) -> list[tuple[object, ...]]:
    with contextlib.closing(sqlite3.connect(folder / "data" / "pawlogue.db")) as rows:
        return list(rows.execute(sql))


@pytest.mark.parametrize("seed", [1, 2])
def test_killed_in_the_middle_nothing_is_lost(tmp_path: Path, seed: int) -> None:
    """Whatever arrived before or while the process was dead is answered, and taken in once."""
    dice = random.Random(seed)
    with running(limits=None) as fake:
        people = [fake.person(name=f"P{n}") for n in range(_PEOPLE)]
        with _bot(tmp_path, fake) as bot:
            people[0].starts()
            _until(lambda: fake.stats.calls["sendMessage"] > 0)
            for n in range(_MESSAGES):
                for person in people:
                    person.says(f"word {n}")
            enough = dice.randint(2, _MESSAGES * _PEOPLE // 2)
            _until(lambda: fake.stats.calls["sendMessage"] > enough)
            bot.send_signal(signal.SIGKILL)
        people[0].says("while it was dead")

        def answered() -> bool:
            done = _rows(tmp_path, "SELECT count(*) FROM inbox WHERE state = 'done' AND id LIKE 'message:%'")
            waits = _rows(tmp_path, "SELECT count(*) FROM outbox WHERE state IN ('pending', 'sending')")
            return (done, waits) == ([(_MESSAGES * _PEOPLE + 2,)], [(0,)])

        with _bot(tmp_path, fake):
            _until(answered)
    assert _rows(tmp_path, "SELECT DISTINCT state FROM updates WHERE state <> 'done'") == []
    assert all(person.chat.answers for person in people)


def test_told_to_stop_it_is_quick_and_ends_well(tmp_path: Path) -> None:
    """A deployment does not wait; a wrong token and a taken port are one line each."""
    with running(limits=None) as fake:
        with _bot(tmp_path, fake) as bot:
            fake.person().says("hello")
            _until(lambda: fake.stats.calls["sendMessage"] > 0)
            begun = time.monotonic()
            bot.terminate()
            assert bot.wait(20) == 0
            assert time.monotonic() - begun < 10
        (tmp_path / "err").write_bytes(b"")
        with _bot(tmp_path, fake, TELEGRAM_BOT_TOKEN="1:wrong") as bot:
            assert bot.wait(30) == 1
    assert (tmp_path / "err").read_text().splitlines() == [
        "Telegram does not know this TELEGRAM_BOT_TOKEN; please check it with BotFather."
    ]
