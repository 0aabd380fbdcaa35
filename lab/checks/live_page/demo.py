"""`vipgate demo`, and clients that ask it."""

from __future__ import annotations

import http.client
import pathlib
import re
import signal
import subprocess
import tempfile
import threading
import time
from collections import Counter

from testkit import ROOT
from testkit.ports import free_port
from testkit.processes import stop

PER_SECOND = 40


class Demo:
    """`vipgate demo`, on ports of its own."""

    def __init__(self, port: int | None = None, admin_port: int | None = None) -> None:
        self.port, self.admin_port = port or free_port(), admin_port or free_port()
        self._out = tempfile.NamedTemporaryFile(prefix="vipgate-demo")
        self.process = subprocess.Popen(
            [ROOT / "vipgate", "demo", "--port", str(self.port), "--admin-port", str(self.admin_port)],
            stdin=subprocess.DEVNULL, stdout=self._out, stderr=self._out)
        deadline = time.monotonic() + 120
        while "Ctrl-C ends" not in self.output():
            if time.monotonic() > deadline or self.process.poll() is not None:
                raise RuntimeError(f"the demo does not start:\n{self.output()}")
            time.sleep(0.05)
        self.address = f"http://127.0.0.1:{self.admin_port}/"

    def output(self) -> str:
        return pathlib.Path(self._out.name).read_text(errors="replace")

    def printed_address(self) -> str:
        found = re.search(r"^ +(http://\S+#token=\S+)$", self.output(), re.MULTILINE)
        return found[1] if found else ""

    def close(self) -> None:
        stop(self.process, 30, signal.SIGINT)
        self._out.close()


class Clients:
    """New connections, one request each, evenly in time."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.answers: Counter[str] = Counter()
        self.failures: list[str] = []
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        while not self._is_over.wait(1 / PER_SECOND):
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
            try:
                connection.request("GET", "/")
                self.answers[connection.getresponse().read().decode().strip()] += 1
            except (OSError, http.client.HTTPException) as e:
                self.failures.append(repr(e))
            finally:
                connection.close()

    def within(self, seconds: float) -> Counter[str]:
        """The answers of this time."""
        before = self.answers.copy()
        time.sleep(seconds)
        return self.answers - before

    def close(self) -> None:
        self._is_over.set()
        self._thread.join()
