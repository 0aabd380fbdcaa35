"""Processes: ending one, and its processor time and memory."""

from __future__ import annotations

import os
import pathlib
import signal
import subprocess
from typing import Any

TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")
PROC = pathlib.Path("/proc")


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


def children(pid: int, proc: pathlib.Path = PROC) -> list[int]:
    """The process numbers of a process's children; none when it has ended. ``proc``: the /proc that knows the number."""
    try:
        return [int(child) for child in (proc / f"{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def processor_seconds(pid: int, proc: pathlib.Path = PROC) -> tuple[float, float]:
    """User and system time so far, of every thread that there ever was."""
    words = _stat(pid, proc)
    return int(words[11]) / TICKS, int(words[12]) / TICKS


def start_time(pid: int) -> str:
    """When a process started: together with its number, this tells it from a later one with the same number."""
    try:
        return _stat(pid, PROC)[19]
    except (OSError, IndexError):
        return ""


def resident_bytes(pid: int, proc: pathlib.Path = PROC) -> int:
    return int((proc / f"{pid}/statm").read_text().split()[1]) * PAGE


def _stat(pid: int, proc: pathlib.Path) -> list[str]:
    """The fields of ``/proc/PID/stat`` behind the name, which may hold blanks."""
    return (proc / f"{pid}/stat").read_text().rpartition(")")[2].split()
