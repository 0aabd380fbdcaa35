"""Processes: ending one, and its processor time and memory."""

from __future__ import annotations

import os
import pathlib
import signal
import subprocess
import time
from typing import Any

TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")
PROC = pathlib.Path("/proc")
#: The kernel's clock of a process or thread that counts the scheduler's nanoseconds.
_CPUCLOCK_SCHED = 2


def stop(process: subprocess.Popen[Any], seconds: float, number: int = signal.SIGTERM) -> None:
    """Ends a child process: by a signal, and when that does not end it in time, by SIGKILL. It may have ended already."""
    if process.poll() is None:
        process.send_signal(number)
    kill_unless_ended(process, seconds)


def kill_unless_ended(process: subprocess.Popen[Any], seconds: float) -> None:
    """For a child process that has been told to end in another way than by a signal."""
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def children(pid: int) -> list[int]:
    """The process numbers of a process's children; none when it has ended."""
    try:
        return [int(child) for child in (PROC / f"{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def processor_seconds(pid: int) -> tuple[float, float]:
    """User and system time so far, of every thread that there ever was."""
    words = _stat(pid)
    return int(words[11]) / TICKS, int(words[12]) / TICKS


def exact_processor_seconds(pid: int) -> float:
    """User and system time together, as :func:`processor_seconds`, but not in ticks. The number is that of the caller's own
    namespace: this asks the kernel's clock of the process."""
    return time.clock_gettime(~pid << 3 | _CPUCLOCK_SCHED)


def start_time(pid: int) -> str:
    """When a process started: together with its number, this tells it from a later one with the same number."""
    try:
        return _stat(pid)[19]
    except (OSError, IndexError):
        return ""


def resident_bytes(pid: int) -> int:
    return int((PROC / f"{pid}/statm").read_text().split()[1]) * PAGE


def _stat(pid: int) -> list[str]:
    """The fields of ``/proc/PID/stat`` behind the name, which may hold blanks."""
    return (PROC / f"{pid}/stat").read_text().rpartition(")")[2].split()
