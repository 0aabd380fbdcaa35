"""What makes the load: wrk, and the small programs of ``c/``, which are compiled when a run begins."""

from __future__ import annotations

import contextlib
import pathlib
import re
import subprocess
from dataclasses import dataclass

from benchmarks.load.testbed import STATE
from testkit import TestkitError
from testkit.commands import run
from testkit.hosts import Host

_SOURCES = pathlib.Path(__file__).with_name("c")
_SECONDS = {"us": 1e-6, "ms": 1e-3, "s": 1, "m": 60, "h": 3600}


def build() -> None:
    """Compiles the programs of ``c/``."""
    binaries().mkdir(parents=True, exist_ok=True)
    for source in _SOURCES.glob("*.c"):
        run("cc", "-O2", "-Wall", "-Wextra", "-o", binaries() / source.stem, source)


def binaries() -> pathlib.Path:
    return STATE / "bin"


def program(name: str) -> str:
    return str(binaries() / name)


@dataclass(frozen=True)
class Asked:
    """What a closed loop of clients has achieved."""

    requests: int
    seconds: float
    errors: int

    @property
    def rate(self) -> float:
        return self.requests / self.seconds


def wrk(host: Host, url: str, connections: int, seconds: int, is_short: bool) -> Asked:
    """``is_short``: each request has a connection of its own."""
    words = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", *(["-H", "Connection: close"] if is_short else []), url]
    text = host.run(*words, timeout=seconds + 30)
    found = re.search(r"(\d+) requests in ([\d.]+)(us|ms|s|m|h),", text)
    if not found or not int(found[1]):
        raise TestkitError(f"wrk got nothing from {url}:\n{text}")
    errors = sum(map(int, re.findall(r"(?:connect|read|write|timeout) (\d+)", text)))
    errors += sum(map(int, re.findall(r"Non-2xx or 3xx responses: (\d+)", text)))
    return Asked(int(found[1]), float(found[2]) * _SECONDS[found[3]], errors)


class Program:
    """A program of ``c/`` that runs in a host while the caller does something else. Ends with the ``with`` block."""

    def __init__(self, host: Host, name: str, *words: object) -> None:
        self.name = name
        self._process = host.popen(program(name), *words, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE)

    def __enter__(self) -> Program:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            # It may end by itself at this moment.
            with contextlib.suppress(OSError):
                Host.end(self._process)
            self._process.wait(10)
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            stream.close()

    def line(self, word: str) -> list[str]:
        """Waits for its next line, which must begin with a word; returns the others of the line."""
        words = self._process.stdout.readline().split()
        if words[:1] != [word]:
            self._process.wait(10)
            raise TestkitError(f"{self.name}: {' '.join(words)} {self._process.stderr.read().strip()} (expected: {word})")
        return words[1:]

    def finish(self) -> None:
        """Tells it that it may end."""
        self._process.stdin.close()
        self._process.wait(30)
