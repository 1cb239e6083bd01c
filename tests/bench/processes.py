"""A command's wall time, CPU time and peak memory over all its processes."""

import contextlib
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass

import psutil

_SECONDS = 0.1


@dataclass(frozen=True)
class Run:
    """`peak_mb` is the largest sum of PSS (shared pages counted by share) seen over the process tree."""

    wall: float
    cpu: float
    peak_mb: float
    code: int
    out: str
    err: str


def watched(command: Sequence[str]) -> Run:
    """Run a command to its end, looking at its process tree ten times a second.

    CPU time is what each process was last seen with: a worker is not a child of the program it works for.
    """
    begun = time.perf_counter()
    program = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    root = psutil.Process(program.pid)
    peak, spent = 0.0, dict[psutil.Process, float]()
    while program.poll() is None:
        peak = max(peak, _pss(root))
        spent |= _spent(root)
        time.sleep(_SECONDS)
    out, err = program.communicate()
    took = time.perf_counter() - begun
    return Run(took, sum(spent.values()), peak / 1e6, program.returncode, out, err)


def pss_mb(pid: int) -> float:
    """The memory of a process and all below it, shared pages counted by share."""
    return _pss(psutil.Process(pid)) / 1e6


def cpu_seconds(pid: int) -> float:
    """The CPU time so far of a process and all that are below it now."""
    return sum(_spent(psutil.Process(pid)).values())


def _spent(root: psutil.Process) -> dict[psutil.Process, float]:
    spent = {}
    with contextlib.suppress(psutil.Error):
        for process in [root, *root.children(recursive=True)]:
            with contextlib.suppress(psutil.Error):
                times = process.cpu_times()
                spent[process] = float(times.user + times.system)
    return spent


def _pss(root: psutil.Process) -> float:
    total = 0.0
    with contextlib.suppress(psutil.Error):
        for process in [root, *root.children(recursive=True)]:
            with contextlib.suppress(psutil.Error):
                total += process.memory_full_info().pss
    return total
