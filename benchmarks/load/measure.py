"""What an interval of time has cost: processor time of the proxy's processes and of each processor, and what disturbed it."""

from __future__ import annotations

import pathlib
import time
from dataclasses import dataclass, field

from benchmarks.load import threads
from benchmarks.load.threads import Thread
from testkit import processes
from testkit.processes import TICKS

#: Shares of an interval. Beyond them a round is kept, but marked.
STRONG_STEAL = 0.02
STRONG_FOREIGN = 0.05


@dataclass
class Processes:
    """A program's processes, of which the first is known by its number outside its host."""

    pid: int

    def pids(self) -> list[int]:
        return [self.pid, *processes.children(self.pid)]

    def seconds(self) -> tuple[float, float]:
        """User and system time so far, of every thread that there ever was."""
        times = [processes.processor_seconds(pid) for pid in self.pids()]
        return sum(user for user, _ in times), sum(system for _, system in times)

    def exact_seconds(self) -> float:
        """User and system time so far, to the nanosecond."""
        return sum(processes.exact_processor_seconds(pid) for pid in self.pids())

    def resident(self) -> int:
        """Bytes; pages that processes share count for each of them."""
        return sum(processes.resident_bytes(pid) for pid in self.pids())

    def memory(self) -> dict[str, int]:
        """Bytes by the names of ``/proc/PID/smaps_rollup``, such as Rss, Pss, Anonymous and Pss_File."""
        total: dict[str, int] = {}
        for pid in self.pids():
            for line in (processes.PROC / f"{pid}/smaps_rollup").read_text().splitlines():
                words = line.split()
                if words[-1] == "kB":
                    name = words[0].rstrip(":")
                    total[name] = total.get(name, 0) + 1024 * int(words[1])
        return total


@dataclass(frozen=True)
class Usage:
    """Seconds of processor time within an interval."""

    wall: float = 0
    #: Of the proxy's processes: to the nanosecond, and its two parts in ticks.
    process: float = 0
    user: float = 0
    system: float = 0
    #: Of each processor: everything but idle, I/O wait and steal.
    busy: dict[int, float] = field(default_factory=dict)
    softirq: dict[int, float] = field(default_factory=dict)
    steal: dict[int, float] = field(default_factory=dict)
    #: On the gateway's processors: busy, but neither in interrupts nor in the proxy.
    foreign: float = 0
    #: By name; only where they were asked for.
    threads: dict[str, Thread] = field(default_factory=dict)

    @property
    def machine(self) -> float:
        return sum(self.busy.values())

    def marks(self) -> list[str]:
        """Why not to trust it."""
        marks = []
        if max(self.steal.values(), default=0) > STRONG_STEAL * self.wall:
            marks.append("steal")
        if self.foreign > STRONG_FOREIGN * self.wall:
            marks.append("foreign")
        return marks

    def as_json(self) -> dict[str, object]:
        return {"wall": round(self.wall, 4), "process": round(self.process, 6), "user": self.user, "system": self.system,
                "busy": self.busy, "softirq": self.softirq, "steal": self.steal, "foreign": round(self.foreign, 3)}


class Meter:
    """Reads the clocks when it is made, and again when :meth:`stop` is called."""

    def __init__(self, processes: Processes | None, gateway_cpus: list[int], has_threads: bool = False) -> None:
        self._processes = processes
        self._gateway_cpus = gateway_cpus
        self._has_threads = has_threads
        self._began_threads = self._threads()
        self._began = self._read()

    def stop(self) -> Usage:
        wall, exact, (user, system), cpus = self._read()
        began_wall, began_exact, (began_user, began_system), began_cpus = self._began

        def grown(*columns: int) -> dict[int, float]:
            return {cpu: round(sum(now[c] - began_cpus[cpu][c] for c in columns) / TICKS, 3) for cpu, now in cpus.items()}

        foreign = 0.0
        if self._processes is not None:
            running = grown(0, 1, 2)
            ticks = user - began_user + system - began_system
            foreign = max(0.0, sum(running[cpu] for cpu in self._gateway_cpus) - ticks)
        return Usage(wall - began_wall, exact - began_exact, round(user - began_user, 3), round(system - began_system, 3),
                     grown(0, 1, 2, 5, 6), grown(6), grown(7), foreign, threads.between(self._began_threads, self._threads()))

    def _threads(self) -> dict[int, Thread]:
        return threads.read(self._processes.pids()) if self._has_threads and self._processes else {}

    def _read(self) -> tuple[float, float, tuple[float, float], dict[int, list[int]]]:
        cpus = {}
        for line in pathlib.Path("/proc/stat").read_text().splitlines():
            name, *words = line.split()
            if name.startswith("cpu") and name != "cpu":
                # user nice system idle iowait irq softirq steal
                cpus[int(name[3:])] = [int(word) for word in words[:8]]
        exact, parts = (self._processes.exact_seconds(), self._processes.seconds()) if self._processes else (0.0, (0.0, 0.0))
        return time.monotonic(), exact, parts, cpus
