"""What the lab's scripts in Python share: endpoints that can be killed, a gateway under test, and clients that go on
asking. Python's standard library only; ends what it starts."""

from __future__ import annotations

import asyncio
import contextlib
import os
import pathlib
import random
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field

TOP = pathlib.Path(__file__).resolve().parent.parent
CHUNK = 4096


_given: set[int] = set()


def free_port() -> int:
    """Below the ephemeral range: a connect to a dead port in that range can connect to itself. None twice."""
    while True:
        port = random.randint(20000, 29999)
        if port not in _given:
            with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
                _given.add(port)
                return port


# ---- endpoints ----


async def _serve(name: bytes, port: int) -> None:
    """Says its name, then sends back whatever comes, and ends when the client does."""

    async def on_client(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            writer.write(name)
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        writer.close()

    server = await asyncio.start_server(on_client, "127.0.0.1", port, backlog=4096)
    await server.serve_forever()


class Endpoint:
    """A process that says one letter and echoes."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen([sys.executable, __file__, self.name, str(self.port)])
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


# ---- the gateway ----


class Gateway:
    """``vipgate run`` on a file of its own."""

    def __init__(self, config: str) -> None:
        self._directory = tempfile.TemporaryDirectory()
        self.file = pathlib.Path(self._directory.name) / "gateway.yaml"
        self.file.write_text(config)
        self.log_file = self.file.with_suffix(".log")
        self.process = subprocess.Popen([TOP / "vipgate", "run", "-c", self.file],
                                        stderr=open(self.log_file, "w"))  # noqa: SIM115 - as long as the process
        try:
            self.await_log("vipgate .* serves", 120)
        except BaseException:
            self.close()
            raise

    def log(self) -> str:
        return self.log_file.read_text(errors="replace")

    def await_log(self, pattern: str, within: float, times: int = 1) -> float:
        """Waits until so many lines match; returns how long that took."""
        started = time.monotonic()
        while len(re.findall(pattern, self.log())) < times:
            if time.monotonic() - started > within or self.process.poll() is not None:
                raise RuntimeError(f"no line like '{pattern}' in the log:\n{self.log()}")
            time.sleep(0.005)
        return time.monotonic() - started

    def reload(self, config: str) -> None:
        """Replaces the file and has it read; returns when it holds."""
        before = len(re.findall("reloaded ", self.log()))
        beside = self.file.with_suffix(".new")
        beside.write_text(config)
        os.replace(beside, self.file)
        self.process.send_signal(signal.SIGHUP)
        self.await_log("reloaded ", 10, before + 1)

    def close(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._directory.cleanup()


# ---- clients ----


@dataclass
class Asked:
    """What became of short connections."""

    answers: Counter[str] = field(default_factory=Counter)
    #: When each failed one had begun.
    failures: list[float] = field(default_factory=list)

    @property
    def total(self) -> int:
        return sum(self.answers.values()) + len(self.failures)


async def ask(port: int, asked: Asked, patience: float = 5) -> str:
    """One connection: the endpoint's letter, and an echo."""
    began = time.monotonic()
    try:
        async with asyncio.timeout(patience):
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
        asked.failures.append(began)
        return ""
    asked.answers[letter.decode()] += 1
    return letter.decode()


async def ask_on(port: int, per_second: float, asked: Asked, is_over: asyncio.Event) -> None:
    """So many connections a second, each begun at its time whatever becomes of the others."""
    under_way: set[asyncio.Task[str]] = set()
    started = time.monotonic()
    count = 0
    while not is_over.is_set():
        count += 1
        await asyncio.sleep(max(0.0, started + count / per_second - time.monotonic()))
        task = asyncio.create_task(ask(port, asked))
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


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(sys.argv[1].encode(), int(sys.argv[2])))
