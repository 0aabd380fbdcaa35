"""Endpoints that can be killed, and clients that ask continuously, on loopback."""

from __future__ import annotations

import asyncio
import pathlib
import random
import socket
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field

from testkit.ports import free_port

CHUNK = 4096
ECHO_SERVER = pathlib.Path(__file__).with_name("echo_server.py")


# ---- endpoints ----


class Endpoint:
    """A process that sends one letter and then echoes."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen([sys.executable, ECHO_SERVER, self.name, str(self.port)])
        deadline = time.monotonic() + 10
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.01)

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()
        self.process = None

    def close(self) -> None:
        if self.process is not None:
            self.kill()


# ---- clients ----


@dataclass
class Results:
    """What became of short connections."""

    answers: Counter[str] = field(default_factory=Counter)
    #: When each failed one had begun.
    failures: list[float] = field(default_factory=list)

    @property
    def total(self) -> int:
        return sum(self.answers.values()) + len(self.failures)


async def ask(port: int, results: Results, timeout: float = 5) -> str:
    """One connection: the endpoint's letter, and an echo."""
    began = time.monotonic()
    try:
        async with asyncio.timeout(timeout):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                letter = await reader.readexactly(1)
                writer.write(b"x")
                await reader.readexactly(1)
                writer.write_eof()
                await reader.read()
            finally:
                writer.close()
    except (OSError, asyncio.IncompleteReadError, TimeoutError):
        results.failures.append(began)
        return ""
    results.answers[letter.decode()] += 1
    return letter.decode()


async def ask_continuously(port: int, per_second: float, results: Results, is_over: asyncio.Event) -> None:
    """So many connections a second, each begun on time whatever becomes of the others."""
    under_way: set[asyncio.Task[str]] = set()
    started = time.monotonic()
    count = 0
    while not is_over.is_set():
        count += 1
        await asyncio.sleep(max(0.0, started + count / per_second - time.monotonic()))
        task = asyncio.create_task(ask(port, results))
        under_way.add(task)
        task.add_done_callback(under_way.discard)
    if under_way:
        await asyncio.wait(under_way)


class LongStream:
    """A connection that sends known bytes now and then and gets them back."""

    def __init__(self, port: int, seed: int) -> None:
        self._port = port
        self._random = random.Random(seed)
        self.problem = ""
        self.bytes = 0

    async def run(self, is_over: asyncio.Event) -> None:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
            await reader.readexactly(1)
            while not is_over.is_set():
                data = self._random.randbytes(CHUNK)
                writer.write(data)
                if await asyncio.wait_for(reader.readexactly(CHUNK), 20) != data:
                    self.problem = f"wrong bytes after {self.bytes}"
                    return
                self.bytes += CHUNK
                await asyncio.sleep(0.5 * self._random.random() + 0.25)
            writer.write_eof()
            if await asyncio.wait_for(reader.read(), 20):
                self.problem = "bytes that nobody sent"
            writer.close()
        except (OSError, asyncio.IncompleteReadError, TimeoutError) as error:
            self.problem = f"{error!r} after {self.bytes}"
