"""Clients as the scenarios see them: requests, when they were sent, and what came back. The client itself is
``client_program.py``, which runs on a host."""

from __future__ import annotations

import json
import pathlib
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from testkit import TestkitError
from testkit.hosts import Host
from testkit.processes import kill_unless_ended

CLIENT_PROGRAM = pathlib.Path(__file__).with_name("client_program.py")


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


def ask(host: Host, address: str, count: int = 1, at_once: int = 1, timeout: float = 5.0) -> list[Request]:
    """So many requests, one after the other or a few at a time."""
    return _read(host.run(sys.executable, CLIENT_PROGRAM, "each", address, "--count", count, "--at-once", at_once,
                          "--timeout", timeout).splitlines())


def ask_from(host: Host, address: str, sources: list[str], at_once: int = 1) -> dict[str, Request]:
    """One request from each of these addresses."""
    return {request.source: request
            for request in _read(host.run(sys.executable, CLIENT_PROGRAM, "each", address, "--at-once", at_once, "--source",
                                          *sources).splitlines())}


def answers(requests: Iterable[Request]) -> Counter[str]:
    """How often each node answered; failures count as their problem."""
    return Counter(request.answer or f"failed: {request.problem}" for request in requests)


class RunningClient:
    """A client that runs until it is told to end."""

    def __init__(self, host: Host, *words: object, program: pathlib.Path = CLIENT_PROGRAM) -> None:
        self._process = host.popen(sys.executable, program, *words, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
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
            raise TestkitError("a client ended with an error")
        self._reader.join(5)
        return self._lines

    def __enter__(self) -> "RunningClient":
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.stdin.close()
            kill_unless_ended(self._process, 30)


class Stream(RunningClient):
    """Requests at a steady rate, whatever becomes of them."""

    def __init__(self, host: Host, address: str, per_second: float = 100, timeout: float = 5.0, port: int = 80) -> None:
        super().__init__(host, "stream", address, "--port", port, "--per-second", per_second, "--timeout", timeout)
        while not self.lines():
            if self._process.poll() is not None:
                raise TestkitError("no client")
            time.sleep(0.01)

    def so_far(self) -> list[Request]:
        return _read(self.lines())

    def requests(self) -> list[Request]:
        """Ends the stream; every request, in the order in which they began."""
        return sorted(_read(self.end()), key=lambda request: request.begun)


class Held(RunningClient):
    """Connections that stay, each with a request now and then."""

    def __init__(self, host: Host, address: str, count: int) -> None:
        super().__init__(host, "hold", address, "--count", count)

    def ended_so_far(self) -> int:
        return len(self.lines())

    def outcomes(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.end()]
