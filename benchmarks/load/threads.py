"""What the threads of a proxy do within an interval, by their names: processor time, and how often they slept.

A thread that waits gives its processor up: the kernel counts a voluntary context switch, and wakes it later. So the
voluntary switches of an interval are taken for its wake-ups. Where something else takes the processor away it is an
involuntary one. A thread that ends within the interval takes its switches with it."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from testkit.processes import PROC

_SWITCHES = re.compile(r"^(?:non)?voluntary_ctxt_switches:\t(\d+)", re.MULTILINE)
#: In place of a thread's name.
ENDED = "(ended)"


@dataclass(frozen=True)
class Thread:
    """So far, or within an interval. Several of one name count together."""

    name: str
    nanoseconds: int
    voluntary: int
    involuntary: int
    count: int = 1

    def minus(self, before: Thread) -> Thread:
        return Thread(self.name, self.nanoseconds - before.nanoseconds, self.voluntary - before.voluntary,
                      self.involuntary - before.involuntary)

    def plus(self, other: Thread) -> Thread:
        return Thread(self.name, self.nanoseconds + other.nanoseconds, self.voluntary + other.voluntary,
                      self.involuntary + other.involuntary, self.count + other.count)


def read(pids: Iterable[int]) -> dict[int, Thread]:
    """What each thread of these processes has done so far, by its number."""
    threads = {}
    for pid in pids:
        for directory in (PROC / f"{pid}/task").iterdir():
            # It may end at this moment.
            with contextlib.suppress(OSError):
                name = (directory / "comm").read_text().rstrip("\n")
                nanoseconds = int((directory / "schedstat").read_text().split()[0])
                voluntary, involuntary = map(int, _SWITCHES.findall((directory / "status").read_text()))
                threads[int(directory.name)] = Thread(name, nanoseconds, voluntary, involuntary)
    return threads


def between(before: dict[int, Thread], after: dict[int, Thread]) -> dict[str, Thread]:
    """What was done in between, by the threads' names. Those that have begun in between count from their begin."""
    by_name: dict[str, Thread] = {}
    for number, now in after.items():
        thread = now.minus(before[number]) if number in before else now
        by_name[now.name] = by_name[now.name].plus(thread) if now.name in by_name else thread
    return by_name


def table(threads: dict[str, Thread], seconds: float, processor_seconds: float) -> dict[str, dict[str, float]]:
    """In each second, by name, with a line for what the threads used that have ended, out of ``processor_seconds`` in all."""
    rows = {name: {"CPU, ms/s": thread.nanoseconds / 1e6 / seconds, "wake-ups/s": thread.voluntary / seconds,
                   "involuntary switches/s": thread.involuntary / seconds, "threads": thread.count}
            for name, thread in threads.items()}
    if not rows:
        return {}
    lost = 1000 * processor_seconds / seconds - sum(row["CPU, ms/s"] for row in rows.values())
    if lost > 0.01:
        rows[ENDED] = {"CPU, ms/s": lost}
    return {name: {key: round(value, 3) for key, value in row.items()} for name, row in rows.items()}
