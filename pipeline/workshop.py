"""CPU work, in worker processes that die with their parent and whose memory is bounded.

Three rooms: `sight` (look, draw), `voice` (hear, speak) and `stage` (animate, cut, check). A room that
stands idle is closed when another is entered, or after a minute: a bot that waits holds no models. `voice`
and `stage` are never open at once: the voice model and the puppet together would double a film's peak.

Workers are forked from one process that has the libraries of every room loaded and does nothing else, so a
room opens at once; it begins with the first job and ends with the program.
"""

import asyncio
import contextlib
import multiprocessing
import os
import resource
import signal
import sys
import threading
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import wait
from multiprocessing.context import BaseContext
from multiprocessing.queues import SimpleQueue
from typing import Any, Literal, TypeVar

from pipeline.ports.errors import Failed

Room = Literal["sight", "voice", "stage"]
T = TypeVar("T")

_WORKERS: dict[Room, int] = {"sight": 1, "voice": 1, "stage": 2}
_APART: dict[Room, tuple[Room, ...]] = {"sight": (), "voice": ("stage",), "stage": ("voice",)}
_BYTES_PER_WORKER = 3 << 30
_LOADED = [
    "numpy",
    "cv2",
    "av",
    "av.filter",
    "PIL.Image",
    "PIL.ImageDraw",
    "PIL.ImageFont",
    "pipeline.crafts",
]
_NICE = 10  # whoever chats is answered first, however much is being made
_IDLE_SECONDS = 60.0  # the models are loaded again in about a second
_LAST = 2.0  # after a job's last fraction

_reports: "SimpleQueue[tuple[int, float]] | None" = None


def _begun() -> BaseContext:
    """How workers are made, once the first was; each is started by itself where none can be forked: the
    template listens on a socket in the temporary folder, whose name may be too long for one."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_LOADED)
    first = context.Process(target=int)  # returns when everything is loaded
    try:
        first.start()
    except OSError:
        return multiprocessing.get_context("spawn")
    first.join()
    return context


def _settle(reports: "SimpleQueue[tuple[int, float]]") -> None:
    """Make this worker die with its program, bound its memory, leave Ctrl-C to the program."""
    global _reports
    _reports = reports
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_DATA, (_BYTES_PER_WORKER, _BYTES_PER_WORKER))
    os.nice(_NICE)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_follow_the_program, name="workshop-program", daemon=True).start()


def _follow_the_program() -> None:
    """End with the program, whatever it died of and whatever is being done here."""
    program = multiprocessing.parent_process()
    assert program is not None
    wait([program.sentinel])
    os.kill(os.getpid(), signal.SIGKILL)


def _run(number: int, work: Callable[..., T], args: tuple[Any, ...], telling: bool) -> T:
    """In the worker: do the work, sending fractions back where they are wanted."""
    reports = _reports
    assert reports is not None
    if not telling:
        return work(*args)
    try:
        return work(*args, tell=lambda fraction: reports.put((number, float(fraction))))
    finally:
        reports.put((number, _LAST))


class Workshop:
    """Runs plain functions in processes; one per program."""

    def __init__(self, idle_seconds: float = _IDLE_SECONDS) -> None:
        self._context: BaseContext | None = None
        self._beginning = asyncio.Lock()
        self._pools: dict[Room, ProcessPoolExecutor] = {}
        self._inside: dict[Room, int] = dict.fromkeys(_WORKERS, 0)
        self._waiting: list[Room] = []
        self._moved = asyncio.Condition()
        self._reports: SimpleQueue[tuple[int, float]] = multiprocessing.get_context("spawn").SimpleQueue()
        self._listeners: dict[int, Callable[[float], None]] = {}
        self._number = 0
        self._idle_seconds = idle_seconds
        self._resting: asyncio.TimerHandle | None = None
        self._loop = asyncio.get_running_loop()
        self._reader = threading.Thread(target=self._read, name="workshop-reports", daemon=True)
        self._reader.start()

    async def run(
        self, room: Room, work: Callable[..., T], *args: object, tell: Callable[[float], None] | None = None
    ) -> T:
        """Return `work(*args)`, done in a process of that room.

        With `tell`, the work gets a keyword `tell` too; its fractions arrive here, in the loop, before this
        returns.

        Raises:
            Failed: the worker died or ran out of memory.
        """
        self._number += 1
        number = self._number
        heard = asyncio.Event()
        if tell is not None:
            self._listeners[number] = lambda fraction: heard.set() if fraction == _LAST else tell(fraction)
        try:
            async with self._entered(room) as pool:
                future = self._loop.run_in_executor(pool, _run, number, work, args, tell is not None)
                result = await future
                if tell is not None:
                    await heard.wait()
                return result
        except BrokenProcessPool as error:
            self._pools.pop(room, None)
            raise Failed("work.died", {}, repr(error)) from error
        except MemoryError as error:
            raise Failed("work.memory", {}, repr(error)) from error
        finally:
            self._listeners.pop(number, None)

    def pids(self, room: Room) -> list[int]:
        """The room's worker processes, for whoever measures or watches them."""
        pool = self._pools.get(room)
        return list(pool._processes or {}) if pool else []  # noqa: SLF001  the executor does not tell otherwise

    async def close(self) -> None:
        """Stop every worker, also one that is in the middle of something."""
        if self._resting is not None:
            self._resting.cancel()
        for room in list(self._pools):
            self._shut(room)
        self._reports.put((-1, 0.0))
        await asyncio.get_running_loop().run_in_executor(None, self._reader.join, 5.0)

    @contextlib.asynccontextmanager
    async def _entered(self, room: Room) -> AsyncIterator[ProcessPoolExecutor]:
        async with self._moved:
            self._waiting.append(room)
            try:
                await self._moved.wait_for(lambda: self._free(room))
            finally:
                self._waiting.remove(room)
            self._inside[room] += 1
            for other in list(self._pools):
                if other != room and not self._inside[other]:
                    self._shut(other)
        try:
            async with self._beginning:
                if self._context is None:
                    self._context = await self._loop.run_in_executor(None, _begun)
            yield self._pool(room)
        finally:
            async with self._moved:
                self._inside[room] -= 1
                self._moved.notify_all()
            self._rest_later()

    def _free(self, room: Room) -> bool:
        """No room that must be apart is in use, and none of those has waited longer."""
        apart = _APART[room]
        if any(self._inside[other] for other in apart):
            return False
        before = self._waiting[: self._waiting.index(room)]
        return not any(other in apart for other in before)

    def _pool(self, room: Room) -> ProcessPoolExecutor:
        if room not in self._pools:
            self._pools[room] = ProcessPoolExecutor(
                _WORKERS[room],
                mp_context=self._context,
                initializer=_settle,
                initargs=(self._reports,),
            )
        return self._pools[room]

    def _rest_later(self) -> None:
        """What stands idle for a while gives its memory back."""
        if self._resting is not None:
            self._resting.cancel()
        self._resting = self._loop.call_later(self._idle_seconds, self._rest)

    def _rest(self) -> None:
        for room in list(self._pools):
            if not self._inside[room]:
                self._shut(room)

    def _shut(self, room: Room) -> None:
        pool = self._pools.pop(room)
        workers = list((pool._processes or {}).values())  # noqa: SLF001  no public way to end a busy worker
        pool.shutdown(wait=False, cancel_futures=True)
        for worker in workers:
            worker.terminate()

    def _read(self) -> None:
        while True:
            number, fraction = self._reports.get()
            if number < 0:
                return
            with contextlib.suppress(RuntimeError):  # the loop has ended; nobody is listening any more
                self._loop.call_soon_threadsafe(self._deliver, number, fraction)

    def _deliver(self, number: int, fraction: float) -> None:
        listener = self._listeners.get(number)
        if listener is not None:
            listener(fraction)
