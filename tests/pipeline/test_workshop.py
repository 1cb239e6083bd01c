"""The workshop: processes die with their parent, memory is bounded, voice and stage never meet."""

import asyncio
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from pipeline.ports.errors import BadInput, Failed
from pipeline.workshop import Workshop


def _pid() -> int:
    return os.getpid()


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _devour() -> int:
    return len(bytearray(16 << 30))


def _refuse() -> None:
    raise BadInput("photo.empty", {"name": "x"}, "why")


def _count(n: int, *, tell: Callable[[float], None]) -> int:
    for i in range(n):
        tell((i + 1) / n)
    return n


def _span(path: Path) -> tuple[float, float]:
    begun = time.monotonic()
    path.touch()
    time.sleep(0.2)
    return begun, time.monotonic()


async def test_work_happens_elsewhere_and_tells(tmp_path: Path) -> None:
    """A job runs in another process and its fractions arrive in the loop."""
    heard: list[float] = []
    workshop = Workshop()
    try:
        assert await workshop.run("stage", _pid) != os.getpid()
        assert await workshop.run("stage", _count, 4, tell=heard.append) == 4
    finally:
        await workshop.close()
    assert heard == [0.25, 0.5, 0.75, 1.0]


async def test_errors_cross_the_border_whole() -> None:
    """An error raised in a worker keeps its class, key and fields."""
    workshop = Workshop()
    try:
        with pytest.raises(BadInput) as caught:
            await workshop.run("sight", _refuse)
    finally:
        await workshop.close()
    assert (caught.value.key, caught.value.fields, caught.value.cause) == (
        "photo.empty",
        {"name": "x"},
        "why",
    )


@pytest.mark.parametrize(("work", "key"), [(_die, "work.died"), (_devour, "work.memory")])
async def test_a_lost_worker_is_one_failure_and_the_room_recovers(
    work: Callable[[], object], key: str
) -> None:
    """A worker that dies or asks for too much fails its own job only."""
    workshop = Workshop()
    try:
        with pytest.raises(Failed) as caught:
            await workshop.run("stage", work)
        assert await workshop.run("stage", _pid)
    finally:
        await workshop.close()
    assert caught.value.key == key


async def test_voice_and_stage_are_never_open_at_once(tmp_path: Path) -> None:
    """The voice model and the puppet would double a film's peak memory."""
    workshop = Workshop()
    try:
        voice, stage = await asyncio.gather(
            workshop.run("voice", _span, tmp_path / "v"), workshop.run("stage", _span, tmp_path / "s")
        )
    finally:
        await workshop.close()
    assert voice[1] <= stage[0] or stage[1] <= voice[0]


def test_workers_die_with_their_parent(tmp_path: Path) -> None:
    """`kill -9` on the program leaves no worker behind."""
    program = tmp_path / "parent.py"
    program.write_text(
        textwrap.dedent(
            """
            import asyncio, time
            from pipeline.workshop import Workshop
            async def main():
                workshop = Workshop()
                task = asyncio.ensure_future(workshop.run("stage", time.sleep, 60))
                while not workshop.pids("stage"):
                    await asyncio.sleep(0.01)
                print(*workshop.pids("stage"), flush=True)
                await task
            if __name__ == "__main__":
                asyncio.run(main())
            """
        )
    )
    parent = subprocess.Popen([sys.executable, str(program)], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    workers = [psutil.Process(int(pid)) for pid in parent.stdout.readline().split()]
    parent.kill()
    parent.wait()
    parent.stdout.close()
    gone, alive = psutil.wait_procs(workers, timeout=10)
    assert workers
    assert (len(gone), alive) == (len(workers), [])


def test_a_long_temporary_folder_is_no_hindrance(tmp_path: Path) -> None:
    """Where the template's socket would have too long a name workers are started one by one."""
    long = tmp_path / ("x" * 100)
    long.mkdir()
    program = tmp_path / "parent.py"
    program.write_text(
        textwrap.dedent(
            """
            import asyncio, os
            from pipeline.workshop import Workshop
            async def main():
                workshop = Workshop()
                print(await workshop.run("stage", os.getpid) != os.getpid())
                await workshop.close()
            if __name__ == "__main__":
                asyncio.run(main())
            """
        )
    )
    around = {**os.environ, "TMPDIR": str(long)}
    ended = subprocess.run(
        [sys.executable, str(program)], env=around, capture_output=True, text=True, timeout=60
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "True\n", "")


async def test_a_room_nobody_enters_gives_its_memory_back() -> None:
    """A bot that waits for people holds no worker; the next job finds a new one."""
    workshop = Workshop(idle_seconds=0.05)
    try:
        first = await workshop.run("stage", _pid)
        async with asyncio.timeout(10):
            while psutil.pid_exists(first):  # noqa: ASYNC110  a process that ends rings no event of ours
                await asyncio.sleep(0.02)
        assert workshop.pids("stage") == []
        assert await workshop.run("stage", _pid) != first
    finally:
        await workshop.close()
