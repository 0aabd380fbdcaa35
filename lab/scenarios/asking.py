"""Clients as the scenarios see them: who asked when, and what came back. What asks runs on a host (``clients.py``)."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from hosts import Host, LabError
from topology import LAB

CLIENTS = LAB / "clients.py"


@dataclass(frozen=True)
class Request:
    """One request over a connection of its own. Times are of the monotonic clock."""

    begun: float
    ended: float
    answer: str = ""
    problem: str = ""
    source: str = ""
    connected: float | None = None

    @property
    def failed(self) -> bool:
        return not self.answer

    def was_open_at(self, moments: Iterable[float], slack: float = 0.02) -> bool:
        """Whether it had begun, and had not ended, at one of these moments; the slack is how well those are known."""
        return any(self.begun <= moment + slack and moment <= self.ended for moment in moments)


def _read(lines: Iterable[str]) -> list[Request]:
    return [Request(**json.loads(line)) for line in lines]


def ask(host: Host, address: str, count: int = 1, at_once: int = 1, patience: float = 5.0) -> list[Request]:
    """So many requests, one after the other or a few at a time."""
    return _read(host.run(sys.executable, CLIENTS, "each", address, "--count", count, "--at-once", at_once,
                          "--patience", patience).splitlines())


def ask_from(host: Host, address: str, sources: list[str], at_once: int = 1) -> dict[str, Request]:
    """One request from each of these addresses."""
    return {request.source: request
            for request in _read(host.run(sys.executable, CLIENTS, "each", address, "--at-once", at_once, "--source",
                                          *sources).splitlines())}


def answers(requests: Iterable[Request]) -> Counter[str]:
    """How often each node answered; failures count as their problem."""
    return Counter(request.answer or f"failed: {request.problem}" for request in requests)


class Asking:
    """Something that asks until it is told to end."""

    def __init__(self, host: Host, *words: object) -> None:
        self._process = host.popen(sys.executable, CLIENTS, *words, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._lines: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        for line in self._process.stdout:
            self._lines.append(line)

    def lines(self) -> list[str]:
        """What it has printed so far."""
        return list(self._lines)

    def end(self) -> list[str]:
        self._process.stdin.close()
        if self._process.wait(30) != 0:
            raise LabError("a client ended with an error")
        self._reader.join(5)
        return self._lines

    def __enter__(self) -> "Asking":
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.stdin.close()
            try:
                self._process.wait(30)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()


class Stream(Asking):
    """Requests at a steady rate, whatever becomes of them."""

    def __init__(self, host: Host, address: str, per_second: float = 100, patience: float = 5.0) -> None:
        super().__init__(host, "stream", address, "--per-second", per_second, "--patience", patience)
        while not self.lines():
            if self._process.poll() is not None:
                raise LabError("no client")
            time.sleep(0.01)

    def so_far(self) -> list[Request]:
        return _read(self.lines())

    def requests(self) -> list[Request]:
        """Ends the stream; every request, in the order in which they began."""
        return sorted(_read(self.end()), key=lambda request: request.begun)


class Held(Asking):
    """Connections that stay, each with a request now and then."""

    def __init__(self, host: Host, address: str, count: int) -> None:
        super().__init__(host, "hold", address, "--count", count)

    def ended_so_far(self) -> int:
        return len(self.lines())

    def outcomes(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.end()]


class Moves:
    """When VIPs moved: came to a node or left it, as the nodes' kernels tell, or got another hardware address in the eyes of
    a gateway, as its kernel tells. Two nodes that both hold a VIP make the second without the first."""

    def __init__(self, hosts: Iterable[Host], gateways: Iterable[Host] = ()) -> None:
        self._moments: list[float] = []
        self._macs: dict[tuple[str, str], str] = {}
        self._processes = [self._watch(host, "address", self._on_address) for host in hosts]
        for gateway in gateways:
            for line in gateway.ip("-o", "-4", "neigh", "show").splitlines():
                self._learn(gateway, line.split())
            self._processes.append(self._watch(gateway, "neigh", self._on_neighbour))
        time.sleep(0.2)

    def _watch(self, host: Host, what: str, on_line: Callable[[Host, list[str]], None]) -> subprocess.Popen[str]:
        process = host.popen("ip", "-o", "-4", "monitor", what, stdout=subprocess.PIPE)

        def read() -> None:
            for line in process.stdout:
                on_line(host, line.split())

        threading.Thread(target=read, daemon=True).start()
        return process

    def _on_address(self, _: Host, __: list[str]) -> None:
        self._moments.append(time.monotonic())

    def _on_neighbour(self, host: Host, words: list[str]) -> None:
        if self._learn(host, words):
            self._moments.append(time.monotonic())

    def _learn(self, host: Host, words: list[str]) -> bool:
        """Whether a line tells of another hardware address than the one before."""
        if "lladdr" not in words:
            return False
        mac = words[words.index("lladdr") + 1]
        before = self._macs.get((host.name, words[0]))
        self._macs[host.name, words[0]] = mac
        return before is not None and before != mac

    def times(self) -> list[float]:
        return list(self._moments)

    def __enter__(self) -> "Moves":
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._processes:
            Host.end(process)
