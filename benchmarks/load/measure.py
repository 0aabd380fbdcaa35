"""What an interval of time has cost: processor time of the proxy's processes and of each processor, and what disturbed it."""

from __future__ import annotations

import pathlib
import time
from dataclasses import dataclass, field

from testkit import processes
from testkit.hosts import Host
from testkit.processes import TICKS

#: Shares of an interval. Beyond them a round is kept, but marked.
STRONG_STEAL = 0.02
STRONG_FOREIGN = 0.05


@dataclass
class Processes:
    """A program's processes, of which one is known by its number inside its host."""

    host: Host
    pid: int

    def _proc(self) -> pathlib.Path:
        # The host's own /proc, seen from outside.
        return pathlib.Path(f"/proc/{self.host.pid}/root/proc")

    def pids(self) -> list[int]:
        return [self.pid, *processes.children(self.pid, self._proc())]

    def seconds(self) -> tuple[float, float]:
        """User and system time so far, of every thread that there ever was."""
        times = [processes.processor_seconds(pid, self._proc()) for pid in self.pids()]
        return sum(user for user, _ in times), sum(system for _, system in times)

    def resident(self) -> int:
        """Bytes; pages that processes share count for each of them."""
        return sum(processes.resident_bytes(pid, self._proc()) for pid in self.pids())


@dataclass(frozen=True)
class Usage:
    """Seconds of processor time within an interval."""

    wall: float = 0
    user: float = 0
    system: float = 0
    #: Of each processor: everything but idle, I/O wait and steal.
    busy: dict[int, float] = field(default_factory=dict)
    softirq: dict[int, float] = field(default_factory=dict)
    steal: dict[int, float] = field(default_factory=dict)
    #: On the gateway's processors: busy, but neither in interrupts nor in the proxy.
    foreign: float = 0

    @property
    def process(self) -> float:
        return self.user + self.system

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
        return {"wall": round(self.wall, 4), "user": self.user, "system": self.system, "busy": self.busy,
                "softirq": self.softirq, "steal": self.steal, "foreign": round(self.foreign, 3)}


class Meter:
    """Reads the clocks when it is made, and again when :meth:`stop` is called."""

    def __init__(self, processes: Processes | None, gateway_cpus: list[int]) -> None:
        self._processes = processes
        self._gateway_cpus = gateway_cpus
        self._began = self._read()

    def stop(self) -> Usage:
        wall, (user, system), cpus = self._read()
        began_wall, (began_user, began_system), began_cpus = self._began

        def grown(*columns: int) -> dict[int, float]:
            return {cpu: round(sum(now[c] - began_cpus[cpu][c] for c in columns) / TICKS, 3) for cpu, now in cpus.items()}

        process = user - began_user + system - began_system
        foreign = 0.0
        if self._processes is not None:
            running = grown(0, 1, 2)
            foreign = max(0.0, sum(running[cpu] for cpu in self._gateway_cpus) - process)
        return Usage(wall - began_wall, round(user - began_user, 3), round(system - began_system, 3), grown(0, 1, 2, 5, 6),
                     grown(6), grown(7), foreign)

    def _read(self) -> tuple[float, tuple[float, float], dict[int, list[int]]]:
        cpus = {}
        for line in pathlib.Path("/proc/stat").read_text().splitlines():
            name, *words = line.split()
            if name.startswith("cpu") and name != "cpu":
                # user nice system idle iowait irq softirq steal
                cpus[int(name[3:])] = [int(word) for word in words[:8]]
        return time.monotonic(), self._processes.seconds() if self._processes else (0.0, 0.0), cpus
